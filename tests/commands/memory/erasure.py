"""Erasures in memory."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from domain.customer_erasure import Tombstone
from domain.customers import Customer
from domain.orders import Order
from domain.pending import Pending
from tests.commands.memory.world import World


class MemoryErasure:
    """Who was forgotten; nobody has a key here, but everybody who is there counts as one."""

    def __init__(self, world: World, company_id: UUID, now: datetime) -> None:
        self._world = world
        self._company_id = company_id
        self._now = now

    def tombstone(self, subject_id: UUID) -> Pending[Tombstone | None]:
        return Pending(lambda: self._world.erased.get(subject_id))

    def has_open_orders(self, customer_id: UUID) -> Pending[bool]:
        customer = self._world.find(self._company_id, customer_id)
        own = {customer_id, *(customer.absorbed_ids if isinstance(customer, Customer) else ())}
        orders = self._world.all(self._company_id, Order)
        is_any_open = any(one.terms.customer_id in own and one.status == "open" for one in orders)
        return Pending(lambda: is_any_open)

    def destroy_keys(self, subject_ids: Collection[UUID]) -> Pending[int]:
        return Pending(lambda: len(subject_ids))

    def bury(self, subject_ids: Collection[UUID]) -> Tombstone:
        tombstone = Tombstone(position=len(self._world.journal[self._company_id]) + 1, at=self._now)
        self._world.erased.update(dict.fromkeys(subject_ids, tombstone))
        return tombstone


class MemoryTexts:
    """Nothing is kept beside the log."""

    def purge(self, subject_ids: Collection[UUID]) -> Pending[Mapping[str, int]]:  # noqa: ARG002
        return Pending(lambda: {"idempotency_keys": 0, "waiting_operations": 0})
