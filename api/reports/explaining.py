"""What one figure of a section is made of: the events behind it, or the figures that it follows from."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from falcon import Request, Response

from api.operations import Operation
from api.reports.answers import ExplainedFactAnswer, ExplainedInputAnswer, ExplanationAnswer
from api.reports.asking import request_of
from api.reports.explain_query import NotExplainable, check_filters, column_of, explain_query, row_of
from api.reports.explained_figure import Explanation, Figures, exact
from api.reports.permissions import PERMISSIONS, REFUSALS
from api.resource import Resource, permissions_of
from api.services import Reading, Services
from commands.ports import Missing
from projections.base import plan_for_values
from projections.companies import find_company
from projections.reports.columns import Column
from projections.reports.section import Section


class SectionExplanation(Resource):
    """The facts behind the figures of one report."""

    def __init__(self, services: Services, area: str, sections: Mapping[str, Section]) -> None:
        super().__init__(services)
        self.sections = sections
        models = dict.fromkeys(model for section in sections.values() for model in section.sources)
        self.operations = {
            "on_get": Operation(
                permission=PERMISSIONS[area],
                summary="Explain a figure",
                description="The events behind one figure, whose amounts come to it; of what is no sum, such "
                "as a ratio, the figures that it follows from, or the events that gave it: of a date those "
                "of that day. Ask with the parameters that the section was asked with, the `key` of the row "
                "as `row`, and without it for the whole.",
                query=explain_query(area, sections),
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
        check_filters(section, query)
        usual = {"group": query.get("group") or next(iter(section.groups), None)}
        parameters = {**query, **usual, "sort": section.order, "compare_to": "none"}
        permissions = permissions_of(req)
        request = request_of(section, parameters, req.context.caller, permissions, self.services.now())
        column, row = column_of(section, query["column"], permissions), row_of(section, query)

        def question(reading: Reading) -> ExplanationAnswer:
            db = reading.db
            plan_for_values(db)
            known, company = request.ask_position(db), find_company(db)
            if company is None:
                raise Missing
            criteria = request.criteria(min(known.read(), reading.position), company["week_start"])
            figures = Figures(db, section, criteria, row)
            told = section.told_by(column, criteria.filters)
            return _show(section, told, figures.explain(column), reading.position)

        self.answer(req, resp, self.ask(req, resp, question))


def _show(section: Section, column: Column, explained: Explanation, read_position: int) -> ExplanationAnswer:
    return ExplanationAnswer(
        section=section.path,
        column=column.name,
        label=column.label,
        unit=column.unit,
        formula=column.formula,
        definition=column.meaning,
        figure=explained.figure,
        is_sum=explained.is_sum,
        inputs=[ExplainedInputAnswer(**asdict(one)) for one in explained.inputs],
        facts=[_show_fact(row, column.unit) for row in explained.facts.rows],
        count=explained.facts.count,
        read_position=read_position,
    )


def _show_fact(row: Mapping[str, Any], unit: str) -> ExplainedFactAnswer:
    names = ("position", "line", "type", "stream_id", "document", "recorded_at", "actor_id")
    return ExplainedFactAnswer(amount=exact(row["amount"], unit), **{name: row[name] for name in names})
