"""The cashier's own day."""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from falcon import Request, Response
from msgspec import structs

from api.cashier.dashboard_answers import (
    ALERT_CODES,
    AlertAnswer,
    DashboardAnswer,
    DashboardShiftAnswer,
    DashboardStoreAnswer,
    OwnHeldAnswer,
    OwnHourAnswer,
    OwnOrderAnswer,
    OwnPaymentAnswer,
    OwnProductAnswer,
    OwnRefundsAnswer,
    OwnSalesAnswer,
)
from api.fields import Body, Day
from api.operations import operation
from api.resource import Resource
from api.services import Reading
from api.shifts.presenter import show_shift
from commands.ports import Caller, Missing
from domain.business_date import business_date
from domain.money import round_ratio
from domain.shifts import Shift
from domain.shifts.report import HeldTotals
from projections.base import Row
from projections.cashier_days import CashierDay, ask_day, ask_shift
from projections.held_sales import sum_held_sales
from projections.reports.columns import ratio
from projections.reports.sales.sales_reports import SalesReports
from projections.shifts.figures import ask_figures, figures_of
from projections.shifts.own import ask_current, ask_troubles
from projections.till_operations import ask_rejected
from projections.till_stores import ask_store


class DashboardQuery(Body):
    """Which day is asked about."""

    date = Day(meaning="The business date; without it the store's today.", example="2026-03-14")


@dataclass(frozen=True, kw_only=True)
class OwnDay:
    """What was found of a cashier's day, up to a position of the log."""

    position: int
    computed_at: datetime
    date: date
    store: Row
    shift: DashboardShiftAnswer | None
    figures: CashierDay
    held: HeldTotals
    alerts: list[AlertAnswer]


class CashierDashboard(Resource):
    """The cashier's own day."""

    @operation(
        "cashier.orders",
        "Show my day",
        query=DashboardQuery(),
        answer=DashboardAnswer,
        refusals=(Missing,),
        projections=(SalesReports,),
        description="The caller's own figures in their stores, as the sales summary counts them: a refund is "
        "of the day and of whoever gave it, a void of the sale's. `shift`, `held` and `alerts` are of now, "
        "whichever day is asked about.",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The caller's day."""
        caller, day, now = req.context.caller, req.context.query.get("date"), self.services.now()
        found = self.ask(req, resp, lambda reading: _find(reading, caller, day, now))
        self.answer(req, resp, _show(found))


def _find(reading: Reading, caller: Caller, day: date | None, now: datetime) -> OwnDay:
    """Two round trips: where and in which shift one works, then the figures. Raises Missing."""
    db, user_id = reading.db, caller.user_id
    asked_store, current = ask_store(db, caller.store_ids), ask_current(db, user_id)
    troubles, rejected = ask_troubles(db, user_id, now), ask_rejected(db, user_id)
    held = sum_held_sales(db, caller.store_ids, user_id)
    row = asked_store.row()
    if row is None:
        raise Missing
    store = {**row["fields"], **row}
    day = day or business_date(now, store["timezone"], time.fromisoformat(store["day_cut"]))
    figures = ask_day(db, user_id, day, caller.store_ids)
    return OwnDay(
        position=reading.position,
        computed_at=now,
        date=day,
        store=store,
        shift=_find_shift(reading, user_id, current.row()),
        figures=figures.read(),
        held=held.read(),
        alerts=_alerts({**(troubles.row() or {}), "rejected_operations": (rejected.row() or {})["total"]}),
    )


def _find_shift(reading: Reading, user_id: UUID | None, row: Row | None) -> DashboardShiftAnswer | None:
    if row is None:
        return None
    figures = ask_figures(reading.db, row["id"])
    own = ask_shift(reading.db, user_id, row["id"], row["opened_at"])
    shifts: list[Shift] = reading.aggregates(Shift, [row["id"]])
    if not shifts:
        return None
    shown = show_shift(shifts[0], figures_of(figures.rows()[0]))
    return DashboardShiftAnswer(**structs.asdict(shown), **own.read())


def _alerts(counts: dict[str, Any]) -> list[AlertAnswer]:
    return [AlertAnswer(code=code, count=counts[code]) for code in ALERT_CODES if counts[code]]


def _show(day: OwnDay) -> DashboardAnswer:
    figures = day.figures
    return DashboardAnswer(
        read_position=day.position,
        computed_at=day.computed_at,
        date=day.date,
        currency=day.store["currency"],
        store=DashboardStoreAnswer.of(day.store),
        shift=day.shift,
        sales=_show_sales(figures.by_hour),
        refunds=OwnRefundsAnswer(
            count=sum(row["refunds"] for row in figures.by_hour),
            total=sum(row["refunded"] for row in figures.by_hour),
        ),
        by_hour=[OwnHourAnswer.of(row) for row in figures.by_hour],
        by_method=[OwnPaymentAnswer.of(row) for row in figures.by_method],
        top_products=[OwnProductAnswer.of(row) for row in figures.top_products],
        last_orders=[OwnOrderAnswer.of(row) for row in figures.last_orders],
        held=OwnHeldAnswer(count=day.held.count, total=day.held.value),
        alerts=day.alerts,
    )


def _show_sales(hours: list[Row]) -> OwnSalesAnswer:
    names = ("orders", "net_sales", "tax", "tips", "rounding")
    sums = {name: sum(row[name] for row in hours) for name in names}
    orders, net_sales = sums["orders"], sums["net_sales"]
    items = sum((row["items"] for row in hours), Decimal(0))
    average = round_ratio(net_sales, orders) if orders else None
    return OwnSalesAnswer(
        orders=orders,
        items=items,
        net_sales=net_sales,
        total_collected=net_sales + sums["tax"] + sums["tips"] + sums["rounding"],
        average=average,
        average_order=average,
        items_per_order=ratio(items, orders),
        tips=sums["tips"],
    )
