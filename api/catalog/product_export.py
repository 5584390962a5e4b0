"""Exporting the catalog: a file with the columns that the import takes, as CSV or as a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO

from falcon import Request, Response
from xlsxwriter import Workbook

from api.catalog.products.filters import ProductFilters, filters_of
from api.fields import Choice
from api.media import CSV, XLSX
from api.operations import operation
from api.resource import Resource
from api.services import Reading
from domain.catalog.cells import is_exact_number
from domain.catalog.product_sheet import NUMBERS, columns_of, row_of
from domain.catalog.reference_book import ReferenceBook
from domain.errors import Invalid
from projections.catalog.product_export import export_products
from projections.guards.catalog.assortment import ask_currency, ask_references

#: How many rows a spreadsheet has room for below its header.
MOST_XLSX_ROWS = 1_048_575

Cells = Sequence[str]


class SpreadsheetFull(Invalid):
    """The catalog has more rows than a spreadsheet has room for; export it as CSV."""

    code = "spreadsheet_full"
    field = "format"
    remedy = "Ask for `format=csv`, which has no limit."


class ExportQuery(ProductFilters):
    """What to export, and as what."""

    format = Choice("csv", "xlsx", load_default="csv", meaning="What kind of file.")


class ProductExport(Resource):
    """The catalog as a file."""

    @operation(
        "products.import",
        "Export products",
        description="One row a variant, with the columns of the import, which takes the file as it is and "
        "then changes nothing. Archived products are exported on request only, costs for those who may see "
        "them. A text that begins with `=`, `+`, `-` or `@` gets an apostrophe in front, so that no "
        "spreadsheet computes it; the import takes it away again.",
        query=ExportQuery(),
        media=(CSV, XLSX),
        lengthy=True,
        refusals=(SpreadsheetFull,),
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """Every product with its variants, the oldest first."""
        query = filters_of(req)
        kind = query.pop("format")
        with_costs = req.context.caller.sees_costs

        def write(reading: Reading) -> IO[bytes]:
            rows = _rows(reading, with_costs=with_costs, **query)
            return _as_xlsx(rows, columns_of(with_costs=with_costs)) if kind == "xlsx" else _as_csv(rows)

        file = self.ask(req, resp, write)
        resp.content_type = XLSX if kind == "xlsx" else f"{CSV}; charset=utf-8"
        resp.downloadable_as = f"products-{self.services.now():%Y-%m-%d}.{kind}"
        resp.set_stream(file, file.seek(0, io.SEEK_END))
        file.seek(0)


def _rows(reading: Reading, *, with_costs: bool, **filters: object) -> Iterator[Cells]:
    """The header, then a row for each variant."""
    book, currency = ReferenceBook(ask_references(reading.db)), ask_currency(reading.db)
    yield columns_of(with_costs=with_costs)
    for row in export_products(reading.db, **filters):  # type: ignore[arg-type]  # validated filters
        yield row_of(row, book, currency, with_costs=with_costs)


def _as_csv(rows: Iterable[Cells]) -> IO[bytes]:
    """A CSV file on the disk, which holds it for as long as it is being sent."""
    file = TemporaryFile()  # noqa: SIM115 the response closes it
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    csv.writer(text).writerows(rows)
    text.detach()
    return file


def _as_xlsx(rows: Iterable[Cells], columns: Sequence[str]) -> IO[bytes]:
    """A spreadsheet: texts are texts and never formulas, amounts and quantities are numbers."""
    file = TemporaryFile()  # noqa: SIM115 the response closes it
    numbers = {index for index, name in enumerate(columns) if name in NUMBERS}
    # Rows go to the disk as they come; the spreadsheet is never in memory as a whole.
    with Workbook(file, {"constant_memory": True, "in_memory": False}) as book:
        sheet = book.add_worksheet("Products")
        sheet.freeze_panes(1, 0)
        formats = [book.add_format({"num_format": "0." + "0" * places}) for places in range(1, 6)]
        for number, row in enumerate(rows):
            if number > MOST_XLSX_ROWS:
                raise SpreadsheetFull
            for index, cell in enumerate(row):
                if number and index in numbers and is_exact_number(cell):
                    _, _, decimals = cell.partition(".")
                    shape = formats[len(decimals) - 1] if decimals else None
                    sheet.write_number(number, index, Decimal(cell), shape)
                elif cell:
                    sheet.write_string(number, index, cell)
    return file
