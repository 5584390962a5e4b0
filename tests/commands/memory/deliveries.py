"""What tills deliver, in memory."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from uuid import UUID

from domain.deliveries import InboxEntry, Waiting
from domain.orders import Order
from domain.pending import Pending
from domain.till_operations import TillOperation
from domain.users import User
from infra.eventstore.codec import decode_metadata
from infra.runtime.models import EVENT_TYPES
from tests.commands.memory.world import World


class MemoryDeliveries:
    """What waits, what was rejected, what has arrived."""

    def __init__(self, world: World, company_id: UUID) -> None:
        self._world = world
        self._company_id = company_id

    def entries(self, operation_ids: Collection[UUID]) -> Pending[Sequence[InboxEntry]]:
        entries = [
            InboxEntry(
                stream_id=one.id,
                operation_id=one.rejected.operation_id,
                content=one.rejected.content,
                status=one.status,
            )
            for one in self._world.all(self._company_id, TillOperation)
            if one.rejected.operation_id in operation_ids
        ]
        return Pending(lambda: entries)

    def waiting(self, operation_ids: Collection[UUID]) -> Pending[Sequence[Waiting]]:
        waiting = [one for one, _ in self._world.waiting.values() if one.id in operation_ids]
        return Pending(lambda: waiting)

    def due(self, before: datetime, but: Collection[UUID], limit: int) -> Pending[Sequence[Waiting]]:
        known = sorted(self._world.waiting.values(), key=lambda one: (one[0].device_id, one[1], one[0].id))
        due = [
            replace(one, is_hopeless=self._is_hopeless(one, before))
            for one, _ in known
            if one.id not in but
            and (self._is_hopeless(one, before) or self._world.stream(self._company_id, one.awaits))
        ]
        return Pending(lambda: due[:limit])

    def due_entries(self, limit: int) -> Pending[Mapping[UUID, int]]:
        entries = list(self._world.all(self._company_id, TillOperation))
        due = {
            one.id: self._version_of(one.refusal.awaits)
            for one in entries
            if one.status == "rejected" and self._has_news(one)
        }
        return Pending(lambda: dict(islice(due.items(), limit)))

    def _version_of(self, stream_id: UUID | None) -> int:
        return len(self._world.stream(self._company_id, stream_id)) if stream_id else 0

    def _has_news(self, entry: TillOperation) -> bool:
        """Whether what it named came, or changed since it was decided anew; it does not wait beside that."""
        known = getattr(entry.refusal, "awaited_version", 0)
        is_news = self._version_of(entry.refusal.awaits) > known
        return is_news and entry.rejected.operation_id not in self._world.waiting

    def _is_hopeless(self, waiting: Waiting, before: datetime) -> bool:
        rejected = any(entry.status != "resolved" for entry in self.entries([waiting.awaits]).read())
        return rejected or waiting.received_at < before

    def customer_of(self, order_id: UUID) -> Pending[UUID | None]:
        order = self._world.find(self._company_id, order_id)
        return Pending(lambda: order.terms.customer_id if isinstance(order, Order) else None)

    def user_at(self, user_id: UUID, moment: datetime) -> Pending[User | None]:
        rows = [
            row
            for row in self._world.stream(self._company_id, user_id)
            if decode_metadata(row["metadata"]).at <= moment
        ]
        found = EVENT_TYPES.rebuild(rows)
        return Pending(lambda: found if isinstance(found, User) else None)

    def keep(self, waiting: Waiting, seq: int) -> None:
        known, _ = self._world.waiting.get(waiting.id, (waiting, seq))
        self._world.waiting[waiting.id] = (replace(known, awaits=waiting.awaits), seq)

    def forget(self, operation_id: UUID) -> None:
        self._world.waiting.pop(operation_id, None)

    def is_missing_before(self, device_id: UUID, seq: int) -> Pending[bool]:
        delivered = self._world.delivered.get(device_id, set())
        return Pending(lambda: not set(range(1, seq)) <= delivered)

    def note(self, device_id: UUID, seqs: Iterable[int], now: datetime) -> None:
        del now
        self._world.delivered[device_id] = self._world.delivered.get(device_id, set()) | set(seqs)
