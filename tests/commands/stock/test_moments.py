"""When stock may be said to have moved: not on closed days, nor before the goods were counted."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from commands.companies import ReviseCompany
from commands.stock.adjustments import AdjustmentLine, AdjustStock
from commands.stock.moments import BeforeLastCount, PeriodClosed
from commands.stock.receipts import ReceivedLine, ReceiveStock
from commands.stock.reversals import ReverseMovement
from commands.stock.supplier_returns import ReturnToSupplier, SupplierReturnEntry
from domain.stock.movements import StockMovement
from tests.commands.samples import (
    COMPANY,
    DELIVERY,
    NOW,
    OTHER,
    STORAGE,
    SUPPLIER,
    VARIANT,
    counted,
    delivery,
    product,
    storage,
    store,
    supplier,
)
from tests.commands.scenario import Scenario, fact

RECEIVED = ReceivedLine(variant_id=VARIANT, quantity=Decimal(2), unit_cost=90)
LOST = AdjustmentLine(variant_id=VARIANT, quantity=Decimal(-2))
RETURNED = SupplierReturnEntry(variant_id=VARIANT, quantity=Decimal(2), unit_credit=90)
#: A movement of each kind that may lie in the past, by the event that it records.
WAYS: dict[Any, Callable[..., Any]] = {
    StockMovement.Received: lambda **more: ReceiveStock(lines=(RECEIVED,), **more),
    StockMovement.Adjusted: lambda **more: AdjustStock(reason="lost", lines=(LOST,), **more),
    StockMovement.SupplierReturned: lambda **more: ReturnToSupplier(
        supplier_id=SUPPLIER, lines=(RETURNED,), **more
    ),
}

each_way = pytest.mark.parametrize("event", WAYS, ids=lambda event: event.__name__)


def move(event: Any, days_ago: int) -> Any:
    moment = NOW - timedelta(days=days_ago)
    return WAYS[event](id=OTHER, storage_id=STORAGE, occurred_at=moment)


@pytest.fixture
def scenario(scenario: Scenario) -> Scenario:
    """Ten of SALT, at 90 each."""
    return scenario.given(store(), storage(), product(), supplier(), delivery())


def close_books(scenario: Scenario, days_ago: int | None) -> None:
    """Close the books up to so many days ago, or open them again."""
    until = None if days_ago is None else (NOW - timedelta(days=days_ago)).date()
    scenario.when(ReviseCompany(id=COMPANY, changes={"books_closed_until": until}))


class TestClosedBooks:
    @each_way
    def test_let_stock_move_on_the_day_after(self, scenario: Scenario, event: Any) -> None:
        close_books(scenario, days_ago=1)
        scenario.when(move(event, days_ago=0)).then(fact(event))

    @each_way
    @pytest.mark.parametrize("days_ago", [1, 2])
    def test_let_it_not_move_on_a_closed_day(self, scenario: Scenario, event: Any, days_ago: int) -> None:
        close_books(scenario, days_ago=1)
        scenario.when(move(event, days_ago)).then_refused(PeriodClosed, "occurred_at:period_closed")

    @each_way
    def test_let_it_move_once_they_are_open_again(self, scenario: Scenario, event: Any) -> None:
        close_books(scenario, days_ago=1)
        close_books(scenario, days_ago=None)
        scenario.when(move(event, days_ago=1)).then(fact(event))

    def test_of_today_keep_movements_from_being_reversed(self, scenario: Scenario) -> None:
        close_books(scenario, days_ago=0)
        scenario.when(ReverseMovement(movement_id=DELIVERY, reason="Twice")).then_refused(
            PeriodClosed, "occurred_at:period_closed"
        )


class TestACount:
    @each_way
    def test_settles_what_was_there_before(self, scenario: Scenario, event: Any) -> None:
        scenario.given(*counted(NOW - timedelta(days=2), "10", 900))
        scenario.when(move(event, days_ago=3)).then_refused(BeforeLastCount, "occurred_at:before_last_count")
        scenario.when(move(event, days_ago=1)).then(fact(event))

    def test_is_named_by_the_refusal(self, scenario: Scenario) -> None:
        scenario.given(*counted(NOW - timedelta(days=2), "10", 900))
        outcome = scenario.when(move(StockMovement.Adjusted, days_ago=3))
        assert outcome.refusal
        (detail,) = outcome.refusal.details
        assert detail["message"].startswith(f"CT-000001 counted it at {NOW - timedelta(days=2):%Y-%m-%d}")

    def test_keeps_its_figure_when_an_earlier_movement_turns_out_wrong(self, scenario: Scenario) -> None:
        """Cancelling an old delivery changed what had been counted (erpnext#54640)."""
        scenario.given(*counted(NOW - timedelta(days=2), "10", 900))
        outcome = scenario.when(ReverseMovement(movement_id=DELIVERY, reason="Twice"))
        outcome.then_refused(BeforeLastCount, "movement_id:before_last_count")
