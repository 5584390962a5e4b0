"""What became of attempts: noted where the delivery is still the worker's, and of its webhook."""

from datetime import datetime
from random import random
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import structlog

from commands.ports import Caller, Missing
from commands.webhooks import DisableWebhook, disable_webhook
from domain.entities import AlreadyArchived
from domain.webhooks.attempts import Trial, next_attempt_at
from infra.decisions.unit_of_work import EventWriter, PostgresUnitOfWork
from infra.postgres.transactions import Transaction, transaction
from infra.webhooks.desk import WebhookDesk
from infra.webhooks.leases import Leased
from infra.webhooks.wire import kept
from projections.guards.packages import PlanGuard

log = structlog.get_logger("webhooks")

# One that was stopped meanwhile stays dead, unless it has arrived all the same.
_NOTE: LiteralString = """
    UPDATE webhook_deliveries
       SET status = CASE WHEN status = 'dead' AND %(status)s <> 'delivered' THEN status ELSE %(status)s END,
           attempts = attempts + 1, next_attempt_at = %(next_attempt_at)s::timestamptz, lease = NULL,
           leased_until = NULL, response_status = %(response_status)s::int, error = %(error)s::text,
           milliseconds = %(milliseconds)s::int,
           finished_at = CASE WHEN %(status)s IN ('delivered', 'dead') THEN %(now)s::timestamptz END
     WHERE company_id = %(company_id)s AND id = %(id)s AND lease = %(lease)s
    RETURNING id
"""

_WORKS: LiteralString = """
    UPDATE webhook_cursors SET failing_since = NULL
     WHERE company_id = %(company_id)s AND webhook_id = %(webhook_id)s AND failing_since IS NOT NULL
"""

_FAILS: LiteralString = """
    UPDATE webhook_cursors SET failing_since = %(now)s
     WHERE company_id = %(company_id)s AND webhook_id = %(webhook_id)s AND failing_since IS NULL
"""

_ANNOUNCE: LiteralString = """
    UPDATE webhook_cursors SET untold_since = %(now)s
     WHERE company_id = %(company_id)s AND webhook_id = %(webhook_id)s
"""


class WebhookDecisions(PostgresUnitOfWork):
    """What the service itself decides about webhooks with."""

    def __init__(self, db: Transaction, writer: EventWriter, now: datetime) -> None:
        super().__init__(db, writer, Caller(company_id=db.company_id, user_id=None), now)
        self.webhooks = WebhookDesk(db, writer.types.data_keys, now, self.changed_rows)
        self.plan = PlanGuard(db, now)


def note_outcome(
    connection: psycopg.Connection[Any],
    writer: EventWriter,
    leased: Leased,
    trial: Trial,
    now: datetime,
) -> None:
    """Note what became of an attempt; a server that is gone for good has its webhook disabled."""
    with transaction(connection, leased.company_id) as db:
        own = {"company_id": leased.company_id, "webhook_id": leased.webhook_id, "now": now}
        is_mine = db.ask(_NOTE, {**own, **_noted(leased, trial, now)}).row() is not None
        if is_mine and leased.trouble is None:
            db.execute(_WORKS if trial.verdict == "delivered" else _FAILS, own)
    log.info(
        "webhook attempted",
        company_id=str(leased.company_id),
        webhook_id=str(leased.webhook_id),
        delivery_id=str(leased.id),
        attempt=leased.attempts + 1,
        verdict=trial.verdict,
        status=trial.status,
        milliseconds=trial.milliseconds,
    )
    if is_mine and trial.verdict == "gone":
        disable(
            connection, writer, leased.company_id, DisableWebhook(id=leased.webhook_id, reason="gone"), now
        )


def disable(
    connection: psycopg.Connection[Any],
    writer: EventWriter,
    company_id: UUID,
    command: DisableWebhook,
    now: datetime,
) -> None:
    """Disable a webhook, and have the admins of its company told."""
    with transaction(connection, company_id, models=writer.models) as db:
        work = WebhookDecisions(db, writer, now)
        try:
            disable_webhook(command, work)
        except (Missing, AlreadyArchived):
            return
        if not work.has_events:
            return
        db.execute(_ANNOUNCE, {"company_id": company_id, "webhook_id": command.id, "now": now})
        work.record()
    log.warning(
        "webhook disabled", company_id=str(company_id), webhook_id=str(command.id), reason=command.reason
    )


def _noted(leased: Leased, trial: Trial, now: datetime) -> dict[str, Any]:
    # Which of several is tried first is no secret.
    later = next_attempt_at(leased.attempts + 1, trial, now, random())  # noqa: S311
    status = "delivered" if trial.verdict == "delivered" else "failed" if later else "dead"
    return {
        "id": leased.id,
        "lease": leased.lease,
        "status": status,
        "next_attempt_at": None if status == "delivered" else later,
        "response_status": trial.status,
        "error": None if trial.error is None else kept(trial.error),
        "milliseconds": trial.milliseconds,
    }
