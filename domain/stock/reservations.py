"""Reservations: goods that lie in a storage and are promised to somebody."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Aggregate


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservedLine:
    """So much of a variant, in its product's unit."""

    variant_id: UUID
    quantity: Decimal


class Reservation(Aggregate):
    """A promise of goods, until they are handed over, released, or the promise lapses."""

    type_name = "reservations.Reservation"

    class Placed(Aggregate.Created):
        """Goods were promised."""

        storage_id: UUID
        lines: tuple[ReservedLine, ...]
        order_id: UUID | None = None
        customer_id: UUID | None = None
        expires_at: datetime | None = None
        reference: str | None = None
        note: str | None = None

    class Fulfilled(Aggregate.Event):
        """Some of the goods were handed over."""

        storage_id: UUID
        lines: tuple[ReservedLine, ...]

    class Released(Aggregate.Event):
        """Some of the goods are promised no more."""

        storage_id: UUID
        lines: tuple[ReservedLine, ...]
        reason: str

    class Expired(Aggregate.Event):
        """The promise lapsed; these goods were still promised."""

        storage_id: UUID
        lines: tuple[ReservedLine, ...]
