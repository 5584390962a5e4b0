"""Read models of many companies, shared out to processes; what fails leaves the others alone."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

import psycopg

from infra.process.sharing import Advance, shared
from infra.projections.faults import reason_of
from infra.projections.staging import Progress
from infra.projections.together import Report
from projections.base import Projection

_Report = TypeVar("_Report", bound=Report)


@dataclass(frozen=True)
class Failure:
    """A read model of a company with which something was not done, or not in whole, and why."""

    projection: str
    company_id: UUID
    reason: str


@dataclass(frozen=True)
class _Task:
    """Read models of a company that share a reading of its log, by name: classes cannot be sent."""

    company_id: UUID
    names: tuple[str, ...]


def share_out(
    do: Callable[[Sequence[Projection], UUID, Progress], Sequence[_Report | Exception]],
    models: Sequence[Projection],
    heads: Mapping[UUID, int],
    processes: int,
    progress: Progress,
) -> Iterator[_Report | Failure]:
    """Do something with these read models of these companies, several at a time in processes of their own.

    What is made from rows of others comes after these. `progress` is told the positions passed by all of them
    together. Raises psycopg.OperationalError where `do` does; whatever else it raises is a failure of these
    read models of that company.
    """
    by_name = {model.name: model for model in models}
    processes = min(processes, len(models) * len(heads))
    total = len(models) * sum(heads.values())

    def work(task: _Task, advance: Advance) -> list[_Report | Failure]:
        told = 0

        def tell(done: int, total: int) -> None:  # noqa: ARG001 the total of all is known
            nonlocal told
            advance(done - told)
            told = done

        results = do([by_name[name] for name in task.names], task.company_id, tell)
        # What was raised may hold what cannot be sent.
        return [
            Failure(name, task.company_id, reason_of(one)) if isinstance(one, Exception) else one
            for name, one in zip(task.names, results, strict=True)
        ]

    with shared(work, processes, lambda passed: progress(passed, total)) as do_all:
        for wave in _waves(models):
            tasks = _tasks(wave, heads, processes)
            for task, results in zip(tasks, do_all(tasks), strict=True):
                if isinstance(results, psycopg.OperationalError):
                    raise results
                if isinstance(results, Exception):
                    reason = reason_of(results)
                    yield from (Failure(name, task.company_id, reason) for name in task.names)
                else:
                    yield from results


def _waves(models: Sequence[Projection]) -> Iterator[list[Projection]]:
    """What can be done side by side, then what is made from rows that had to be right before."""
    yield [model for model in models if not model.sources]
    yield [model for model in models if model.sources]


def _tasks(models: Sequence[Projection], heads: Collection[UUID], processes: int) -> list[_Task]:
    """What a process does at a time: read models of a company share a reading, unless others had no work."""
    parts = min(len(models), -(-processes // len(heads))) if heads else 0
    return [
        _Task(company_id, tuple(model.name for model in models[part::parts]))
        for company_id in heads
        for part in range(parts)
    ]
