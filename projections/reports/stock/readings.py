"""What reports of stock read of events beside what the ledger reads; ids as text."""

from decimal import Decimal

from projections.records import Reading


class Route(Reading):
    """Where a transfer goes."""

    to_storage_id: str


class PromisedLine(Reading):
    """So much of a variant that is promised, or no longer."""

    variant_id: str
    quantity: Decimal


class Promised(Reading):
    """Goods of a storage that are promised, or no longer."""

    storage_id: str
    lines: tuple[PromisedLine, ...]


class ReservedLine(Reading):
    """By how much an order changes what is promised of a variant in a storage."""

    storage_id: str
    variant_id: str
    quantity: Decimal


class ReservedByOrder(Reading):
    """What an order changes of the promises."""

    reserved: tuple[ReservedLine, ...]


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
