"""What a process keeps: the newest, up to so much, and made by one of those who ask at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from projections.market_basket import memory
from projections.market_basket.limits import Occupied, TooManyPairs
from projections.market_basket.matrix import Matrix
from projections.market_basket.memory import BasketMemory, Recent
from tests.projections.market_basket.made_up import with_limits

Kept = Recent[str, bytes]


def recent(most: int = 10) -> Kept:
    return Recent(most, len)


def ask(kept: Kept, key: str, size: int) -> bool:
    """Ask for a value of this size; whether it was made anew."""
    made = []

    def make(known: bytes | None) -> bytes:
        made.append(known is None)
        return known or bytes(size)

    assert len(kept.get(key, make)) == size
    return made == [True]


def test_what_was_made_is_made_once() -> None:
    kept = recent()
    assert [ask(kept, "one", 3), ask(kept, "one", 3), ask(kept, "other", 3)] == [True, False, True]


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    kept = recent()
    for key in ("one", "two", "one"):
        ask(kept, key, 4)
    assert ask(kept, "three", 4)
    assert not ask(kept, "one", 4)
    assert ask(kept, "two", 4)


def test_the_last_one_is_kept_however_large_it_is() -> None:
    kept = recent()
    assert [ask(kept, "large", 11), ask(kept, "large", 11)] == [True, False]
    ask(kept, "small", 1)
    assert ask(kept, "large", 11)


def test_of_those_who_ask_at_once_one_makes_it_and_the_others_wait() -> None:
    kept, begun, go_on, made = recent(), Barrier(4), Event(), []

    def make(known: bytes | None) -> bytes:
        if known is None:
            made.append(1)
            assert go_on.wait(10)
        return known or b"made"

    def ask_at_once(_: int) -> bytes:
        begun.wait(10)
        return kept.get("one", make)

    with with_limits(memory, PATIENCE=10), ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(ask_at_once, number) for number in range(3)]
        begun.wait(10)
        # Another question is not kept waiting.
        assert kept.get("other", lambda _: b"at once") == b"at once"
        go_on.set()
        assert [answer.result(10) for answer in answers] == [b"made"] * 3
    assert made == [1]


def test_who_would_wait_for_long_is_told_to_come_again() -> None:
    kept, begun, go_on = recent(), Event(), Event()

    def make(known: bytes | None) -> bytes:
        begun.set()
        assert go_on.wait(10)
        return known or b"made"

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(kept.get, "one", make)
        assert begun.wait(10)
        with pytest.raises(Occupied):
            kept.get("one", make)
        go_on.set()
        assert answer.result(10) == b"made"


def test_of_those_who_count_at_once_all_but_one_are_told_to_come_again() -> None:
    baskets, begun, go_on = BasketMemory(), Event(), Event()

    def count() -> Matrix:
        begun.set()
        assert go_on.wait(10)
        return Matrix(baskets=1, numbers=[], together=[])

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(baskets.counted, "one", count)
        assert begun.wait(10)
        with pytest.raises(Occupied):
            baskets.counted("other", count)
        go_on.set()
        assert answer.result(10) is baskets.counted("one", count)


def test_what_cannot_be_made_is_tried_again_and_leaves_nothing() -> None:
    kept = recent()

    def refuse(_: bytes | None) -> bytes:
        raise TooManyPairs

    for number in range(3):
        with pytest.raises(TooManyPairs):
            kept.get(str(number), refuse)
    assert kept._making == {}
    assert ask(kept, "1", 3)
