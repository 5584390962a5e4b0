"""What the stock balances read of events: what moved, and what is promised, ordered and on the way."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from projections.records import Reading


class MovedLine(Reading):
    """What is read of a movement's line: the balance that it left."""

    variant_id: UUID
    balance_quantity: Decimal
    balance_value: int
    last_unit_cost: Decimal


class Movement(Reading):
    """What is read of a movement."""

    storage_id: UUID
    lines: tuple[MovedLine, ...]


class CountedLine(MovedLine):
    """What is read of a counted line besides: for which moment it was counted."""

    counted_at: datetime


class Counted(Reading):
    """What is read of a movement by which a count was posted."""

    storage_id: UUID
    lines: tuple[CountedLine, ...]


class QuantityLine(Reading):
    """So much of a variant."""

    variant_id: UUID
    quantity: Decimal


class Promised(Reading):
    """Goods of a storage that are promised, or no longer."""

    storage_id: UUID
    lines: tuple[QuantityLine, ...]


class Shipped(Reading):
    """Goods that left for a storage."""

    to_storage_id: UUID
    lines: tuple[QuantityLine, ...]


class ArrivedLine(Reading):
    """What of a variant is no longer on the way."""

    variant_id: UUID
    received: Decimal
    damaged: Decimal
    lost: Decimal
    returned: Decimal


class Arrived(Reading):
    """Goods that are no longer on the way to a storage."""

    to_storage_id: UUID
    lines: tuple[ArrivedLine, ...]


class IncomingLine(Reading):
    """By how much what is on order of a variant changes."""

    variant_id: UUID
    incoming_change: Decimal


class Ordered(Reading):
    """What is on order for a storage, or no longer."""

    storage_id: UUID
    incoming: tuple[IncomingLine, ...]


class Delivered(Reading):
    """What of an order came."""

    storage_id: UUID
    lines: tuple[IncomingLine, ...]


class TalliedLine(Reading):
    """What was counted of."""

    variant_id: UUID


class Tallied(Reading):
    """What was counted in a storage."""

    storage_id: UUID
    lines: tuple[TalliedLine, ...]


class Reordered(Reading):
    """What a storage is to order again."""

    storage_id: UUID
    variant_id: UUID


class ReservedLine(Reading):
    """By how much what is promised of a variant in a storage changes."""

    storage_id: UUID
    variant_id: UUID
    quantity: Decimal


class ReservedByOrder(Reading):
    """What an order changes of the promises."""

    reserved: tuple[ReservedLine, ...]
