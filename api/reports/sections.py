"""Every section of the reports as a resource, made from its declaration."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from falcon import App, Request, Response

from api.operations import Operation
from api.reports.answers import answer_of
from api.reports.asking import request_of
from api.reports.explaining import SectionExplanation
from api.reports.frame import Frame, show_table
from api.reports.parameters import query_of
from api.reports.permissions import PERMISSIONS, REFUSALS
from api.resource import Resource, permissions_of
from api.services import Reading, Services
from commands.ports import Missing
from projections.base import plan_for_values
from projections.companies import find_company
from projections.reports.section import Section
from projections.reports.sections import SECTIONS
from projections.reports.sections.sales_summary.restatements import ask_restated
from projections.reports.stores import ask_stores
from projections.reports.table import ask_table

AREAS = ("sales-summary", "inventory-report", "financial-report")


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of all sections."""
    for section in SECTIONS:
        app.add_route(f"/api/admin/reports/{section.area}/{section.path}", SectionReport(services, section))
    for area in AREAS:
        sections: dict[str, Section] = {
            one.path: one for one in SECTIONS if one.area == area and one.explanations
        }
        if sections:
            explanation = SectionExplanation(services, area, sections)
            app.add_route(f"/api/admin/reports/{area}/explain", explanation)


@cache
def operations() -> Mapping[tuple[str, str], Operation]:
    """What is declared of each section, by its area and path; made once, as all of it takes a while."""
    return {(one.area, one.path): _operation(one) for one in SECTIONS}


def _operation(section: Section) -> Operation:
    name = f"{section.area}-{section.path}".title().replace("-", "")
    return Operation(
        permission=PERMISSIONS[section.area],
        summary=section.title,
        description=section.meaning,
        query=query_of(section, f"{name}Query"),
        answer=answer_of(section, name),
        lengthy=True,
        refusals=REFUSALS,
        projections=section.sources,
    )


class SectionReport(Resource):
    """One section: rows, footers, what they are compared with, and what the columns mean."""

    def __init__(self, services: Services, section: Section) -> None:
        super().__init__(services)
        self.section = section
        self.operations = {"on_get": operations()[section.area, section.path]}

    def on_get(self, req: Request, resp: Response) -> None:
        """One page of its rows, with `totals` of these and `overall` of all."""
        now, permissions = self.services.now(), permissions_of(req)
        request = request_of(self.section, req.context.query, req.context.caller, permissions, now)

        def question(reading: Reading) -> dict[str, Any]:
            db = reading.db
            plan_for_values(db)
            known, stores = request.ask_position(db), ask_stores(db, request.stores)
            company = find_company(db)
            if company is None:
                raise Missing
            position = known.read()
            # What comes from several read models is told as far as all of them know it.
            if len(self.section.sources) > 1 or request.as_of:
                position = min(position, reading.position)
            criteria = replace(
                request.criteria(position, company["week_start"]),
                keep=reading.run_afterwards,
                kept=reading.kept,
            )
            pending = ask_table(db, self.section, criteria)
            restated = ask_restated(db, criteria) if criteria.basis == "first_reported" else None
            table = pending.read()
            frame = Frame(
                currency=company["currency"],
                stores=stores.read(),
                as_of=request.as_of,
                position=position if request.as_of else None,
                read_position=reading.position,
                now=now,
                restated=restated.read() if restated else None,
            )
            return show_table(table, frame)

        self.answer(req, resp, self.ask(req, resp, question))
