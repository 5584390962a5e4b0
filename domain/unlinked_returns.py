"""Returns without their order: goods of a customer who cannot show how they were bought."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from domain.aggregate import Aggregate
from domain.orders import Offline, RefundedLine, RefundPayment
from domain.pricing import OrderTax


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlinkedLine(RefundedLine):
    """Goods that came back, priced and taxed as the store sells them now; `line_id` is the line's own.

    `unit_price` is what was given for one, `list_price` what it costs there at that moment. `cost_total` is
    what the goods come in at, or, where their stock is not counted, what leaves the cost of goods again.
    """

    sku: str
    name: str
    variant_name: str
    unit_price: int
    list_price: int
    supplier_id: UUID | None
    is_stocked: bool


class UnlinkedReturn(Aggregate):
    """One return without an order: a single fact, which is never changed."""

    type_name = "orders.UnlinkedReturn"

    class Taken(Aggregate.Created):
        """Goods were taken back and money given for them; its number is one of the till's refunds.

        It belongs to the store, register, shift and day that paid. `total` is the exact value given back and
        `rounding` what was paid out in cash above it, in minor currency units.
        """

        number: str
        series_id: UUID
        series_number: int
        store_id: UUID
        register_id: UUID | None
        shift_id: UUID | None
        cashier_id: UUID | None
        customer_id: UUID | None
        storage_id: UUID | None
        business_date: date
        hour: int
        occurred_at: datetime
        currency: str
        rounding_level: str
        rounding_mode: str
        lines: tuple[UnlinkedLine, ...]
        taxes: tuple[OrderTax, ...]
        payments: tuple[RefundPayment, ...]
        total: int
        rounding: int
        reason: str
        external_reference: str | None
        note: str | None
        approved_by: UUID | None = None
        offline: Offline | None = None

        def apply(self, aggregate: "UnlinkedReturn") -> None:
            """Keep it."""
            aggregate.taken = self

    if TYPE_CHECKING:
        taken: Taken
