"""Scrubs the database after erasures: what was deleted of a person leaves the disk within a day."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import structlog

from infra.eventstore.tombstones import Tombstone, TombstonesUnreadable, add_tombstones
from infra.jobs.job import Job
from infra.postgres.scrubbing import ATTEMPTS, Scrubbed, scrub

#: Every table from which an erasure deletes something that was to be read, keys among it.
TABLES = (
    "customers",
    "customer_entries",
    "customer_words",
    "customer_spellings",
    "subject_keys",
    "idempotency_keys",
    "held_sales",
    "reservations",
    "messages",
    "account_entries",
    "waiting_operations",
)
#: At which hours of the machine's clock nobody minds that tables are locked for seconds.
NIGHT = range(1, 5)
#: After how long it is done at any hour, so that a machine that sleeps at night scrubs as well.
LATEST = timedelta(hours=20)
EVERY = timedelta(minutes=1)
#: How long after one attempt the next comes, where a table was in use all the time.
AGAIN_SECONDS = 3600.0

log = structlog.get_logger("jobs")

_ERASED: LiteralString = "SELECT company_id, subject_id, position, at FROM erased_subjects ORDER BY at"

_TO_SCRUB: LiteralString = """
    SELECT company_id, subject_id, at FROM erased_subjects WHERE scrubbed_at IS NULL ORDER BY at
"""

_SCRUBBED: LiteralString = """
    UPDATE erased_subjects AS erased SET scrubbed_at = now()
      FROM (SELECT unnest(%(companies)s::uuid[]) AS company_id,
                   unnest(%(subjects)s::uuid[]) AS subject_id) AS done
     WHERE erased.company_id = done.company_id AND erased.subject_id = done.subject_id
"""


def scrub_database(
    owner: psycopg.Connection[Any],
    *,
    attempts: int = ATTEMPTS,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Scrubbed, int]:
    """Scrub every table that erasures concern, as its owner. Returns also of how many persons that was."""
    pending: Sequence[tuple[UUID, UUID, datetime]] = owner.execute(_TO_SCRUB).fetchall()
    scrubbed = scrub(owner, TABLES, attempts=attempts, progress=progress)
    if scrubbed.is_whole:
        params = {"companies": [one[0] for one in pending], "subjects": [one[1] for one in pending]}
        owner.execute(_SCRUBBED, params)
    return scrubbed, len(pending)


def keep_tombstones(connection: psycopg.Connection[Any], path: Path) -> int:
    """Add to the file whom the database knows to be erased. Returns how many it lacked."""
    return add_tombstones(path, (Tombstone(*row) for row in connection.execute(_ERASED)))


class Scrubber:
    """Keeps the list of the erased, and scrubs in the night after an erasure."""

    def __init__(self, owner: str | None, tombstones: Path) -> None:
        self._owner = owner
        self._tombstones = tombstones
        #: Until when, by the clock of the process, nothing is tried again.
        self._waits_until = 0.0

    def look(self, connection: psycopg.Connection[Any], now: datetime) -> None:
        """Do what is to be done at this moment."""
        try:
            keep_tombstones(connection, self._tombstones)
        except (OSError, TombstonesUnreadable) as error:
            log.warning("the list of the erased cannot be kept", error=str(error))
        pending = connection.execute(_TO_SCRUB).fetchone()
        if pending and is_due(pending[2], now) and time.monotonic() >= self._waits_until:
            self._scrub()

    def _scrub(self) -> None:
        self._waits_until = time.monotonic() + AGAIN_SECONDS
        if self._owner is None:
            log.warning("the erased are still on the disk: run `mipos scrub` as the owner of the database")
            return
        with psycopg.connect(self._owner, autocommit=True, application_name="mipos scrub") as own:
            scrubbed, persons = scrub_database(own)
        log.info("scrubbed", persons=persons, busy=scrubbed.busy, has_new_log=scrubbed.has_new_log)


def scrub_job(owner: str | None, tombstones: Path) -> Job:
    """The job, over the owner's address; where that is not known here, it says what is to be done."""
    scrubber = Scrubber(owner, tombstones)
    return Job(name="scrub", every=EVERY, do=lambda connection, _, now: scrubber.look(connection, now))


def is_due(erased_at: datetime, now: datetime) -> bool:
    """Whether it is night on this machine, or the first one to be scrubbed has waited long enough."""
    return now.astimezone().hour in NIGHT or now - erased_at > LATEST
