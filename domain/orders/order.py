"""Orders: what was sold, to the last minor unit, with every price, tax and cost frozen as it was."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import KW_ONLY
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self
from uuid import UUID

from domain.aggregate import Aggregate
from domain.errors import Conflict
from domain.money import checked
from domain.orders.lines import SaleLine, Sums, Totals
from domain.orders.offline import Offline
from domain.orders.refunds import Goodwill, PricedRefund, RefundedLine, RefundPayment, RefundSettlement
from domain.payments import Payment, Settlement
from domain.pricing import Discount, OrderTax, PricedBasket, Rules
from domain.private import CUSTOMER, ERASED_REASON, OF_DISCOUNTS, OF_PAYMENTS, texts
from domain.tills import Till

_NOTHING = Decimal(0)
#: Where an order stands, whether it is paid, and whether the goods are with the customer.
OrderStatus = Literal["open", "completed", "cancelled", "voided"]
PaymentStatus = Literal["unpaid", "partially_paid", "paid", "partially_refunded", "refunded"]
FulfilmentStatus = Literal[
    "unfulfilled", "partially_fulfilled", "fulfilled", "partially_returned", "returned"
]


class InvalidTransition(Conflict):
    """What has become of the order does not allow that."""

    code = "invalid_transition"


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
        #: The parked basket that was sold so, and the refund that an exchange gave for other goods.
        held_id: UUID | None = None
        exchange_refund_id: UUID | None = None
        approved_by: UUID | None = None
        offline: Offline | None = None
        #: To what cash was rounded, in minor currency units; earlier sales do not say it.
        cash_rounding: int | None = None

        subject = CUSTOMER
        private: ClassVar[Mapping[str, Any]] = texts("note", OF_PAYMENTS, *OF_DISCOUNTS)

        def apply(self, aggregate: "Order") -> None:
            """Keep the terms; everything was paid and handed over."""
            aggregate.terms = self
            aggregate.sold = self
            aggregate.paid = Settlement(
                payments=self.payments,
                rounding=self.totals.rounding,
                tip_total=self.totals.tip_total,
                paid_total=self.totals.paid_total,
                change_total=self.totals.change_total,
            )
            aggregate.fulfilled = {line.id: line.quantity for line in self.lines}
            aggregate.returned = {}
            aggregate.refunds = []
            aggregate.voided = None
            aggregate.prints = 0
            aggregate.refund_prints = {}

    class Refunded(Aggregate.Event):
        """Money was given back, for goods that came back or as goodwill.

        It belongs to the store, register, shift and day that paid. `total` is the exact value given back,
        `rounding` what was paid out in cash above it, and `tip` comes on top; all in minor currency units.
        The statuses are what the order then is.
        """

        refund_id: UUID
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
        lines: tuple[RefundedLine, ...]
        goodwill: tuple[Goodwill, ...]
        taxes: tuple[OrderTax, ...]
        payments: tuple[RefundPayment, ...]
        total: int
        rounding: int
        tip: int
        reason: str
        note: str | None
        payment_status: str
        fulfilment_status: str
        exchange_order_id: UUID | None = None
        approved_by: UUID | None = None
        offline: Offline | None = None

        subject = CUSTOMER
        private: ClassVar[Mapping[str, Any]] = texts("note", OF_PAYMENTS, reason=ERASED_REASON)

        def apply(self, aggregate: "Order") -> None:
            """Keep the refund, and what came back of each line."""
            aggregate.refunds.append(self)
            aggregate.returned = _added(aggregate.returned, self.lines)

    class Voided(Aggregate.Event):
        """The sale was taken back in the shift it was made in: goods, money and tips as if it had not been.

        It repeats what it takes back, so that nobody who adds up has to look for the sale.
        """

        reason: str
        number: str
        store_id: UUID
        register_id: UUID | None
        shift_id: UUID | None
        cashier_id: UUID | None
        customer_id: UUID | None
        business_date: date
        hour: int
        occurred_at: datetime
        lines: tuple[SaleLine, ...]
        taxes: tuple[OrderTax, ...]
        payments: tuple[Payment, ...]
        totals: Totals
        exchange_refund_id: UUID | None = None
        voided_by: UUID | None = None
        approved_by: UUID | None = None
        offline: Offline | None = None

        subject = CUSTOMER
        private: ClassVar[Mapping[str, Any]] = texts(
            OF_PAYMENTS, "lines.discounts.reason", reason=ERASED_REASON
        )

        def apply(self, aggregate: "Order") -> None:
            """Everything is back."""
            aggregate.voided = self
            aggregate.returned = dict(aggregate.fulfilled)

    class ReceiptPrinted(Aggregate.Event):
        """A receipt was printed: the original (`copy` 0), or one more copy of it.

        `refund_id` says that it was the receipt of that refund.
        """

        copy: int
        format: str
        paper: str
        refund_id: UUID | None = None
        shift_id: UUID | None = None

        def apply(self, aggregate: "Order") -> None:
            """Count it."""
            if self.refund_id is None:
                aggregate.prints = self.copy + 1
            else:
                aggregate.refund_prints[self.refund_id] = self.copy + 1

    class ReceiptSent(Aggregate.Event):
        """A receipt was sent; to which address stands in the message, which can be forgotten."""

        channel: str
        message_id: UUID
        refund_id: UUID | None = None

        def apply(self, aggregate: "Order") -> None:
            """It changes nothing of the order."""

    if TYPE_CHECKING:
        terms: Terms
        sold: Sold
        paid: Settlement
        #: Units handed over and brought back, by line.
        fulfilled: dict[UUID, Decimal]
        returned: dict[UUID, Decimal]
        #: What was given back of it, oldest first.
        refunds: list[Refunded]
        voided: Voided | None
        #: How often its receipt was printed, and by its id that of a refund.
        prints: int
        refund_prints: dict[UUID, int]

    @property
    def due_total(self) -> int:
        """What is still to be paid, in minor currency units."""
        return self.terms.totals.total + self.paid.rounding + self.paid.tip_total - self.paid.paid_total

    @property
    def refunded(self) -> int:
        """What was paid back, cash rounding and tips included, in minor currency units."""
        if self.voided:
            return self.paid.paid_total
        return sum(refund.total + refund.rounding + refund.tip for refund in self.refunds)

    @property
    def refunded_exact(self) -> int:
        """What of its total was given back, before cash rounding and without tips, in minor units."""
        if self.voided:
            return self.terms.totals.total
        return sum(refund.total for refund in self.refunds)

    @property
    def payment_status(self) -> PaymentStatus:
        """Whether it is paid, and what of it was given back."""
        return "refunded" if self.voided else self._payment_status(self.refunded_exact)

    def _payment_status(self, refunded: int) -> PaymentStatus:
        if refunded:
            return "refunded" if refunded >= self.terms.totals.total else "partially_refunded"
        return "unpaid" if self.due_total else "paid"

    @property
    def fulfilment_status(self) -> FulfilmentStatus:
        """Whether the goods are with the customer."""
        return self._fulfilment_status(self.returned)

    def _fulfilment_status(self, returned: dict[UUID, Decimal]) -> FulfilmentStatus:
        if any(returned.values()):
            return "returned" if returned == self.fulfilled else "partially_returned"
        ordered = {line.id: line.quantity for line in self.terms.lines}
        return "fulfilled" if self.fulfilled == ordered else "unfulfilled"

    @property
    def status(self) -> OrderStatus:
        """Where it stands: it is completed by itself, once it is paid and handed over."""
        if self.voided:
            return "voided"
        ordered = {line.id: line.quantity for line in self.terms.lines}
        return "completed" if self.fulfilled == ordered and not self.due_total else "open"

    def returned_quantity(self, line_id: UUID) -> Decimal:
        """How much of a line came back."""
        return self.returned.get(line_id, _NOTHING)

    def is_within(self, store_ids: Collection[UUID]) -> bool:
        """Whether one of these stores sold it or gave something back for it; no stores are no bounds."""
        own = (self.terms.store_id, *(refund.store_id for refund in self.refunds))
        return not store_ids or any(store_id in store_ids for store_id in own)

    def check_refundable(self) -> None:
        """Raise InvalidTransition unless something of it can be given back."""
        if self.status != "completed":
            raise InvalidTransition(f"It is {self.status}; only what is completed can be refunded.")

    def refund(
        self,
        refund_id: UUID,
        *,
        till: Till,
        priced: PricedRefund,
        settlement: RefundSettlement,
        storage_id: UUID | None,
        shift_id: UUID | None,
        business_date: date,
        hour: int,
        occurred_at: datetime,
        reason: str,
        note: str | None = None,
        exchange_order_id: UUID | None = None,
        approved_by: UUID | None = None,
        offline: Offline | None = None,
    ) -> Refunded:
        """Give back what was priced and settled on the order as it is; the till is the one that pays.

        Raises InvalidTransition.
        """
        self.check_refundable()
        self.trigger_event(
            Order.Refunded,
            refund_id=refund_id,
            number=till.number,
            series_id=till.series_id,
            series_number=till.series_number,
            store_id=till.store_id,
            register_id=till.register_id,
            shift_id=shift_id,
            cashier_id=till.cashier_id,
            customer_id=self.terms.customer_id,
            storage_id=storage_id,
            business_date=business_date,
            hour=hour,
            occurred_at=occurred_at,
            lines=priced.lines,
            goodwill=priced.goodwill,
            taxes=priced.taxes,
            payments=settlement.payments,
            total=priced.total,
            rounding=settlement.rounding,
            tip=settlement.tip,
            reason=reason,
            note=note,
            payment_status=self._payment_status(self.refunded_exact + priced.total),
            fulfilment_status=self._fulfilment_status(_added(self.returned, priced.lines)),
            exchange_order_id=exchange_order_id,
            approved_by=approved_by,
            offline=offline,
        )
        return self.refunds[-1]

    def check_voidable(self) -> None:
        """Raise InvalidTransition for a sale of which something was given back, or that is of an exchange."""
        if self.status != "completed":
            raise InvalidTransition(f"It is {self.status}; only what is completed can be voided.")
        if self.refunds:
            raise InvalidTransition("Something of it was refunded; refund the rest.")
        if self.sold.exchange_refund_id:
            raise InvalidTransition("It is part of an exchange; exchange or refund it.")

    def void(
        self,
        *,
        occurred_at: datetime,
        reason: str,
        voided_by: UUID | None = None,
        approved_by: UUID | None = None,
        offline: Offline | None = None,
    ) -> None:
        """Take the sale back as if it had not been, in the shift and on the day it was made.

        Raises InvalidTransition.
        """
        self.check_voidable()
        sold = self.sold
        self.trigger_event(
            Order.Voided,
            reason=reason,
            voided_by=voided_by,
            number=sold.number,
            store_id=sold.store_id,
            register_id=sold.register_id,
            shift_id=sold.shift_id,
            cashier_id=sold.cashier_id,
            customer_id=sold.customer_id,
            business_date=sold.business_date,
            hour=sold.hour,
            occurred_at=occurred_at,
            lines=sold.lines,
            taxes=sold.taxes,
            payments=sold.payments,
            totals=sold.totals,
            exchange_refund_id=sold.exchange_refund_id,
            approved_by=approved_by,
            offline=offline,
        )

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
        shift_id: UUID | None = None,
        held_id: UUID | None = None,
        exchange_refund_id: UUID | None = None,
        approved_by: UUID | None = None,
        offline: Offline | None = None,
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
            cash_rounding=rules.cash_rounding,
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
            shift_id=shift_id,
            held_id=held_id,
            exchange_refund_id=exchange_refund_id,
            approved_by=approved_by,
            offline=offline,
        )


def _added(returned: Mapping[UUID, Decimal], lines: Iterable[RefundedLine]) -> dict[UUID, Decimal]:
    """What came back by line, with these."""
    added = dict(returned)
    for line in lines:
        added[line.line_id] = added.get(line.line_id, _NOTHING) + line.quantity
    return added
