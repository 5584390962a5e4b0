"""Orders: what was sold, to the last minor unit, with every price, tax and cost frozen as it was."""

from collections.abc import Collection
from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Literal, Self
from uuid import UUID

from domain.aggregate import Aggregate
from domain.costing import unit_cost
from domain.money import checked
from domain.payments import Payment, Settlement
from domain.pricing import Discount, LineTax, OrderTax, PricedBasket, Rules
from domain.tills import Till

_NOTHING = Decimal(0)
#: Where an order stands, whether it is paid, and whether the goods are with the customer.
OrderStatus = Literal["open", "completed", "cancelled", "voided"]
PaymentStatus = Literal["unpaid", "partially_paid", "paid", "partially_refunded", "refunded"]
FulfilmentStatus = Literal[
    "unfulfilled", "partially_fulfilled", "fulfilled", "partially_returned", "returned"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleLine:
    """A line as it was sold. Later changes of the catalog do not reach it. Money is minor currency units."""

    id: UUID
    product_id: UUID
    variant_id: UUID
    sku: str
    name: str
    variant_name: str
    category_id: UUID | None
    brand_id: UUID | None
    quantity: Decimal
    unit_price: int
    list_price: int
    gross_total: int
    discount_total: int
    taxes: tuple[LineTax, ...]
    tax_total: int
    total: int
    gross_sales: int
    net_sales: int
    cost_total: int
    discounts: tuple[Discount, ...] = ()
    #: Whom the product was bought from at that time.
    supplier_id: UUID | None = None

    @property
    def price_overridden(self) -> bool:
        """Whether somebody set another price than the catalog's."""
        return self.unit_price != self.list_price

    @property
    def unit_cost(self) -> int:
        """What one unit cost, rounded for display."""
        return unit_cost(self.cost_total, self.quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What the lines of an order come to, in minor currency units; `total` includes tax."""

    subtotal: int
    discount_total: int
    tax_total: int
    total: int
    gross_sales: int
    net_sales: int
    cost_total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals(Sums):
    """The sums of an order that was paid, in minor currency units.

    Cash rounding and tips come on top of `total`, and `paid_total` is all three.
    """

    rounding: int
    tip_total: int
    paid_total: int
    change_total: int


class Order(Aggregate):
    """One order. A sale at a till is priced, paid and handed over in a single fact."""

    type_name = "orders.Order"

    class Terms(Aggregate.Created):
        """What is agreed with the customer: at which till, by which rules, and what the lines come to.

        `series_id` and `series_number` are the gapless count of the till's code, in earlier sales that of the
        till itself; `business_date` is the store's.
        """

        shared: ClassVar[bool] = True

        number: str
        series_id: UUID
        series_number: int
        channel: str
        store_id: UUID
        register_id: UUID | None
        cashier_id: UUID | None
        customer_id: UUID | None
        storage_id: UUID | None
        business_date: date
        hour: int
        occurred_at: datetime
        currency: str
        rounding_level: str
        rounding_mode: str
        lines: tuple[SaleLine, ...]
        taxes: tuple[OrderTax, ...]
        discounts: tuple[Discount, ...]
        totals: Sums
        _: KW_ONLY
        note: str | None = None
        shift_id: UUID | None = None

    class Sold(Terms):
        """Goods were sold, paid and handed over at a till."""

        payments: tuple[Payment, ...]
        totals: Totals

        def apply(self, aggregate: "Order") -> None:
            """Keep the terms; everything was paid and handed over."""
            aggregate.terms = self
            aggregate.paid = Settlement(
                payments=self.payments,
                rounding=self.totals.rounding,
                tip_total=self.totals.tip_total,
                paid_total=self.totals.paid_total,
                change_total=self.totals.change_total,
            )
            aggregate.refunded = 0
            aggregate.fulfilled = {line.id: line.quantity for line in self.lines}
            aggregate.returned = {}

    if TYPE_CHECKING:
        terms: Terms
        paid: Settlement
        #: What was given back of it, in minor currency units.
        refunded: int
        #: Units handed over and brought back, by line.
        fulfilled: dict[UUID, Decimal]
        returned: dict[UUID, Decimal]

    @property
    def due_total(self) -> int:
        """What is still to be paid, in minor currency units."""
        return self.terms.totals.total + self.paid.rounding + self.paid.tip_total - self.paid.paid_total

    @property
    def payment_status(self) -> PaymentStatus:
        """Whether it is paid."""
        return "unpaid" if self.due_total else "paid"

    @property
    def fulfilment_status(self) -> FulfilmentStatus:
        """Whether the goods are with the customer."""
        ordered = {line.id: line.quantity for line in self.terms.lines}
        return "fulfilled" if self.fulfilled == ordered else "unfulfilled"

    @property
    def status(self) -> OrderStatus:
        """Where it stands: it is completed by itself, once it is paid and handed over."""
        is_done = (self.payment_status, self.fulfilment_status) == ("paid", "fulfilled")
        return "completed" if is_done else "open"

    def returned_quantity(self, line_id: UUID) -> Decimal:
        """How much of a line came back."""
        return self.returned.get(line_id, _NOTHING)

    def is_within(self, store_ids: Collection[UUID]) -> bool:
        """Whether it was sold in one of these stores; no stores are no bounds."""
        return not store_ids or self.terms.store_id in store_ids

    @classmethod
    def sell(
        cls,
        order_id: UUID,
        *,
        till: Till,
        customer_id: UUID | None,
        storage_id: UUID | None,
        business_date: date,
        hour: int,
        occurred_at: datetime,
        rules: Rules,
        lines: tuple[SaleLine, ...],
        basket: PricedBasket,
        discounts: tuple[Discount, ...],
        settlement: Settlement,
        note: str | None,
    ) -> Self:
        """Record a sale that was priced, settled and costed. Raises AmountTooLarge for what it cost."""
        return cls.begin(
            cls.Sold,
            order_id,
            number=till.number,
            series_id=till.series_id,
            series_number=till.series_number,
            channel=till.channel,
            store_id=till.store_id,
            register_id=till.register_id,
            cashier_id=till.cashier_id,
            customer_id=customer_id,
            storage_id=storage_id,
            business_date=business_date,
            hour=hour,
            occurred_at=occurred_at,
            currency=rules.currency,
            rounding_level=rules.rounding_level,
            rounding_mode=rules.rounding_mode,
            lines=lines,
            taxes=basket.taxes,
            discounts=discounts,
            payments=settlement.payments,
            totals=Totals(
                subtotal=basket.subtotal,
                discount_total=basket.discount_total,
                tax_total=basket.tax_total,
                total=basket.total,
                gross_sales=basket.gross_sales,
                net_sales=basket.net_sales,
                cost_total=checked(sum(line.cost_total for line in lines)),
                rounding=settlement.rounding,
                tip_total=settlement.tip_total,
                paid_total=settlement.paid_total,
                change_total=settlement.change_total,
            ),
            note=note,
        )
