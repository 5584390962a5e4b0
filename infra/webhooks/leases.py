"""Which deliveries are sent now, and by whom: each is leased to a worker for as long as an attempt takes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString, cast
from uuid import UUID, uuid4

import psycopg

from domain.webhooks import Signature
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.data_keys import DataKeys
from infra.postgres.transactions import Transaction, transaction
from infra.webhooks.bodies import bodies_of
from infra.webhooks.queue import TAKE
from infra.webhooks.signing import signatures
from infra.webhooks.troubles import each_by_itself
from infra.webhooks.wire import PATIENCE, Message
from projections.base import EventNotReadable, Row

#: For how long a delivery is one worker's: an attempt takes less, and one that died is waited for no longer.
LEASE = timedelta(seconds=4 * PATIENCE)
#: How many of a webhook are sent at a time; of one that fails, or is sent in order, one.
AT_ONCE = 5

# Found without a lock and across companies, so it is only a hint where to look.
# Those of which the fewest are on their way come first: servers that answer slowly keep only places for
# themselves that no other needs.
_DUE: LiteralString = """
    SELECT delivery.company_id, delivery.webhook_id
      FROM company_head AS head
      JOIN webhook_deliveries AS delivery ON delivery.company_id = head.company_id
      LEFT JOIN companies AS company ON company.company_id = head.company_id
     WHERE company.is_sandbox IS NOT TRUE
       AND delivery.status IN ('pending', 'failed') AND delivery.next_attempt_at <= %(now)s
       AND head.company_id <> ALL((SELECT closed FROM installation)::uuid[])
     GROUP BY delivery.company_id, delivery.webhook_id
    HAVING bool_or(delivery.leased_until IS NULL OR delivery.leased_until < %(now)s)
     ORDER BY count(*) FILTER (WHERE delivery.leased_until >= %(now)s), min(delivery.next_attempt_at),
              delivery.webhook_id
"""

_ABOUT: LiteralString = """
    SELECT hook.url, hook.signature, hook.in_full, hook.is_ordered,
           (SELECT count(*) FROM webhook_deliveries AS delivery
             WHERE delivery.company_id = hook.company_id AND delivery.webhook_id = hook.id
               AND delivery.status IN ('pending', 'failed') AND delivery.leased_until >= %(now)s) AS flying
      FROM webhooks AS hook
     WHERE hook.company_id = %(company_id)s AND hook.id = %(webhook_id)s
       AND NOT hook.is_archived AND hook.disabled_for IS NULL
"""

# In order, what comes after one that waits for its next attempt waits as well.
_LEASE: LiteralString = """
    UPDATE webhook_deliveries AS delivery SET lease = %(lease)s, leased_until = %(until)s
      FROM (SELECT id FROM webhook_deliveries
             WHERE company_id = %(company_id)s AND webhook_id = %(webhook_id)s
               AND status IN ('pending', 'failed') AND next_attempt_at <= %(now)s
               AND (leased_until IS NULL OR leased_until < %(now)s)
               AND (NOT %(is_ordered)s::bool
                    OR number = (SELECT min(first.number) FROM webhook_deliveries AS first
                                  WHERE first.company_id = %(company_id)s
                                    AND first.webhook_id = %(webhook_id)s
                                    AND first.status IN ('pending', 'failed')))
             ORDER BY number
             LIMIT %(places)s) AS due
     WHERE delivery.company_id = %(company_id)s AND delivery.id = due.id
    RETURNING delivery.company_id, delivery.id, delivery.webhook_id, delivery.message_id, delivery.position,
              delivery.attempts, delivery.created_at, delivery.seal_epoch, delivery.seal_size
"""

_KEYS: LiteralString = """
    SELECT secret.id, key.wrapped
      FROM webhook_secrets AS secret
      JOIN subject_keys AS key ON key.company_id = secret.company_id AND key.subject_id = secret.id
     WHERE secret.company_id = %(company_id)s AND secret.webhook_id = %(webhook_id)s
       AND (secret.good_until IS NULL OR secret.good_until > %(now)s)
     ORDER BY secret.good_until NULLS FIRST
"""


@dataclass(frozen=True, kw_only=True)
class Leased:
    """A delivery that this worker sends now; `trouble` is why it cannot be told."""

    company_id: UUID
    webhook_id: UUID
    id: UUID
    lease: UUID
    attempts: int
    message: Message | None
    trouble: EventNotReadable | None = None


def lease_due(
    connection: psycopg.Connection[Any], writer: EventWriter, now: datetime, places: int
) -> list[Leased]:
    """Take up to so many deliveries whose time has come, and that no other worker has."""
    leased: list[Leased] = []
    for company_id, webhook_id in connection.execute(_DUE, {"now": now}).fetchall():
        if (left := places - len(leased)) <= 0:
            break
        with each_by_itself(company_id, webhook_id), transaction(connection, company_id) as db:
            leased += _lease(db, writer, webhook_id, now, left)
    return leased


def _lease(
    db: Transaction, writer: EventWriter, webhook_id: UUID, now: datetime, places: int
) -> list[Leased]:
    own = {"company_id": db.company_id, "webhook_id": webhook_id, "now": now}
    cursor = db.ask(TAKE, own).row()
    about = db.ask(_ABOUT, own).row() if cursor else None
    if cursor is None or about is None:
        return []
    most = 1 if about["is_ordered"] or cursor["failing_since"] else AT_ONCE
    lease = uuid4()
    params = {
        **own,
        "lease": lease,
        "until": now + LEASE,
        "is_ordered": about["is_ordered"],
        "places": max(0, min(places, most - about["flying"])),
    }
    rows = db.ask(_LEASE, params).rows()
    if not rows:
        return []
    keys = _keys(db, writer.types.data_keys, about["signature"], own)
    bodies = bodies_of(db, writer.types, rows, with_costs=about["in_full"])
    sender = _Sender(url=about["url"], keys=keys, lease=lease, seconds=int(now.timestamp()))
    return [sender.leased(row, bodies[row["id"]]) for row in rows]


@dataclass(frozen=True, kw_only=True)
class _Sender:
    """What the deliveries of a webhook that go together have in common."""

    url: str
    keys: list[tuple[Signature, bytes]]
    lease: UUID
    seconds: int

    def leased(self, row: Row, body: bytes | EventNotReadable) -> Leased:
        """A delivery, signed; or why it cannot be told."""
        return Leased(
            company_id=row["company_id"],
            webhook_id=row["webhook_id"],
            id=row["id"],
            lease=self.lease,
            attempts=row["attempts"],
            message=self._message(row["message_id"], body) if isinstance(body, bytes) else None,
            trouble=None if isinstance(body, bytes) else body,
        )

    def _message(self, message_id: str, body: bytes) -> Message:
        headers = {
            "webhook-id": message_id,
            "webhook-timestamp": str(self.seconds),
            "webhook-signature": signatures(self.keys, message_id, self.seconds, body),
        }
        return Message(url=self.url, headers=headers, body=body)


def _keys(
    db: Transaction, data_keys: DataKeys, signature: str, own: dict[str, Any]
) -> list[tuple[Signature, bytes]]:
    """What it is signed with, the newest secret first."""
    rows = db.ask(_KEYS, own).rows()
    return [
        (cast("Signature", signature), data_keys.unwrap(row["wrapped"], db.company_id, row["id"]))
        for row in rows
    ]
