"""Shifts: listed, and one of them."""

from typing import Any
from uuid import UUID

from falcon import Request, Response

from api.answers.record import VIEW_EXPECTED
from api.operations import operation
from api.queries import AsOfQuery
from api.resource import requested_stores
from api.services import Reading
from api.shifts.answers import ListedShiftAnswer, ShiftAnswer
from api.shifts.input import ShiftsQuery
from api.shifts.lookup import ShiftResource, find_shift
from api.shifts.presenter import show_closed, show_row, show_shift
from commands.ports import Caller
from commands.shifts.printing import VIEW
from domain.errors import NotAllowed
from projections.base import Row
from projections.companies import find_company
from projections.shifts.figures import ask_figures, figures_of
from projections.shifts.list import ShiftFilters, list_shifts


class Shifts(ShiftResource):
    """The shifts of the caller's stores."""

    @operation(
        "shifts.use",
        "List shifts",
        description="Whoever lacks `shifts.view` sees their own. Where drawers are counted blind, filtering "
        f"and sorting by `over_short` takes `{VIEW_EXPECTED}`.",
        query=ShiftsQuery(),
        answer=ListedShiftAnswer,
        many=True,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """One page of shifts, those that were opened last first."""
        query, caller = dict(req.context.query), req.context.caller
        store_ids = requested_stores(query.pop("store_id", None), caller)
        part = {name: query.pop(name) for name in ("page", "limit", "sort")}
        filters = ShiftFilters(store_ids=list(store_ids) or None, **_own(query, caller))

        def question(reading: Reading) -> tuple[list[Row], int, str]:
            company = find_company(reading.db) or {}
            _check_difference(filters, part["sort"], company, caller)
            return (*list_shifts(reading.db, filters, **part), company.get("currency", ""))

        rows, total, currency = self.ask(req, resp, question)
        self.answer_page(req, resp, [show_row(row, currency) for row in rows], total)


def _own(query: dict[str, Any], caller: Caller) -> dict[str, Any]:
    """The filters of the query. Raises NotAllowed for others' shifts to whoever sees none but their own."""
    if VIEW in caller.permissions:
        return query
    if query.get("opened_by") not in (None, caller.user_id):
        raise NotAllowed.without(VIEW)
    return {**query, "opened_by": caller.user_id}


def _check_difference(filters: ShiftFilters, sort: str, company: Row, caller: Caller) -> None:
    """Raise NotAllowed for whoever would learn the order of differences that they may not see."""
    is_about_it = filters.over_short is not None or sort.endswith("over_short")
    if is_about_it and company.get("blind_close") and VIEW_EXPECTED not in caller.permissions:
        raise NotAllowed.without(VIEW_EXPECTED)


class ShiftById(ShiftResource):
    """One shift."""

    @operation("shifts.use", "Show a shift", query=AsOfQuery(), answer=ShiftAnswer)
    def on_get(self, req: Request, resp: Response, shift_id: UUID) -> None:
        """What it has come to, or had by `as_of`; whoever lacks `shifts.view` sees their own alone."""
        caller, as_of = req.context.caller, req.context.query.get("as_of")

        def question(reading: Reading) -> ShiftAnswer:
            shift = find_shift(reading, caller, shift_id, as_of)
            if shift.closed:
                return show_closed(shift)
            row = ask_figures(reading.db, shift_id, as_of).rows()[0]
            return show_shift(shift, figures_of(row))

        self.show_shift(req, resp, self.ask(req, resp, question))
