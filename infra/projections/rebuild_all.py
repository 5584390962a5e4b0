"""Rebuilding many read models of many companies, several at a time; what fails leaves the others alone."""

import multiprocessing
import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.sharedctypes import Synchronized
from typing import LiteralString
from uuid import UUID

import psycopg

from domain.errors import Refusal
from infra.eventstore.chain import LogAltered, Proof
from infra.eventstore.codec import EventTypes
from infra.postgres.analyzing import analyze_changed
from infra.postgres.connections import STAGING, bounded
from infra.postgres.transactions import transaction
from infra.process.children import end_with
from infra.process.troubles import described
from infra.projections.measured import count_failed_rebuild, count_rebuild
from infra.projections.reading import BATCH
from infra.projections.rebuild import RebuildReport, rebuild
from infra.projections.staging import Progress, ignore_progress
from projections.base import Projection

#: How many positions of a log one process proves at a time; stretches are proved side by side.
STRETCH = 100_000
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
    #: How many events of how many companies were what was recorded, and how long it took to see that.
    proved_events: int = 0
    proved_companies: int = 0
    proof_seconds: float = 0.0


@dataclass(frozen=True)
class _Stretch:
    """A part of a company's log, to be proved; positions after one up to another."""

    company_id: UUID
    after: int
    upto: int


@dataclass(frozen=True)
class _Rebuild:
    """A read model of a company whose log is proved up to a position."""

    projection: str
    company_id: UUID
    proved: int


_Task = _Stretch | _Rebuild
_Result = RebuildReport | str | None


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

    Each company's log is proved first, once for all its read models. A log that is not what was recorded, or
    a read model that cannot be made, is a failure of that company alone. `progress` is told the positions
    passed by all of them together.
    """
    heads = heads_of(conninfo, companies)
    outcome = RebuildOutcome()
    total = (len(models) + 1) * sum(heads.values())
    with _runner(conninfo, types, models, min(processes, len(models) * len(heads)), progress, total) as do:
        started = time.monotonic()
        altered: dict[UUID, str] = {}
        for stretch, result in do(_stretches(heads)):
            # Of several faults of a log, its first one.
            if isinstance(result, str) and isinstance(stretch, _Stretch):
                altered.setdefault(stretch.company_id, result)
        outcome.proof_seconds = time.monotonic() - started
        outcome.proved_companies = len(heads) - len(altered)
        outcome.proved_events = sum(head for company_id, head in heads.items() if company_id not in altered)
        for wave in _waves(models):
            tasks = [(model, company_id) for company_id in heads for model in wave]
            for model, company_id in tasks:
                if company_id in altered:
                    outcome.failures.append(RebuildFailure(model.name, company_id, altered[company_id]))
            sound = [_Rebuild(model.name, one, heads[one]) for model, one in tasks if one not in altered]
            for task, result in do(sound):
                if isinstance(result, RebuildReport):
                    outcome.reports.append(result)
                elif isinstance(task, _Rebuild):
                    outcome.failures.append(RebuildFailure(task.projection, task.company_id, result or ""))
    _count(outcome)
    if any(report.rows_changed for report in outcome.reports):
        with psycopg.connect(bounded(conninfo, STAGING), autocommit=True) as connection:
            analyze_changed(connection)
    return outcome


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


def prove(
    conninfo: str, company_id: UUID, after: int, upto: int, progress: Progress = ignore_progress
) -> None:
    """Recompute the hashes of a company's log after one position up to another. Raises LogAltered.

    Events never change, so that each few thousand of them may be seen at another moment.
    """
    proof = Proof(company_id, after)
    address = bounded(conninfo, STAGING)
    with psycopg.connect(address, autocommit=True, application_name="mipos staging") as connection:
        while True:
            end = min(proof.position + BATCH, upto)
            with transaction(connection, company_id, reading=True) as db:
                proof.extend(db, end)
            progress(end - after, upto - after)
            if end == upto:
                return


def _stretches(heads: dict[UUID, int]) -> list[_Task]:
    return [
        _Stretch(company_id, after, min(after + STRETCH, head))
        for company_id, head in heads.items()
        for after in range(0, head, STRETCH)
    ]


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

    def do(self, task: _Task, progress: Callable[[int], None]) -> _Result:
        """Do it, telling how many more positions are passed. Returns a report, or why there is none."""
        reported = 0

        def advance(done: int, total: int) -> None:  # noqa: ARG001 the total is known to the parent
            nonlocal reported
            progress(done - reported)
            reported = done

        try:
            if isinstance(task, _Stretch):
                prove(self._conninfo, task.company_id, task.after, task.upto, advance)
                return None
            model = self._models[task.projection]
            return rebuild(self._conninfo, self._types, model, task.company_id, advance, proved=task.proved)
        except Exception as error:  # noqa: BLE001 a read model may raise anything
            return reason_of(error)


_Do = Callable[[Iterable[_Task]], Iterator[tuple[_Task, _Result]]]


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

        yield lambda tasks: ((task, work.do(task, advance)) for task in tasks)
        return
    context = multiprocessing.get_context("fork")
    passed = context.Value("q", 0)
    with ProcessPoolExecutor(
        processes, mp_context=context, initializer=_adopt, initargs=(work, passed, os.getpid())
    ) as pool:
        yield lambda tasks: _side_by_side(pool, tasks, passed, progress, total)


def _side_by_side(
    pool: ProcessPoolExecutor,
    tasks: Iterable[_Task],
    passed: "Synchronized[int]",
    progress: Progress,
    total: int,
) -> Iterator[tuple[_Task, _Result]]:
    waiting = {pool.submit(_do_inherited, task): task for task in tasks}
    running: set[Future[_Result]] = set(waiting)
    while running:
        _, running = wait(running, timeout=_TICK_SECONDS)
        progress(passed.value, total)
    for future, task in waiting.items():
        trouble = future.exception()
        yield task, future.result() if trouble is None else f"{type(trouble).__name__}: {trouble}"


class _Inherited:
    """What a child process got from the one that started it."""

    work: _Work
    passed: "Synchronized[int]"


def _adopt(work: _Work, passed: "Synchronized[int]", parent: int) -> None:
    end_with(parent)
    _Inherited.work, _Inherited.passed = work, passed


def _do_inherited(task: _Task) -> _Result:
    def advance(more: int) -> None:
        with _Inherited.passed.get_lock():
            _Inherited.passed.value += more

    return _Inherited.work.do(task, advance)
