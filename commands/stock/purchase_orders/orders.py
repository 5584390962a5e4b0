"""Ordering what was planned, and expecting nothing more of it."""

from dataclasses import dataclass
from uuid import UUID

from commands.ports import check_version
from commands.stock.ports import StockContext, StockWork
from commands.stock.purchase_orders.lines import with_todays_factors
from domain.errors import Detail, Invalid
from domain.messages import Message
from domain.stock.purchase_orders import OPEN, PurchaseOrder
from domain.suppliers import Supplier


@dataclass(frozen=True, kw_only=True)
class OrderFromSupplier:
    """Order what was planned; with `send`, by mail to the supplier."""

    id: UUID
    send: bool = False
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class CancelPurchaseOrder:
    """Expect nothing more of an order."""

    id: UUID
    reason: str | None = None
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class Ordering:
    """An order as it was ordered, and the message that was written about it."""

    order: PurchaseOrder
    message: Message | None


def order_from_supplier(command: OrderFromSupplier, work: StockWork) -> Ordering:
    """Order it; the message to the supplier is recorded with it, and sent afterwards.

    One of which goods are still to come is mailed once more, as it stands, and is otherwise left as it is.
    Raises Missing, StaleVersion, OtherStore, InvalidTransition, Invalid.
    """
    order = work.load(PurchaseOrder, command.id)
    check_version(order.version, command.expected_versions)
    stock = _hold(order, work)
    stock.check_store("storage_id", work.caller.store_ids)
    order.check_status("draft", *(OPEN if command.send else ()))
    message = _message(order, work) if command.send else None
    if order.status == "draft":
        address = message.address if message else None
        order.order(with_todays_factors(order.lines, stock), work.now, address)
        work.save(order)
    if message:
        work.save(message)
    return Ordering(order=order, message=message)


def cancel_purchase_order(command: CancelPurchaseOrder, work: StockWork) -> PurchaseOrder:
    """Cancel it, or close it if something came.

    Raises Missing, StaleVersion, OtherStore, InvalidTransition.
    """
    order = work.load(PurchaseOrder, command.id)
    check_version(order.version, command.expected_versions)
    _hold(order, work).check_store("storage_id", work.caller.store_ids)
    order.cancel(command.reason)
    work.save(order)
    return order


def _hold(order: PurchaseOrder, work: StockWork) -> StockContext:
    """What it names, but no balances: what is on order is added up, whatever it is."""
    return work.stock.lock(
        {"storage_id": order.storage_id},
        (line.variant_id for line in order.lines),
        supplier_id=order.supplier_id,
        unit_ids=(line.unit_id for line in order.lines if line.unit_id),
        is_plan=True,
    )


def _address_of(supplier: Supplier) -> str:
    address: str | None = supplier.values["email"]
    if address is None:
        raise Invalid(details=[Detail("send", "no_address", "The supplier has no e-mail address.")])
    return address


def _message(order: PurchaseOrder, work: StockWork) -> Message:
    return Message.begin(
        Message.Written,
        work.new_id(),
        address=_address_of(work.load(Supplier, order.supplier_id)),
        document=PurchaseOrder.type_name,
        document_id=order.id,
        supplier_id=order.supplier_id,
    )
