"""Orders: what was sold, to the last minor unit, with every price, tax and cost frozen as it was."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import KW_ONLY, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from domain.aggregate import Aggregate
from domain.fiscal.signatures import ReceiptSignature
from domain.orders.handovers import FulfilledLine, LineQuantity, ReservedChange, added
from domain.orders.lines import SaleLine, Sums, Totals
from domain.orders.offline import Offline
from domain.orders.refunds import Goodwill, RefundedLine, RefundPayment
from domain.orders.statuses import (
    Figures,
    FulfilmentStatus,
    InvalidTransition,
    OrderStatus,
    PaymentStatus,
    Standing,
)
from domain.payments import ACCOUNT, Payment, Settlement
from domain.pricing import Discount, OrderTax
from domain.private import CUSTOMER, ERASED_REASON, OF_BASKETS, OF_PAYMENTS, texts

_NOTHING = Decimal(0)


class Order(Aggregate):
    """One order. A sale at a till is priced, paid and handed over in a single fact.

    An order of the back office is placed, then amended, paid and fulfilled in parts, or cancelled.
    """

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
        #: What a signing device said of it, where one is set up.
        fiscal: ReceiptSignature | None = None
        #: Hidden like costs: with it, who knows all else of the sale cannot find its costs out from a digest.
        salt: UUID | None = None

        subject = CUSTOMER
        private: ClassVar[Mapping[str, Any]] = texts("note", OF_PAYMENTS, *OF_BASKETS)

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
            aggregate.begin_course(None, on_account=False)

    class Placed(Terms):
        """Goods were ordered in the back office: agreed, but neither paid nor handed over.

        They are promised in `storage_id` until `reserve_until`, without an end if that is None. With
        `on_account` the customer owes what was handed over, until `due_on`.
        """

        subject = CUSTOMER
        private: ClassVar[Mapping[str, Any]] = texts("note", *OF_BASKETS)

        on_account: bool
        due_on: date | None
        reserve_until: datetime | None
        reserved: tuple[ReservedChange, ...]
        standing: Standing

        def apply(self, aggregate: "Order") -> None:
            """Keep the terms; nothing was paid or handed over."""
            aggregate.terms, aggregate.sold = self, None
            aggregate.paid = Settlement(payments=(), rounding=0, tip_total=0, paid_total=0, change_total=0)
            aggregate.fulfilled = {}
            aggregate.begin_course(self, on_account=self.on_account)
            aggregate.priced = {line.id: line for line in self.lines}
            aggregate.reserve(self.reserved)

    class Step(Aggregate.Event):
        """What has in common whatever happens to a placed order: where, by whom, when, and what it then is.

        `reserved` is what it changes of the promises, and nothing of those that stay.
        """

        shared: ClassVar[bool] = True
        subject = CUSTOMER

        store_id: UUID
        cashier_id: UUID | None
        customer_id: UUID | None
        occurred_at: datetime
        business_date: date
        hour: int
        reserved: tuple[ReservedChange, ...]
        standing: Standing

    class Amended(Step):
        """The order was changed while it was open: its lines whole, priced by the one calculator."""

        private: ClassVar[Mapping[str, Any]] = texts("note", "reason", *OF_BASKETS)

        lines: tuple[SaleLine, ...]
        removed_line_ids: tuple[UUID, ...]
        taxes: tuple[OrderTax, ...]
        discounts: tuple[Discount, ...]
        totals: Sums
        note: str | None
        reserve_until: datetime | None
        reason: str | None

        def apply(self, aggregate: "Order") -> None:
            """Keep the new terms, and of each line how it was priced last."""
            aggregate.priced = {line.id: aggregate.priced_as(line) for line in self.lines}
            aggregate.agree(
                lines=self.lines,
                taxes=self.taxes,
                discounts=self.discounts,
                totals=self.totals,
                note=self.note,
                customer_id=self.customer_id,
            )
            aggregate.reserve_until = self.reserve_until
            aggregate.reserve(self.reserved)

    class Paid(Step):
        """Something was paid on the order; `rounding` is what cash was paid above it, `due` what is left."""

        private: ClassVar[Mapping[str, Any]] = texts(OF_PAYMENTS)

        payments: tuple[Payment, ...]
        rounding: int
        tip_total: int
        paid_total: int
        change_total: int
        due: int

        def apply(self, aggregate: "Order") -> None:
            """Add it to what was paid."""
            paid = aggregate.paid
            aggregate.paid = Settlement(
                payments=(*paid.payments, *self.payments),
                rounding=paid.rounding + self.rounding,
                tip_total=paid.tip_total + self.tip_total,
                paid_total=paid.paid_total + self.paid_total,
                change_total=paid.change_total + self.change_total,
            )

    class Fulfilled(Step):
        """Goods of the order were handed over; with them their part of its amounts became revenue.

        `charged` is what the customer owes on account for it, in minor currency units. With the first
        goods (`is_first`) the order counts as one that was sold.
        """

        private: ClassVar[Mapping[str, Any]] = texts("tracking")

        lines: tuple[FulfilledLine, ...]
        taxes: tuple[OrderTax, ...]
        storage_id: UUID | None
        tracking: str | None
        charged: int = 0
        is_first: bool = False

        def apply(self, aggregate: "Order") -> None:
            """Count what was handed over, what it cost, and what is owed on account for it."""
            aggregate.handovers.append(self)
            aggregate.charged += self.charged
            aggregate.fulfilled = added(aggregate.fulfilled, self.lines)
            costs = {line.line_id: line.cost_total for line in self.lines}
            terms = aggregate.terms
            aggregate.agree(
                lines=tuple(
                    replace(line, cost_total=line.cost_total + costs.get(line.id, 0)) for line in terms.lines
                ),
                totals=replace(terms.totals, cost_total=terms.totals.cost_total + sum(costs.values())),
            )
            aggregate.reserve(self.reserved)

    class ReservationLapsed(Step):
        """The promise of the order's goods lapsed; the order itself stays open."""

        def apply(self, aggregate: "Order") -> None:
            """Promise nothing."""
            aggregate.reserve(self.reserved)
            aggregate.has_lapsed, aggregate.reserve_until = True, None

    class Cancelled(Step):
        """What was not handed over of these lines is ordered no more; `kept` is what is left of the order.

        `payments` is what was given back of what had been paid beyond that.
        """

        private: ClassVar[Mapping[str, Any]] = texts(
            OF_PAYMENTS, "kept.discounts.reason", "kept.note", reason=ERASED_REASON
        )

        lines: tuple[LineQuantity, ...]
        kept: tuple[SaleLine, ...]
        taxes: tuple[OrderTax, ...]
        totals: Sums
        payments: tuple[RefundPayment, ...]
        reason: str

        def apply(self, aggregate: "Order") -> None:
            """Keep what is left, and what was cancelled of which line."""
            of = {line.id: line for line in aggregate.terms.lines}
            aggregate.cancelled_lines |= {one.line_id: of[one.line_id] for one in self.lines}
            aggregate.agree(lines=self.kept, taxes=self.taxes, totals=self.totals)
            aggregate.cancelled = added(aggregate.cancelled, self.lines)
            aggregate.given_back.extend(self.payments)
            aggregate.reserve(self.reserved)

    class Completed(Step):
        """All that is left of the order was handed over, and is paid or owed by agreement."""

        def apply(self, aggregate: "Order") -> None:
            """It is done."""
            aggregate.is_completed = True

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
        fiscal: ReceiptSignature | None = None

        subject = CUSTOMER
        private: ClassVar[Mapping[str, Any]] = texts("note", OF_PAYMENTS, reason=ERASED_REASON)

        def apply(self, aggregate: "Order") -> None:
            """Keep the refund, and what came back of each line."""
            aggregate.refunds.append(self)
            aggregate.returned = added(aggregate.returned, self.lines)

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
        fiscal: ReceiptSignature | None = None

        subject = CUSTOMER
        private: ClassVar[Mapping[str, Any]] = texts(
            OF_PAYMENTS, "lines.discounts.reason", "lines.note", reason=ERASED_REASON
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
        #: As it was sold at a till; None for an order of the back office.
        sold: Sold | None
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
        #: As it was placed in the back office; None for a sale at a till.
        placed: Placed | None
        #: The lines as they were priced, before anything of them was cancelled; once goods were handed over,
        #: no line is priced anew.
        priced: dict[UUID, SaleLine]
        #: Units that were cancelled, by line; what is left of the order has no more of them.
        cancelled: dict[UUID, Decimal]
        #: The lines of which something was cancelled, as they were before.
        cancelled_lines: dict[UUID, SaleLine]
        #: What was handed over of a placed order, oldest first.
        handovers: list[Fulfilled]
        #: What was given back for what was cancelled.
        given_back: list[RefundPayment]
        #: What is promised of each variant in its storage, and until when; whether that lapsed.
        reserved: dict[UUID, Decimal]
        reserve_until: datetime | None
        has_lapsed: bool
        is_completed: bool
        on_account: bool
        #: What the customer was charged on account for what was handed over, and what was paid on account for
        #: the order since, which no event of the order says; both in minor currency units.
        charged: int
        settled: int

    def begin_course(self, placed: Placed | None, *, on_account: bool) -> None:
        """Begin without anything that comes later: no refund, no print, no cancelled line."""
        self.returned, self.refunds, self.voided, self.priced = {}, [], None, {}
        self.prints, self.refund_prints = 0, {}
        self.placed, self.on_account, self.charged, self.settled = placed, on_account, 0, 0
        self.cancelled, self.cancelled_lines, self.handovers, self.given_back = {}, {}, [], []
        self.reserved, self.has_lapsed, self.is_completed = {}, False, placed is None
        self.reserve_until = placed.reserve_until if placed else None

    def agree(self, **terms: Any) -> None:
        """Let these terms be others from here on."""
        agreed: Any = self.terms
        self.terms = replace(agreed, **terms)

    @property
    def is_begun(self) -> bool:
        """Whether anything of it was handed over or cancelled: no line of it is priced anew any more."""
        return any(self.fulfilled.values()) or any(self.cancelled.values())

    def priced_as(self, line: SaleLine) -> SaleLine:
        """How a line of an amendment was priced: as before, where that is not what changes of it."""
        before = next((one for one in self.terms.lines if one.id == line.id), None)
        is_as_before = before is not None and (line == before or self.is_begun)
        return self.priced[line.id] if is_as_before else line

    def reserve(self, changes: Iterable[ReservedChange]) -> None:
        """Add to what is promised."""
        for change in changes:
            promised = self.reserved.get(change.variant_id, _NOTHING) + change.quantity
            self.reserved[change.variant_id] = promised
            self.has_lapsed = self.has_lapsed and change.quantity <= 0

    @property
    def figures(self) -> Figures:
        """What the statuses follow from, as long as nothing of it is refunded."""
        return Figures(
            total=self.terms.totals.total,
            rounding=self.paid.rounding,
            tip_total=self.paid.tip_total,
            paid_total=self.paid.paid_total,
            given_back=sum(payment.exact + payment.tip for payment in self.given_back),
            ordered={line.id: line.quantity for line in self.terms.lines},
            fulfilled=self.fulfilled,
            on_account=self.on_account,
            charged=self.charged,
        )

    @property
    def rounding(self) -> int:
        """What cash rounding added to what was paid, without what of it went back, in minor currency units.

        Refunds have a rounding of their own.
        """
        return self.paid.rounding - sum(back.amount - back.exact for back in self.given_back)

    @property
    def due_total(self) -> int:
        """What is still to be paid, in minor currency units; what is owed on account is part of it."""
        due = self.figures.due
        return due - self._settled_of(due)

    @property
    def settled_total(self) -> int:
        """What of it was paid on the customer's account, in minor currency units."""
        return self._settled_of(self.figures.due)

    def _settled_of(self, due: int) -> int:
        return min(self._settled_dues, max(due, 0))

    @property
    def _settled_dues(self) -> int:
        """What was settled of what was charged; first of what the order was paid by, which never was due."""
        paid = sum(payment.amount for payment in self.paid.payments if payment.method == ACCOUNT)
        return max(0, self.settled - paid)

    @property
    def due_on(self) -> date | None:
        """By when it is to be paid on account, if that was agreed for this order."""
        return self.placed.due_on if self.placed else None

    @property
    def handed_over_on(self) -> date:
        """On which business date the customer got the goods, the last of them."""
        return self.handovers[-1].business_date if self.handovers else self.terms.business_date

    @property
    def fulfilled_total(self) -> int:
        """What the goods that were handed over came to, in minor currency units."""
        return sum(line.total for handover in self.handovers for line in handover.lines)

    @property
    def refunded(self) -> int:
        """What was paid back, cash rounding and tips included, in minor currency units.

        What was given back for what was cancelled is part of it.
        """
        if self.voided:
            return self.paid.paid_total
        refunded = sum(refund.total + refund.rounding + refund.tip for refund in self.refunds)
        return refunded + sum(payment.amount + payment.tip for payment in self.given_back)

    @property
    def refunded_exact(self) -> int:
        """What of its total was given back, before cash rounding and without tips, in minor units."""
        if self.voided:
            return self.terms.totals.total
        return sum(refund.total for refund in self.refunds)

    @property
    def payment_status(self) -> PaymentStatus:
        """Whether it is paid, and what of it was given back."""
        return "refunded" if self.voided else self.payment_status_after(self.refunded_exact)

    def payment_status_after(self, refunded: int) -> PaymentStatus:
        """The same, once so much of its total is given back, in minor currency units."""
        if refunded:
            return "refunded" if refunded >= self.terms.totals.total else "partially_refunded"
        status = self.figures.payment_status
        if self._settled_dues and status in ("unpaid", "partially_paid"):
            return "partially_paid" if self.due_total else "paid"
        return status

    @property
    def fulfilment_status(self) -> FulfilmentStatus:
        """Whether the goods are with the customer."""
        return self.fulfilment_status_after(self.returned)

    def fulfilment_status_after(self, returned: Mapping[UUID, Decimal]) -> FulfilmentStatus:
        """The same, once so many units of each line came back."""
        if any(returned.values()):
            return "returned" if returned == self.fulfilled else "partially_returned"
        return self.figures.fulfilment_status

    @property
    def status(self) -> OrderStatus:
        """Where it stands: it is completed by itself, once it is paid and handed over."""
        if self.voided:
            return "voided"
        if self.is_completed:
            return "completed"
        return "cancelled" if self.figures.is_cancelled else "open"

    @property
    def offline(self) -> Offline | None:
        """How a till without a connection told of it, if one did."""
        return self.sold.offline if self.sold else None

    def check_open(self) -> None:
        """Raise InvalidTransition for an order that is not open any more."""
        if self.status != "open":
            raise InvalidTransition(f"It is {self.status}.")

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
