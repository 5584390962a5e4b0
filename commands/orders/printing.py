"""Printing receipts, each print counted, and sending them by mail."""

from dataclasses import dataclass
from uuid import UUID

from commands.ports import Missing, UnitOfWork
from commands.shifts.ports import DrawerWork
from domain.messages import Message
from domain.orders import Order
from domain.orders.receipts import record_print, record_sending, refund_of


@dataclass(frozen=True, kw_only=True)
class PrintReceipt:
    """Print the receipt of a sale, or of a refund of it."""

    order_id: UUID
    refund_id: UUID | None = None
    format: str
    paper: str


@dataclass(frozen=True, kw_only=True)
class SendReceipt:
    """Mail the receipt of a sale, or of a refund of it, to an address, in a language."""

    order_id: UUID
    refund_id: UUID | None = None
    address: str
    language: str


@dataclass(frozen=True, kw_only=True)
class Printed:
    """An order, and which copy of its receipt was printed; 0 is the original."""

    order: Order
    copy: int


@dataclass(frozen=True, kw_only=True)
class Mailed:
    """An order, and the message that is to bring its receipt to an address."""

    order: Order
    message: Message
    address: str


def print_receipt(command: PrintReceipt, work: DrawerWork) -> Printed:
    """Count the print in the shift that is open at the register. Raises Missing."""
    order, source = _find(command, work)
    shift_id = work.drawers.find_open(source.register_id).read() if source.register_id else None
    copy = record_print(
        order, command.refund_id, written_as=command.format, paper=command.paper, shift_id=shift_id
    )
    work.save(order)
    return Printed(order=order, copy=copy)


def send_receipt(command: SendReceipt, work: UnitOfWork) -> Mailed:
    """Write the message, which a job sends. Raises Missing."""
    order, _ = _find(command, work)
    work.hold_person(order.terms.customer_id)
    message = Message.begin(
        Message.Written,
        work.new_id(),
        address=command.address,
        document=Order.type_name,
        document_id=order.id,
        part_id=command.refund_id,
        language=command.language,
        customer_id=order.terms.customer_id,
    )
    record_sending(order, command.refund_id, message.id)
    work.save(message, order)
    return Mailed(order=order, message=message, address=command.address)


def _find(
    command: PrintReceipt | SendReceipt, work: UnitOfWork
) -> tuple[Order, Order.Terms | Order.Refunded]:
    """The order, and the sale or refund that is meant, if it is of the caller's stores. Raises Missing."""
    order = work.load(Order, command.order_id)
    source = refund_of(order, command.refund_id) if command.refund_id else order.terms
    stores = work.caller.store_ids
    if source is None or (stores and source.store_id not in stores):
        raise Missing
    return order, source
