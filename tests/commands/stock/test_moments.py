"""When stock may be said to have moved: not on days whose books are closed."""

from datetime import timedelta
from decimal import Decimal

import pytest

from commands.companies import ReviseCompany
from commands.stock.moments import PeriodClosed
from commands.stock.receipts import ReceivedLine, ReceiveStock
from domain.stock.movements import StockMovement
from tests.commands.samples import COMPANY, DELIVERY, NOW, STORAGE, VARIANT, product, storage, store
from tests.commands.scenario import Scenario, fact

LINES = (ReceivedLine(variant_id=VARIANT, quantity=Decimal(2), unit_cost=90),)


@pytest.fixture
def scenario(scenario: Scenario) -> Scenario:
    """A shop whose books are closed up to yesterday."""
    scenario.given(store(), storage(), product())
    yesterday = (NOW - timedelta(days=1)).date()
    scenario.when(ReviseCompany(id=COMPANY, changes={"books_closed_until": yesterday}))
    return scenario


def receive(days_ago: int) -> ReceiveStock:
    moment = NOW - timedelta(days=days_ago)
    return ReceiveStock(id=DELIVERY, storage_id=STORAGE, lines=LINES, occurred_at=moment)


def test_stock_moves_on_the_day_after(scenario: Scenario) -> None:
    scenario.when(receive(days_ago=0)).then(fact(StockMovement.Received))


@pytest.mark.parametrize("days_ago", [1, 2])
def test_it_does_not_move_on_a_closed_day(scenario: Scenario, days_ago: int) -> None:
    scenario.when(receive(days_ago)).then_refused(PeriodClosed)


def test_it_does_once_the_books_are_open_again(scenario: Scenario) -> None:
    scenario.when(ReviseCompany(id=COMPANY, changes={"books_closed_until": None}))
    scenario.when(receive(days_ago=1)).then(fact(StockMovement.Received))
