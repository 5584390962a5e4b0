"""Rounding, currencies and fair shares."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import (
    AmountNotValid,
    AmountTooLarge,
    NothingToShare,
    NumberNotValid,
    QuantityNotValid,
    RoundingMode,
    UnknownCurrency,
    apportion,
    apportion_within,
    checked,
    exponent,
    round_ratio,
    round_to_multiple,
    scaled,
    scaled_quantity,
)

weights_of_lines = st.lists(st.integers(0, 10_000), min_size=1, max_size=12)


class TestExponent:
    @pytest.mark.parametrize(
        ("currency", "places"), [("EUR", 2), ("JPY", 0), ("BHD", 3), ("CLF", 4), ("ISK", 0), ("KWD", 3)]
    )
    def test_follows_iso_4217(self, currency: str, places: int) -> None:
        assert exponent(currency) == places

    @pytest.mark.parametrize("currency", ["XXX", "eur", "", "BTC", "XAU"])
    def test_refuses_what_has_no_minor_unit(self, currency: str) -> None:
        with pytest.raises(UnknownCurrency):
            exponent(currency)


class TestRoundRatio:
    @pytest.mark.parametrize(
        ("numerator", "denominator", "mode", "expected"),
        [
            (5, 2, "half_up", 3),
            (-5, 2, "half_up", -3),
            (5, 2, "half_even", 2),
            (7, 2, "half_even", 4),
            (-5, 2, "half_even", -2),
            (49, 100, "half_up", 0),
            (51, 100, "half_even", 1),
            (10**40 + 1, 2, "half_up", 5 * 10**39 + 1),
        ],
    )
    def test_rounds_halves_by_mode(
        self, numerator: int, denominator: int, mode: RoundingMode, expected: int
    ) -> None:
        assert round_ratio(numerator, denominator, mode) == expected

    @given(st.integers(), st.integers(1, 10**9))
    def test_half_even_is_what_fractions_round_to(self, numerator: int, denominator: int) -> None:
        assert round_ratio(numerator, denominator, "half_even") == round(Fraction(numerator, denominator))

    @given(st.integers(), st.integers(1, 10**9), st.sampled_from(["half_up", "half_even"]))
    def test_a_value_and_its_negative_round_to_the_same_size(
        self, numerator: int, denominator: int, mode: RoundingMode
    ) -> None:
        assert round_ratio(-numerator, denominator, mode) == -round_ratio(numerator, denominator, mode)


class TestRoundToMultiple:
    @pytest.mark.parametrize(
        ("amount", "multiple", "expected"),
        [(1252, 5, 1250), (1253, 5, 1255), (15, 10, 20), (1234, 0, 1234), (1234, 1, 1234), (2, 5, 0)],
    )
    def test_takes_the_nearest(self, amount: int, multiple: int, expected: int) -> None:
        assert round_to_multiple(amount, multiple) == expected

    @pytest.mark.parametrize("amount", [7, 75, 1252, 1253], ids=lambda n: f"odoo-96721-{n}")
    def test_a_refund_mirrors_the_sale(self, amount: int) -> None:
        assert round_to_multiple(-amount, 10) == -round_to_multiple(amount, 10)


class TestApportion:
    def test_ties_go_by_line_order(self) -> None:
        assert apportion(5, [100] * 9 + [1]) == [1] * 5 + [0] * 5

    def test_the_largest_remainder_comes_first(self) -> None:
        assert apportion(10, [1, 1, 4]) == [2, 2, 6]

    def test_nothing_can_be_shared_out_as_nothing(self) -> None:
        assert apportion(0, [0, 0]) == [0, 0]
        assert apportion(0, []) == []

    def test_nobody_gets_more_than_their_room_while_another_has_some(self) -> None:
        assert apportion(2, [1, 1, 1]) == [1, 1, 0]
        assert apportion_within(2, [1, 1, 1], [0, 1, 1]) == [0, 1, 1]
        assert apportion_within(3, [5, 1, 0], [1, 1, 9]) == [2, 1, 0]

    def test_refuses_an_amount_no_weight_can_take(self) -> None:
        with pytest.raises(NothingToShare):
            apportion(1, [0, 0])

    @given(weights_of_lines.filter(any), st.integers(-(10**6), 10**6))
    def test_shares_add_up_and_zero_weights_get_none(self, weights: list[int], total: int) -> None:
        shares = apportion(total, weights)
        assert sum(shares) == total
        assert all(share == 0 for share, weight in zip(shares, weights, strict=True) if weight == 0)

    @given(weights_of_lines.filter(any), st.data())
    def test_no_share_is_larger_than_its_weight(self, weights: list[int], data: st.DataObject) -> None:
        total = data.draw(st.integers(-sum(weights), sum(weights)))
        shares = apportion(total, weights)
        assert all(abs(share) <= weight for share, weight in zip(shares, weights, strict=True))

    @given(weights_of_lines.filter(any), st.integers(0, 10**6))
    def test_no_share_is_a_whole_unit_from_its_exact_part(self, weights: list[int], total: int) -> None:
        for share, weight in zip(apportion(total, weights), weights, strict=True):
            assert abs(share - Fraction(total * weight, sum(weights))) < 1


class TestScaled:
    def test_counts_five_places_exactly(self) -> None:
        assert scaled(Decimal("0.00001")) == 1
        assert scaled(Decimal("8.875")) == scaled(Decimal("8.87500000")) == 887_500

    @pytest.mark.parametrize(
        "number", ["0.000001", "1.00000000000000000000000000000000000001", "1E-999999", "NaN", "Infinity"]
    )
    def test_refuses_what_is_finer_or_not_finite(self, number: str) -> None:
        with pytest.raises(NumberNotValid):
            scaled(Decimal(number))

    @pytest.mark.parametrize("number", ["1E+999999", "-1E+20", "9007199254740993"])
    def test_refuses_absurd_sizes(self, number: str) -> None:
        with pytest.raises(AmountTooLarge):
            scaled(Decimal(number))

    def test_a_quantity_is_not_below_zero(self) -> None:
        with pytest.raises(QuantityNotValid):
            scaled_quantity(Decimal("-0.001"))


class TestChecked:
    def test_lets_the_largest_amount_pass(self) -> None:
        assert checked(2**53) == 2**53

    def test_refuses_more(self) -> None:
        with pytest.raises(AmountTooLarge):
            checked(2**53 + 1)

    def test_refuses_less_than_nothing(self) -> None:
        with pytest.raises(AmountNotValid):
            checked(-1)
