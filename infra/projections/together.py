"""Several read models of a company, each made beside itself, with one reading of the log."""

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar
from uuid import UUID

import psycopg

from infra.projections.proved_log import ProvedLog
from infra.projections.staging import Progress, Staging
from projections.base import Projection


@dataclass(frozen=True, kw_only=True)
class Report:
    """Up to which position of its log a read model was made, from how many facts, in how many seconds."""

    projection: str
    company_id: UUID
    position: int
    events: int
    seconds: float = 0


_Report = TypeVar("_Report", bound=Report)

#: What is done with a staged read model, with the positions that are reached on the way.
Steps = Callable[[Staging], Generator[int, None, _Report]]


def stage_together(
    connection: psycopg.Connection[Any],
    log: ProvedLog,
    models: Sequence[Projection],
    steps: Steps[_Report],
    progress: Progress,
) -> list[_Report | Exception]:
    """Stage these read models, none of which is made from another, and do these steps with each.

    Each ends by itself, in their order, with its report or with what it raised. `progress` is told the
    positions of all of them.
    """
    passed = dict.fromkeys(models, 0)

    def of(model: Projection) -> Progress:
        def tell(done: int, total: int) -> None:
            passed[model] = done
            progress(sum(passed.values()), total * len(models))

        return tell

    making = [_Making(connection, log, model, steps, of(model)) for model in models]
    while unfinished := [one for one in making if one.result is None]:
        # Whoever is furthest behind goes first: so they are at the same page of the log.
        min(unfinished, key=lambda one: one.position).go_on()
    return [one.result for one in making if one.result is not None]


class _Making(Generic[_Report]):
    """A read model on its way, batch by batch, and what has come of it at last."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        log: ProvedLog,
        model: Projection,
        steps: Steps[_Report],
        progress: Progress,
    ) -> None:
        self.result: _Report | Exception | None = None
        self.position = 0
        self._seconds = 0.0
        self._connection = connection
        self._steps = self._staged(log, model, steps, progress)

    def go_on(self) -> None:
        """Do another batch, or what comes at the end."""
        started = time.monotonic()
        try:
            self.position = next(self._steps)
        except StopIteration as end:
            self.result = replace(end.value, seconds=self._seconds + time.monotonic() - started)
        except Exception as error:  # noqa: BLE001 a read model may raise anything
            self.result = error
            # After a failed attempt the driver would take statements for prepared that the server never saw.
            self._connection.prepare_threshold = None
        self._seconds += time.monotonic() - started

    def _staged(
        self, log: ProvedLog, model: Projection, steps: Steps[_Report], progress: Progress
    ) -> Generator[int, None, _Report]:
        staging = Staging(self._connection, model, log, progress)
        report = yield from steps(staging)
        staging.drop()
        return report
