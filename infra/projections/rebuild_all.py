"""Rebuilding many read models of many companies, several at a time; what fails leaves the others alone."""

import multiprocessing
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import LiteralString
from uuid import UUID

import psycopg

from domain.errors import Refusal
from infra.eventstore.chain import LogAltered
from infra.eventstore.codec import EventTypes
from infra.postgres.analyzing import analyze_changed
from infra.postgres.connections import STAGING, bounded
from infra.process.children import Together, end_with
from infra.process.troubles import described
from infra.projections.measured import count_failed_rebuild, count_rebuild
from infra.projections.rebuild import RebuildReport, rebuild_together
from infra.projections.staging import Progress, ignore_progress
from projections.base import Projection

_TICK_SECONDS = 0.1


@dataclass(frozen=True)
class RebuildFailure:
    """A read model of a company that stays as it was, and why."""

    projection: str
    company_id: UUID
    reason: str


@dataclass
class RebuildOutcome:
    """What became of many rebuilds: those that were done, and those that were not."""

    reports: list[RebuildReport] = field(default_factory=list)
    failures: list[RebuildFailure] = field(default_factory=list)
    #: How many events of how many companies were what was recorded.
    proved_events: int = 0
    proved_companies: int = 0


@dataclass(frozen=True)
class _Task:
    """Read models of a company that are made anew with one reading of its log, by name."""

    company_id: UUID
    names: tuple[str, ...]


_Results = list[RebuildReport | RebuildFailure]


def rebuild_all(
    conninfo: str,
    types: EventTypes,
    models: Sequence[Projection],
    companies: Sequence[UUID] | None = None,
    *,
    processes: int = 1,
    progress: Progress = ignore_progress,
) -> RebuildOutcome:
    """Rebuild read models for these companies, or all, several at a time in processes of their own.

    Each company's log is read once for all its read models, or once a process where there are more of these,
    and proved as it is read. A log that is not what was recorded, or a read model that cannot be made, is a
    failure of that company alone. `progress` is told the positions passed by all of them together.
    """
    heads = heads_of(conninfo, companies)
    outcome = RebuildOutcome()
    processes = min(processes, len(models) * len(heads))
    with _runner(conninfo, types, models, processes, progress, len(models) * sum(heads.values())) as do:
        for wave in _waves(models):
            for results in do(_tasks(wave, heads, processes)):
                outcome.reports += [one for one in results if isinstance(one, RebuildReport)]
                outcome.failures += [one for one in results if isinstance(one, RebuildFailure)]
    whole = {report.company_id for report in outcome.reports}
    outcome.proved_companies, outcome.proved_events = len(whole), sum(heads[one] for one in whole)
    _count(outcome)
    if any(report.rows_changed for report in outcome.reports):
        with psycopg.connect(bounded(conninfo, STAGING), autocommit=True) as connection:
            analyze_changed(connection)
    return outcome


def _tasks(models: Sequence[Projection], heads: Collection[UUID], processes: int) -> list[_Task]:
    """What a process does at a time: read models of a company share a reading, unless others had no work."""
    parts = min(len(models), -(-processes // len(heads))) if heads else 0
    return [
        _Task(company_id, tuple(model.name for model in models[part::parts]))
        for company_id in heads
        for part in range(parts)
    ]


def _count(outcome: RebuildOutcome) -> None:
    """Count here what was done in processes of their own, which have ended."""
    for report in outcome.reports:
        count_rebuild(report.projection, report.rows_changed, report.seconds)
    for failure in outcome.failures:
        count_failed_rebuild(failure.projection)


def with_derived(models: Collection[Projection], registered: Sequence[Projection]) -> list[Projection]:
    """These read models and what is made from them, in the order of all that are known."""
    names = {model.name for model in models}
    return [model for model in registered if model.name in names or names.intersection(model.sources)]


def reason_of(error: Exception) -> str:
    """Why something could not be made, in a sentence or two."""
    if isinstance(error, (LogAltered, Refusal)):
        return str(error)
    return "; ".join([described(error), *getattr(error, "__notes__", [])])


_HEADS: LiteralString = """
    SELECT company_id, position FROM company_head
     WHERE %(companies)b::uuid[] IS NULL OR company_id = ANY(%(companies)b::uuid[])
     ORDER BY position DESC, company_id
"""


def heads_of(conninfo: str, companies: Sequence[UUID] | None = None) -> dict[UUID, int]:
    """The end of each of these companies' logs, or of all, the longest first; the unknown are left out."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        selection = None if companies is None else list(companies)
        return dict(connection.execute(_HEADS, {"companies": selection}).fetchall())


def _waves(models: Sequence[Projection]) -> Iterator[list[Projection]]:
    """What can be rebuilt side by side, then what is made from rows that had to be right before."""
    yield [model for model in models if not model.sources]
    yield [model for model in models if model.sources]


class _Work:
    """What a task takes. Child processes inherit it: read models are classes, which cannot be sent."""

    def __init__(self, conninfo: str, types: EventTypes, models: Sequence[Projection]) -> None:
        self._conninfo = conninfo
        self._types = types
        self._models = {model.name: model for model in models}

    def do(self, task: _Task, progress: Callable[[int], None]) -> _Results:
        """Do it, telling how many more positions are passed. Returns reports, or why there are none."""
        reported = 0

        def advance(done: int, total: int) -> None:  # noqa: ARG001 the total is known to the parent
            nonlocal reported
            progress(done - reported)
            reported = done

        models = [self._models[name] for name in task.names]
        try:
            made = rebuild_together(self._conninfo, self._types, models, task.company_id, advance)
        except Exception as error:  # noqa: BLE001 a session may be lost
            made = [error] * len(models)
        return [
            RebuildFailure(name, task.company_id, reason_of(one)) if isinstance(one, Exception) else one
            for name, one in zip(task.names, made, strict=True)
        ]


_Do = Callable[[Sequence[_Task]], Iterator[_Results]]


@contextmanager
def _runner(  # noqa: PLR0917 each model with its workers and the report
    conninfo: str,
    types: EventTypes,
    models: Sequence[Projection],
    processes: int,
    progress: Progress,
    total: int,
) -> Iterator[_Do]:
    """Tasks done in this process, or in several; their results come in the order of the tasks."""
    work = _Work(conninfo, types, models)
    if processes <= 1:
        positions = 0

        def advance(more: int) -> None:
            nonlocal positions
            positions += more
            progress(positions, total)

        yield lambda tasks: (work.do(task, advance) for task in tasks)
        return
    context = multiprocessing.get_context("fork")
    passed = Together(context)
    pool = ProcessPoolExecutor(
        processes, mp_context=context, initializer=_adopt, initargs=(work, passed, os.getpid())
    )
    try:
        yield lambda tasks: _side_by_side(pool, tasks, passed, progress, total)
    finally:
        # Whoever interrupts waits for the pages of the log at hand, not for the rest of it.
        passed.end()
        pool.shutdown(cancel_futures=True)


def _side_by_side(
    pool: ProcessPoolExecutor,
    tasks: Sequence[_Task],
    passed: Together,
    progress: Progress,
    total: int,
) -> Iterator[_Results]:
    waiting = {pool.submit(_do_inherited, task): task for task in tasks}
    running: set[Future[_Results]] = set(waiting)
    while running:
        _, running = wait(running, timeout=_TICK_SECONDS)
        progress(passed.done, total)
    for future, task in waiting.items():
        trouble = future.exception()
        if trouble is None:
            yield future.result()
        else:
            reason = f"{type(trouble).__name__}: {trouble}"
            yield [RebuildFailure(name, task.company_id, reason) for name in task.names]


class _Inherited:
    """What a child process got from the one that started it."""

    work: _Work
    passed: Together


def _adopt(work: _Work, passed: Together, parent: int) -> None:
    end_with(parent)
    _Inherited.work, _Inherited.passed = work, passed


def _do_inherited(task: _Task) -> _Results:
    return _Inherited.work.do(task, _Inherited.passed.add)
