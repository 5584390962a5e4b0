"""Returns without their order: goods of a customer who cannot show how they were bought."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import UUID

from domain.aggregate import Aggregate
from domain.errors import Conflict
from domain.fiscal.signatures import ReceiptSignature
from domain.orders import Offline, RefundedLine, RefundPayment
from domain.payments import CASH, PaymentExceedsTotal, Tender, settle
from domain.pricing import OrderTax, PricedBasket, Rules
from domain.private import CUSTOMER, ERASED_REASON, OF_PAYMENTS, texts
from domain.tills import Till


class LinkedReturnExists(Conflict):
    """That is a number of yours: refund its order."""

    code = "linked_return_exists"
    field = "external_reference"
    remedy = "Refund the order of that number instead."


@dataclass(frozen=True, slots=True)
class Reference:
    """What a customer has in hand, as somebody typed it."""

    text: str

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers of a receipt that it may mean: codes of tills are mostly all large or all small."""
        text = self.text.strip()
        return tuple(dict.fromkeys((text, text.upper(), text.lower())))

    @property
    def id(self) -> UUID | None:
        """The id of an order, refund or return that it may mean."""
        try:
            return UUID(self.text.strip())
        except ValueError:
            return None


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
        fiscal: ReceiptSignature | None = None

        subject = CUSTOMER
        private: ClassVar[Mapping[str, Any]] = texts(
            "note", "external_reference", OF_PAYMENTS, reason=ERASED_REASON
        )

        def apply(self, aggregate: "UnlinkedReturn") -> None:
            """Keep it."""
            aggregate.taken = self

    if TYPE_CHECKING:
        taken: Taken

    def is_within(self, store_ids: Collection[UUID]) -> bool:
        """Whether it was taken in one of these stores; no stores are no bounds."""
        return not store_ids or self.taken.store_id in store_ids

    @classmethod
    def take(
        cls,
        return_id: UUID,
        *,
        till: Till,
        shift_id: UUID | None,
        customer_id: UUID | None,
        storage_id: UUID | None,
        business_date: date,
        hour: int,
        occurred_at: datetime,
        rules: Rules,
        lines: tuple[UnlinkedLine, ...],
        basket: PricedBasket,
        payments: tuple[RefundPayment, ...],
        reason: str,
        external_reference: str | None,
        note: str | None,
        approved_by: UUID | None,
        offline: Offline | None = None,
        fiscal: ReceiptSignature | None = None,
    ) -> Self:
        """Record a return that was priced, paid out and booked."""
        return cls.begin(
            cls.Taken,
            return_id,
            number=till.number,
            series_id=till.series_id,
            series_number=till.series_number,
            store_id=till.store_id,
            register_id=till.register_id,
            shift_id=shift_id,
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
            payments=payments,
            total=basket.total,
            rounding=sum(payment.amount for payment in payments) - basket.total,
            reason=reason,
            external_reference=external_reference,
            note=note,
            approved_by=approved_by,
            offline=offline,
            fiscal=fiscal,
        )


def pay_out(total: int, offers: Sequence[Tender], cash_rounding: int) -> tuple[RefundPayment, ...]:
    """Pay out what a return comes to: as a sale is paid, only that nobody gives change.

    Raises PaymentInsufficient, PaymentExceedsTotal, AmountNotValid and AmountTooLarge.
    """
    settlement = settle(total, offers, cash_rounding)
    if settlement.change_total:
        raise PaymentExceedsTotal(f"The payments come to {settlement.change_total} more than is due.")
    payments, rounding = [], settlement.rounding
    for payment in settlement.payments:
        # All cash is rounded together, and the first of it carries that.
        own, rounding = (rounding, 0) if payment.method == CASH else (0, rounding)
        payments.append(
            RefundPayment(
                method=payment.method,
                amount=payment.amount,
                exact=payment.amount - own,
                reference=payment.reference,
            )
        )
    return tuple(payments)
