"""What the sums of stock read of events; ids as text, as other asynchronous read models read them."""

from decimal import Decimal

from projections.records import Reading


class MovedLine(Reading):
    """What is read of a movement's line: what it changes, and the balance that it says it left."""

    variant_id: str
    quantity: Decimal
    value_change: int
    settlement: int
    balance_quantity: Decimal
    balance_value: int


class Movement(Reading):
    """What is read of a movement."""

    storage_id: str
    lines: tuple[MovedLine, ...]


class QuantityLine(Reading):
    """So much of a variant."""

    variant_id: str
    quantity: Decimal


class Promised(Reading):
    """Goods of a storage that are promised, or no longer."""

    storage_id: str
    lines: tuple[QuantityLine, ...]


class ShippedLine(QuantityLine):
    """What left of a line, and its value."""

    line_id: str
    value: int


class Shipped(Reading):
    """Goods that left for a storage."""

    to_storage_id: str
    lines: tuple[ShippedLine, ...]


class ArrivedLine(Reading):
    """What of a line is no longer on the way, and what still is; values are minor currency units."""

    line_id: str
    variant_id: str
    received: Decimal
    damaged: Decimal
    lost: Decimal
    returned: Decimal
    received_value: int
    damaged_value: int
    lost_value: int
    returned_value: int
    transit_quantity: Decimal
    transit_value: int


class Arrived(Reading):
    """Goods that are no longer on the way to a storage."""

    to_storage_id: str
    lines: tuple[ArrivedLine, ...]


class IncomingLine(Reading):
    """By how much what is on order of a variant changes."""

    variant_id: str
    incoming_change: Decimal


class Ordered(Reading):
    """What is on order for a storage, or no longer."""

    storage_id: str
    incoming: tuple[IncomingLine, ...]


class Delivered(Reading):
    """What of an order came, or was taken back."""

    storage_id: str
    lines: tuple[IncomingLine, ...]


class TalliedLine(Reading):
    """What was counted of."""

    variant_id: str


class Tallied(Reading):
    """What was counted in a storage."""

    storage_id: str
    lines: tuple[TalliedLine, ...]


class Reordered(Reading):
    """What a storage is to order again."""

    storage_id: str
    variant_id: str


class ReservedLine(Reading):
    """By how much what is promised of a variant in a storage changes."""

    storage_id: str
    variant_id: str
    quantity: Decimal


class ReservedByOrder(Reading):
    """What an order changes of the promises."""

    reserved: tuple[ReservedLine, ...]
