"""What webhooks are to be sent: events that they are about, taken from the log in its order.

It is read behind each webhook's cursor and never from a read model, so that no rebuild sends anything again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from domain.event_patterns import EventPatterns
from domain.webhooks import SEALED
from infra.postgres.transactions import Transaction, transaction
from infra.process.ids import uuid7
from infra.webhooks.seals import queue_seals
from infra.webhooks.troubles import each_by_itself
from projections.audit import WITHIN_STORES
from projections.base import Row
from projections.log_epochs import LogEpochs, ask_epochs

#: How many deliveries of a webhook may be open before no more are taken from the log, …
MOST_OPEN = 1_000
#: … and how many events one look passes over at most.
SCANNED = 5_000

# Found without a lock and across companies, so it is only a hint where to look.
_BEHIND: LiteralString = """
    SELECT reached.company_id, reached.webhook_id
      FROM company_head AS head
      JOIN webhook_cursors AS reached ON reached.company_id = head.company_id
      JOIN webhooks AS hook ON hook.company_id = reached.company_id AND hook.id = reached.webhook_id
      LEFT JOIN companies AS company ON company.company_id = head.company_id
     WHERE NOT hook.is_archived AND hook.disabled_for IS NULL AND company.is_sandbox IS NOT TRUE
       AND (reached.position < head.position
            OR EXISTS (SELECT FROM audit_seals AS seal
                        WHERE seal.company_id = reached.company_id
                          AND (seal.epoch, seal.size) > (reached.seal_epoch, reached.seal_size))
            OR EXISTS (SELECT FROM webhook_replays AS replay
                        WHERE replay.company_id = reached.company_id
                          AND replay.webhook_id = reached.webhook_id
                          AND replay.status IN ('queued', 'running')))
       AND head.company_id <> ALL((SELECT closed FROM installation)::uuid[])
"""

#: Takes a webhook for as long as the transaction lasts, unless another worker has it, or somebody changes it.
TAKE: LiteralString = """
    SELECT position, last_number, failing_since, seal_epoch, seal_size FROM webhook_cursors
     WHERE company_id = %(company_id)s AND webhook_id = %(webhook_id)s
       FOR UPDATE SKIP LOCKED
"""

_ABOUT: LiteralString = """
    SELECT hook.types, hook.store_ids, head.position AS head,
           (SELECT count(*) FROM webhook_deliveries AS delivery
             WHERE delivery.company_id = hook.company_id AND delivery.webhook_id = hook.id
               AND delivery.status IN ('pending', 'failed')) AS waiting
      FROM webhooks AS hook
      JOIN company_head AS head ON head.company_id = hook.company_id
     WHERE hook.company_id = %(company_id)s AND hook.id = %(webhook_id)s
       AND NOT hook.is_archived AND hook.disabled_for IS NULL
"""

_REPLAY: LiteralString = """
    SELECT id, position, to_position, types FROM webhook_replays
     WHERE company_id = %(company_id)s AND webhook_id = %(webhook_id)s AND status IN ('queued', 'running')
     ORDER BY created_at, id
     LIMIT 1
"""

# What becomes of webhooks themselves is told to none: an address may have a secret in it.
_EVENTS: LiteralString = f"""
    SELECT position, type FROM events
     WHERE company_id = %(company_id)s AND position > %(after)s AND position <= %(last)s
       AND NOT starts_with(type, 'webhooks.')
       AND (type = ANY(%(names)b::text[]) OR type ^@ ANY(%(beginnings)b::text[]))
       AND {WITHIN_STORES}
     ORDER BY position
     LIMIT %(limit)s
"""

# What is on its way anyway is not sent once more.
_ADD: LiteralString = """
    INSERT INTO webhook_deliveries (company_id, id, webhook_id, number, message_id, position, type, replay_id,
                                    status, attempts, next_attempt_at, created_at)
    SELECT %(company_id)s, new.id, %(webhook_id)s, %(last_number)s + new.number, new.message_id, new.position,
           new.type, %(replay_id)s::uuid, 'pending', 0, %(now)s, %(now)s
      FROM (SELECT unnest(%(ids)b::uuid[]) AS id, unnest(%(positions)b::bigint[]) AS position,
                   unnest(%(types)b::text[]) AS type, unnest(%(message_ids)b::text[]) AS message_id,
                   generate_subscripts(%(ids)b::uuid[], 1) AS number) AS new
     WHERE NOT EXISTS (SELECT FROM webhook_deliveries AS open
                        WHERE open.company_id = %(company_id)s AND open.webhook_id = %(webhook_id)s
                          AND open.status IN ('pending', 'failed') AND open.position = new.position)
    RETURNING company_id
"""

_MOVE: LiteralString = """
    UPDATE webhook_cursors
       SET position = %(position)s, last_number = last_number + %(added)s
     WHERE company_id = %(company_id)s AND webhook_id = %(webhook_id)s
"""

_MOVE_REPLAY: LiteralString = """
    UPDATE webhook_replays
       SET position = %(position)s,
           status = CASE WHEN %(position)s >= to_position THEN 'done' ELSE 'running' END,
           finished_at = CASE WHEN %(position)s >= to_position THEN %(now)s::timestamptz END
     WHERE company_id = %(company_id)s AND id = %(id)s
"""


def fill_queues(connection: psycopg.Connection[Any], now: datetime) -> int:
    """Take from the logs what every webhook is to be sent next. Returns how many deliveries that makes."""
    added = 0
    for company_id, webhook_id in connection.execute(_BEHIND).fetchall():
        with each_by_itself(company_id, webhook_id):
            added += _fill(connection, company_id, webhook_id, now)
    return added


def _fill(connection: psycopg.Connection[Any], company_id: UUID, webhook_id: UUID, now: datetime) -> int:
    """What came anew, and as much of a replay as there is room for."""
    with transaction(connection, company_id) as db:
        own = {"company_id": company_id, "webhook_id": webhook_id}
        cursor = db.ask(TAKE, own).row()
        about = db.ask(_ABOUT, own).row() if cursor else None
        if cursor is None or about is None:
            return 0
        queue = _Queue(db, webhook_id, cursor["last_number"], about, now)
        position = queue.extend(cursor["position"], about["head"], about["types"])
        replay = db.ask(_REPLAY, own).row()
        if replay:
            types = replay["types"] or about["types"]
            reached = queue.extend(replay["position"], replay["to_position"], types, replay["id"])
            db.execute(_MOVE_REPLAY, {**own, "id": replay["id"], "position": reached, "now": now})
        added = queue.added + queue.extend_by_seals(cursor, about["types"])
        if added or position != cursor["position"]:
            db.execute(_MOVE, {**own, "position": position, "added": added})
        return added


class _Queue:
    """What waits to be sent to a webhook."""

    def __init__(
        self, db: Transaction, webhook_id: UUID, last_number: int, about: Row, now: datetime
    ) -> None:
        self._db = db
        self._webhook_id = webhook_id
        self._last_number = last_number
        self._now = now
        self._store_ids = about["store_ids"] or None
        self._room = MOST_OPEN - about["waiting"]
        self.added = 0

    def extend(self, after: int, upto: int, types: Sequence[str], replay_id: UUID | None = None) -> int:
        """Add events behind one position up to another, as far as there is room. Returns how far that was."""
        room, last = self._room - self.added, min(upto, after + SCANNED)
        if room <= 0 or last <= after:
            return after
        patterns = EventPatterns.of(types)
        params = {
            "company_id": self._db.company_id,
            "after": after,
            "last": last,
            "names": list(patterns.names),
            "beginnings": list(patterns.beginnings),
            "store_ids": self._store_ids,
            "limit": room,
        }
        events = self._db.ask(_EVENTS, params).rows()
        self._add(events, replay_id)
        return int(events[-1]["position"]) if len(events) == room else last

    def extend_by_seals(self, cursor: Row, types: Sequence[str]) -> int:
        """Add what was sealed, for whoever may see the whole company. Returns how many that made."""
        own = {
            "company_id": self._db.company_id,
            "webhook_id": self._webhook_id,
            "seal_epoch": cursor["seal_epoch"],
            "seal_size": cursor["seal_size"],
            "type": SEALED,
            "now": self._now,
        }
        return queue_seals(
            self._db,
            own,
            is_told=self._store_ids is None and EventPatterns.of(types).choose(SEALED),
            last_number=self._last_number + self.added,
            room=self._room - self.added,
        )

    def _add(self, events: Sequence[Row], replay_id: UUID | None) -> None:
        if not events:
            return
        epochs = LogEpochs.of(ask_epochs(self._db))
        company_id = self._db.company_id
        params = {
            "company_id": company_id,
            "webhook_id": self._webhook_id,
            "last_number": self._last_number + self.added,
            "replay_id": replay_id,
            "now": self._now,
            "ids": [uuid7() for _ in events],
            "positions": [event["position"] for event in events],
            "types": [event["type"] for event in events],
            "message_ids": [f"{company_id}-{epochs.id_of(event['position'])}" for event in events],
        }
        self._db.execute(_ADD, params)
        self.added += len(events)
