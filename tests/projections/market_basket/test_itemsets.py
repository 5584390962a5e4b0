"""Sets of things are those that enough baskets have, of any length; too much work is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.market_basket import itemsets
from projections.market_basket.itemsets import Itemset
from projections.market_basket.limits import TooManyItemsets, suggested
from projections.market_basket.pairs import count_pairs, rank
from tests.projections.market_basket.made_up import (
    BASKETS,
    Plain,
    count_sets,
    number,
    own_counts,
    patient,
    slots,
    with_limits,
)


def find(baskets: Plain, at_least: int, longest: int) -> list[Itemset]:
    of_slot, numbers = slots(baskets)
    pairs = count_pairs(rank(of_slot, numbers, own_counts(baskets), at_least), len(baskets))
    return itemsets.grow_itemsets(of_slot, numbers, pairs, at_least, longest)


def plain(baskets: Plain, at_least: int, longest: int) -> list[Itemset]:
    sets = [
        Itemset(numbers=one, together=together)
        for size in range(2, longest + 1)
        for one, together in count_sets(baskets, size, at_least).items()
    ]
    return sorted(sets, key=lambda one: (-one.together, one.numbers))


@patient
@given(baskets=BASKETS, at_least=st.integers(1, 5), longest=st.integers(2, 5))
def test_sets_are_those_that_enough_baskets_have(baskets: Plain, at_least: int, longest: int) -> None:
    assert find(baskets, at_least, longest) == plain(baskets, at_least, longest)


def test_of_the_same_many_things_all_sets_are_found() -> None:
    found = find([frozenset(range(1, 7))] * 2, 2, 5)
    assert [len(one.numbers) for one in found].count(5) == 6
    assert len(found) == 15 + 20 + 15 + 6


def test_no_share_above_one_is_suggested() -> None:
    assert suggested(100, baskets=100) == {
        "suggested_min_support_count": 100,
        "suggested_min_support": "1.00000",
    }
    assert suggested(101, baskets=100) == {"suggested_min_support_count": 101}


@patient
@given(baskets=BASKETS, longest=st.integers(3, 5), limit=st.integers(1, 60), cost=st.integers(0, 2))
def test_whoever_is_refused_too_many_sets_and_follows_what_is_suggested_is_answered(
    baskets: Plain, longest: int, limit: int, cost: int
) -> None:
    least, found = 1, None
    while found is None:
        try:
            with with_limits(itemsets, MOST_WORK=limit, _A_SET=cost):
                found = find(baskets, least, longest)
        except TooManyItemsets as refused:
            least, before = number(refused, "suggested_min_support_count"), least
            assert least > before
    assert found == plain(baskets, least, longest)


def test_pairs_alone_take_no_more_work_however_many() -> None:
    baskets = [frozenset(range(1, 8))]
    with with_limits(itemsets, MOST_WORK=1):
        assert len(find(baskets, 1, 2)) == 21
        with pytest.raises(TooManyItemsets) as refused:
            find(baskets, 1, 3)
    assert number(refused.value, "estimate") > number(refused.value, "limit") == 1
