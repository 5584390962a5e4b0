"""Reversing movements: everything goes back, at its own value as far as what is left allows it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.costing import Balance, issue
from domain.stock.adjustments import Adjustment, adjust
from domain.stock.goods import BaseQuantity
from domain.stock.levels import Level
from domain.stock.movements import InsufficientStock, StockMovement
from domain.stock.receipts import Delivered, receive_lines
from domain.stock.reversals import reverse

SALT, STORAGE, MOVEMENT = UUID(int=1), UUID(int=2), UUID(int=3)
MORNING = datetime(2026, 3, 1, 9, tzinfo=UTC)


def held(quantity: int | str, value: int, last: int | Decimal = 0) -> Balance:
    return Balance(quantity=Decimal(quantity), value=value, last_unit_cost=last)


def receipt(before: Balance, *lines: tuple[int, int]) -> StockMovement:
    """A receipt onto a balance: quantities, each with its unit cost."""
    delivered = [Delivered.entered(MOVEMENT, SALT, Decimal(quantity), cost) for quantity, cost in lines]
    return StockMovement.begin(
        StockMovement.Received,
        MOVEMENT,
        storage_id=STORAGE,
        occurred_at=MORNING,
        lines=receive_lines(delivered, {SALT: Level(balance=before)}),
    )


def left_by(movement: StockMovement) -> Balance:
    line = movement.lines[-1]
    return held(line.balance_quantity, line.balance_value, line.last_unit_cost)


def reversal_of(movement: StockMovement, balance: Balance, *, reserved: int = 0) -> Any:
    """The lines of its reversal."""
    return reverse(movement, {SALT: Level(balance=balance, reserved=Decimal(reserved))})


def sell(balance: Balance, quantity: int) -> Balance:
    return issue(balance, Decimal(quantity))[1]


class TestOfAReceipt:
    def test_s6_reversal_at_its_own_value(self) -> None:
        received = receipt(held(10, 800), (10, 100))
        sold = sell(left_by(received), 5)
        assert sold == held(15, 1350, 100)
        (line,) = reversal_of(received, sold)
        assert (line.quantity, line.value_change, line.settlement) == (-10, -1000, 0)
        assert (line.balance_quantity, line.balance_value) == (5, 350)

    def test_s6_reversal_at_the_average_when_too_little_value_is_left(self) -> None:
        received = receipt(held(10, 800), (10, 100))
        sold = sell(left_by(received), 9)
        assert sold == held(11, 990, 100)
        (line,) = reversal_of(received, sold)
        assert (line.value_change, line.settlement) == (-1000, 100)
        assert (line.balance_quantity, line.balance_value) == (1, 90)

    def test_takes_back_what_it_settled_of_goods_sold_before_it_came(self) -> None:
        received = receipt(held(-3, -750, 250), (24, 100))
        more = receipt(left_by(received), (10, 250))
        lines = reversal_of(received, left_by(more))
        # Seven of the ten that came at 250 are left: as if the other delivery had never been.
        assert [(line.balance_quantity, line.balance_value) for line in lines] == [(7, 1750)]

    def test_is_refused_when_less_is_on_hand_and_names_the_line(self) -> None:
        received = receipt(held(0, 0), (10, 100))
        with pytest.raises(InsufficientStock) as refused:
            reversal_of(received, sell(left_by(received), 1))
        assert [detail["field"] for detail in refused.value.details] == ["lines.0.quantity"]

    def test_does_not_look_at_what_is_reserved(self) -> None:
        received = receipt(held(0, 0), (10, 100))
        (line,) = reversal_of(received, left_by(received), reserved=4)
        assert line.balance_quantity == 0

    @given(
        quantity=st.integers(0, 50),
        unit_value=st.integers(0, 999),
        lines=st.lists(st.tuples(st.integers(1, 40), st.integers(0, 999)), min_size=1, max_size=5),
    )
    def test_at_once_leaves_quantity_and_value_as_they_were(
        self, quantity: int, unit_value: int, lines: list[tuple[int, int]]
    ) -> None:
        before = held(quantity, quantity * unit_value)
        received = receipt(before, *lines)
        reversal = reversal_of(received, left_by(received))
        assert (reversal[-1].balance_quantity, reversal[-1].balance_value) == (before.quantity, before.value)
        assert [line.settlement for line in reversal] == [0] * len(lines)


def lost(before: Balance, quantity: int) -> StockMovement:
    """So much was lost of a balance."""
    change = Adjustment(
        id=MOVEMENT, variant_id=SALT, quantity=Decimal(-quantity), base=BaseQuantity.own(Decimal(-quantity))
    )
    lines, _ = adjust("lost", [change], {SALT: Level(balance=before)})
    return StockMovement.begin(
        StockMovement.Adjusted,
        MOVEMENT,
        storage_id=STORAGE,
        occurred_at=MORNING,
        reason="lost",
        lines=lines,
    )


class TestOfAnAdjustment:
    def test_settles_what_was_sold_below_zero_since(self) -> None:
        loss = lost(held(5, 5000, 1000), 5)
        (line,) = reversal_of(loss, held(-4, -40, 10))
        assert (line.value_change, line.settlement) == (5000, -3960)
        assert (line.balance_quantity, line.balance_value, line.last_unit_cost) == (1, 1000, 10)

    @given(
        value=st.integers(20, 5000),
        quantities=st.lists(st.integers(-4, 9).filter(bool), min_size=1, max_size=5),
    )
    def test_at_once_leaves_quantity_and_value_as_they_were(self, value: int, quantities: list[int]) -> None:
        levels = {SALT: Level(balance=held(20, value))}
        changes = [
            Adjustment(
                id=MOVEMENT,
                variant_id=SALT,
                quantity=Decimal(one),
                base=BaseQuantity.own(Decimal(one)),
                unit_cost=7 if one > 0 else None,
            )
            for one in quantities
        ]
        lines, _ = adjust("correction", changes, levels)
        adjustment = StockMovement.begin(
            StockMovement.Adjusted,
            MOVEMENT,
            storage_id=STORAGE,
            occurred_at=MORNING,
            lines=lines,
            reason="correction",
        )
        reversal = reversal_of(adjustment, left_by(adjustment))
        assert (reversal[-1].balance_quantity, reversal[-1].balance_value) == (20, value)
