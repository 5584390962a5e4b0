"""Which baskets are counted, and what is in them, is what somebody would find on paper."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.market_basket.companions import pairs_of
from projections.market_basket.memory import BasketMemory
from projections.market_basket.own_counts import OwnCounts, count_own
from projections.market_basket.selection import Choice, Level, choose, having, last_position, of_level
from tests.projections.market_basket.logs import (
    ITEMS,
    LEVELS,
    Paper,
    at_level,
    choices,
    history_of,
    is_asked,
    papers,
)
from tests.projections.market_basket.made_up import patient, told


def items_by_place(paper: Paper, choice: Choice, among: list[int] | None = None) -> dict[int, frozenset[int]]:
    """What is chosen, by place in the history."""
    places = None if among is None else np.array(among, np.int64)
    baskets = choose(history_of(paper), choice, places)
    found: dict[int, set[int]] = {place: set() for place in baskets.places.tolist()}
    for slot, item in zip(baskets.of_slot.tolist(), baskets.items.tolist(), strict=True):
        found[int(baskets.places[slot])].add(item)
    assert sum(map(len, found.values())) == len(baskets.items)
    assert len(baskets) == len(found)
    return {place: frozenset(items) for place, items in found.items()}


@patient
@given(paper=papers(), data=st.data())
def test_baskets_are_those_of_the_dates_and_stores_as_they_stood(paper: Paper, data: st.DataObject) -> None:
    choice = data.draw(choices(paper.last))
    expected = paper.chosen(choice)
    assert items_by_place(paper, choice) == expected
    among = sorted(data.draw(st.sets(st.sampled_from(range(len(paper.baskets))))) if paper.baskets else [])
    assert items_by_place(paper, choice, among) == {
        place: items for place, items in expected.items() if place in among
    }


@pytest.mark.parametrize("level", LEVELS)
@patient
@given(paper=papers(), data=st.data())
def test_each_thing_of_a_level_is_in_a_basket_once(paper: Paper, level: Level, data: st.DataObject) -> None:
    choice = data.draw(choices(paper.last))
    history = history_of(paper)
    baskets = choose(history, choice)
    of_slot, numbers = of_level(baskets, history.known, level)
    slots = Counter(zip(of_slot.tolist(), numbers.tolist(), strict=True))
    expected = [at_level(items, level) for items in paper.chosen(choice).values()]
    assert slots == Counter((place, number) for place, things in enumerate(expected) for number in things)


@patient
@given(paper=papers(), data=st.data())
def test_baskets_are_the_same_until_a_fact_of_one_of_them(paper: Paper, data: st.DataObject) -> None:
    choice = data.draw(choices(paper.last))
    asked = [basket for basket in paper.baskets if is_asked(basket, choice)]
    last = max([0, *(basket.last_change(choice.position) for basket in asked)])
    assert last_position(history_of(paper), choice) == last


def counts(own: OwnCounts) -> tuple[int, list[int]]:
    return own.baskets, own.own.tolist()


@pytest.mark.parametrize("level", LEVELS)
@patient
@given(paper=papers(), data=st.data())
def test_what_was_counted_is_counted_on(paper: Paper, level: Level, data: st.DataObject) -> None:
    choice = data.draw(choices(paper.last))
    history = history_of(paper)
    expected = [at_level(items, level) for items in paper.chosen(choice).values()]
    things = Counter(thing for basket in expected for thing in basket)
    whole = count_own(history, choice, level)
    assert counts(whole) == (len(expected), [things[number] for number in range(len(ITEMS) + 1)])
    for position in range(choice.position + 2):
        before = Choice(**{**vars(choice), "position": position})
        for known in (history, history_of(paper, position)):
            earlier = count_own(known, before, level)
            assert counts(count_own(history, choice, level, earlier)) == counts(whole)


@pytest.mark.parametrize("level", LEVELS)
@patient
@given(paper=papers(), number=st.integers(1, len(ITEMS)), data=st.data())
def test_what_was_counted_beside_a_thing_is_counted_on(
    paper: Paper, level: Level, number: int, data: st.DataObject
) -> None:
    choice = data.draw(choices(paper.last))
    history = history_of(paper)
    whole = count_own(history, choice, level, beside=number)
    for position in range(choice.position + 2):
        before = Choice(**{**vars(choice), "position": position})
        earlier = count_own(history_of(paper, position), before, level, beside=number)
        assert counts(count_own(history, choice, level, earlier, beside=number)) == counts(whole)


@patient
@given(paper=papers(), data=st.data())
def test_who_reads_behind_another_counts_the_same(paper: Paper, data: st.DataObject) -> None:
    choice = data.draw(choices(paper.last))
    mine = history_of(paper, choice.position)
    before = Choice(**{**vars(choice), "position": data.draw(st.integers(0, choice.position))})
    theirs = count_own(history_of(paper), before, "variant")
    assert counts(count_own(mine, choice, "variant", theirs)) == counts(count_own(mine, choice, "variant"))


@patient
@given(paper=papers(), data=st.data())
def test_a_process_keeps_what_it_counted_whoever_asks(paper: Paper, data: st.DataObject) -> None:
    history, memory = history_of(paper), BasketMemory()
    choice = data.draw(choices(paper.last))
    company = object()
    for position in data.draw(st.lists(st.integers(0, paper.last), max_size=6)):
        asked = Choice(**{**vars(choice), "position": position})
        own = memory.own(company, history, asked, "product")  # type: ignore[arg-type]  # any key will do
        assert counts(own) == counts(count_own(history, asked, "product"))
        assert own.choice == asked


@pytest.mark.parametrize("level", LEVELS)
@patient
@given(paper=papers(), at_least=st.integers(1, 3), number=st.integers(0, len(ITEMS)), data=st.data())
def test_companions_are_what_is_in_the_baskets_of_a_thing(
    paper: Paper, level: Level, at_least: int, number: int, data: st.DataObject
) -> None:
    choice = data.draw(choices(paper.last))
    history = history_of(paper)
    baskets = [at_level(items, level) for items in paper.chosen(choice).values()]
    with_it = [basket for basket in baskets if number in basket]
    others = Counter(one for basket in with_it for one in basket if one != number)
    own = count_own(history, choice, level)
    pairs = pairs_of(number, own, count_own(history, choice, level, beside=number), at_least)
    assert told(pairs) == {(number, one): count for one, count in others.items() if count >= at_least}
    assert (pairs.baskets, int(pairs.own[number])) == (len(baskets), len(with_it))


@patient
@given(paper=papers(), level=st.sampled_from(LEVELS), number=st.integers(1, len(ITEMS)))
def test_no_basket_of_a_thing_is_overlooked(paper: Paper, level: Level, number: int) -> None:
    history = history_of(paper)
    places = having(history, level, number).tolist()
    assert places == sorted(set(places))
    for place, basket in enumerate(paper.baskets):
        ever = {number for at in range(paper.last + 1) for number in at_level(basket.items_at(at), level)}
        if number in ever:
            assert place in places
