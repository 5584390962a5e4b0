"""Mails the newest checkpoint to a company's auditor: once a day at most, and at once after a restore.

Whoever keeps these letters can tell, years later, that an end was cut off or a past was made anew. They are
no facts of the log: a letter a day would make a quiet log grow, and be news for the next letter.
"""

from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import structlog

from infra.decisions.unit_of_work import EventWriter
from infra.jobs.job import Job
from infra.outbox.messages import AddressRefused, Messenger
from infra.postgres.transactions import transaction
from projections.base import Row

#: How often it is looked whether a letter is due, and how long after one the next follows.
EVERY, PAUSE = timedelta(minutes=10), timedelta(days=1)

log = structlog.get_logger("jobs")

# Found without a lock and across companies. One that must send nothing is left out here, by its own mark.
_DUE: LiteralString = """
    SELECT head.company_id
      FROM company_head AS head
      JOIN companies AS company ON company.company_id = head.company_id
      LEFT JOIN seal_letters AS letter ON letter.company_id = head.company_id
     WHERE company.auditor_email IS NOT NULL AND company.status <> 'archived' AND NOT company.is_sandbox
       AND EXISTS (SELECT FROM audit_seals AS seal
                    WHERE seal.company_id = head.company_id
                      AND (letter.sent_at IS NULL OR seal.epoch > letter.epoch
                           OR (letter.sent_at <= %(before)s
                               AND (seal.epoch, seal.size) > (letter.epoch, letter.size))))
     ORDER BY head.company_id
"""

_ABOUT: LiteralString = """
    SELECT company.name, company.auditor_email, seal.epoch, seal.size, seal.sealed_at, seal.checkpoint,
           seal.vkey
      FROM companies AS company
      JOIN audit_seals AS seal ON seal.company_id = %(company_id)s
     WHERE company.company_id = %(company_id)s
     ORDER BY seal.epoch DESC, seal.size DESC LIMIT 1
"""

_NOTE: LiteralString = """
    INSERT INTO seal_letters (company_id, epoch, size, sent_at)
    VALUES (%(company_id)s, %(epoch)s, %(size)s, %(now)s)
        ON CONFLICT (company_id) DO UPDATE
       SET epoch = excluded.epoch, size = excluded.size, sent_at = excluded.sent_at
"""


class SealLetters:
    """Writes to auditors."""

    def __init__(self, messenger: Messenger) -> None:
        self._messenger = messenger

    def send(self, connection: psycopg.Connection[Any], _writer: EventWriter, now: datetime) -> int:
        """Write each letter that is due. Returns how many were written."""
        due = connection.execute(_DUE, {"before": now - PAUSE}).fetchall()
        return sum(self._send(connection, company_id, now) for (company_id,) in due)

    def _send(self, connection: psycopg.Connection[Any], company_id: UUID, now: datetime) -> bool:
        """No transaction is open while the mail server is waited for."""
        with transaction(connection, company_id, reading=True) as db:
            about = db.ask(_ABOUT, {"company_id": company_id}).row()
        if about is None or about["auditor_email"] is None:
            return False
        try:
            self._messenger.send(about["auditor_email"], _subject(about), _text(about))
        except AddressRefused:
            # It is tried again with the next letter, a day later.
            log.error("an auditor's address is refused", company_id=str(company_id))  # noqa: TRY400 it may name it
        except OSError as error:
            # Not the error itself: what a mail server says may name the address.
            log.warning("a letter waits", company_id=str(company_id), reason=type(error).__name__)
            return False
        with transaction(connection, company_id) as db:
            where = {"company_id": company_id, "epoch": about["epoch"], "size": about["size"]}
            db.execute(_NOTE, {**where, "now": now})
        return True


def _subject(about: Row) -> str:
    return " ".join(f"{about['name']}: checkpoint of {about['size']} events".split())


def _text(about: Row) -> str:
    return (
        f"Good day,\n\nof the log of {about['name']} {about['size']:,} events were sealed at "
        f"{about['sealed_at']:%Y-%m-%d %H:%M:%S} UTC, by the clock of its server.\n"
        f"Keep this letter. A log that is shown to you later has to fit what follows: save it to a file\n"
        f"and run\n\n    python3 verify_log.py LOG --vkey '{about['vkey']}' --checkpoint FILE\n\n"
        f"----- FILE -----\n{about['checkpoint']}----- END -----\n"
    )


def seal_letters(messenger: Messenger) -> Job:
    """The job."""
    return Job(
        name="seal-letters",
        every=EVERY,
        do=SealLetters(messenger).send,
        records_what_is_due=True,
        reads_models=True,
    )
