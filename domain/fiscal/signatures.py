"""What a signing device (TSE, RKSV) is asked of a receipt, and what it says; in minor currency units."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

ReceiptKind = Literal["sale", "refund", "void", "return"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedTax:
    """A tax of a receipt."""

    name: str
    rate: Decimal
    inclusive: bool
    taxable: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPayment:
    """What was paid by one method, net of change."""

    method: str
    amount: int
    tip: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptToSign:
    """A receipt as a signing device gets it; amounts of what is given back are below zero.

    `transaction_id` is that of the sale, the refund or the return; a void has that of its sale, and is told
    apart by its kind. Two of them are the same whenever they were decided.
    """

    kind: ReceiptKind
    transaction_id: UUID
    number: str
    store_id: UUID
    register_id: UUID | None
    currency: str
    total: int
    taxes: tuple[SignedTax, ...]
    payments: tuple[SignedPayment, ...]
    occurred_at: datetime = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptSignature:
    """What the device said; if it could not be asked, only since when (`outage_since`).

    `counter` counts its signatures, `qr` is the text of the code that is printed.
    """

    serial: str | None = None
    counter: int | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    signature: str | None = None
    qr: str | None = None
    outage_since: datetime | None = None
