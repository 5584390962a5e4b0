"""Which figure is to be explained: the section, the column, the row, and what the section was asked with."""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID

from marshmallow import Schema

from api.failures import InvalidParameter
from api.fields import Choice, Text
from api.reports.asking import UnknownColumn
from api.reports.parameters import FILTERS, ReportQuery, basis
from domain.errors import Detail, Invalid
from domain.permissions import PERMISSIONS
from projections.reports.columns import Column, Key
from projections.reports.section import Section


class NotExplainable(Invalid):
    """What is in this column tells rows apart, or says what they are called; nothing adds up to it."""

    code = "not_explainable"
    field = "column"
    remedy = "Ask about a column of figures."


class RowKey(Text):
    """The key of a row, to the letter."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        super()._deserialize(value, attr, data, **kwargs)
        return value


_READ: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {"id": UUID, "date": date.fromisoformat, "count": int}
)
#: The largest number that a key can have.
_LARGEST = 2**31 - 1


def explain_query(area: str, sections: Mapping[str, Section]) -> Schema:
    """The parameters of an explanation: those of all sections of a report, and the figure."""
    filters = {name for section in sections.values() for name in section.filters}
    groups = dict.fromkeys(group for section in sections.values() for group in section.groups)
    own: dict[str, Any] = {
        "section": Choice(
            *sections,
            required=True,
            meaning="Which part of the report the figure stands in.",
            example=next(iter(sections)),
        ),
        "column": Text(
            shortest=1,
            longest=60,
            required=True,
            meaning="The figure to explain, as the section's `columns` call it.",
            example=_figure(sections),
        ),
        "row": RowKey(longest=400, meaning="The `key` of the row; without it the whole is meant."),
        "compare_to": None,
        "basis": basis(),
        "align": None,
        "include": None,
        **{name: FILTERS[name]() for name in sorted(filters)},
    }
    if groups:
        own["group"] = Choice(*groups, meaning="What tells the rows apart.")
    name = f"{area.title().replace('-', '')}ExplanationQuery"
    kind = type(name, (ReportQuery,), {"__doc__": "Which figure is to be explained.", **own})
    schema: Schema = kind()
    return schema


def _figure(sections: Mapping[str, Section]) -> str:
    """A figure of the section that comes first, for an example."""
    first = next(iter(sections.values()))
    everything = frozenset(PERMISSIONS)
    figures = [one for one in first.columns_for(everything) if not isinstance(one, Key)]
    return next((one.name for one in figures if one.name == "net_sales"), figures[0].name)


def check_filters(section: Section, query: Mapping[str, Any]) -> None:
    """Raise InvalidParameter for a filter that the section does not have."""
    taken = {*section.filters, *(("group",) if query.get("group") in section.groups else ())}
    given = {name for name in (*FILTERS, "group") if query.get(name) is not None}
    defaults = {name for name in FILTERS if FILTERS[name]().load_default == query.get(name)}
    if query.get("basis") == "first_reported" and not section.has_first_reported:
        given.add("basis")
    if unknown := given - taken - defaults:
        raise InvalidParameter(
            details=[Detail(name, "unknown", f"{section.title} has none.") for name in sorted(unknown)]
        )


def column_of(section: Section, name: str, permissions: frozenset[str]) -> Column:
    """The column, if the reader may see it. Raises UnknownColumn, NotExplainable."""
    column = next((one for one in section.columns_for(permissions) if one.name == name), None)
    if column is None:
        raise UnknownColumn.in_fields("column")
    if not is_explained(section, column):
        raise NotExplainable
    return column


def is_explained(section: Section, column: Column) -> bool:
    """Whether it is a figure, or a key that has facts or inputs as figures have."""
    has_facts = column.name in {*section.explanations, *section.origins}
    return not isinstance(column, Key) or has_facts or bool(column.inputs)


def row_of(section: Section, query: Mapping[str, Any]) -> dict[str, Any] | None:
    """The identity that the `row` of a query tells; None for the whole.

    Raises InvalidParameter for what no row of the section can have as its key, grouped as it is asked for.
    """
    text = query.get("row")
    if text is None:
        return None
    units = {key.name: key.unit for key in section.keys}
    parts = text.split(",") if text or section.identity else []
    try:
        row: dict[str, Any] = {
            name: _value(part, units[name]) if part else None
            for name, part in zip(section.identity, parts, strict=True)
        }
    except ValueError:
        raise _no_key() from None
    given = {name for name, value in row.items() if value is not None}
    told = {*section.parts_of(query.get("group"), query.get("interval"))}
    if not told - {*section.optional} <= given <= told:
        raise _no_key()
    return row


def _no_key() -> InvalidParameter:
    return InvalidParameter(details=[Detail("row", "invalid", "Must be the `key` of a row.")])


def _value(part: str, unit: str) -> Any:
    """What a part of a key says. Raises ValueError unless it is written as `Section.key_of` writes it."""
    value = _READ[unit](part) if unit in _READ else part
    if str(value) != part or (isinstance(value, int) and not 0 <= value <= _LARGEST):
        raise ValueError
    return value
