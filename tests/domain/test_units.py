"""Quantities in other units: exact along the chain, there and back, rounded once and half up."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalog.units import Measure, NoCommonUnit, convert
from domain.errors import Invalid

FACTORS = st.lists(st.decimals("0.001", 1000, places=3), min_size=1, max_size=3)
QUANTITIES = st.decimals(0, 10_000, places=3)


def chain(factors: Sequence[Decimal | str], precision: int = 5) -> dict[UUID, Measure]:
    """Units 0, 1, 2 …, each of which is so many of the one before it."""
    units = {UUID(int=0): Measure(precision=precision)}
    for number, factor in enumerate(factors):
        units[UUID(int=number + 1)] = Measure(
            precision=precision, base_unit_id=UUID(int=number), factor=Decimal(factor)
        )
    return units


def at(number: int) -> UUID:
    return UUID(int=number)


class TestConverting:
    def test_factors_multiply_along_the_chain(self) -> None:
        units = chain(["6", "4"], precision=0)
        assert convert(Decimal(2), at(2), at(0), units) == (Decimal(48), True)
        assert convert(Decimal(48), at(0), at(2), units) == (Decimal(2), True)

    def test_two_multiples_of_one_base_convert_into_each_other(self) -> None:
        base = Measure(precision=3)
        units = {at(0): base, at(1): Measure(precision=2, base_unit_id=at(0), factor=Decimal("0.45359"))}
        units[at(2)] = Measure(precision=3, base_unit_id=at(0), factor=Decimal("0.02835"))
        assert convert(Decimal(1), at(1), at(2), units) == (Decimal("16.000"), False)

    def test_a_half_is_rounded_up_and_said_to_be_rounded(self) -> None:
        units = chain(["2"], precision=0)
        assert convert(Decimal(5), at(0), at(1), units) == (Decimal(3), False)
        assert convert(Decimal(4), at(0), at(1), units) == (Decimal(2), True)

    def test_units_without_a_common_base_are_refused(self) -> None:
        with pytest.raises(NoCommonUnit):
            convert(Decimal(1), at(0), at(9), {**chain([]), at(9): Measure(precision=0)})

    def test_more_than_can_be_written_is_refused(self) -> None:
        units = chain(["1000000000"] * 2)
        with pytest.raises(Invalid):
            convert(Decimal(1), at(2), at(0), units)

    @given(QUANTITIES, FACTORS)
    def test_there_and_back_is_the_same_up_to_the_rounding(
        self, quantity: Decimal, factors: list[Decimal]
    ) -> None:
        units, top = chain(factors), at(len(factors))
        there, is_exact = convert(quantity, at(0), top, units)
        back, is_exact_back = convert(there, top, at(0), units)
        size = Fraction(1)
        for factor in factors:
            size *= Fraction(factor)
        half = Fraction(1, 2 * 10**5)
        assert abs(Fraction(there) * size - Fraction(quantity)) <= half * size
        assert abs(Fraction(back) - Fraction(quantity)) <= half * size + half
        if is_exact:
            assert (back, is_exact_back) == (quantity, True)

    @given(QUANTITIES, FACTORS)
    def test_it_is_exact_if_and_only_if_nothing_was_rounded(
        self, quantity: Decimal, factors: list[Decimal]
    ) -> None:
        units, top = chain(factors), at(len(factors))
        converted = convert(quantity, top, at(0), units)
        size = Fraction(quantity)
        for factor in factors:
            size *= Fraction(factor)
        assert converted.is_exact == (Fraction(converted.quantity) == size)

    @given(QUANTITIES)
    def test_into_itself_nothing_changes(self, quantity: Decimal) -> None:
        assert convert(quantity, at(1), at(1), chain(["7.3"])) == (quantity, True)
