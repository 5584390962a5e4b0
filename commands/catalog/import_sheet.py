"""The rows of an import's file, whichever form it has."""

from collections.abc import Callable, Iterable, Mapping

from commands.catalog.import_report import IgnoredColumn, Report
from commands.catalog.import_terms import ImportTerms
from domain.catalog.moving_in import OWN, MovedSheet, Newcomer, find_format
from domain.catalog.product_sheet import ProductSheet, Sheet
from domain.catalog.reference_book import ReferenceBook
from domain.errors import Detail
from domain.money import exponent
from domain.sheets import SheetNotReadable, encoding_of
from domain.workbooks import table_of

Chunks = Callable[[], Iterable[bytes]]

_UNKNOWN = "There is no such column."
_WINDOWS = "windows-1252"


def form_of(chunks: Chunks, terms: ImportTerms) -> str:
    """The name of the form a file has. Raises SheetNotReadable for a header that none has."""
    encoding = encoding_of(chunks())
    table = table_of(chunks(), encoding)
    form = find_format(table.header, terms.format, ignore_unknown=terms.ignore_unknown)
    if form is None:
        ProductSheet.check_header(chunks(), ignore_unknown=terms.ignore_unknown)
    return form.name if form else OWN


def open_sheet(
    chunks: Chunks, terms: ImportTerms, book: ReferenceBook, currency: str, report: Report
) -> Sheet:
    """The rows, and what the report says of the file as a whole. Raises SheetNotReadable."""
    encoding = encoding_of(chunks())
    table = table_of(chunks(), encoding)
    form = find_format(table.header, terms.format, ignore_unknown=terms.ignore_unknown)
    report.encoding = encoding.removesuffix("-sig")
    if form is None:
        return _own_sheet(chunks, terms, report)
    report.format = form.name

    def has(kind: str, name: str) -> bool:
        found = book.find(kind, name)
        return found is not None and book.is_open(kind, found)

    company = Newcomer(currency=currency, places=exponent(currency), has=has)
    sheet = MovedSheet(table, form, company, terms.location, takes_stock=terms.storage_id is not None)
    if encoding == _WINDOWS:
        message = "The file is no UTF-8 and was read as Windows-1252: see whether its accents are right."
        sheet.findings.note(message)
    return sheet


def note_taxes(sheet: MovedSheet, rates: Mapping[str, bool]) -> None:
    """Say what prices mean here, which other systems do not write into their files."""
    said = "Prices are taken as they stand in the file. "
    if not rates:
        said += "There is no tax rate yet: make those of the stores, and say whether they are included."
    elif len({*rates.values()}) == 1:
        word = "include" if all(rates.values()) else "do not include"
        said += f"By the company's tax rates they {word} tax; see that those of the file do the same."
    else:
        included = ", ".join(name for name, inclusive in rates.items() if inclusive)
        said += f"They include tax where the product's rate does ({included[:200]}), else not."
    sheet.findings.note(said)


def _own_sheet(chunks: Chunks, terms: ImportTerms, report: Report) -> ProductSheet:
    sheet = ProductSheet(chunks(), ignore_unknown=terms.ignore_unknown)
    report.ignored_columns = [IgnoredColumn(name or "(no name)", _UNKNOWN) for name in sheet.unknown]
    if terms.storage_id is not None or terms.location is not None:
        message = "The catalog's own form has no stock; book it as an adjustment."
        field = "location" if terms.storage_id is None else "storage_id"
        raise SheetNotReadable(message, details=[Detail(field, "no_stock", message)])
    return sheet
