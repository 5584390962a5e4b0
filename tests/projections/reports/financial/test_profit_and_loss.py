"""Profit and loss is what sales, stock and drawers come to: in the whole, by steps of time and by stores."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from domain.orders import Order
from domain.shifts import Shift
from domain.stock.movements import StockMovement
from domain.unlinked_returns import UnlinkedReturn
from domain.weeks import SHIFTS, WeekStart, first_of_week
from projections.base import Row
from projections.reports.period import Period
from projections.reports.sections.figures import GROSS_SALES
from projections.reports.sections.financial.profit_and_loss import PROFIT_AND_LOSS
from projections.reports.sections.financial.profit_figures import FIGURES
from projections.reports.sections.financial.revenue import REVENUE
from tests.projections.reports.financial.books import EVER, EVERYTHING, Books
from tests.projections.reports.financial.trade import STORAGES, STORES, Trade

NAMES = tuple(column.name for column in FIGURES if column.name != "margin")


class Part(NamedTuple):
    """What an event adds, where and when; `category` and `channel` are those of what was sold."""

    day: date
    store_id: UUID
    figures: dict[str, int]
    category_id: UUID | None = None
    channel: str | None = None


def parts(trade: Trade, upto: int = EVERYTHING) -> Iterator[Part]:
    yield from sales(trade, upto)
    yield from stock(trade, upto)
    yield from drawers(trade, upto)


def sales(trade: Trade, upto: int) -> Iterator[Part]:
    channels = {one.stream_id: one.event.channel for one in trade.of(Order.Terms)}
    for _, stream_id, event in trade.of(
        Order.Sold, Order.Voided, Order.Fulfilled, Order.Refunded, UnlinkedReturn.Taken, upto=upto
    ):
        where = (event.business_date, event.store_id)
        channel = channels.get(stream_id, "pos")
        sign = {Order.Sold: 1, Order.Fulfilled: 1, Order.Voided: -1}.get(type(event), 0)  # type: ignore[call-overload]
        for line in (*event.lines, *getattr(event, "goodwill", ())):
            figures = sold(line, sign) if sign else came_back(line)
            yield Part(*where, figures, line.category_id, channel)
        if isinstance(event, Order.Refunded | UnlinkedReturn.Taken):
            tip = getattr(event, "tip", 0)
            yield Part(*where, {"rounding": -event.rounding, "tips": -tip}, None, channel)
        elif not isinstance(event, Order.Fulfilled):
            totals = event.totals
            figures = {"rounding": sign * totals.rounding, "tips": sign * totals.tip_total}
            yield Part(*where, figures, None, channel)
    for _, stream_id, event in trade.of(Order.Paid, Order.Cancelled, upto=upto):
        figures = (
            {"rounding": event.rounding, "tips": event.tip_total}
            if isinstance(event, Order.Paid)
            else {
                "rounding": sum(one.exact - one.amount for one in event.payments),
                "tips": -sum(one.tip for one in event.payments),
            }
        )
        yield Part(event.business_date, event.store_id, figures, None, channels[stream_id])


def sold(line: Any, sign: int) -> dict[str, int]:
    figures = {
        "gross_sales": line.gross_sales,
        "discounts": line.gross_sales - line.net_sales,
        "tax": line.tax_total,
        "cost_of_goods": line.cost_total,
    }
    return {name: sign * value for name, value in figures.items()}


def came_back(line: Any) -> dict[str, int]:
    cost = getattr(line, "cost_total", 0)
    return {"returns": line.net_sales, "tax": -line.tax_total, "cost_of_goods": -cost}


def stock(trade: Trade, upto: int) -> Iterator[Part]:
    stores = {storage: STORES[name] for name, storage in STORAGES.items()}
    for _, _, event in trade.of(StockMovement.Moved, upto=upto):
        for line in event.lines:
            settled = getattr(line, "settlement", 0)
            figures = {"cost_settlements": settled}
            if isinstance(event, StockMovement.Adjusted) and event.reason != "opening":
                figures["inventory_adjustments"] = line.value_change
            yield Part(event.business_date, stores[event.storage_id], figures)


def drawers(trade: Trade, upto: int) -> Iterator[Part]:
    opened = {one.stream_id: one.event for one in trade.of(Shift.Opened)}
    counted: dict[UUID, int] = {}
    for _, shift_id, event in trade.of(Shift.Closed, Shift.Recounted, upto=upto):
        shift = opened[shift_id]
        over = event.counted_cash - counted.get(shift_id, getattr(event, "expected_cash", 0))
        counted[shift_id] = event.counted_cash
        yield Part(shift.business_date, shift.store_id, {"cash_over_short": over})
    for _, shift_id, event in trade.of(Shift.CashPaidOut, upto=upto):
        shift = opened[shift_id]
        reason = "tips" if event.reason == "tip_payout" else event.reason
        yield Part(shift.business_date, shift.store_id, {f"paid_out_{reason}": event.amount})


def added(some: Iterator[Part] | list[Part]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for part in some:
        sums.update(part.figures)
    sums["net_sales"] = sums["gross_sales"] - sums["discounts"] - sums["returns"]
    sums["gross_profit"] = sums["net_sales"] - sums["cost_of_goods"]
    sums["operating_result_before_expenses"] = (
        sums["gross_profit"]
        + sums["inventory_adjustments"]
        + sums["cost_settlements"]
        + sums["cash_over_short"]
        + sums["rounding"]
    )
    sums["total_collected"] = sums["net_sales"] + sums["tax"] + sums["tips"] + sums["rounding"]
    return dict(sums)


def picked(figures: dict[str, int], names: tuple[str, ...]) -> dict[str, int]:
    return {name: figures.get(name, 0) for name in names}


def check(rows: list[Row], some: list[Part], of_row: Any, of_part: Callable[[Part], Any], names: Any) -> None:
    by_key: dict[Any, list[Part]] = defaultdict(list)
    for part in some:
        by_key[of_part(part)].append(part)
    told = {of_row(row): {name: row[name] for name in names} for row in rows}
    plain = {key: picked(added(own), names) for key, own in by_key.items()}
    assert {key: row for key, row in told.items() if any(row.values())} == {
        key: row for key, row in plain.items() if any(row.values())
    }


STEPS: dict[str, Callable[[date], date]] = {
    "day": lambda day: day,
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
    "quarter": lambda day: day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
    "year": lambda day: day.replace(month=1, day=1),
}


def test_the_whole_is_one_row(books: Books, trade: Trade) -> None:
    table = books.report(PROFIT_AND_LOSS)
    [row] = table.rows
    sums = added(parts(trade))
    assert {name: row[name] for name in NAMES} == picked(sums, NAMES)
    assert row["period"] is None
    assert {name for name in NAMES if row[name]} >= {
        "returns",
        "cost_of_goods",
        "inventory_adjustments",
        "cash_over_short",
        "rounding",
        "paid_out_tips",
    }


def test_of_nothing_it_is_zero(books: Books) -> None:
    [row] = books.report(PROFIT_AND_LOSS, position=0).rows
    assert not any(row[name] for name in NAMES)
    assert row["margin"] is None


@pytest.mark.parametrize("step", STEPS)
def test_steps_of_time_have_their_own_parts(books: Books, trade: Trade, step: str) -> None:
    first = STEPS[step]
    for section, names in ((PROFIT_AND_LOSS, NAMES), (REVENUE, OF_REVENUE)):
        table = books.report(section, group=step)
        check(table.rows, list(parts(trade)), lambda row: row["period"], lambda one: first(one.day), names)
        days = [row["period"] for row in table.rows]
        assert days == sorted({first(EVER.from_date + timedelta(days=at)) for at in range(365)})


def test_steps_with_days_outside_of_the_period_are_partial(books: Books) -> None:
    period = Period(date(2026, 2, 15), date(2026, 12, 31))
    for section in (PROFIT_AND_LOSS, REVENUE):
        rows = books.report(section, group="quarter", period=period).rows
        assert [row["is_partial"] for row in rows] == [True, False, False, False]
        stores = books.report(section, group="store", period=period).rows
        assert {row["is_partial"] for row in stores} == {None}


@pytest.mark.parametrize("week_start", SHIFTS)
def test_weeks_begin_where_the_company_says(books: Books, trade: Trade, week_start: WeekStart) -> None:
    asked: dict[str, Any] = {"group": "week", "week_start": week_start}
    for section, names in ((PROFIT_AND_LOSS, NAMES), (REVENUE, OF_REVENUE)):
        rows = books.report(section, **asked).rows
        check(
            rows, list(parts(trade)), lambda row: row["period"], lambda one: week_of(one, week_start), names
        )
        row = max(rows, key=lambda row: row["gross_sales"])
        assert books.explain(section, GROSS_SALES, row, **asked).total == row["gross_sales"]


def week_of(part: Part, week_start: WeekStart) -> date:
    return first_of_week(part.day, week_start)


def test_stores_have_their_own_parts(books: Books, trade: Trade) -> None:
    for section, names in ((PROFIT_AND_LOSS, NAMES), (REVENUE, OF_REVENUE)):
        table = books.report(section, group="store")
        check(table.rows, list(parts(trade)), lambda row: row["store_id"], lambda one: one.store_id, names)
        assert {row["store"] for row in table.rows} == STORES.keys()
        alone = books.report(section, stores=(STORES["market"],))
        own = [one for one in parts(trade) if one.store_id == STORES["market"]]
        assert picked(alone.overall, names) == picked(added(own), names)


def test_at_any_position_it_says_what_was_known_then(books: Books, trade: Trade) -> None:
    for position in trade.positions(6):
        for section, names in ((PROFIT_AND_LOSS, NAMES), (REVENUE, OF_REVENUE)):
            overall = books.report(section, position=position).overall
            assert picked(overall, names) == picked(added(parts(trade, position)), names)


def test_of_a_longer_period_before_the_last_steps_are_gone(books: Books) -> None:
    february = Period(date(2026, 2, 1), date(2026, 2, 28))
    table = books.report(REVENUE, group="day", period=february, compare_to="previous_period", with_gone=True)
    assert table.comparison is not None
    assert [row["period"] for row in table.comparison.gone or ()] == [
        date(2026, 1, at) for at in (29, 30, 31)
    ]


def test_a_step_is_compared_with_that_at_the_same_place(books: Books, trade: Trade) -> None:
    first = min(one.day for one in sales(trade, EVERYTHING))
    week = Period(first + timedelta(days=3), first + timedelta(days=5))
    table = books.report(PROFIT_AND_LOSS, group="day", period=week, compare_to="previous_period")
    assert table.comparison is not None
    assert [row and row["period"] for row in table.comparison.rows] == [
        first + timedelta(days=at) for at in range(3)
    ]


OF_REVENUE = (
    "gross_sales",
    "discounts",
    "returns",
    "net_sales",
    "tax",
    "tips",
    "rounding",
    "total_collected",
)


@pytest.mark.parametrize(
    ("group", "key"), [("category", "category_id"), ("channel", "channel"), ("store", "store_id")]
)
def test_revenue_is_told_by_what_and_where_it_was(books: Books, trade: Trade, group: str, key: str) -> None:
    some = list(sales(trade, EVERYTHING))
    for position in (*trade.positions(2), EVERYTHING):
        table = books.report(REVENUE, group=group, position=position)
        known = list(sales(trade, position))
        check(table.rows, known, lambda row: row[key], lambda one: getattr(one, key), OF_REVENUE)
    of_phone = [one for one in some if one.channel == "phone"]
    table = books.report(REVENUE, group=group, filters={"channel": "phone"})
    check(table.rows, of_phone, lambda row: row[key], lambda one: getattr(one, key), OF_REVENUE)
    assert table.overall["net_sales"] > 0
