"""What a request leaves goes at once, and never waits for the collector of cycles."""

import gc
from collections.abc import Iterator
from weakref import ref

import pytest

from infra.process.garbage import weakly
from infra.web.heads import read_head
from infra.web.requests import Request


class Counter:
    def __init__(self) -> None:
        self.count = 0
        self.add = weakly(self._add)

    def _add(self, more: int = 1) -> int:
        self.count += more
        return self.count


@pytest.fixture(autouse=True)
def nobody_collects() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


class TestWeakly:
    def test_calls_the_method_of_an_object_that_is_there(self) -> None:
        counter = Counter()
        counter.add()
        assert counter.add(more=2) == 3

    def test_keeps_no_object_that_holds_it(self) -> None:
        counter = Counter()
        known = ref(counter)
        del counter
        assert known() is None


class Answered:
    """What an application has made for a request."""


class TestRequest:
    def test_lets_go_of_all_that_was_made_for_it(self) -> None:
        known = []

        def answer(environment: dict[str, object], start_response: object) -> list[bytes]:
            del start_response
            made = environment["made"] = Answered()
            known.append(ref(made))
            return [b""]

        request = Request(read_head(b"GET / HTTP/1.1\r\nHost: here\r\n"), 0.0)
        request.run(answer, {})
        request.close()
        del request
        assert known[0]() is None
