"""Tasks that are shared out: what becomes of each, in their order, and an end for all when nobody waits."""

import os
import time
from collections.abc import Iterator

import pytest

from infra.process.sharing import Advance, ProcessGone, shared

ONE_AND_TWO = pytest.mark.parametrize("processes", [1, 2])


def half(number: int, advance: Advance) -> int:
    """Half of an even number. Raises ValueError for an odd one."""
    if number % 2:
        raise ValueError(number)
    advance(number)
    return number // 2


def told(results: Iterator[int | Exception]) -> list[int | str]:
    return [repr(one) if isinstance(one, Exception) else one for one in results]


@ONE_AND_TWO
def test_results_come_in_the_order_of_the_tasks_and_one_that_fails_leaves_the_others(processes: int) -> None:
    passed: list[int] = []
    with shared(half, processes, passed.append) as do_all:
        assert told(do_all([8, 3, 2])) == [4, "ValueError(3)", 1]
        assert told(do_all([6])) == [3]
    assert passed[-1] == 16


def test_a_process_that_is_gone_is_told_of() -> None:
    def die(_task: int, _advance: Advance) -> None:
        os._exit(1)

    with shared(die, 2, lambda _: None) as do_all:
        (result,) = do_all([1])
    assert isinstance(result, ProcessGone)


@ONE_AND_TWO
def test_whoever_interrupts_does_not_wait_for_the_rest(processes: int) -> None:
    def work_for_ever(_task: int, advance: Advance) -> None:
        while True:
            advance(1)
            time.sleep(0.01)

    def interrupt(done: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), shared(work_for_ever, processes, interrupt) as do_all:
        list(do_all([1, 2, 3]))
