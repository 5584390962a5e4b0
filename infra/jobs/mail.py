"""Mails the documents that wait for it: each at least once, and a second copy is known as one."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import structlog

from commands.messages import GiveUp, NoteSent, give_up, note_sent
from commands.ports import Caller
from infra.decisions.unit_of_work import EventWriter, PostgresUnitOfWork
from infra.jobs.job import Job
from infra.outbox.messages import AddressRefused, Enclosure, Messenger
from infra.postgres.transactions import Transaction, transaction
from projections.base import CompanyClosed

#: For how long a message is tried, and how long after a failure it is tried again at first and at most.
PATIENCE = timedelta(days=3)
_SOONEST, _LATEST = 15.0, 3600.0
#: How many messages are tried in one go.
_MOST = 200

log = structlog.get_logger("jobs")

# Found without a lock and across companies; nobody else sends, as the schedule does a job once at a time.
_WAITING: LiteralString = """
    SELECT message.company_id, message.id, message.address, message.document, message.document_id,
           message.part_id, message.language, message.written_at, message.customer_id,
           company.is_sandbox IS TRUE AS is_sandbox
      FROM messages AS message
      LEFT JOIN companies AS company ON company.company_id = message.company_id
     WHERE message.status = 'waiting'
       AND message.company_id <> ALL((SELECT closed FROM installation)::uuid[])
     ORDER BY message.written_at
"""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A message as it is sent, and the version of the document that it encloses.

    `enclose` writes the document. A long one takes seconds, in which no transaction may be open.
    """

    subject: str
    text: str
    enclose: Callable[[], Enclosure]
    document_version: int


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A message that waits."""

    company_id: UUID
    id: UUID
    #: None: the customer was forgotten meanwhile.
    address: str | None
    document: str
    document_id: UUID
    part_id: UUID | None
    language: str
    written_at: datetime
    customer_id: UUID | None
    #: Whether its company is a clone, of which no mail goes out.
    is_sandbox: bool = False


#: Writes a letter with what a company knows; None for a document that holds no more.
Compose = Callable[[Transaction, EventWriter, Waiting], Letter | None]


class Post:
    """Sends what waits. How often something failed is known to this process alone: another begins anew."""

    def __init__(self, messenger: Messenger, compose: Compose) -> None:
        self._messenger = messenger
        self._compose = compose
        #: When a message that failed is tried again by the clock of the process, and the pause until then.
        self._pauses: dict[UUID, tuple[float, float]] = {}

    def send(self, connection: psycopg.Connection[Any], writer: EventWriter, now: datetime) -> int:
        """Send every message whose time has come. Returns how many were sent."""
        rows = connection.execute(_WAITING).fetchall()
        names = Waiting.__dataclass_fields__
        waiting = [Waiting(**dict(zip(names, row, strict=True))) for row in rows]
        # What fails for days must not hold up what came after it.
        due = [one for one in waiting if self._is_due(one.id)][:_MOST]
        return sum(self._send_one(connection, writer, one, now) for one in due)

    def _is_due(self, message_id: UUID) -> bool:
        return self._pauses.get(message_id, (0.0, 0.0))[0] <= time.monotonic()

    def _send_one(
        self, connection: psycopg.Connection[Any], writer: EventWriter, waiting: Waiting, now: datetime
    ) -> bool:
        """No transaction is open while the document is written or the mail server is waited for."""
        try:
            if waiting.is_sandbox:
                return self._give_up(connection, writer, waiting, now, "its company is a sandbox")
            if waiting.address is None:
                return self._give_up(connection, writer, waiting, now, "its customer is forgotten")
            with transaction(connection, waiting.company_id, reading=True, models=writer.models) as db:
                letter = self._compose(db, writer, waiting)
            if letter is None:
                return self._give_up(connection, writer, waiting, now, "it holds no more")
            self._messenger.send(waiting.address, letter.subject, letter.text, letter.enclose())
            command = NoteSent(id=waiting.id, document_version=letter.document_version)
            _record(connection, writer, waiting.company_id, now, command)
        except CompanyClosed:
            return False
        except Exception as error:  # noqa: BLE001 whatever is wrong with one, the others are sent
            return self._put_off(connection, writer, waiting, now, error)
        self._pauses.pop(waiting.id, None)
        log.info("message sent", company_id=str(waiting.company_id), message_id=str(waiting.id))
        return True

    def _put_off(
        self,
        connection: psycopg.Connection[Any],
        writer: EventWriter,
        waiting: Waiting,
        now: datetime,
        error: Exception,
    ) -> bool:
        # Not the error itself: what a mail server says may name the address.
        reason = type(error).__name__
        names = {"company_id": str(waiting.company_id), "message_id": str(waiting.id)}
        log.warning("message not sent", **names, reason=reason)
        if isinstance(error, AddressRefused) or now - waiting.written_at > PATIENCE:
            return self._give_up(connection, writer, waiting, now, reason)
        pause = min(2 * self._pauses.get(waiting.id, (0.0, _SOONEST / 2))[1], _LATEST)
        self._pauses[waiting.id] = (time.monotonic() + pause, pause)
        return False

    def _give_up(
        self,
        connection: psycopg.Connection[Any],
        writer: EventWriter,
        waiting: Waiting,
        now: datetime,
        reason: str,
    ) -> bool:
        _record(connection, writer, waiting.company_id, now, GiveUp(id=waiting.id, reason=reason))
        self._pauses.pop(waiting.id, None)
        log.error("message given up", company_id=str(waiting.company_id), message_id=str(waiting.id))
        return False


def _record(
    connection: psycopg.Connection[Any],
    writer: EventWriter,
    company_id: UUID,
    now: datetime,
    command: NoteSent | GiveUp,
) -> None:
    with transaction(connection, company_id, models=writer.models) as db:
        work = PostgresUnitOfWork(db, writer, Caller(company_id=company_id, user_id=None), now)
        if isinstance(command, NoteSent):
            note_sent(command, work)
        else:
            give_up(command, work)
        if work.has_events:
            work.record()


def mailing(messenger: Messenger, compose: Compose) -> Job:
    """The job that sends them."""
    return Job(
        name="mail",
        every=timedelta(seconds=5),
        do=Post(messenger, compose).send,
        records_what_is_due=True,
        reads_models=True,
    )
