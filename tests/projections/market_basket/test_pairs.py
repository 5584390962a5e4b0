"""Pairs are counted as somebody would who looks into every basket, however the work is divided."""

from fractions import Fraction
from itertools import combinations
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.market_basket import limits, pairs
from projections.market_basket.limits import TooManyBaskets, TooManyPairs
from projections.market_basket.pairs import Pairs, count_pairs, count_these, rank
from tests.projections.market_basket.made_up import (
    BASKETS,
    MOST,
    Plain,
    count_sets,
    number,
    own_counts,
    pairs_of,
    patient,
    slots,
    told,
    with_limits,
)

#: Of tables none is ever worth it, or every one is.
WAYS = {"sorted": 0, "table": 1_000_000, "as it is": pairs._SPARSE}


def count(baskets: Plain, at_least: int) -> Pairs:
    return count_pairs(rank(*slots(baskets), own_counts(baskets), at_least), len(baskets))


@patient
@given(
    baskets=BASKETS,
    at_least=st.integers(1, 6),
    part=st.sampled_from([1, 2, 5, 17, 1 << 20]),
    way=st.sampled_from(sorted(WAYS)),
)
def test_pairs_are_those_that_enough_baskets_have(baskets: Plain, at_least: int, part: int, way: str) -> None:
    with with_limits(pairs, PART=part, _SPARSE=WAYS[way]):
        counted = count(baskets, at_least)
    assert told(counted) == count_sets(baskets, 2, at_least)
    assert counted.baskets == len(baskets)
    assert counted.own.tolist() == own_counts(baskets).tolist()
    assert (counted.first < counted.second).all()


@patient
@given(baskets=BASKETS, at_least=st.integers(1, 4), part=st.sampled_from([1, 3, 1 << 20]))
def test_nothing_depends_on_the_order_of_what_is_in_a_basket(
    baskets: Plain, at_least: int, part: int
) -> None:
    of_slot, numbers = slots(baskets)
    with with_limits(pairs, PART=part):
        turned = count_pairs(rank(of_slot[::-1], numbers[::-1], own_counts(baskets), at_least), len(baskets))
    assert told(turned) == told(count(baskets, at_least))


@patient
@given(baskets=BASKETS, part=st.sampled_from([1, 4, 1 << 20]), data=st.data())
def test_pairs_that_are_named_are_counted_however_few_baskets_have_them(
    baskets: Plain, part: int, data: st.DataObject
) -> None:
    every = list(combinations(range(1, MOST + 1), 2))
    named = data.draw(st.lists(st.sampled_from(every), unique=True, max_size=12))
    own = own_counts(baskets)
    with with_limits(pairs, PART=part):
        counts = count_these(*slots(baskets), own, pairs_of(dict.fromkeys(named, 0), own, len(baskets)))
    plain = count_sets(baskets, 2, 1)
    assert counts.tolist() == [plain.get(one, 0) for one in named]


@patient
@given(baskets=BASKETS, at_least=st.integers(0, 5))
def test_what_few_have_comes_first_and_what_is_too_rare_not_at_all(baskets: Plain, at_least: int) -> None:
    own = own_counts(baskets)
    ranked = rank(*slots(baskets), own, at_least)
    frequent = [one for one in range(MOST + 1) if own[one] >= max(at_least, 1)]
    assert ranked.numbers.tolist() == sorted(frequent, key=lambda one: (own[one], one))
    kept = [[one for one in ranked.numbers.tolist() if one in basket] for basket in baskets]
    assert ranked.numbers[ranked.ranks].tolist() == [one for basket in kept for one in basket]
    assert ranked.rest.tolist() == [rest for basket in kept for rest in reversed(range(len(basket)))]
    assert ranked.pairs == sum(len(basket) * (len(basket) - 1) // 2 for basket in kept)


@patient
@given(baskets=BASKETS, limit=st.integers(1, 20), part=st.sampled_from([1, 6, 1 << 20]))
def test_too_many_pairs_are_refused_with_what_is_accepted(baskets: Plain, limit: int, part: int) -> None:
    plain = count_sets(baskets, 2, 1)
    with with_limits(pairs, MOST_PAIRS=limit, PART=part):
        if len(plain) <= limit:
            assert told(count(baskets, 1)) == plain
            return
        with pytest.raises(TooManyPairs) as refused:
            count(baskets, 1)
        least = number(refused.value, "suggested_min_support_count")
        assert told(count(baskets, least)) == count_sets(baskets, 2, least)
    assert [number(refused.value, name) for name in ("estimate", "limit")] == [len(plain), limit]
    assert len(count_sets(baskets, 2, least - 1)) > limit
    if least <= len(baskets):
        share = Fraction(str(refused.value.beside["suggested_min_support"]))
        assert ceil(share * len(baskets)) >= least > (share - Fraction("0.00001")) * len(baskets)


def test_so_much_in_all_baskets_is_refused_before_it_is_counted() -> None:
    baskets = [frozenset({1, 2}), frozenset({3})]
    with with_limits(limits, MOST_SLOTS=3):
        assert told(count(baskets, 1)) == {(1, 2): 1}
    with with_limits(limits, MOST_SLOTS=2), pytest.raises(TooManyBaskets) as refused:
        count(baskets, 1)
    assert refused.value.beside == {"estimate": 3, "limit": 2}
    assert [(one["field"], one["code"]) for one in refused.value.details] == [("from", "too_many_baskets")]


def test_so_many_pairs_in_all_baskets_are_refused_before_they_are_counted() -> None:
    baskets = [frozenset({1, 2, 3}), frozenset({1, 2})]
    own = own_counts(baskets)
    with with_limits(limits, MOST_COUNTED=4):
        assert len(told(count(baskets, 1))) == 3
    with with_limits(limits, MOST_COUNTED=3):
        with pytest.raises(TooManyBaskets) as refused:
            count(baskets, 1)
        assert refused.value.beside == {"estimate": 4, "limit": 3}
        # What is too rare makes none.
        assert told(count(baskets, 2)) == {(1, 2): 2}
        named = pairs_of({(1, 2): 0, (1, 3): 0}, own, 2)
        with pytest.raises(TooManyBaskets):
            count_these(*slots(baskets), own, named)


def test_no_baskets_have_no_pairs() -> None:
    ranked = rank(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(1, np.int64), 1)
    nothing = count_pairs(ranked, 0)
    assert (nothing.baskets, len(nothing.first), len(nothing.together)) == (0, 0, 0)
