"""What reports of stock read of events beside what the ledger reads; ids as text."""

from datetime import date, datetime
from decimal import Decimal

from domain.stock.purchase_orders import PurchaseOrderStatus
from projections.records import Reading


class Route(Reading):
    """Where a transfer goes."""

    to_storage_id: str


class VoidedSale(Reading):
    """When a sale was made that was taken back."""

    business_date: date


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


class PurchaseLine(Reading):
    """How much is ordered, in the product's unit."""

    base_quantity: Decimal


class Drafted(Reading):
    """Of whom something may be ordered, and where it would go."""

    supplier_id: str
    storage_id: str


class Amended(Reading):
    """What is ordered otherwise, and where the order stands with it."""

    supplier_id: str
    storage_id: str
    status: PurchaseOrderStatus
    lines: tuple[PurchaseLine, ...]
    incoming: tuple[IncomingLine, ...]


class Ordered(Reading):
    """What was ordered, and when."""

    storage_id: str
    ordered_at: datetime
    lines: tuple[PurchaseLine, ...]
    incoming: tuple[IncomingLine, ...]


class Ended(Reading):
    """What is to come no more."""

    storage_id: str
    incoming: tuple[IncomingLine, ...]


class DeliveredLine(IncomingLine):
    """What of a line came, or was taken back, in the product's unit."""

    base_received: Decimal


class Delivered(Reading):
    """What of an order was taken back, and where the order stands with it."""

    storage_id: str
    status: PurchaseOrderStatus
    lines: tuple[DeliveredLine, ...]


class Delivery(Delivered):
    """What of an order came, and when."""

    occurred_at: datetime
