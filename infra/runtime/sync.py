"""Operations of tills that wait: decided when what they name is there, or has not come in time."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import structlog
from psycopg import errors

from api.sync.processing import settle_waiting
from api.work import Work
from commands.creations import Content
from commands.outcomes import Outcome, Response
from commands.ports import Caller, ConcurrentEdit
from infra.decisions.application import ATTEMPTS
from infra.decisions.unit_of_work import EventWriter
from infra.identity.refresh_tokens import pepper_of
from infra.jobs.job import Job
from infra.postgres.transactions import transaction
from infra.process.troubles import described
from infra.runtime.settings import Settings
from infra.runtime.work import RequestWork
from projections.base import CompanyClosed

log = structlog.get_logger("jobs")

# Found without a lock and across companies, so it is only a hint where to look.
_COMPANIES: LiteralString = """
    SELECT company_id
      FROM (SELECT company_id FROM waiting_operations
             UNION
            SELECT company_id FROM till_operations AS entry
             WHERE status = 'rejected' AND awaits IS NOT NULL
               AND EXISTS (SELECT FROM events
                            WHERE company_id = entry.company_id AND stream_id = entry.awaits
                              AND stream_version > entry.awaited_version)) AS known
     WHERE company_id <> ALL((SELECT closed FROM installation)::uuid[])
"""


class _NothingDecided(Exception):
    """What was made only to be locked goes again."""


def sync_job(settings: Settings) -> Job:
    """The job that decides what waits."""
    secrets = (settings.signing_key(), *settings.former_secret_keys)
    return sync_job_with(tuple(pepper_of(secret) for secret in secrets))


def sync_job_with(peppers: Sequence[bytes]) -> Job:
    """The same with these keys of fingerprints."""
    return Job(
        name="waiting_operations",
        every=timedelta(seconds=30),
        do=partial(settle_all, peppers=peppers),
        records_what_is_due=True,
        reads_models=True,
    )


def settle_all(
    connection: psycopg.Connection[Any], writer: EventWriter, now: datetime, *, peppers: Sequence[bytes]
) -> int:
    """Decide what waits in every company. Returns how many operations that were."""
    decide = Decisions(connection, writer, now)
    companies = connection.execute(_COMPANIES).fetchall()
    return sum(_settle(decide, company_id, peppers) for (company_id,) in companies)


def _settle(decide: "Decisions", company_id: UUID, peppers: Sequence[bytes]) -> int:
    try:
        return len(settle_waiting(decide, company_id, None, peppers))
    except CompanyClosed:
        # This very moment; the schedule tells of it.
        return 0
    except Exception as trouble:  # noqa: BLE001 whatever is wrong with one company, the others are looked at
        log.warning("waiting operations", company_id=str(company_id), error=described(trouble))
        return 0


class Decisions:
    """Runs handlers as the application does, each in a transaction over a worker's connection."""

    def __init__(self, connection: psycopg.Connection[Any], writer: EventWriter, now: datetime) -> None:
        self._connection = connection
        self._writer = writer
        self._now = now

    def __call__(
        self,
        caller: Caller,
        handler: Callable[[Any, Work], Any],
        command: Any,
        present: Callable[[Any], Response],
        *,
        content: Content | None = None,
    ) -> Outcome:
        """Decide and record, again when a delivery of the till came in between.

        Raises the refusals of the handler, and ConcurrentEdit.
        """
        for attempt in range(ATTEMPTS):
            try:
                return self._attempt(caller, handler, command, present, content)
            except (errors.SerializationFailure, errors.DeadlockDetected, errors.UniqueViolation):
                time.sleep(0.002 * attempt)
        raise ConcurrentEdit

    def _attempt(
        self,
        caller: Caller,
        handler: Callable[[Any, Work], Any],
        command: Any,
        present: Callable[[Any], Response],
        content: Content | None,
    ) -> Outcome:
        try:
            with transaction(self._connection, caller.company_id, models=self._writer.models) as db:
                work = RequestWork(db, self._writer, caller, self._now, content, guesses={})
                response = present(handler(command, work))
                position = _record(work)
        except _NothingDecided:
            return Outcome(response, 0, replayed=work.is_repetition)
        return Outcome(response, position)


def _record(work: RequestWork) -> int:
    """The position of what was decided. Raises _NothingDecided."""
    if not work.has_changes:
        raise _NothingDecided
    row = work.record().row() if work.has_events else None
    return row["position"] if row else 0
