"""Decisions about sales that are taken back."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from commands.orders.refunds import RefundOrder
from commands.orders.voids import VoidOrder, VoidWindowClosed
from commands.ports import Missing, StaleVersion
from commands.shifts.closing import CloseShift, EndShift
from domain.orders import InvalidTransition, LineReturn, Order
from domain.payments import Tender
from domain.settings import OtherStore
from domain.shifts import Shift
from domain.stock.movements import StockMovement
from tests.commands.samples import (
    NOTHING,
    NOW,
    ORDER,
    OTHER,
    REGISTER,
    SHIFT,
    STORAGE,
    STORE,
    caller,
    delivery,
    id_of,
    line,
    product,
    register,
    sale,
    shift,
    storage,
    store,
)
from tests.commands.scenario import Scenario, fact

LINE = id_of("line")


@pytest.fixture
def shop(scenario: Scenario) -> Scenario:
    """Ten SALT in the cellar of one store with one till."""
    return scenario.given(store(), storage(), register(), product(), delivery("10"))


@pytest.fixture
def sold(shop: Scenario) -> Scenario:
    """Three SALT of ten were sold without a shift, for cash and a tip."""
    tender = Tender(method="cash", amount=747, tendered=1000, tip=53)
    shop.when(sale(line("3", id=LINE), tenders=(tender,)))
    return shop


def void(**values: Any) -> VoidOrder:
    return VoidOrder(**{"order_id": ORDER, "reason": "wrong customer", **values})


class TestVoidOrder:
    def test_takes_money_tip_and_stock_back(self, sold: Scenario) -> None:
        outcome = sold.when(void()).then(
            fact(Order.Voided, ORDER, number="M-000001", store_id=STORE, occurred_at=NOW),
            fact(StockMovement.Voided, storage_id=STORAGE, order_id=ORDER, occurred_at=NOW),
        )
        (_, _, voided), (_, _, movement) = outcome.recorded
        assert (voided.totals.paid_total, voided.totals.tip_total) == (800, 53)
        assert [(one.quantity, one.balance_quantity, one.balance_value) for one in movement.lines] == [
            (3, 10, 900)
        ]
        assert (outcome.answer.status, outcome.answer.refunded) == ("voided", 800)

    def test_happens_once(self, sold: Scenario) -> None:
        sold.when(void())
        sold.when(void()).then_refused(InvalidTransition)

    def test_refuses_what_was_refunded(self, sold: Scenario) -> None:
        back = (LineReturn(line_id=LINE, quantity=Decimal(1)),)
        tenders = (Tender(method="cash", amount=249),)
        sold.when(RefundOrder(order_id=ORDER, returns=back, tenders=tenders, reason="too salty"))
        sold.when(void()).then_refused(InvalidTransition)

    def test_refuses_an_order_that_is_not_there(self, sold: Scenario) -> None:
        sold.when(void(order_id=NOTHING)).then_refused(Missing)

    def test_refuses_whoever_works_elsewhere(self, sold: Scenario) -> None:
        sold.by(caller("Manager", OTHER)).when(void()).then_refused(OtherStore)

    def test_refuses_an_order_that_changed_since_it_was_read(self, sold: Scenario) -> None:
        sold.when(void(expected_versions=frozenset({7}))).then_refused(StaleVersion)


class TestWithoutAShift:
    def test_lasts_until_the_day_is_over(self, sold: Scenario) -> None:
        late = NOW.replace(hour=21, minute=59)
        sold.at(late).when(void()).then(fact(Order.Voided), fact(StockMovement.Voided))

    def test_is_too_late_on_the_next_day(self, sold: Scenario) -> None:
        sold.at(NOW + timedelta(hours=10)).when(void()).then_refused(VoidWindowClosed)


class TestWithinAShift:
    @pytest.fixture
    def shifted(self, shop: Scenario) -> Scenario:
        """One SALT was sold in an open shift."""
        shop.given(shift())
        shop.when(sale(line(id=LINE), register_id=REGISTER, store_id=None))
        return shop

    def test_lasts_as_long_as_the_shift(self, shifted: Scenario) -> None:
        shifted.at(NOW + timedelta(days=2)).when(void()).then(
            fact(Order.Voided, shift_id=SHIFT, register_id=REGISTER), fact(StockMovement.Voided)
        )

    def test_lasts_while_the_drawer_is_counted(self, shifted: Scenario) -> None:
        shifted.when(EndShift(id=SHIFT)).then(fact(Shift.Ended))
        shifted.when(void()).then(fact(Order.Voided, shift_id=SHIFT), fact(StockMovement.Voided))

    def test_is_too_late_once_it_is_closed(self, shifted: Scenario) -> None:
        shifted.when(CloseShift(id=SHIFT, counted_cash=249)).then(fact(Shift.Closed))
        shifted.when(void()).then_refused(VoidWindowClosed)
