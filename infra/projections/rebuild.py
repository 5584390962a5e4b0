"""Rebuilding read models from the first fact, while the shop goes on selling."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from uuid import UUID

from infra.eventstore.codec import EventTypes
from infra.projections.checkpoints import head_of
from infra.projections.comparing import count_differences
from infra.projections.proved_log import ProvedLog
from infra.projections.reading import BATCH
from infra.projections.staging import Progress, Staging, ignore_progress, staging_session
from infra.projections.swapping import swap_patiently
from infra.projections.together import Report, stage_together
from projections.base import Projection


@dataclass(frozen=True, kw_only=True)
class RebuildReport(Report):
    """What a rebuild wrote: rows put right, 0 when all were.

    Rows were wrong that differed at the position up to which the read model knew the log, not those that it
    only did not know yet.
    """

    rows_changed: int


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
    with staging_session(conninfo, "mipos rebuild") as connection:
        log = ProvedLog(types, models, company_id)
        return stage_together(connection, log, models, _make, progress)


def _make(staging: Staging) -> Generator[int, None, RebuildReport]:
    yield from staging.batches(staging.end_of_live)
    wrong = _compare_where_it_stands(staging)
    if wrong is not None:
        yield from staging.batches(head_of)
    changed = swap_patiently(staging, wrong)
    return RebuildReport(
        projection=staging.model.name,
        company_id=staging.company_id,
        position=staging.position,
        events=staging.events,
        rows_changed=changed,
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
