"""What decisions about deliveries of tills ask and keep: what waits, what was rejected, what has arrived."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from domain.aggregate import Aggregate
from domain.deliveries import InboxEntry, Waiting
from domain.pending import Pending
from domain.users import User
from projections.base import KNOWN_AT, Database
from projections.log import EVENT

#: Makes an aggregate of its events.
Rebuild = Callable[[Iterable[Mapping[str, Any]]], Aggregate | None]

_ENTRIES: LiteralString = """
    SELECT stream_id, operation_id, content, status FROM till_operations
     WHERE company_id = %(company_id)s AND operation_id = ANY(%(ids)b::uuid[])
     ORDER BY rejected_at, id
"""

_WAITING: LiteralString = """
    SELECT id, device_id, awaits, operation, received_at, received_by, customer_id FROM waiting_operations
     WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[])
"""

# What a waiting operation names has arrived, was rejected, or has not come in time.
_DUE: LiteralString = """
    SELECT waiting.id, waiting.device_id, waiting.awaits, waiting.operation, waiting.received_at,
           waiting.received_by, waiting.customer_id,
           waiting.received_at < %(before)s
           OR EXISTS (SELECT FROM till_operations
                       WHERE company_id = %(company_id)s AND operation_id = waiting.awaits
                         AND status <> 'resolved') AS is_hopeless
      FROM waiting_operations AS waiting
     WHERE waiting.company_id = %(company_id)s
       AND (waiting.received_at < %(before)s
            OR EXISTS (SELECT FROM events
                        WHERE company_id = %(company_id)s AND stream_id = waiting.awaits)
            OR EXISTS (SELECT FROM till_operations
                        WHERE company_id = %(company_id)s AND operation_id = waiting.awaits
                          AND status <> 'resolved'))
       AND waiting.id <> ALL(%(but)b::uuid[])
     ORDER BY waiting.device_id, waiting.seq, waiting.id
     LIMIT %(limit)s::bigint
"""

# What was rejected because something was not there; that has come, or changed since it was decided anew.
# What was sent again and waits is decided as what waits.
_DUE_ENTRIES: LiteralString = """
    SELECT entry.stream_id, awaited.version
      FROM till_operations AS entry
     CROSS JOIN LATERAL (
            SELECT max(stream_version) AS version FROM events
             WHERE company_id = %(company_id)s AND stream_id = entry.awaits
           ) AS awaited
     WHERE entry.company_id = %(company_id)s AND entry.status = 'rejected' AND entry.awaits IS NOT NULL
       AND awaited.version > entry.awaited_version
       AND NOT EXISTS (SELECT FROM waiting_operations
                        WHERE company_id = %(company_id)s AND id = entry.operation_id)
     ORDER BY entry.rejected_at, entry.id
     LIMIT %(limit)s::bigint
"""

_CUSTOMER_OF: LiteralString = """
    SELECT customer_id FROM orders WHERE company_id = %(company_id)s AND id = %(order_id)s
"""

_USER_AT: LiteralString = f"""
    SELECT {EVENT} FROM events AS e
     WHERE e.company_id = %(company_id)s AND e.stream_id = %(user_id)s
       AND e.stream_version <= (SELECT max(stream_version) FROM events
                                 WHERE company_id = %(company_id)s AND stream_id = %(user_id)s
                                   AND {KNOWN_AT} <= %(moment)s)
     ORDER BY e.stream_version
"""

_KEEP: LiteralString = """
    INSERT INTO waiting_operations (company_id, id, device_id, seq, awaits, operation, received_at,
                                    received_by, customer_id)
    VALUES (%(company_id)s, %(id)s, %(device_id)s, %(seq)s, %(awaits)s, %(operation)s, %(received_at)s,
            %(received_by)s, %(customer_id)s)
        ON CONFLICT (company_id, id) DO UPDATE SET awaits = excluded.awaits
"""

_FORGET: LiteralString = """
    DELETE FROM waiting_operations WHERE company_id = %(company_id)s AND id = %(id)s
"""

_ARRIVED: LiteralString = """
    SELECT received @> int8range(1, %(seq)s::bigint) AS all_before FROM device_deliveries
     WHERE company_id = %(company_id)s AND device_id = %(device_id)s
"""

_NOTE: LiteralString = """
    INSERT INTO device_deliveries AS known (company_id, device_id, received, last_seq, last_seen_at)
    SELECT %(company_id)s, %(device_id)s, coalesce(range_agg(int8range(seq, seq, '[]')), '{}'),
           coalesce(max(seq), 0), %(now)s
      FROM unnest(%(seqs)b::bigint[]) AS delivered(seq)
        ON CONFLICT (company_id, device_id) DO UPDATE
       SET received = known.received + excluded.received,
           last_seq = greatest(known.last_seq, excluded.last_seq),
           last_seen_at = greatest(known.last_seen_at, excluded.last_seen_at)
"""


class DeliveriesGuard:
    """What tills deliver. That something was kept is said by `changed`."""

    def __init__(self, db: Database, rebuild: Rebuild, changed: Callable[[], None]) -> None:
        self._db = db
        self._rebuild = rebuild
        self._changed = changed

    def entries(self, operation_ids: Collection[UUID]) -> Pending[Sequence[InboxEntry]]:
        """Ask what of these operations is in the inbox, or was."""
        answer = self._db.ask(_ENTRIES, {**self._own(), "ids": sorted(operation_ids)})
        return Pending(lambda: [InboxEntry(**row) for row in answer.rows()])

    def waiting(self, operation_ids: Collection[UUID]) -> Pending[Sequence[Waiting]]:
        """Ask which of these operations wait."""
        answer = self._db.ask(_WAITING, {**self._own(), "ids": sorted(operation_ids)})
        return Pending(lambda: [Waiting(**row) for row in answer.rows()])

    def due(self, before: datetime, but: Collection[UUID], limit: int) -> Pending[Sequence[Waiting]]:
        """Ask which operations need not wait any more, or have waited since before that moment."""
        params = {**self._own(), "before": before, "but": sorted(but), "limit": limit}
        answer = self._db.ask(_DUE, params)
        return Pending(lambda: [Waiting(**row) for row in answer.rows()])

    def due_entries(self, limit: int) -> Pending[Mapping[UUID, int]]:
        """Ask which entries of the inbox named what was not there and now is: by stream, its version."""
        answer = self._db.ask(_DUE_ENTRIES, {**self._own(), "limit": limit})
        return Pending(lambda: {row["stream_id"]: row["version"] for row in answer.rows()})

    def customer_of(self, order_id: UUID) -> Pending[UUID | None]:
        """Ask to which customer an order was sold, if it is there and was sold to one."""
        answer = self._db.ask(_CUSTOMER_OF, {**self._own(), "order_id": order_id})

        def customer() -> UUID | None:
            row = answer.row()
            return row["customer_id"] if row else None

        return Pending(customer)

    def user_at(self, user_id: UUID, moment: datetime) -> Pending[User | None]:
        """Ask for a user with the rights of that moment."""
        answer = self._db.ask(_USER_AT, {**self._own(), "user_id": user_id, "moment": moment})

        def user() -> User | None:
            found = self._rebuild(answer.rows())
            return found if isinstance(found, User) else None

        return Pending(user)

    def keep(self, waiting: Waiting, seq: int) -> None:
        """Keep an operation that has to wait."""
        self._changed()
        self._db.execute(
            _KEEP,
            {
                **self._own(),
                "id": waiting.id,
                "device_id": waiting.device_id,
                "seq": seq,
                "awaits": waiting.awaits,
                "operation": waiting.operation,
                "received_at": waiting.received_at,
                "received_by": waiting.received_by,
                "customer_id": waiting.customer_id,
            },
        )

    def forget(self, operation_id: UUID) -> None:
        """Let an operation wait no more."""
        self._changed()
        self._db.execute(_FORGET, {**self._own(), "id": operation_id})

    def is_missing_before(self, device_id: UUID, seq: int) -> Pending[bool]:
        """Ask whether an operation that the device did earlier has not arrived."""
        answer = self._db.ask(_ARRIVED, {**self._own(), "device_id": device_id, "seq": seq})

        def is_missing() -> bool:
            row = answer.row()
            return seq > 1 and not (row and row["all_before"])

        return Pending(is_missing)

    def note(self, device_id: UUID, seqs: Iterable[int], now: datetime) -> None:
        """Keep which of a device's operations have arrived, and that it was heard of."""
        self._changed()
        self._db.execute(
            _NOTE, {**self._own(), "device_id": device_id, "seqs": sorted(set(seqs)), "now": now}
        )

    def _own(self) -> dict[str, UUID]:
        return {"company_id": self._db.company_id}
