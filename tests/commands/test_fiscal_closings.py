"""Closings are made one after another, each of what the one before left."""

from datetime import date
from typing import Any
from uuid import UUID

from commands.fiscal.closings import MakeClosings
from domain.fiscal import (
    ClosedFigures,
    Closing,
    FiscalPeriod,
    LastClosing,
    LateFigures,
    StorePerpetual,
    StoreToClose,
    closing_id,
    closings_due,
)
from tests.commands.scenario import Scenario

STORE = UUID(int=7)
SOLD = ClosedFigures(receipts=1, gross_sales=100, net_sales=100, tax=19, total_collected=119, sales=119)


def store(until: date, *days: date, **more: Any) -> StoreToClose:
    """A store that sold something on each of these days."""
    fields: dict[str, Any] = {
        "is_archived": False,
        "last": {},
        "perpetual": StorePerpetual(),
        "late": None,
        "head_position": 42,
        "head_hash": "00" * 32,
        **more,
    }
    sold = dict.fromkeys(days, SOLD)
    return StoreToClose(store_id=STORE, currency="EUR", until=until, days=sold, **fields)


def made_of(to_close: StoreToClose) -> list[Closing.Made]:
    command = MakeClosings(closings=list(closings_due(to_close)))
    return [data for _, _, data in Scenario().when(command).recorded]


def test_days_with_trade_are_closed_and_each_month_and_year() -> None:
    made = made_of(store(date(2026, 1, 2), date(2025, 11, 30), date(2025, 12, 31), date(2026, 1, 2)))
    assert [(one.kind, one.first_day.isoformat(), one.number) for one in made] == [
        ("day", "2025-11-30", 1),
        ("month", "2025-11-01", 1),
        ("day", "2025-12-31", 2),
        ("month", "2025-12-01", 2),
        ("year", "2025-01-01", 1),
        ("day", "2026-01-02", 3),
    ]
    assert [one.perpetual.sales for one in made] == [119, 119, 238, 238, 238, 357]
    assert (made[4].figures.receipts, made[4].figures.total_collected) == (2, 238)


def test_a_month_without_trade_goes_on_from_the_one_before() -> None:
    day, month = FiscalPeriod.day(date(2026, 1, 20)), FiscalPeriod.month_of(date(2026, 1, 1))
    last = {kind: LastClosing(number=9, period=period) for kind, period in (("day", day), ("month", month))}
    perpetual = StorePerpetual(sales=500, receipts=4)
    first_day = date(2026, 1, 20)
    [made] = made_of(store(date(2026, 3, 5), last=last, perpetual=perpetual, first_day=first_day))
    assert (made.kind, made.number, made.perpetual) == ("month", 10, perpetual)
    assert made.previous_id == closing_id(STORE, month)
    assert made.figures == ClosedFigures()


def test_what_is_late_is_in_the_first_day_and_a_reversed_sale_a_return() -> None:
    back = ClosedFigures(receipts=-1, sales=-119, voids=1)
    late = LateFigures(facts=1, figures=back, reversed_receipts=1, reversed_total=119)
    before = StorePerpetual(sales=119, receipts=1)
    first, second = made_of(
        store(date(2026, 3, 5), date(2026, 3, 4), date(2026, 3, 5), late=late, perpetual=before)
    )
    assert (first.late, second.late) == (late, None)
    assert first.perpetual == StorePerpetual(sales=238, returns=119, receipts=2)


def test_a_store_that_never_sold_has_nothing_to_close() -> None:
    assert list(closings_due(store(date(2026, 3, 5)))) == []
