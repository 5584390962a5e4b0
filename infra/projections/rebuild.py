"""Rebuilding read models from the first fact, while the shop goes on selling."""

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import psycopg

from infra.eventstore.codec import EventTypes
from infra.projections.checkpoints import head_of
from infra.projections.comparing import count_differences
from infra.projections.proved_log import ProvedLog
from infra.projections.reading import BATCH
from infra.projections.staging import Progress, Staging, ignore_progress, staging_session
from infra.projections.swapping import swap_patiently
from projections.base import Projection


@dataclass(frozen=True)
class RebuildReport:
    """What a rebuild folded and wrote: facts, rows put right (0 when all were), and seconds.

    Rows were wrong that differed at the position up to which the read model knew the log, not those that it
    only did not know yet.
    """

    projection: str
    company_id: UUID
    position: int
    events: int
    rows_changed: int
    seconds: float


def rebuild(
    conninfo: str,
    types: EventTypes,
    model: Projection,
    company_id: UUID,
    progress: Progress = ignore_progress,
) -> RebuildReport:
    """Make a company's rows of a read model anew from its log, and clear its parking.

    `conninfo` leads to the worker's role; `progress` is told how many positions of how many are done.
    Commands and readers go on meanwhile, and see the old rows until they see the new ones. The log is proved
    on the way: nothing is made from what was not recorded. A company that was closed for this read model
    alone is open again. An event that cannot be applied raises what the read model raises, or LogAltered, and
    nothing has changed.
    """
    (result,) = rebuild_together(conninfo, types, [model], company_id, progress)
    if isinstance(result, Exception):
        raise result
    return result


def rebuild_together(
    conninfo: str,
    types: EventTypes,
    models: Sequence[Projection],
    company_id: UUID,
    progress: Progress = ignore_progress,
) -> list[RebuildReport | Exception]:
    """The same of several read models with one reading of the log.

    None of them is made from another. Each ends by itself, in their order, with its report or with what it
    raised. `progress` is told the positions of all of them.
    """
    passed = dict.fromkeys(models, 0)

    def of(model: Projection) -> Progress:
        def tell(done: int, total: int) -> None:
            passed[model] = done
            progress(sum(passed.values()), total * len(models))

        return tell

    with staging_session(conninfo, "mipos rebuild") as connection:
        log = ProvedLog(types, models, company_id)
        making = [_Making(connection, model, log, of(model)) for model in models]
        while unfinished := [one for one in making if one.result is None]:
            # Whoever is furthest behind goes first: so they are at the same page of the log.
            min(unfinished, key=lambda one: one.position).go_on()
    return [one.result for one in making if one.result is not None]


class _Making:
    """A read model on its way, batch by batch, and what has come of it at last."""

    def __init__(
        self, connection: psycopg.Connection[Any], model: Projection, log: ProvedLog, progress: Progress
    ) -> None:
        self.result: RebuildReport | Exception | None = None
        self.position = 0
        self._seconds = 0.0
        self._connection = connection
        self._steps = self._made(model, log, progress)

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

    def _made(
        self, model: Projection, log: ProvedLog, progress: Progress
    ) -> Generator[int, None, RebuildReport]:
        staging = Staging(self._connection, model, log, progress)
        yield from staging.batches(staging.end_of_live)
        wrong = _compare_where_it_stands(staging)
        if wrong is not None:
            yield from staging.batches(head_of)
        changed = swap_patiently(staging, wrong)
        return RebuildReport(
            projection=model.name,
            company_id=log.company_id,
            position=staging.position,
            events=staging.events,
            rows_changed=changed,
            seconds=0,
        )


def _compare_where_it_stands(staging: Staging) -> int | None:
    """How many rows are wrong of a read model that is far behind its log; None for one that is not.

    What it does not know yet is not wrong. One that is followed is compared when it is put in place.
    """
    with staging.transaction() as db:
        position = staging.end_of_live(db)
        if head_of(db) - position < BATCH or position < staging.position:
            return None
        folded = staging.fold(db, position)
        staging.analyze()
        wrong = count_differences(db, staging.tables)
    staging.advance(position, folded)
    return wrong
