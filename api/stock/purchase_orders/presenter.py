"""A purchase order as clients see it."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from msgspec.structs import asdict

from api.stock.purchase_orders.answers import (
    NamedPurchaseOrderAnswer,
    PurchaseLineAnswer,
    PurchaseMailAnswer,
    PurchaseOrderAnswer,
    PurchaseOrderHeadAnswer,
    PurchaseOrderRowAnswer,
    PurchaseReceiptAnswer,
    RejectionAnswer,
)
from commands.stock.purchase_orders.orders import Ordering
from domain.messages import Message
from domain.money import shortest
from domain.stock.purchase_lines import PurchaseLine, open_quantity
from domain.stock.purchase_orders import OPEN, PurchaseOrder
from projections.base import Row


def show_purchase_order(order: PurchaseOrder, mail: Row | None = None) -> PurchaseOrderAnswer:
    """An order as it was decided about or found, with its last mail as `mail` knows it."""
    return PurchaseOrderAnswer(
        **{name: getattr(order, name) for name in _HEAD},
        occurred_at=order.occurred_at or order.created_on,
        recorded_at=order.created_on,
        created_at=order.created_on,
        updated_at=order.modified_on,
        reason=order.reason,
        lines=[_show_line(order, line) for line in order.lines],
        receipts=[
            PurchaseReceiptAnswer(
                movement_id=delivery.movement_id,
                occurred_at=delivery.occurred_at,
                total=delivery.value,
                rejections=[RejectionAnswer.of(line) for line in delivery.rejections],
            )
            for delivery in order.deliveries
        ],
        mail=_show_mail(order, mail),
    )


def show_ordering(ordering: Ordering) -> PurchaseOrderAnswer:
    """An order as it was ordered or mailed once more, with the mail that is to be sent."""
    message = ordering.message
    return show_purchase_order(ordering.order, show_message(message) if message else None)


def show_message(message: Message) -> Row:
    """A message as the row of one."""
    sent_at = message.modified_on if message.status == "sent" else None
    return {"address": message.address, "status": message.status, "sent_at": sent_at}


def show_named(order: PurchaseOrder, mail: Row | None, names: Mapping[UUID, str]) -> NamedPurchaseOrderAnswer:
    """The same with the names of its supplier and its storage."""
    return NamedPurchaseOrderAnswer(
        **asdict(show_purchase_order(order, mail)),
        supplier_name=names.get(order.supplier_id),
        storage_name=names.get(order.storage_id),
    )


def show_row(row: Row, now: datetime) -> PurchaseOrderRowAnswer:
    """A row of the list."""
    is_late = row["status"] in OPEN and row["expected_at"] is not None and row["expected_at"] < now
    return PurchaseOrderRowAnswer.of({**row, "is_late": is_late})


def _show_line(order: PurchaseOrder, line: PurchaseLine) -> PurchaseLineAnswer:
    intake = order.intake(line.id)
    return PurchaseLineAnswer(
        **{name: getattr(line, name) for name in _LINE},
        received=shortest(intake.received),
        rejected=shortest(intake.rejected),
        open=shortest(open_quantity(line, intake)) if order.status in OPEN else Decimal(0),
    )


def _show_mail(order: PurchaseOrder, mail: Row | None) -> PurchaseMailAnswer | None:
    if mail is not None:
        return PurchaseMailAnswer.of(mail)
    if order.sent_to is None:
        return None
    return PurchaseMailAnswer(address=order.sent_to, status="waiting", sent_at=None)


_OWN_NAMES = frozenset({"created_at", "updated_at"})
_HEAD = tuple(name for name in PurchaseOrderHeadAnswer.__struct_fields__ if name not in _OWN_NAMES)
_STATE = frozenset({"received", "rejected", "open"})
_LINE = tuple(name for name in PurchaseLineAnswer.__struct_fields__ if name not in _STATE)
