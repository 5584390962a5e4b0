"""Having receipts signed by a device, where one is set up."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from commands.ports import UnitOfWork
from domain.fiscal.signatures import ReceiptSignature, ReceiptToSign, SignedPayment, SignedTax
from domain.orders import Offline, Order, PricedRefund, RefundSettlement
from domain.payments import Settlement
from domain.pricing import OrderTax, PricedBasket
from domain.tills import Till


class FiscalDevice(Protocol):
    """What signs receipts."""

    def sign(self, receipt: ReceiptToSign) -> ReceiptSignature | None:
        """What the device says of a receipt; None where none is set up.

        No lock is held while it is asked: the decision is given up, and taken again with the answer. One
        that does not answer stops no sale: its outage is the answer.
        """


class SigningWork(UnitOfWork, Protocol):
    """What receipts are signed with."""

    @property
    def fiscal(self) -> FiscalDevice:
        """The device."""


def sign_sale(
    order_id: UUID,
    till: Till,
    basket: PricedBasket,
    settlement: Settlement,
    *,
    currency: str,
    occurred_at: datetime,
    offline: Offline | None,
    work: SigningWork,
) -> ReceiptSignature | None:
    """Have a sale signed; what a till did alone has left it with its receipt, and is not signed here."""
    if offline is not None:
        return None
    receipt = ReceiptToSign(
        kind="sale",
        transaction_id=order_id,
        number=till.number,
        store_id=till.store_id,
        register_id=till.register_id,
        currency=currency,
        total=basket.total,
        taxes=_taxes(basket.taxes),
        payments=_payments(settlement.payments),
        occurred_at=occurred_at,
    )
    return work.fiscal.sign(receipt)


def sign_refund(
    refund_id: UUID,
    till: Till,
    priced: PricedRefund,
    settlement: RefundSettlement,
    *,
    currency: str,
    occurred_at: datetime,
    offline: Offline | None,
    work: SigningWork,
) -> ReceiptSignature | None:
    """Have a refund signed, unless a till gave it alone."""
    if offline is not None:
        return None
    receipt = ReceiptToSign(
        kind="refund",
        transaction_id=refund_id,
        number=till.number,
        store_id=till.store_id,
        register_id=till.register_id,
        currency=currency,
        total=priced.total,
        taxes=_taxes(priced.taxes),
        payments=_payments(settlement.payments),
        occurred_at=occurred_at,
    )
    return work.fiscal.sign(given_back(receipt))


def sign_return(
    return_id: UUID,
    till: Till,
    basket: PricedBasket,
    payments: Iterable[Any],
    *,
    currency: str,
    occurred_at: datetime,
    offline: Offline | None,
    work: SigningWork,
) -> ReceiptSignature | None:
    """Have a return without its order signed, unless a till took it alone."""
    if offline is not None:
        return None
    receipt = ReceiptToSign(
        kind="return",
        transaction_id=return_id,
        number=till.number,
        store_id=till.store_id,
        register_id=till.register_id,
        currency=currency,
        total=basket.total,
        taxes=_taxes(basket.taxes),
        payments=_payments(payments),
        occurred_at=occurred_at,
    )
    return work.fiscal.sign(given_back(receipt))


def sign_void(
    order: Order, occurred_at: datetime, offline: Offline | None, work: SigningWork
) -> ReceiptSignature | None:
    """Have the void of a sale signed, unless a till did it alone."""
    if offline is not None:
        return None
    sold = order.terms
    receipt = ReceiptToSign(
        kind="void",
        transaction_id=order.id,
        number=sold.number,
        store_id=sold.store_id,
        register_id=sold.register_id,
        currency=sold.currency,
        total=sold.totals.total,
        taxes=_taxes(sold.taxes),
        payments=_payments(order.paid.payments),
        occurred_at=occurred_at,
    )
    return work.fiscal.sign(given_back(receipt))


def given_back(receipt: ReceiptToSign) -> ReceiptToSign:
    """The same with all amounts below zero."""
    return replace(
        receipt,
        total=-receipt.total,
        taxes=tuple(replace(one, taxable=-one.taxable, amount=-one.amount) for one in receipt.taxes),
        payments=tuple(replace(one, amount=-one.amount, tip=-one.tip) for one in receipt.payments),
    )


def _taxes(taxes: Iterable[OrderTax]) -> tuple[SignedTax, ...]:
    return tuple(
        SignedTax(
            name=tax.name, rate=tax.rate, inclusive=tax.inclusive, taxable=tax.taxable, amount=tax.amount
        )
        for tax in taxes
    )


def _payments(payments: Iterable[Any]) -> tuple[SignedPayment, ...]:
    return tuple(SignedPayment(method=one.method, amount=one.amount, tip=one.tip) for one in payments)
