"""Tasks that this process does itself, or several others that end with it."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from infra.process.children import SharedCount, end_with
from infra.process.cores import allowed_cores
from infra.process.signals import interrupts_held

#: How many share long work where nobody says it: one a core, four at most.
USUAL_PROCESSES = min(4, len(allowed_cores()))
_TICK_SECONDS = 0.1

Task = TypeVar("Task")
Result = TypeVar("Result")

#: Told how much more is done.
Advance = Callable[[int], None]
#: Does tasks. What becomes of each, or what it raised, comes in the order of the tasks.
DoAll = Callable[[Sequence[Task]], Iterator[Result | Exception]]


class ProcessGone(Exception):
    """A process that shared the work is gone; the system may have run out of memory."""


@contextmanager
def shared(
    do: Callable[[Task, Advance], Result], processes: int, progress: Callable[[int], None]
) -> Iterator[DoAll[Task, Result]]:
    """Have tasks done by so many processes, by this one if it is one; `progress` is told what all have done.

    The others inherit `do` with all that it knows; tasks and results are sent.
    """
    if processes <= 1:
        done = 0

        def advance(more: int) -> None:
            nonlocal done
            done += more
            progress(done)

        yield lambda tasks: (_outcome(partial(do, task, advance)) for task in tasks)
        return
    context = multiprocessing.get_context("fork")
    passed = SharedCount(context)
    pool = ProcessPoolExecutor(
        processes, mp_context=context, initializer=_adopt, initargs=(do, passed, os.getpid())
    )
    try:
        yield partial(_side_by_side, pool, passed, progress)
    finally:
        # Whoever interrupts waits for what each does at the moment, not for the rest of it.
        passed.end()
        pool.shutdown(cancel_futures=True)


def _side_by_side(
    pool: ProcessPoolExecutor, passed: SharedCount, progress: Callable[[int], None], tasks: Sequence[Task]
) -> Iterator[Any]:
    with interrupts_held():
        futures = [pool.submit(_do_inherited, task) for task in tasks]
    running = set(futures)
    while running:
        _, running = wait(running, timeout=_TICK_SECONDS)
        progress(passed.done)
    return (_outcome(future.result) for future in futures)


def _outcome(take: Callable[[], Result]) -> Result | Exception:
    try:
        return take()
    except BrokenProcessPool:
        return ProcessGone(ProcessGone.__doc__)
    except Exception as error:  # noqa: BLE001 a task may raise anything, and a process may be gone
        return error


class _Inherited:
    """What a child process got from the one that started it."""

    do: Callable[[Any, Advance], Any]
    passed: SharedCount


def _adopt(do: Callable[[Any, Advance], Any], passed: SharedCount, parent: int) -> None:
    end_with(parent)
    _Inherited.do, _Inherited.passed = do, passed


def _do_inherited(task: Any) -> Any:
    return _Inherited.do(task, _Inherited.passed.add)
