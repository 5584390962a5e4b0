"""Checking a read model against the log: made again beside the live one, and compared row by row."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

import psycopg

from infra.eventstore.chain import LogAltered
from infra.eventstore.codec import EventTypes
from infra.postgres.transactions import transaction
from infra.projections.comparing import STEP, Difference, Step
from infra.projections.proved_log import ProvedLog
from infra.projections.staging import Progress, Staging, Table, ignore_progress, staging_session
from infra.projections.together import Report, stage_together
from projections.base import Projection

#: How many rows that differ are shown of each table.
SHOWN = 20


class NotComparable(Exception):
    """The read model was made anew from an earlier position while it was compared; check it once more."""


@dataclass(frozen=True)
class TableCheck:
    """How many rows of the company a table has, and how many are not what the log says."""

    table: str
    rows: int = 0
    differing: int = 0


@dataclass(frozen=True, kw_only=True)
class VerifyReport(Report):
    """What a check found."""

    tables: tuple[TableCheck, ...]
    differences: tuple[Difference, ...]
    #: How long it took to see, once for all that were checked together, that the log is what was recorded.
    proof_seconds: float = 0

    @property
    def differing(self) -> int:
        """How many rows are not what the log says."""
        return sum(table.differing for table in self.tables)

    @property
    def is_true(self) -> bool:
        """Whether the read model says exactly what the log says."""
        return not self.differing


def verify(
    conninfo: str,
    types: EventTypes,
    model: Projection,
    company_id: UUID,
    progress: Progress = ignore_progress,
    *,
    shown: int = SHOWN,
    step: int = STEP,
) -> VerifyReport:
    """Compare a company's rows of a read model with what its log makes of them; nobody waits for it.

    Each few thousand rows are compared at one moment, an asynchronous read model's at its own position, an
    inline one's at the end of the log, with rows that were made up to that very position; then the next ones,
    a moment later. So no transaction is long, and every row is compared with what it should be when it is.

    The log is proved to its end. Raises LogAltered, TableMissing, NotComparable, and whatever the read model
    raises.
    """
    (result,) = verify_together(conninfo, types, [model], company_id, progress, shown=shown, step=step)
    if isinstance(result, Exception):
        raise result
    return result


def verify_together(
    conninfo: str,
    types: EventTypes,
    models: Sequence[Projection],
    company_id: UUID,
    progress: Progress = ignore_progress,
    *,
    shown: int = SHOWN,
    step: int = STEP,
) -> list[VerifyReport | Exception]:
    """The same of several read models with one reading of the log.

    None of them is made from another. Each ends by itself, in their order, with its report or with what it
    raised; LogAltered is what all of them end with. `progress` is told the positions of all of them.
    """
    told = (0, 0)

    def tell(done: int, total: int) -> None:
        nonlocal told
        told = done, total
        progress(done, total)

    with staging_session(conninfo) as connection:
        connection.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        log = ProvedLog(types, models, company_id)
        steps = partial(_verified, shown=shown, step=step)
        results = stage_together(connection, log, models, steps, tell)
        try:
            _prove_the_rest(connection, log, lambda: progress(*told))
        except LogAltered as error:
            return [error] * len(models)
    return [
        one if isinstance(one, Exception) else replace(one, proof_seconds=log.proof_seconds)
        for one in results
    ]


def _verified(staging: Staging, *, shown: int, step: int) -> Generator[int, None, VerifyReport]:
    yield from staging.batches(staging.end_of_live)
    staging.analyze()
    checks = [_check(staging, table, shown, step) for table in staging.tables]
    return VerifyReport(
        projection=staging.model.name,
        company_id=staging.company_id,
        position=staging.position,
        events=staging.events,
        tables=tuple(check for check, _ in checks),
        differences=tuple(difference for _, listed in checks for difference in listed),
    )


def _prove_the_rest(connection: psycopg.Connection[Any], log: ProvedLog, tell: Callable[[], None]) -> None:
    """Prove what no read model knows yet: they are compared with a log that is what was recorded to its end.

    Events never change, so that each few thousand of them may be seen at another moment.
    """
    goes_on = True
    while goes_on:
        with transaction(connection, log.company_id, reading=True) as db:
            goes_on = log.prove_on(db)
        tell()


def _check(
    staging: Staging, table: Table, shown: int, rows_a_step: int
) -> tuple[TableCheck, list[Difference]]:
    """Compare a table step by step, each in a transaction that sees one moment."""
    rows, differing = 0, 0
    differences: list[Difference] = []
    following: Step | None = Step(table)
    while following is not None:
        with staging.transaction() as db:
            position = staging.end_of_live(db)
            if position < staging.position:
                raise NotComparable
            folded = staging.fold(db, position)
            step = following.begin(db, rows_a_step)
            wrong, examples = step.compare(db, shown - len(differences))
            rows, differing, differences = rows + step.count(db), differing + wrong, differences + examples
        staging.advance(position, folded)
        staging.tell()
        following = Step(table, after=step.upto) if step.upto else None
    return TableCheck(table.name, rows, differing), differences
