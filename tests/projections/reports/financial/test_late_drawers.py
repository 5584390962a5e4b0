"""What becomes known of a drawer after its close restates it, and leaves what the close said as it was."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from commands.orders.baskets import BasketLine
from commands.orders.offline_sales import TakeOverSale
from commands.orders.sales import PlaceSale
from commands.shifts.cash import MoveCash
from commands.shifts.closing import CloseShift, RecountShift
from commands.shifts.offline_shifts import TakeOverMovement
from commands.shifts.opening import OpenShift
from commands.sync.delivery import Delivery
from domain.payments import Tender
from domain.shifts import Shift
from projections.base import Row
from projections.reports.accounts import ReportAccounts
from projections.reports.drawers import ReportDrawers
from projections.reports.names import ReportNames
from projections.reports.sections.financial.cash_over_short import CASH_OVER_SHORT
from tests.commands.samples import id_of
from tests.projections.reports.financial.books import EVERYTHING, Books
from tests.projections.reports.financial.trade import REGISTERS, Trade, variant_of

SHIFT, TILL = id_of("late shift"), REGISTERS["harbour"]


def sale(name: str) -> dict[str, Any]:
    """One of what costs 24.90, for cash."""
    line = BasketLine(
        variant_id=variant_of(2490), quantity=Decimal(1), unit_price=2490, id=id_of(f"line of {name}")
    )
    cash = (Tender(method="cash", amount=2490),)
    return {"id": id_of(name), "register_id": TILL, "lines": (line,), "tenders": cash, "shift_id": SHIFT}


@pytest.fixture(scope="module")
def late(database: Any) -> Iterator[Books]:
    """A shift with 100.00 and a sale, counted 1.00 short; a sale and a payment out become known since."""
    trade = Trade()
    told = Delivery(
        device_id=id_of("device"), device_code="X1", register_id=TILL, seq=1, told_at=trade.now, number="X1-1"
    )
    paid_out = MoveCash(id=id_of("late"), shift_id=SHIFT, type="paid_out", amount=300, reason="petty_cash")
    steps = (
        OpenShift(id=SHIFT, register_id=TILL, opening_float=10_000),
        PlaceSale(**sale("known")),
        CloseShift(id=SHIFT, counted_cash=12_390),
        TakeOverSale(sale=PlaceSale(**sale("late sale")), delivery=told),
        TakeOverMovement(movement=paid_out, delivery=told),
        RecountShift(id=SHIFT, counted_cash=14_700, reason="Found"),
    )
    for step in steps:
        done = trade.act(step)
        assert done.refusal is None, (step, done.refusal)
    books = Books(database, trade)
    books.fold(ReportDrawers(), ReportAccounts(), ReportNames())
    yield books
    books.close()


def row_at(books: Books, position: int) -> Row:
    [row] = books.report(CASH_OVER_SHORT, position=position).rows
    moved = row["opening_float"] + row["cash_sales"] + row["cash_tips"] - row["cash_refunds"] + row["paid_in"]
    assert row["expected"] == moved - row["paid_out"] - row["tips_out"] - row["drops"]
    names = ("cash_sales", "paid_out", "expected", "counted", "over_short", "over", "short")
    return {name: row[name] for name in names}


def test_the_close_said_what_was_known_then(late: Books) -> None:
    close = next(late.trade.of(Shift.Closed))
    assert row_at(late, close.position) == {
        "cash_sales": 2_490,
        "paid_out": 0,
        "expected": 12_490,
        "counted": 12_390,
        "over_short": -100,
        "over": 0,
        "short": 100,
    }


def test_late_facts_and_another_count_restate_it(late: Books) -> None:
    assert row_at(late, EVERYTHING) == {
        "cash_sales": 4_980,
        "paid_out": 300,
        "expected": 14_680,
        "counted": 14_700,
        "over_short": 20,
        "over": 20,
        "short": 0,
    }
