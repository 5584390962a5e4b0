"""What one figure of a section is made of: the events behind it, or the figures that it follows from."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from falcon import Request, Response
from marshmallow import Schema

from api.errors import InvalidParameter
from api.fields import Choice, Text
from api.operations import Operation
from api.reports.answers import (
    ExplainedFactAnswer,
    ExplainedInputAnswer,
    ExplanationAnswer,
)
from api.reports.asking import Request as Asking
from api.reports.asking import UnknownColumn, request_of
from api.reports.parameters import FILTERS, ReportQuery
from api.reports.permissions import PERMISSIONS, REFUSALS
from api.resource import Resource, permissions_of
from api.services import Reading, Services
from domain.errors import Detail, Invalid
from projections.base import Database, Row, plan_for_values
from projections.reports.columns import Column, Derived, Key
from projections.reports.explaining import Explained, ask_explained
from projections.reports.section import Asked, Section


class NotExplainable(Invalid):
    """What is in this column is no sum of facts, and follows from none."""

    code = "not_explainable"


class SectionExplanation(Resource):
    """The facts behind the figures of one report."""

    def __init__(self, services: Services, area: str, sections: Mapping[str, Section]) -> None:
        super().__init__(services)
        self.sections = sections
        models = {model: None for section in sections.values() for model in section.sources}
        self.operations = {
            "on_get": Operation(
                permission=PERMISSIONS[area],
                summary="Explain a figure",
                description="The events behind one figure, whose amounts come to it; of a ratio the figures "
                "that it follows from. Ask with the parameters that the section was asked with, the `key` of "
                "the row as `row`, and without it for the whole.",
                query=_query(area, sections),
                answer=ExplanationAnswer,
                lengthy=True,
                refusals=(*REFUSALS, NotExplainable),
                projections=tuple(models),
            )
        }

    def on_get(self, req: Request, resp: Response) -> None:
        """One page of the facts of a figure."""
        query = req.context.query
        section = self.sections[query["section"]]
        _check_filters(section, query)
        asking = request_of(
            section,
            {**query, "sort": section.order, "compare_to": "none"},
            req.context.caller,
            permissions_of(req),
            self.services.now(),
        )
        column = _column_of(section, query["column"], asking.permissions)
        row = _row_of(section, query.get("row"))
        explain = _Explanation(section, column, row, is_row=query.get("row") is not None)
        self.answer(req, resp, self.ask(req, resp, lambda reading: explain.read(reading, asking)))


def _query(area: str, sections: Mapping[str, Section]) -> Schema:
    filters = {name for section in sections.values() for name in section.filters}
    groups = dict.fromkeys(group for section in sections.values() for group in section.groups)
    own: dict[str, Any] = {
        "section": Choice(*sections, required=True, meaning="The section.", example=next(iter(sections))),
        "column": Text(shortest=1, longest=60, required=True, meaning="The column.", example="net_sales"),
        "row": Text(longest=400, meaning="The `key` of the row; without it the whole is meant."),
        **{name: FILTERS[name]() for name in sorted(filters)},
    }
    if groups:
        own["group"] = Choice(*groups, meaning="What tells the rows apart.")
    name = f"{area.title().replace('-', '')}ExplanationQuery"
    kind = type(
        name, (ReportQuery,), {"__doc__": "Which figure is to be explained.", **own, "compare_to": None}
    )
    schema: Schema = kind()
    return schema


def _check_filters(section: Section, query: Mapping[str, Any]) -> None:
    """Raise InvalidParameter for a filter that the section does not have."""
    taken = {*section.filters, *(("group",) if section.groups else ())}
    given = {name for name in (*FILTERS, "group") if query.get(name) is not None}
    defaults = {name for name in FILTERS if FILTERS[name]().load_default == query.get(name)}
    if unknown := given - taken - defaults:
        raise InvalidParameter(
            details=[Detail(name, "unknown", f"{section.title} has none.") for name in sorted(unknown)]
        )


def _column_of(section: Section, name: str, permissions: frozenset[str]) -> Column:
    """The column, if the reader may see it. Raises UnknownColumn, NotExplainable."""
    column = next((one for one in section.columns_for(permissions) if one.name == name), None)
    if column is None:
        raise UnknownColumn
    if isinstance(column, Key) or not (isinstance(column, Derived) or name in section.explanations):
        raise NotExplainable
    return column


def _row_of(section: Section, text: str | None) -> dict[str, Any]:
    """The identity that a key tells of. Raises InvalidParameter."""
    if text is None:
        return dict.fromkeys(section.identity)
    units = {key.name: key.unit for key in section.keys}
    parts = text.split(",") if section.identity else []
    try:
        return {
            name: _value(part, units[name]) if part else None
            for name, part in zip(section.identity, parts, strict=True)
        }
    except ValueError:
        raise InvalidParameter(details=[Detail("row", "invalid", "Must be the `key` of a row.")]) from None


def _value(part: str, unit: str) -> Any:
    match unit:
        case "id":
            return UUID(part)
        case "date":
            return date.fromisoformat(part)
        case "count":
            return int(part)
        case _:
            return part


class _Explanation:
    """What is asked of one figure: its facts, or those of what it follows from."""

    def __init__(self, section: Section, column: Column, row: Mapping[str, Any], *, is_row: bool) -> None:
        self._section, self._column, self._row, self._is_row = section, column, row, is_row
        self._columns: dict[str, Column] = {one.name: one for one in section.columns}
        self._statements: dict[str, LiteralString] = {**section.explanations}

    def read(self, reading: Reading, asking: Asking) -> ExplanationAnswer:
        """The answer."""
        db = reading.db
        plan_for_values(db)
        asked = asking.asked(min(asking.ask_position(db).read(), reading.position))
        name, column = self._column.name, self._column
        if name in self._statements:
            explained = self._ask(db, asked, name)
            value: Any = explained.total
            inputs = []
        else:
            explained = Explained(rows=[], count=0, total=0)
            values: Row = {one: self._figure(db, asked, one) for one in self._own_inputs(column)}
            whole = replace(asked, limit=0)
            overall: Row = {one: self._figure(db, whole, one, is_row=False) for one in values}
            value = column.of(values, overall) if isinstance(column, Derived) else None
            inputs = [
                ExplainedInputAnswer(column=one, figure=values[one]) for one in self._own_inputs(column)
            ]
        return ExplanationAnswer(
            section=self._section.path,
            column=name,
            label=column.label,
            unit=column.unit,
            formula=column.formula,
            definition=column.meaning,
            figure=_exact(value, column.unit),
            inputs=inputs,
            facts=[_show(row, column.unit) for row in explained.rows],
            count=explained.count,
            read_position=reading.position,
        )

    def _own_inputs(self, column: Column) -> tuple[str, ...]:
        return column.inputs if isinstance(column, Derived) else ()

    def _figure(self, db: Database, asked: Asked, name: str, *, is_row: bool | None = None) -> Any:
        """The value of a figure there."""
        column = self._columns[name]
        if name in self._statements:
            unit = column.unit
            return _exact(self._ask(db, replace(asked, limit=0), name, is_row=is_row).total, unit)
        if not isinstance(column, Derived):
            raise NotExplainable
        values: Row = {one: self._figure(db, asked, one, is_row=is_row) for one in column.inputs}
        overall: Row = (
            values
            if is_row is False
            else {one: self._figure(db, asked, one, is_row=False) for one in column.inputs}
        )
        return column.of(values, overall)

    def _ask(self, db: Database, asked: Asked, name: str, *, is_row: bool | None = None) -> Explained:
        is_row = self._is_row if is_row is None else is_row
        statement = self._statements[name]
        return ask_explained(db, asked, statement, self._row, is_row=is_row).read()


def _exact(value: Any, unit: str) -> Any:
    """A whole number, unless it is a quantity or a ratio: the database adds in decimals."""
    return int(value) if unit in {"money", "count"} and value is not None else value


def _show(row: Mapping[str, Any], unit: str) -> ExplainedFactAnswer:
    return ExplainedFactAnswer(
        position=row["position"],
        line=row["line"],
        amount=_exact(row["amount"], unit),
        type=row["type"],
        stream_id=row["stream_id"],
        document=row["document"],
        recorded_at=row["recorded_at"],
        actor_id=row["actor_id"],
    )
