"""What to order: S11, and what running it again after ordering suggests."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.stock.reorder_suggestions import Demand, Sales

DEMAND = Demand(
    rate=Decimal(1),
    lead_days=7,
    cover_days=14,
    safety=Decimal(2),
    available=Decimal(3),
    incoming=Decimal(4),
    pack_quantity=Decimal(12),
)


def sales(sold: str, days: str) -> Sales:
    return Sales(sold=Decimal(sold), days_in_stock=Decimal(days))


class TestS11:
    def test_s11_reorder_by_what_sells_while_there_is_any(self) -> None:
        """42 sold in 56 days, 14 of them empty; lead 7, cover 14, safety 2, available 3, incoming 4."""
        sold = sales("42", "42")
        assert (sold.rate, sold.confidence) == (Decimal(1), "normal")
        demand = replace(DEMAND, rate=sold.rate)
        assert [demand.point, demand.have, demand.needed, demand.suggested] == [9, 7, 16, 24]

    def test_s11_reorder_naively_is_too_little(self) -> None:
        naive = sales("42", "56")
        assert naive.rate == Decimal("0.75")
        assert replace(DEMAND, rate=naive.rate).suggested == 12


class TestTheRate:
    def test_has_two_places(self) -> None:
        assert sales("1", "3").rate == Decimal("0.33")
        assert sales("2", "16").rate == Decimal("0.13")

    def test_is_nothing_of_what_does_not_sell(self) -> None:
        assert sales("0", "56").rate == 0
        assert sales("-3", "56").rate == 0

    def test_of_the_first_hours_is_that_of_a_day(self) -> None:
        assert sales("8", "0").rate == sales("8", "0.25").rate == 8

    def test_is_of_low_confidence_under_seven_days(self) -> None:
        assert sales("8", "6.99").confidence == "low"
        assert sales("8", "7").confidence == "normal"

    def test_says_how_long_what_is_there_lasts(self) -> None:
        assert sales("42", "42").cover(Decimal(3)) == 3
        assert sales("1", "3").cover(Decimal(1)) == Decimal("3.03")
        assert sales("42", "42").cover(Decimal(-3)) == 0
        assert sales("0", "42").cover(Decimal(3)) is None


class TestWhatIsSuggested:
    def test_is_nothing_while_there_is_more_than_the_point(self) -> None:
        assert replace(DEMAND, available=Decimal("5.1")).suggested == 0
        assert replace(DEMAND, available=Decimal(5)).suggested == 24

    def test_is_at_least_the_reorder_quantity(self) -> None:
        assert replace(DEMAND, reorder_quantity=Decimal(30)).suggested == 36
        assert replace(DEMAND, reorder_quantity=Decimal(3)).suggested == 24

    def test_makes_up_for_what_was_sold_below_zero(self) -> None:
        short = Decimal(-6)
        demand = replace(DEMAND, rate=Decimal(0), safety=Decimal(0), available=short, incoming=Decimal(0))
        assert demand.suggested == 12

    def test_is_whole_packs_of_any_size(self) -> None:
        assert replace(DEMAND, pack_quantity=Decimal("2.5")).suggested == Decimal("17.5")
        assert replace(DEMAND, pack_quantity=Decimal(1)).suggested == 16

    @pytest.mark.parametrize("least", [None, Decimal(3), Decimal(10)])
    def test_odoo_31490_again_after_ordering_is_nothing(self, least: Decimal | None) -> None:
        slow = replace(
            DEMAND,
            rate=Decimal(0),
            safety=Decimal(5),
            available=Decimal(0),
            incoming=Decimal(0),
            reorder_quantity=least,
            pack_quantity=Decimal(1),
        )
        assert slow.suggested >= 5
        assert replace(slow, incoming=slow.suggested).suggested == 0


def decimals(least: int, most: int, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(least, most, places=places, allow_nan=False)


@given(
    st.builds(
        Demand,
        rate=decimals(0, 100, 2),
        lead_days=st.integers(0, 60),
        cover_days=st.integers(0, 60),
        safety=decimals(0, 100, 3),
        available=decimals(-100, 100, 3),
        incoming=decimals(0, 100, 3),
        reorder_quantity=st.none() | decimals(0, 50, 3),
        pack_quantity=st.sampled_from([Decimal(1), Decimal(12), Decimal("0.5"), Decimal("2.75")]),
    )
)
def test_again_after_ordering_is_nothing_whatever_is_expected(demand: Demand) -> None:
    suggested = demand.suggested
    assert suggested >= demand.needed >= 0
    assert suggested - demand.needed < demand.pack_quantity
    again = replace(demand, incoming=demand.incoming + suggested)
    if suggested:
        assert again.suggested == 0


def whole(least: int, most: int) -> st.SearchStrategy[Decimal]:
    return st.integers(least, most).map(Decimal)


class TestTheMostToHave:
    def test_caps_what_is_suggested_at_whole_packs(self) -> None:
        small = replace(DEMAND, pack_quantity=Decimal(4), max_level=Decimal(18))
        assert [small.have, small.needed, small.suggested] == [7, 16, 8]

    def test_caps_the_reorder_quantity_as_well(self) -> None:
        demand = replace(DEMAND, pack_quantity=Decimal(1), reorder_quantity=Decimal(50))
        assert replace(demand, max_level=Decimal(10)).suggested == 3
        assert replace(demand, max_level=Decimal(60)).suggested == 50

    def test_is_exceeded_by_what_brings_it_above_the_reorder_level(self) -> None:
        empty = replace(DEMAND, available=Decimal(0), incoming=Decimal(0), max_level=Decimal(10))
        assert empty.suggested == 12

    def test_suggests_nothing_where_no_pack_fits_and_the_reorder_level_is_not_reached(self) -> None:
        assert replace(DEMAND, max_level=Decimal(10)).suggested == 0

    @given(
        demand=st.builds(
            Demand,
            rate=whole(0, 3),
            lead_days=st.just(7),
            cover_days=st.just(14),
            safety=whole(0, 20),
            available=whole(-20, 40),
            incoming=whole(0, 0),
            reorder_quantity=whole(0, 30),
            max_level=whole(20, 40),
            pack_quantity=whole(1, 15),
        )
    )
    def test_is_reached_at_once_or_not_at_all(self, demand: Demand) -> None:
        assert replace(demand, incoming=demand.suggested).suggested == 0
        assert demand.max_level is not None
        after = demand.have + demand.suggested
        is_capped = after <= demand.max_level
        assert is_capped or not demand.suggested or after - demand.pack_quantity <= demand.safety
