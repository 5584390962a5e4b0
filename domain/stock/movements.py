"""Stock: every change is one journal entry with its lines, and balances are what the entries leave."""

from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from domain.aggregate import Aggregate
from domain.costing import Balance
from domain.entities import fields_of
from domain.errors import Conflict


class InsufficientStock(Conflict):
    """There is not enough stock."""

    code = "insufficient_stock"
    remedy = (
        "Take less, receive or transfer goods first, or take it from another storage; `details` say what "
        "is left."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementLine:
    """One variant's part of a movement: what came (positive) or went, and what that left behind.

    `value_change` and `balance_value` are minor currency units; `settlement` is a correction of what earlier
    goods cost (those issued below zero, or a reversal at another value), and is not part of `value_change`.
    """

    variant_id: UUID
    quantity: Decimal
    value_change: int
    balance_quantity: Decimal
    balance_value: int
    last_unit_cost: Decimal
    unit_cost: int | None = None
    settlement: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine(MovementLine):
    """A line as it was entered: in a unit of which each is `factor` of the product's.

    `entered_cost` is the cost of one entered unit in minor currency units, where that was said.
    """

    id: UUID | None = None
    unit_id: UUID | None = None
    factor: Decimal | None = None
    entered_quantity: Decimal | None = None
    entered_cost: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine(DocumentLine):
    """What a delivery brought. Earlier receipts were entered in the product's unit and do not say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierReturnLine(DocumentLine):
    """What went back to a supplier, and what the supplier credits for all of it and for one entered unit.

    Both are minor currency units.
    """

    credit: int
    unit_credit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """A variant of which more was promised than was left, and by how much."""

    variant_id: UUID
    reserved_over: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitLine(MovementLine):
    """A line of a transfer that left or reached a storage, and what of it is on the way afterwards."""

    line_id: UUID
    transit_quantity: Decimal
    transit_value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedLine(MovementLine):
    """What a count found of a variant: its difference to what was expected at the moment it was counted.

    `late_quantity` is what became known of movements before that moment only after it was counted.
    """

    counted_quantity: Decimal
    expected_quantity: Decimal
    late_quantity: Decimal = Decimal(0)
    counted_at: datetime


class StockMovement(Aggregate):
    """A journal entry of one storage: a single event, which is never changed."""

    type_name = "stock.StockMovement"

    class Moved(Aggregate.Created):
        """Goods came or went; what all movements have in common.

        `business_date` is the day it counts for by the clock of the storage's store, or of the company in a
        warehouse; earlier movements do not know it.
        """

        shared: ClassVar[bool] = True
        #: What the ledger calls it.
        kind: ClassVar[str]

        storage_id: UUID
        occurred_at: datetime
        lines: tuple[MovementLine, ...]
        _: KW_ONLY
        business_date: date | None = None

        def apply(self, aggregate: "StockMovement") -> None:
            """Keep the entry."""
            aggregate.kind = self.kind
            for name in fields_of(type(self)):
                setattr(aggregate, name, getattr(self, name))

    class Received(Moved):
        """Goods came in from outside."""

        kind = "receipt"

        lines: tuple[ReceiptLine, ...]
        supplier_id: UUID | None = None
        purchase_order_id: UUID | None = None
        reference: str | None = None
        note: str | None = None

    class Issued(Moved):
        """Goods went out with a sale."""

        kind = "sale"

        order_id: UUID

    class Returned(Moved):
        """Goods came back from a customer, at the cost they had left with; no order is known to some."""

        kind = "return"

        refund_id: UUID
        order_id: UUID | None = None

    class Voided(Moved):
        """A sale was taken back, and its goods with it."""

        kind = "void"

        order_id: UUID

    class Adjusted(Moved):
        """Stock was put right, for a reason."""

        kind = "adjustment"

        lines: tuple[DocumentLine, ...]
        reason: str
        reference: str | None = None
        note: str | None = None
        shortfalls: tuple[Shortfall, ...] = ()

    class SupplierReturned(Moved):
        """Goods went back to their supplier, who credits them; `credit_total` is minor currency units."""

        kind = "supplier_return"

        lines: tuple[SupplierReturnLine, ...]
        supplier_id: UUID
        credit_total: int
        receipt_id: UUID | None = None
        reference: str | None = None
        note: str | None = None

    class TransferredOut(Moved):
        """Goods left for another storage."""

        kind = "transfer_out"

        lines: tuple[TransitLine, ...]
        transfer_id: UUID

    class TransferredIn(Moved):
        """Goods arrived from another storage, or came back to where they were sent from."""

        kind = "transfer_in"

        lines: tuple[TransitLine, ...]
        transfer_id: UUID
        receipt_id: UUID | None = None
        came_back: bool = False

    class Counted(Moved):
        """Goods were counted; each line moves the difference to what was expected, which may be none."""

        kind = "count"

        lines: tuple[CountedLine, ...]
        count_id: UUID

    class CountCorrected(Moved):
        """A sale or return became known that happened before its goods were counted: the count knew of it."""

        kind = "count_correction"

        count_id: UUID
        order_id: UUID

    class Reversed(Moved):
        """An earlier movement was undone."""

        kind = "reversal"

        original_id: UUID
        reason: str

    if TYPE_CHECKING:
        kind: str
        storage_id: UUID
        occurred_at: datetime
        business_date: date | None
        lines: tuple[Any, ...]
        supplier_id: UUID | None
        purchase_order_id: UUID | None
        reference: str | None
        note: str | None
        reason: str
        credit_total: int
        receipt_id: UUID | None
        original_id: UUID
        count_id: UUID
        order_id: UUID | None
        refund_id: UUID
        shortfalls: tuple[Shortfall, ...]


def line_after(after: Balance, variant_id: UUID, quantity: Decimal, value_change: int) -> dict[str, Any]:
    """The fields that every line has: what moved, and the balance that it left."""
    return {
        "variant_id": variant_id,
        "quantity": quantity,
        "value_change": value_change,
        "balance_quantity": after.quantity,
        "balance_value": after.value,
        "last_unit_cost": Decimal(after.last_unit_cost),
    }
