"""Adjusting stock: what a gain is worth, what a loss costs, and what is promised over it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.costing import Balance
from domain.stock.adjustments import GAINS, LOSSES, REASONS, Adjustment, adjust, wrong_signs
from domain.stock.goods import BaseQuantity
from domain.stock.levels import Level
from domain.stock.movements import InsufficientStock, Shortfall

SALT, LINE = UUID(int=1), UUID(int=2)


def level(quantity: int | str, value: int, last: int = 0, *, reserved: int = 0) -> Mapping[UUID, Level]:
    balance = Balance(quantity=Decimal(quantity), value=value, last_unit_cost=last)
    return {SALT: Level(balance=balance, reserved=Decimal(reserved))}


def change(quantity: int | str, unit_cost: int | None = None, catalog_cost: int = 0) -> Adjustment:
    return Adjustment(
        id=LINE,
        variant_id=SALT,
        quantity=Decimal(quantity),
        base=BaseQuantity.own(Decimal(quantity)),
        unit_cost=unit_cost,
        catalog_cost=catalog_cost,
    )


def line(levels: Mapping[UUID, Level], *changes: Adjustment, reason: str = "correction") -> Any:
    """The last line of an adjustment."""
    return adjust(reason, changes, levels)[0][-1]


class TestAGain:
    def test_is_worth_what_somebody_says(self) -> None:
        gained = line(level(4, 400), change(2, 150))
        assert (gained.value_change, gained.balance_value) == (300, 700)

    def test_else_as_much_as_what_is_there(self) -> None:
        assert line(level(3, 1000), change(2, catalog_cost=9)).value_change == 667

    def test_else_as_much_as_the_last_delivery(self) -> None:
        assert line(level(0, 0, 70), change(2, catalog_cost=9)).value_change == 140

    def test_else_what_the_catalog_says(self) -> None:
        assert line({}, change("2.5", catalog_cost=9)).value_change == 23

    @pytest.mark.parametrize("reason", ["found", "correction"])
    def test_does_not_become_the_last_cost(self, reason: str) -> None:
        assert line(level(4, 400, 100), change(2, 150), reason=reason).last_unit_cost == 100

    def test_of_opening_stock_becomes_it_where_somebody_says_what_it_cost(self) -> None:
        assert line({}, change(2, 150), reason="opening").last_unit_cost == 150
        assert line({}, change(2, catalog_cost=9), reason="opening").last_unit_cost == 0

    def test_settles_what_was_sold_below_zero(self) -> None:
        gained = line(level(-3, -750, 250), change(24, 240))
        assert (gained.value_change, gained.settlement) == (5760, 30)
        assert (gained.balance_quantity, gained.balance_value) == (21, 5040)

    def test_onto_stock_below_zero_is_worth_the_last_cost(self) -> None:
        gained = line(level(-3, -750, 250), change(2))
        assert (gained.value_change, gained.balance_quantity, gained.balance_value) == (500, -1, -250)


class TestALoss:
    def test_costs_the_average(self) -> None:
        lost = line(level(3, 1000), change(-2), reason="damaged")
        assert (lost.quantity, lost.value_change, lost.balance_value) == (-2, -667, 333)

    def test_of_everything_takes_all_of_the_value(self) -> None:
        assert line(level(3, 1000), change(-3), reason="theft").balance_value == 0

    def test_never_goes_below_zero(self) -> None:
        for levels in (level(3, 1000), level(-1, -10), {}):
            with pytest.raises(InsufficientStock):
                adjust("lost", [change(-4)], levels)

    def test_of_more_than_there_is_names_the_line_that_finds_too_little(self) -> None:
        with pytest.raises(InsufficientStock) as refused:
            adjust("lost", [change(-2), change(-2)], level(3, 1000))
        assert [detail["field"] for detail in refused.value.details] == ["lines.1.quantity"]

    def test_may_take_what_is_promised_and_says_how_much_of_it_is_missing(self) -> None:
        _, shortfalls = adjust("lost", [change(-2)], level(3, 900, reserved=2))
        assert shortfalls == (Shortfall(variant_id=SALT, reserved_over=Decimal(1)),)

    def test_that_leaves_what_is_promised_falls_short_of_nothing(self) -> None:
        assert adjust("lost", [change(-1)], level(3, 900, reserved=2))[1] == ()


class TestSigns:
    @pytest.mark.parametrize("reason", REASONS)
    def test_follow_from_the_reason(self, reason: str) -> None:
        wrong: list[Any] = list(wrong_signs(reason, [(Decimal(1), None), (Decimal(-1), None)]))
        refused = {detail["field"] for detail in wrong}
        expected = {"lines.0.quantity"} if reason in LOSSES else {"lines.1.quantity"}
        assert refused == (expected if reason in LOSSES + GAINS else set())

    def test_of_what_goes_out_forbid_a_cost(self) -> None:
        (wrong,) = wrong_signs("lost", [(Decimal(-1), 5)])
        assert (wrong["field"], wrong["code"]) == ("lines.0.unit_cost", "sign_not_valid")
