"""What the service does about webhooks that fail for days: they are disabled, and the admins told by mail."""

from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import structlog

from commands.webhooks import DisableWebhook
from domain.permissions import ADMIN, SUPER_ADMIN
from domain.webhooks.attempts import PATIENCE, has_failed_for_long
from infra.decisions.unit_of_work import EventWriter
from infra.jobs.job import Job
from infra.outbox.messages import AddressRefused, Messenger
from infra.postgres.transactions import transaction
from infra.webhooks.outcomes import disable
from infra.webhooks.troubles import each_by_itself
from projections.base import Row

#: For how long the mail server is tried.
_MAIL_PATIENCE = timedelta(days=3)
_REASONS = {
    "gone": "Its server answered that it is gone for good (410).",
    "failing": f"It has taken nothing for {PATIENCE.days} days.",
}

log = structlog.get_logger("webhooks")

# Both found without a lock and across companies. By the clock, and not when something fails: what nobody
# tries any more would never be noticed.
_FAILING: LiteralString = """
    SELECT reached.company_id, reached.webhook_id, reached.failing_since
      FROM company_head AS head
      JOIN webhook_cursors AS reached ON reached.company_id = head.company_id
      JOIN webhooks AS hook ON hook.company_id = reached.company_id AND hook.id = reached.webhook_id
     WHERE reached.failing_since IS NOT NULL AND NOT hook.is_archived AND hook.disabled_for IS NULL
       AND head.company_id <> ALL((SELECT closed FROM installation)::uuid[])
"""

_UNTOLD: LiteralString = """
    SELECT reached.company_id, reached.webhook_id
      FROM company_head AS head
      JOIN webhook_cursors AS reached ON reached.company_id = head.company_id
     WHERE reached.untold_since IS NOT NULL
       AND head.company_id <> ALL((SELECT closed FROM installation)::uuid[])
"""

_ABOUT: LiteralString = """
    SELECT hook.url, hook.disabled_for, hook.store_ids, reached.untold_since, company.name,
           (SELECT min(delivery.position) FROM webhook_deliveries AS delivery
             WHERE delivery.company_id = hook.company_id AND delivery.webhook_id = hook.id
               AND delivery.status = 'dead'
               AND (delivery.created_at >= reached.failing_since
                    OR delivery.finished_at >= reached.untold_since)) AS first_dead
      FROM webhook_cursors AS reached
      JOIN webhooks AS hook ON hook.company_id = reached.company_id AND hook.id = reached.webhook_id
      LEFT JOIN companies AS company ON company.company_id = reached.company_id
     WHERE reached.company_id = %(company_id)s AND reached.webhook_id = %(webhook_id)s
       AND reached.untold_since IS NOT NULL
"""

_ADMINS: LiteralString = """
    SELECT id, email FROM users
     WHERE company_id = %(company_id)s AND role = ANY(%(roles)b::text[]) AND is_active AND NOT is_archived
       AND email IS NOT NULL
       AND (store_ids = '{}' OR (%(store_ids)b::uuid[] <> '{}' AND %(store_ids)b::uuid[] <@ store_ids))
     ORDER BY id
"""

_TOLD: LiteralString = """
    UPDATE webhook_cursors SET untold_since = NULL
     WHERE company_id = %(company_id)s AND webhook_id = %(webhook_id)s
"""


class Alarms:
    """Disables what has failed for days, and writes to those who can mend it."""

    def __init__(self, messenger: Messenger) -> None:
        self._messenger = messenger

    def look(self, connection: psycopg.Connection[Any], writer: EventWriter, now: datetime) -> int:
        """Look at every webhook that fails. Returns how many letters were written."""
        for company_id, webhook_id, failing_since in connection.execute(_FAILING).fetchall():
            if has_failed_for_long(failing_since, now):
                with each_by_itself(company_id, webhook_id):
                    disable(
                        connection, writer, company_id, DisableWebhook(id=webhook_id, reason="failing"), now
                    )
        written = 0
        for company_id, webhook_id in connection.execute(_UNTOLD).fetchall():
            with each_by_itself(company_id, webhook_id):
                written += self._tell(connection, company_id, webhook_id, now)
        return written

    def _tell(
        self, connection: psycopg.Connection[Any], company_id: UUID, webhook_id: UUID, now: datetime
    ) -> int:
        """Write to each admin. No transaction is open while the mail server is waited for."""
        own = {"company_id": company_id, "webhook_id": webhook_id}
        with transaction(connection, company_id, reading=True) as db:
            about = db.ask(_ABOUT, own).row()
            if about is None:
                return 0
            roles = {"roles": [ADMIN, SUPER_ADMIN], "store_ids": about["store_ids"]}
            admins = db.ask(_ADMINS, {**own, **roles}).rows()
        written, is_over = (
            self._write(admins, about, webhook_id),
            now - about["untold_since"] > _MAIL_PATIENCE,
        )
        if written is not None or is_over:
            with transaction(connection, company_id) as db:
                db.execute(_TOLD, own)
        return written or 0

    def _write(self, admins: list[Row], about: Row, webhook_id: UUID) -> int | None:
        """How many letters were taken; None while the mail server takes none."""
        subject, text = f"{about['name'] or 'MIPOS'}: a webhook was disabled", _text(about, webhook_id)
        written = 0
        for admin in admins:
            try:
                self._messenger.send(admin["email"], subject, text)
            except AddressRefused:
                log.warning("an admin could not be told of a webhook", user_id=str(admin["id"]))
            except OSError as error:
                # Not the error itself: what a mail server says may name the address.
                log.warning("the letter about a webhook waits", reason=type(error).__name__)
                return written or None
            else:
                written += 1
        return written


def _text(about: Row, webhook_id: UUID) -> str:
    server = about["url"].partition("?")[0]
    replay = (
        f"Then replay it from position {about['first_dead']}, the first that was not delivered.\n"
        if about["first_dead"]
        else "Then replay what it missed.\n"
    )
    return (
        f"Good day,\n\nthe webhook to {server} was disabled.\n"
        f"{_REASONS.get(about['disabled_for'], 'It was disabled.')}\n\n"
        f"Nothing is sent there any more. Once its server works again, enable it:\n"
        f"POST /api/admin/webhooks/{webhook_id}/enable\n{replay}"
    )


def alarm_job(messenger: Messenger) -> Job:
    """The job that looks."""
    return Job(
        name="webhook-alarms",
        every=timedelta(minutes=1),
        do=Alarms(messenger).look,
        records_what_is_due=True,
        reads_models=True,
    )
