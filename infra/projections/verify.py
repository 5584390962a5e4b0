"""Checking a read model against the log: made again beside the live one, and compared row by row."""

import time
from dataclasses import dataclass
from uuid import UUID

from infra.eventstore.codec import EventTypes
from infra.projections.comparing import STEP, Difference, Step
from infra.projections.proved_log import ProvedLog
from infra.projections.staging import Progress, Staging, Table, ignore_progress, staging_session
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


@dataclass(frozen=True)
class VerifyReport:
    """What a check found, up to a position of the log, from so many facts, in seconds."""

    projection: str
    company_id: UUID
    position: int
    events: int
    tables: tuple[TableCheck, ...]
    differences: tuple[Difference, ...]
    seconds: float

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
    proved: int = 0,
    shown: int = SHOWN,
    step: int = STEP,
) -> VerifyReport:
    """Compare a company's rows of a read model with what its log makes of them; nobody waits for it.

    Each few thousand rows are compared at one moment, an asynchronous read model's at its own position, an
    inline one's at the end of the log, with rows that were made up to that very position; then the next ones,
    a moment later. So no transaction is long, and every row is compared with what it should be when it is.

    The log is proved beyond the position `proved`. Raises LogAltered, TableMissing, NotComparable, and
    whatever the read model raises.
    """
    started = time.monotonic()
    with staging_session(conninfo) as connection:
        staging = Staging(connection, model, ProvedLog(types, [model], company_id, proved=proved), progress)
        staging.catch_up(staging.end_of_live)
        staging.analyze()
        connection.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        checks = [_check(staging, table, shown, step) for table in staging.tables]
    return VerifyReport(
        projection=model.name,
        company_id=company_id,
        position=staging.position,
        events=staging.events,
        tables=tuple(check for check, _ in checks),
        differences=tuple(difference for _, listed in checks for difference in listed),
        seconds=time.monotonic() - started,
    )


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
        following = Step(table, after=step.upto) if step.upto else None
    return TableCheck(table.name, rows, differing), differences
