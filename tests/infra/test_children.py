"""Processes that share work: what they have done together, and how they hear that nobody waits for it."""

import multiprocessing

import pytest

from infra.process.children import SharedCount
from tests.waiting import PATIENCE

CONTEXT = multiprocessing.get_context("fork")


def added_by_a_child(passed: SharedCount) -> int | None:
    """How a child ended that added 3."""
    child = CONTEXT.Process(target=passed.add, args=(3,))
    child.start()
    child.join(PATIENCE)
    return child.exitcode


def test_what_each_has_done_is_added_up() -> None:
    passed = SharedCount(CONTEXT)
    passed.add(2)
    assert added_by_a_child(passed) == 0
    assert passed.done == 5


def test_whoever_adds_something_is_stopped_once_it_is_over() -> None:
    passed = SharedCount(CONTEXT)
    passed.end()
    with pytest.raises(KeyboardInterrupt):
        passed.add(2)
    assert added_by_a_child(passed) != 0
    assert passed.done == 0
