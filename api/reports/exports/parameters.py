"""What is asked of a report as a file: the section's own parameters, and how to write it."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Literal, cast
from urllib.parse import parse_qsl, urlencode

from marshmallow import fields

from api.failures import InvalidParameter
from api.fields import Body, Choice, Flag, Text
from api.reports.files import FILES, Options
from api.reports.parameters import FILTERS, ReportQuery, basis, query_of
from api.requests import load_parameters
from domain.errors import Detail, Invalid
from projections.reports.section import Section
from projections.reports.sections import SECTIONS

#: How many characters the parameters of a section may have, and the name of a column or a way to group.
LONGEST_QUERY, _LONGEST_NAME = 8_000, 60
#: Where paper is Letter, by the currency of the company; A4 elsewhere.
_LETTER = frozenset({"USD", "CAD", "MXN", "PHP", "COP", "CLP", "CRC", "GTQ", "NIO", "DOP", "PAB", "VES"})
#: A file is the whole.
_NOT_OF_FILES = frozenset({"page", "limit"})


class UnknownSection(Invalid):
    """The report has no such section."""

    code = "unknown_section"
    field = "section"
    remedy = "Name one of the sections that the message or the reference lists."


def section_of(area: str, path: str) -> Section:
    """The section of this path of a report. Raises UnknownSection."""
    for section in SECTIONS:
        if (section.area, section.path) == (area, path):
            return section
    raise UnknownSection


def listing_fields(*kinds: str) -> dict[str, fields.Field[Any]]:
    """How a file of rows without totals is written, as one of these kinds."""
    return {
        "format": Choice(*kinds, load_default="csv", meaning="What kind of file."),
        "separator": Choice(",", ";", "\t", load_default=",", meaning="CSV: what divides cells."),
        "decimal": Choice(".", ",", load_default=".", meaning="CSV: what divides whole and fraction."),
        "bom": Flag(load_default=True, meaning="CSV: begin with the mark by which Excel knows UTF-8."),
        "footer": Flag(
            load_default=False, meaning="CSV: end with a row with the token that says what the file is of."
        ),
    }


def file_fields() -> dict[str, fields.Field[Any]]:
    """How a file of a report is written: the parameters of every export."""
    return {
        **listing_fields(*FILES),
        "footer": Flag(
            load_default=False,
            meaning="CSV: end with a row of totals, and one with the token that says what the file is of.",
        ),
        "paper": Choice("a4", "letter", meaning="PDF: the paper; by default as the country has it."),
    }


#: Among the options of a job: leave out every column that takes a permission, whoever asks.
OUTSIDE = "outside"


def options_of(values: Mapping[str, Any], currency: str) -> Options:
    """How to write a file, of these parameters."""
    usual: Literal["a4", "letter"] = "letter" if currency in _LETTER else "a4"
    return Options(
        separator=values["separator"],
        decimal=values["decimal"],
        bom=values["bom"],
        footer=values["footer"],
        paper=cast("Literal['a4', 'letter']", values.get("paper") or usual),
    )


def export_query(area: str, sections: Sequence[Section]) -> Body:
    """The parameters of an export of one report: those of all its sections, and of the file."""
    own: dict[str, Any] = {
        "section": Choice(*(section.path for section in sections), required=True, meaning="Which section."),
        **file_fields(),
        **{name: FILTERS[name]() for name in FILTERS if any(name in one.filters for one in sections)},
        "sort": Text(longest=_LONGEST_NAME, meaning="The column to sort by.", example="-net_sales"),
    }
    if any(section.has_first_reported for section in sections):
        own["basis"] = basis()
    if any(section.groups for section in sections):
        own["group"] = Text(longest=_LONGEST_NAME, meaning="What tells the rows apart.", example="product")
    name = f"{area}-export-query".title().replace("-", "")
    kind = type(name, (ReportQuery,), {"__doc__": "What to export, and as what.", **own})
    schema: Body = kind(exclude=_NOT_OF_FILES)
    return schema


def load_section_query(section: Section, texts: Mapping[str, Any]) -> dict[str, Any]:
    """The section's own parameters, validated as at its address. Raises InvalidParameter."""
    unknown = [Detail(name, "unknown", "Unknown parameter.") for name in sorted(_NOT_OF_FILES & texts.keys())]
    if unknown:
        raise InvalidParameter(details=unknown)
    return load_parameters(texts, _schema_of(section.area, section.path))


@cache
def _schema_of(area: str, path: str) -> Body:
    return query_of(section_of(area, path), f"{area}-{path}-file-query".title().replace("-", ""))


def texts_of(query: str) -> dict[str, str | list[str]]:
    """The parameters of an address, those that occur several times as a list."""
    texts: dict[str, str | list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        earlier = texts.get(name)
        if earlier is None:
            texts[name] = value
        else:
            texts[name] = [*earlier, value] if isinstance(earlier, list) else [earlier, value]
    return texts


def query_text(texts: Mapping[str, str | Sequence[str]]) -> str:
    """The same as it stands in an address."""
    return urlencode(sorted(texts.items()), doseq=True)
