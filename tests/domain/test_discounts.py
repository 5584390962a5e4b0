"""How much a role may give away: all discounts together, exactly, and rounded for the customer."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.discounts import DiscountAboveCeiling, check_ceiling
from domain.pricing import Discount, Item, Rules, price

RULES = Rules(currency="EUR")


def percent(value: str) -> Discount:
    return Discount(type="percent", value=Decimal(value))


def amount(value: int) -> Discount:
    return Discount(type="amount", value=Decimal(value))


def item(unit_price: int, *discounts: Discount, quantity: str = "1") -> Item:
    return Item(
        variant_id=UUID(int=1), quantity=Decimal(quantity), unit_price=unit_price, discounts=discounts
    )


def fields_above(items: list[Item], *discounts: Discount, ceiling: str = "20") -> set[str]:
    """Which parts of the basket have too much off."""
    try:
        check_ceiling(items, discounts, price(items, discounts, RULES), Decimal(ceiling))
    except DiscountAboveCeiling as refusal:
        return {detail["field"] for detail in refusal.details}
    return set()


class TestTheCeiling:
    @pytest.mark.parametrize("off", [percent("20"), amount(200)])
    def test_itself_may_be_given(self, off: Discount) -> None:
        assert fields_above([item(1000, off)]) == set()
        assert fields_above([item(1000)], off) == set()

    def test_takes_no_part_of_what_rounding_leaves_uncharged(self) -> None:
        too_small_to_cost = [item(499, quantity="0.001")] * 499
        assert fields_above([item(100), *too_small_to_cost], amount(21)) != set()
        assert fields_above([item(100), *too_small_to_cost], amount(20)) == set()

    def test_is_not_collected_from_what_many_discounts_round_up(self) -> None:
        assert fields_above([item(28, *[percent("2.2")] * 10)]) == {"lines.0.discounts"}
        every_line = {f"lines.{index}.discounts" for index in range(500)}
        assert fields_above([item(2800, *[percent("2.2")] * 10, quantity="0.01")] * 500) == every_line

    def test_is_not_collected_from_a_thing_cut_into_many_lines(self) -> None:
        assert fields_above([item(3, percent("20"))] * 500) == {"discounts"}
        assert fields_above([item(100, percent("20"))] * 500) == set()

    @pytest.mark.parametrize("off", [percent("20.1"), percent("21"), percent("100"), amount(201)])
    def test_is_not_exceeded(self, off: Discount) -> None:
        assert fields_above([item(1000, off)]) == {"lines.0.discounts"}
        assert fields_above([item(1000)], off) == {"lines.0.discounts", "discounts"}

    def test_counts_all_discounts_together(self) -> None:
        assert fields_above([item(1000, percent("10"), percent("11"))]) == set()
        assert fields_above([item(1000, percent("10"), percent("12"))]) != set()
        assert fields_above([item(1000, percent("10"))], percent("11")) == set()
        assert fields_above([item(1000, percent("10"))], amount(101)) != set()

    def test_holds_for_each_line(self) -> None:
        assert fields_above([item(100, percent("50")), item(10_000)]) == {"lines.0.discounts"}
        assert fields_above([item(100, percent("15")), item(10_000)], percent("10")) == {"lines.0.discounts"}

    def test_names_the_orders_discounts_only_where_there_are_any(self) -> None:
        assert fields_above([item(1000, percent("30"))]) == {"lines.0.discounts"}
        both = {"lines.0.discounts", "discounts"}
        assert fields_above([item(1000, percent("30"))], percent("1")) == both

    def test_holds_for_the_basket_where_lines_are_too_small_to_tell(self) -> None:
        assert fields_above([item(1, percent("100"))]) == set()
        assert fields_above([item(1, percent("100"))] * 50) == {"discounts"}

    @pytest.mark.parametrize("off", [percent("20"), amount(21)])
    def test_may_be_rounded_up(self, off: Discount) -> None:
        assert price([item(103, off)], [], RULES).discount_total == 21
        assert fields_above([item(103, off)]) == set()

    def test_is_exact_where_many_lines_are_rounded_up(self) -> None:
        lines = [item(3, percent("20"))] * 10
        assert price(lines, [], RULES).discount_total == 10
        assert fields_above(lines) == set()

    def test_of_nothing_leaves_no_discount(self) -> None:
        assert fields_above([item(1000, percent("0.01"))], ceiling="0") == set()
        assert fields_above([item(1000, percent("1"))], ceiling="0") != set()

    def test_of_everything_leaves_all(self) -> None:
        assert fields_above([item(1000, amount(1000))], ceiling="100") == set()

    def test_knows_no_value_to_take_a_part_of(self) -> None:
        assert fields_above([item(0, percent("50")), item(500, quantity="0")], percent("100")) == set()


prices = st.lists(st.tuples(st.integers(0, 20) | st.integers(0, 9999), st.integers(0, 3000)), max_size=8)
ceilings = st.sampled_from(["0", "5", "12.5", "20", "33.33333", "100"])


class TestEveryBasket:
    @settings(max_examples=200, deadline=None)
    @given(prices, ceilings, st.booleans())
    def test_may_have_the_ceiling_off(
        self,
        goods: list[tuple[int, int]],
        ceiling: str,
        on_lines: bool,
    ) -> None:
        off = [percent(ceiling)]
        items = [item(each, *(off if on_lines else []), quantity=f"{units / 1000}") for each, units in goods]
        assert fields_above(items, *([] if on_lines else off), ceiling=ceiling) == set()

    @settings(max_examples=200, deadline=None)
    @given(prices, ceilings)
    def test_may_have_an_amount_off_that_is_within_the_ceiling(
        self, goods: list[tuple[int, int]], ceiling: str
    ) -> None:
        items = [item(each) for each, _ in goods]
        most = int(sum(each for each, _ in goods) * Decimal(ceiling) / 100)
        assert fields_above(items, amount(most), ceiling=ceiling) == set()

    @settings(max_examples=200, deadline=None)
    @given(prices, ceilings, st.integers(1, 100))
    def test_has_no_more_off_than_the_next_minor_unit_above(
        self, goods: list[tuple[int, int]], ceiling: str, more: int
    ) -> None:
        items = [item(each) for each, _ in goods]
        whole = sum(each for each, _ in goods)
        most = whole * Decimal(ceiling) / 100
        if (too_much := int(most) + 1 + more) <= whole:
            assert "discounts" in fields_above(items, amount(too_much), ceiling=ceiling)
