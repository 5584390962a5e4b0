"""Planning what to buy: drafts of purchase orders, which nobody was asked for yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from commands.ports import check_version
from commands.stock.moments import moment_of_movement
from commands.stock.ports import DocumentWork, StockContext
from commands.stock.purchase_orders.lines import (
    EditedLine,
    PlannedLine,
    purchase_lines,
    replanned,
    requantified,
)
from domain.stock.documents import InvalidTransition
from domain.stock.purchase_lines import PurchaseLine, subtotal_of
from domain.stock.purchase_orders import PurchaseOrder


@dataclass(frozen=True, kw_only=True)
class DraftPurchaseOrder:
    """Plan what to buy from a supplier for a storage."""

    id: UUID
    supplier_id: UUID
    storage_id: UUID
    lines: tuple[PlannedLine, ...]
    expected_at: datetime | None = None
    reference: str | None = None
    note: str | None = None
    occurred_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class AmendPurchaseOrder:
    """Change a plan, or of what was ordered the quantities, the time and the note.

    `lines` of a plan are all that it has from now on; of an order, those whose quantity changes.
    """

    id: UUID
    changes: Mapping[str, Any]
    lines: tuple[EditedLine, ...] | None = None
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class DiscardPurchaseOrder:
    """Drop a plan."""

    id: UUID
    expected_versions: frozenset[int] | None = None


def number_of(series_number: int) -> str:
    """What the order of that number is called."""
    return f"PO-{series_number:06d}"


def draft_purchase_order(command: DraftPurchaseOrder, work: DocumentWork) -> PurchaseOrder:
    """Plan it, once: the same request again answers with what it planned.

    Raises DuplicateId, OtherStore, Invalid, BeforeTheCompany, PeriodClosed, AmountTooLarge.
    """
    stock = _hold(command.supplier_id, command.storage_id, command.lines, work)
    earlier = work.find_earlier(PurchaseOrder, PurchaseOrder.Drafted, command.id)
    number = work.series.next("PO")
    stock.check_store("storage_id", work.caller.store_ids)
    if existing := earlier.read():
        return existing
    lines = purchase_lines(command.lines, stock, work)
    subtotal_of(lines)
    if command.occurred_at:
        moment_of_movement(command.occurred_at, "A purchase order", work, stock)
    order = PurchaseOrder.begin(
        PurchaseOrder.Drafted,
        command.id,
        number=number_of(number.read()),
        series_number=number.read(),
        supplier_id=command.supplier_id,
        storage_id=command.storage_id,
        lines=lines,
        currency=stock.purchasing().currency,
        expected_at=command.expected_at,
        reference=command.reference,
        note=command.note,
        occurred_at=command.occurred_at,
    )
    work.save(order)
    return order


def amend_purchase_order(command: AmendPurchaseOrder, work: DocumentWork) -> PurchaseOrder:
    """Record what changes.

    Raises Missing, StaleVersion, OtherStore, InvalidTransition, Invalid, AmountTooLarge.
    """
    order = work.load(PurchaseOrder, command.id)
    check_version(order.version, command.expected_versions)
    if order.status == "draft":
        _amend_plan(order, command, work)
    else:
        _amend_order(order, command, work)
    work.save(order)
    return order


def discard_purchase_order(command: DiscardPurchaseOrder, work: DocumentWork) -> PurchaseOrder:
    """Drop a draft. Raises Missing, StaleVersion, OtherStore, InvalidTransition."""
    order = work.load(PurchaseOrder, command.id)
    check_version(order.version, command.expected_versions)
    stock = _hold(order.supplier_id, order.storage_id, (), work)
    stock.check_store("storage_id", work.caller.store_ids)
    order.discard()
    work.save(order)
    return order


def _amend_plan(order: PurchaseOrder, command: AmendPurchaseOrder, work: DocumentWork) -> None:
    """An amended plan must be one that could be drafted, wherever it was for before."""
    plan = {"supplier_id": order.supplier_id, "storage_id": order.storage_id, **command.changes}
    if plan["storage_id"] != order.storage_id:
        before = _hold(order.supplier_id, order.storage_id, (), work)
        before.check_store("storage_id", work.caller.store_ids)
    edits = command.lines
    planned = replanned(_as_edits(order.lines) if edits is None else edits, order.lines)
    stock = _hold(plan["supplier_id"], plan["storage_id"], planned, work)
    stock.check_store("storage_id", work.caller.store_ids)
    order.amend(**plan, lines=purchase_lines(planned, stock, work, order.lines))


def _amend_order(order: PurchaseOrder, command: AmendPurchaseOrder, work: DocumentWork) -> None:
    stock = _hold(order.supplier_id, order.storage_id, command.lines or (), work)
    stock.check_store("storage_id", work.caller.store_ids)
    changes = dict(command.changes)
    expected_at = changes.pop("expected_at", order.expected_at)
    note = changes.pop("note", order.note)
    order.reschedule(expected_at, note)
    if any(getattr(order, name) != value for name, value in changes.items()):
        message = "Of what was ordered only quantities, time and note change."
        raise InvalidTransition(message)
    if command.lines is not None:
        order.order_quantities(requantified(command.lines, order.lines, stock))


def _as_edits(lines: tuple[PurchaseLine, ...]) -> tuple[EditedLine, ...]:
    return tuple(EditedLine(variant_id=line.variant_id, quantity=line.quantity, values={}) for line in lines)


def _hold(
    supplier_id: UUID,
    storage_id: UUID,
    lines: tuple[PlannedLine, ...] | tuple[EditedLine, ...],
    work: DocumentWork,
) -> StockContext:
    return work.stock.lock(
        {"storage_id": storage_id},
        (line.variant_id for line in lines),
        supplier_id=supplier_id,
        unit_ids=(line.unit_id for line in lines if isinstance(line, PlannedLine) and line.unit_id),
        is_plan=True,
    )
