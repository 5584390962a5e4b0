"""Purchase orders: what was ordered from a supplier, at which prices, and what of it came."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Aggregate


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseLine:
    """What is to be bought of a variant: a quantity in the supplier's unit, and in the product's own.

    `unit_cost` is the price of one of the supplier's units, in minor currency units, net of recoverable tax,
    before the discount. `factor` is how many of the product's units one is.
    """

    id: UUID
    variant_id: UUID
    quantity: Decimal
    base_quantity: Decimal
    factor: Decimal
    unit_cost: int
    unit_id: UUID | None = None
    discount_percent: Decimal = Decimal(0)
    supplier_sku: str | None = None
    expected_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingLine:
    """By how much what is on order of a variant rises or falls, in the product's unit."""

    line_id: UUID
    variant_id: UUID
    incoming_change: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredLine(IncomingLine):
    """What of a line was delivered, in the supplier's unit: taken in, or sent away at the door.

    `base_received` is what was taken in, in the product's unit.
    """

    received: Decimal
    base_received: Decimal
    rejected: Decimal = Decimal(0)
    rejected_reason: str | None = None


class PurchaseOrder(Aggregate):
    """An order to a supplier: drafted, ordered, delivered in one or several parts."""

    type_name = "purchase_orders.PurchaseOrder"

    class Drafted(Aggregate.Created):
        """Somebody planned what to buy. `series_number` counts orders without a gap."""

        number: str
        series_number: int
        supplier_id: UUID
        storage_id: UUID
        lines: tuple[PurchaseLine, ...]
        currency: str
        expected_at: datetime | None = None
        reference: str | None = None
        note: str | None = None

    class Amended(Aggregate.Event):
        """It is another plan, or other quantities of what was ordered; `incoming` is what that changes."""

        supplier_id: UUID
        storage_id: UUID
        lines: tuple[PurchaseLine, ...]
        expected_at: datetime | None
        reference: str | None
        note: str | None
        incoming: tuple[IncomingLine, ...] = ()

    class Discarded(Aggregate.Event):
        """The plan was dropped before it was ordered."""

    class Ordered(Aggregate.Event):
        """The supplier was asked for the goods; from now on they are on order."""

        storage_id: UUID
        ordered_at: datetime
        incoming: tuple[IncomingLine, ...]

    class DeliveryTaken(Aggregate.Event):
        """A delivery came. `storage_id` is where the goods were ordered to; `movement_id` what was booked."""

        storage_id: UUID
        movement_id: UUID | None
        occurred_at: datetime
        lines: tuple[DeliveredLine, ...]

    class Rescheduled(Aggregate.Event):
        """The goods are to come at another time, or the note was rewritten."""

        expected_at: datetime | None
        note: str | None

    class Cancelled(Aggregate.Event):
        """Nothing had come, and nothing will."""

        reason: str
        storage_id: UUID
        incoming: tuple[IncomingLine, ...]

    class Closed(Aggregate.Event):
        """The rest will not come any more."""

        reason: str
        storage_id: UUID
        incoming: tuple[IncomingLine, ...]
