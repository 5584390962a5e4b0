"""Moving-average cost: issues, receipts, stock below zero and returns."""

from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.costing import Balance, Receipt, give_back, issue, receive, worth
from domain.money import AmountNotValid, AmountTooLarge, QuantityNotValid
from domain.orders.portions import portion

EMPTY = Balance(quantity=Decimal(0), value=0, last_unit_cost=0)


def held(quantity: str, value: int, last: int | Decimal = 0) -> Balance:
    return Balance(quantity=Decimal(quantity), value=value, last_unit_cost=last)


class TestIssue:
    def test_takes_its_part_of_the_value_and_the_last_unit_all_that_is_left(self) -> None:
        balance, costs = held("3", 1000), []
        for _ in range(3):
            cost, balance = issue(balance, Decimal(1))
            costs.append(cost)
        assert costs == [333, 334, 333]
        assert balance == held("0", 0)

    def test_below_zero_is_at_the_last_known_cost(self) -> None:
        assert issue(held("1", 250, 300), Decimal(3)) == (250 + 600, held("-2", -600, 300))

    def test_takes_a_last_cost_finer_than_a_minor_unit(self) -> None:
        cost, balance = issue(held("0", 0, Decimal("0.125")), Decimal(4))
        assert (cost, balance.value) == (1, -1)

    def test_below_zero_before_any_delivery_is_at_what_the_catalog_assumes(self) -> None:
        cost, balance = issue(EMPTY, Decimal("2.5"), 60)
        assert (cost, balance) == (150, held("-2.5", -150))
        assert receive(balance, Decimal(4), 320) == Receipt(
            value_change=320, settlement=-50, balance=held("1.5", 120, 80)
        )

    def test_below_zero_is_at_the_last_delivery_s_cost_whatever_the_catalog_assumes(self) -> None:
        assert issue(held("0", 0, 300), Decimal(1), 60)[0] == 300

    def test_of_nothing_costs_nothing(self) -> None:
        assert issue(held("2", 500), Decimal(0)) == (0, held("2", 500))

    def test_below_nothing_is_refused(self) -> None:
        with pytest.raises(QuantityNotValid):
            issue(held("2", 500), Decimal(-1))


class TestReceive:
    def test_adds_its_value_and_is_the_last_known_cost(self) -> None:
        receipt = receive(held("2", 500, 250), Decimal("1.5"), 500)
        assert receipt == Receipt(
            value_change=500, settlement=0, balance=held("3.5", 1000, Decimal("333.33333"))
        )

    def test_settles_what_was_sold_before_it_came(self) -> None:
        receipt = receive(held("-2", -600, 300), Decimal(5), 2000)
        assert receipt == Receipt(value_change=2000, settlement=-200, balance=held("3", 1200, 400))

    def test_settles_as_far_as_it_reaches(self) -> None:
        receipt = receive(held("-3", -1000, 333), Decimal(1), 300)
        assert receipt == Receipt(value_change=300, settlement=33, balance=held("-2", -667, 300))

    def test_to_zero_leaves_no_value(self) -> None:
        receipt = receive(held("-2", -600, 300), Decimal(2), 800)
        assert receipt == Receipt(value_change=800, settlement=-200, balance=held("0", 0, 400))

    def test_refuses_costs_below_zero_and_absurd_ones(self) -> None:
        with pytest.raises(AmountNotValid):
            receive(EMPTY, Decimal(1), -1)
        with pytest.raises(AmountTooLarge):
            worth(Decimal(3), 2**52)


class TestGiveBack:
    def test_odoo_95153_returns_at_the_cost_it_went_out_with(self) -> None:
        cost, balance = issue(held("2", 500, 250), Decimal(1))
        dearer = receive(balance, Decimal(1), 900).balance
        receipt = give_back(dearer, Decimal(1), cost)
        assert (receipt.value_change, receipt.settlement) == (250, 0)
        assert receipt.balance == held("3", 250 + 900 + 250, 900)

    def test_of_what_was_sold_below_zero_leaves_nothing(self) -> None:
        cost, balance = issue(held("0", 0, 300), Decimal(2))
        receipt = give_back(balance, Decimal(2), cost)
        assert receipt == Receipt(value_change=600, settlement=0, balance=held("0", 0, 300))

    def test_of_dearer_units_into_stock_below_zero_settles_the_difference(self) -> None:
        receipt = give_back(held("-2", -600, 300), Decimal(2), 500)
        assert receipt == Receipt(value_change=500, settlement=100, balance=held("0", 0, 300))


quantities = st.integers(1, 20).map(Decimal)
moves = st.lists(
    st.tuples(st.just("receive"), quantities, st.integers(1, 999))
    | st.tuples(st.just("issue"), quantities, st.just(0)),
    max_size=12,
)


class TestEveryBalance:
    @settings(max_examples=200, deadline=None)
    @given(moves, st.integers(1, 999))
    def test_has_value_just_when_it_has_quantity(
        self, steps: list[tuple[str, Decimal, int]], believed: int
    ) -> None:
        balance = held("0", 0, believed)
        for kind, quantity, cost in steps:
            before = balance.value
            if kind == "issue":
                charged, balance = issue(balance, quantity)
                assert balance.value == before - charged
            else:
                receipt = receive(balance, quantity, worth(quantity, cost))
                balance = receipt.balance
                assert balance.value == before + receipt.value_change + receipt.settlement
            assert (balance.value == 0) == (balance.quantity == 0)
            assert (balance.value > 0) == (balance.quantity > 0)

    @given(st.integers(0, 10**6), st.lists(st.integers(1, 10**6), min_size=1, max_size=8))
    def test_issued_in_any_parts_leaves_nothing(self, value: int, parts: list[int]) -> None:
        units = [Decimal(part) / 100_000 for part in parts]
        balance = held(str(sum(units, Decimal(0))), value)
        costs = []
        for quantity in units:
            cost, balance = issue(balance, quantity)
            costs.append(cost)
        assert balance == held("0", 0)
        assert sum(costs) == value
        assert min(costs) >= 0

    @given(st.integers(1, 50), st.integers(1, 9999), st.integers(1, 999))
    def test_is_what_it_was_when_a_sale_comes_back(self, sold: int, value: int, believed: int) -> None:
        start = held("10", value, believed)
        cost, balance = issue(start, Decimal(sold))
        assert give_back(balance, Decimal(sold), cost) == Receipt(
            value_change=cost, settlement=0, balance=start
        )

    @given(st.permutations([1, 1, 2, 3, 5]), st.integers(0, 999), st.integers(0, 999))
    @example([1, 3, 1, 2, 5], 5, 0)
    def test_is_empty_again_when_a_sale_below_zero_comes_back_in_parts(
        self, parts: list[int], hundredths: int, start_value: int
    ) -> None:
        start = held("12" if start_value else "0", start_value, Decimal(hundredths) / 100)
        cost, balance = issue(start, Decimal(12))
        returned = 0
        for part in parts:
            before = returned
            returned += part
            back = portion(cost, Decimal(12), Decimal(before), Decimal(part))
            receipt = give_back(balance, Decimal(part), back)
            assert receipt.settlement == 0
            balance = receipt.balance
        assert balance == start

    @given(st.integers(-20, -1), st.integers(1, 40), st.integers(0, 9999), st.integers(1, 999))
    def test_never_has_quantity_and_value_on_different_sides_of_zero(
        self, below: int, returned: int, cost: int, believed: int
    ) -> None:
        balance = held(str(below), below * believed, believed)
        receipt = give_back(balance, Decimal(returned), cost)
        after = receipt.balance
        assert after.value == balance.value + receipt.value_change + receipt.settlement
        assert after.quantity * after.value >= 0
        assert after.value == 0 or after.quantity != 0
