"""Having receipts signed by a device, where one is set up."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from commands.ports import UnitOfWork
from domain.fiscal.signatures import (
    ReceiptKind,
    ReceiptSignature,
    ReceiptToSign,
    SignedPayment,
    SignedTax,
)
from domain.orders import Offline, Order
from domain.pricing import OrderTax
from domain.tills import Till


class FiscalDevice(Protocol):
    """What signs receipts."""

    @property
    def is_set_up(self) -> bool:
        """Whether there is one. Where there is none, as nearly everywhere, no receipt is made for it."""

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


def sign_receipt(
    kind: ReceiptKind,
    transaction_id: UUID,
    place: Till | Order.Terms,
    *,
    total: int,
    taxes: Iterable[OrderTax],
    payments: Iterable[Any],
    currency: str,
    occurred_at: datetime,
    offline: Offline | None,
    work: SigningWork,
) -> ReceiptSignature | None:
    """Have a receipt signed whose number and till are those of `place`.

    What a till did alone has left it with its receipt, and is not signed here. Amounts are those that were
    decided, in minor currency units; the device gets them below zero unless it is a sale.
    """
    if offline is not None or not work.fiscal.is_set_up:
        return None
    receipt = ReceiptToSign(
        kind=kind,
        transaction_id=transaction_id,
        number=place.number,
        store_id=place.store_id,
        register_id=place.register_id,
        currency=currency,
        total=total,
        taxes=_taxes(taxes),
        payments=_payments(payments),
        occurred_at=occurred_at,
    )
    return work.fiscal.sign(receipt if kind == "sale" else given_back(receipt))


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
