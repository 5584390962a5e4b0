"""What a process keeps: the newest, up to so much, and made by one of those who ask at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from projections.market_basket.limits import TooManyPairs
from projections.market_basket.memory import Recent

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


def test_what_is_too_large_is_answered_and_not_kept() -> None:
    kept = recent()
    assert [ask(kept, "large", 11), ask(kept, "large", 11)] == [True, True]


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

    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(ask_at_once, number) for number in range(3)]
        begun.wait(10)
        # Another question is not kept waiting.
        assert kept.get("other", lambda _: b"at once") == b"at once"
        go_on.set()
        assert [answer.result(10) for answer in answers] == [b"made"] * 3
    assert made == [1]


def test_what_cannot_be_made_is_tried_again_and_leaves_nothing() -> None:
    kept = recent()

    def refuse(_: bytes | None) -> bytes:
        raise TooManyPairs

    for number in range(3):
        with pytest.raises(TooManyPairs):
            kept.get(str(number), refuse)
    assert kept._making == {}
    assert ask(kept, "1", 3)
