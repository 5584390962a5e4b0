"""Counts whose completion broke off: what was found is posted to the end."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, LiteralString, TypeVar
from uuid import UUID

import psycopg
import structlog

from commands.ports import Caller
from commands.stock.counts.completion import CompleteCount, PostDifferences, complete_count, post_differences
from infra.decisions.unit_of_work import EventWriter, PostgresUnitOfWork
from infra.jobs.job import Job
from infra.postgres.transactions import transaction
from infra.process.troubles import described
from projections.base import CompanyClosed, Database
from projections.guards.counts import CountsGuard
from projections.guards.series import SeriesGuard
from projections.guards.stock import StockGuard

C = TypeVar("C")
R = TypeVar("R")

#: How long nothing was posted of a count until nobody is taken to be at it any more.
IDLE = timedelta(minutes=2)

log = structlog.get_logger("jobs")

# Found without a lock and across companies, so it is only a hint where to look.
_LEFT: LiteralString = """
    SELECT company_id, id FROM counts
     WHERE status = 'completing' AND updated_at <= %(before)s
       AND company_id <> ALL((SELECT closed FROM installation)::uuid[])
     ORDER BY updated_at, id
"""


class _CountWork(PostgresUnitOfWork):
    """What counts are completed with."""

    def __init__(self, db: Database, writer: EventWriter, caller: Caller, now: datetime) -> None:
        super().__init__(db, writer, caller, now)
        self.stock = StockGuard(db)
        self.series = SeriesGuard(db)
        self.counts = CountsGuard(db)


def complete_what_was_left(connection: psycopg.Connection[Any], writer: EventWriter, now: datetime) -> int:
    """Complete every count that is being completed and at which nobody is. Returns how many those were.

    If somebody goes on with one at the same moment, they meet at its row, and nothing is posted twice. What
    fails is tried again the next time.
    """
    left = connection.execute(_LEFT, {"before": now - IDLE}).fetchall()
    return sum(_complete(connection, writer, company_id, count_id, now) for company_id, count_id in left)


def _complete(
    connection: psycopg.Connection[Any], writer: EventWriter, company_id: UUID, count_id: UUID, now: datetime
) -> bool:
    try:
        while _decide(connection, writer, company_id, now, (post_differences, PostDifferences(id=count_id))):
            pass
        _decide(connection, writer, company_id, now, (complete_count, CompleteCount(id=count_id)))
    except CompanyClosed:
        # This very moment; the schedule tells of it.
        return False
    except Exception as trouble:  # noqa: BLE001 whatever is wrong with one of them, the others are completed
        names = {"company_id": str(company_id), "count_id": str(count_id)}
        log.warning("a count could not be completed", **names, error=described(trouble))
        return False
    return True


def _decide(
    connection: psycopg.Connection[Any],
    writer: EventWriter,
    company_id: UUID,
    now: datetime,
    decision: tuple[Callable[[C, _CountWork], R], C],
) -> R:
    handler, command = decision
    with transaction(connection, company_id, models=writer.models) as db:
        work = _CountWork(db, writer, Caller(company_id=company_id, user_id=None), now)
        result = handler(command, work)
        if work.has_events:
            work.record()
        return result


COUNTS = Job(name="counts", every=timedelta(minutes=1), do=complete_what_was_left, reads_models=True)
