"""What is decided with about what tills deliver."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from commands.catalog.shelf_prices import ShelfPricesWork
from domain.deliveries import InboxEntry, Waiting
from domain.pending import Pending
from domain.users import User


class DeliveriesPort(Protocol):
    """What tills deliver, beside the log."""

    def entries(self, operation_ids: Collection[UUID]) -> Pending[Sequence[InboxEntry]]:
        """Ask what of these operations is in the inbox, or was."""

    def waiting(self, operation_ids: Collection[UUID]) -> Pending[Sequence[Waiting]]:
        """Ask which of these operations wait."""

    def due(self, before: datetime, but: Collection[UUID], limit: int) -> Pending[Sequence[Waiting]]:
        """Ask which operations need not wait any more, or have waited since before that moment."""

    def due_entries(self, limit: int) -> Pending[Mapping[UUID, int]]:
        """Ask which entries of the inbox were rejected as what they named was not there, and it is there now.

        They are known by their streams; the answer is the version of what they named.
        """

    def customer_of(self, order_id: UUID) -> Pending[UUID | None]:
        """Ask to which customer an order was sold, if it is there and was sold to one."""

    def user_at(self, user_id: UUID, moment: datetime) -> Pending[User | None]:
        """Ask for a user with the rights of that moment."""

    def keep(self, waiting: Waiting, seq: int) -> None:
        """Keep an operation that has to wait."""

    def forget(self, operation_id: UUID) -> None:
        """Let an operation wait no more."""

    def is_missing_before(self, device_id: UUID, seq: int) -> Pending[bool]:
        """Ask whether an operation that the device did earlier has not arrived."""

    def note(self, device_id: UUID, seqs: Iterable[int], now: datetime) -> None:
        """Keep which of a device's operations have arrived, and that it was heard of."""


class SyncWork(ShelfPricesWork, Protocol):
    """What deliveries are decided with."""

    @property
    def deliveries(self) -> DeliveriesPort:
        """What waits, what was rejected, what has arrived."""
