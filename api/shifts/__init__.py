"""Shifts in the API: opened, filled and emptied, counted, reported."""

from falcon import App, Request, Response

from api.services import Services
from api.shifts.cash import CashMovements
from api.shifts.closing import ShiftClosing, ShiftEnding, ShiftRecounting
from api.shifts.drawer import DrawerCandidates, DrawerEntries
from api.shifts.opening import CurrentShift, ShiftOpening
from api.shifts.report import ShiftReportPrints, ShiftReportResource
from api.shifts.shifts import ShiftById, Shifts

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of shifts."""
    path = "/api/pos/shifts"
    single = f"{path}/{{shift_id:uuid}}"
    app.add_route(path, Shifts(services))
    app.add_route(f"{path}/open", ShiftOpening(services))
    app.add_route(f"{path}/current", CurrentShift(services))
    app.add_route(single, ShiftById(services))
    app.add_route(f"{single}/cash-movements", CashMovements(services))
    app.add_route(f"{single}/end", ShiftEnding(services))
    app.add_route(f"{single}/close", ShiftClosing(services))
    app.add_route(f"{single}/recount", ShiftRecounting(services))
    app.add_route(f"{single}/report", ShiftReportResource(services))
    app.add_route(f"{single}/report/prints", ShiftReportPrints(services))
    app.add_route(f"{single}/drawer", DrawerEntries(services))
    app.add_route(f"{single}/drawer/candidates", DrawerCandidates(services))
