"""Taking in what was ordered: a delivery against a purchase order, booked as a receipt."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from commands.moments import CLOCK_SKEW
from commands.ports import DuplicateId, check_version
from commands.stock.moments import moment_of_movement
from commands.stock.ports import StockContext, StockWork
from domain.costing import worth
from domain.errors import Detail, Invalid
from domain.money import round_ratio, scaled
from domain.stock.goods import in_base
from domain.stock.movements import StockMovement
from domain.stock.purchase_lines import Consignment, Intake, PurchaseLine, value_at_terms
from domain.stock.purchase_orders import OPEN, PurchaseOrder
from domain.stock.receipts import Delivered, receive_lines


@dataclass(frozen=True, kw_only=True)
class ConsignedLine:
    """What came of a line of the order, in the supplier's unit: taken in, or sent away at the door.

    Without a `unit_cost` it costs what was ordered, less the discount.
    """

    line_id: UUID
    quantity: Decimal
    unit_cost: int | None = None
    rejected: Decimal = Decimal(0)
    rejected_reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class TakeDelivery:
    """Goods came that were ordered, be it to another storage."""

    id: UUID
    purchase_order_id: UUID
    lines: tuple[ConsignedLine, ...]
    storage_id: UUID | None = None
    reference: str | None = None
    note: str | None = None
    occurred_at: datetime | None = None
    expected_versions: frozenset[int] | None = None


def take_delivery(command: TakeDelivery, work: StockWork) -> StockMovement:
    """Book a delivery, once: the same request again answers with what it booked.

    Raises Missing, StaleVersion, DuplicateId, OtherStore, InvalidTransition, Invalid, BeforeTheCompany,
    BeforeLastCount, PeriodClosed, ReceiveExceedsOrdered, AmountTooLarge.
    """
    order = work.load(PurchaseOrder, command.purchase_order_id)
    stock = _lock(order, command, work)
    earlier = work.find_earlier(StockMovement, StockMovement.Received, command.id)
    stock.check_store("storage_id", work.caller.store_ids)
    if existing := earlier.read():
        if existing.purchase_order_id != order.id:
            raise DuplicateId
        return existing
    check_version(order.version, command.expected_versions)
    order.check_status(*OPEN)
    consignments = _consignments(order, command.lines, stock)
    movement = _received(order, command, consignments, stock, work)
    order.take_delivery(
        movement.id, movement.occurred_at, consignments, stock.purchasing().over_receive_percent
    )
    work.save(movement, order)
    return movement


def _lock(order: PurchaseOrder, command: TakeDelivery, work: StockWork) -> StockContext:
    """Balances of what is taken in, where it comes to and where it was ordered to.

    What is only sent away gets no balance.
    """
    variants = {line.id: line.variant_id for line in order.lines}
    taken = [line for line in command.lines if line.quantity]
    return work.stock.lock(
        {"storage_id": command.storage_id or order.storage_id, "ordered_to": order.storage_id},
        (variants[line.line_id] for line in taken if line.line_id in variants),
        quantities=(line.quantity for line in taken),
        unit_ids=(line.unit_id for line in order.lines if line.unit_id),
    )


def _consignments(
    order: PurchaseOrder, lines: tuple[ConsignedLine, ...], stock: StockContext
) -> list[Consignment]:
    """What the delivery brings of each line. Raises Invalid with all that is wrong."""
    by_id = {line.id: line for line in order.lines}
    consignments, details = [], [*stock.missing(), *_twice(lines)]
    for index, line in enumerate(lines):
        try:
            consignments.append(_consignment(f"lines.{index}", line, by_id.get(line.line_id), order, stock))
        except Invalid as wrong:
            if not wrong.details:
                raise
            details += wrong.details
    if details:
        raise Invalid(details=details)
    return consignments


def _consignment(
    field: str,
    line: ConsignedLine,
    ordered: PurchaseLine | None,
    order: PurchaseOrder,
    stock: StockContext,
) -> Consignment:
    if ordered is None:
        raise _wrong(f"{field}.line_id", "not_found", "The order has no such line.")
    if not line.quantity and not line.rejected:
        raise _wrong(f"{field}.quantity", "invalid", "Nothing came of it.")
    goods = stock.goods().get(ordered.variant_id)
    if line.quantity and goods is None:
        raise _wrong(f"{field}.line_id", "not_found", "Its stock is not counted any more.")
    base = Decimal(0)
    if goods:
        in_base(f"{field}.rejected", line.rejected, ordered.exact_factor, goods.precision)
        base = in_base(f"{field}.quantity", line.quantity, ordered.exact_factor, goods.precision)
    return Consignment(
        line_id=ordered.id,
        received=line.quantity,
        base_received=base,
        value=_value_of(line, ordered, order.intake(ordered.id)),
        rejected=line.rejected,
        rejected_reason=line.rejected_reason,
    )


def _value_of(line: ConsignedLine, ordered: PurchaseLine, intake: Intake) -> int:
    if line.unit_cost is not None:
        return worth(line.quantity, line.unit_cost)
    return value_at_terms(ordered, intake, line.quantity)


def _received(
    order: PurchaseOrder,
    command: TakeDelivery,
    consignments: Iterable[Consignment],
    stock: StockContext,
    work: StockWork,
) -> StockMovement:
    by_id = {line.id: line for line in order.lines}
    costs = {line.line_id: line.unit_cost for line in command.lines}
    delivered = [
        _delivered(work.new_id(), by_id[one.line_id], one, costs[one.line_id])
        for one in consignments
        if one.received
    ]
    moved = [("storage_id", line.variant_id) for line in delivered]
    moment = moment_of_movement(command.occurred_at, "A delivery", work, stock, moved)
    _check_after_ordering(moment.occurred_at, order)
    return StockMovement.begin(
        StockMovement.Received,
        command.id,
        storage_id=command.storage_id or order.storage_id,
        occurred_at=moment.occurred_at,
        business_date=moment.business_date,
        lines=receive_lines(delivered, stock.levels()),
        supplier_id=order.supplier_id,
        purchase_order_id=order.id,
        reference=command.reference,
        note=command.note,
    )


def _check_after_ordering(occurred_at: datetime, order: PurchaseOrder) -> None:
    if order.ordered_at and occurred_at + CLOCK_SKEW < order.ordered_at:
        raise _wrong("occurred_at", "before_ordering", "The goods had not been ordered yet.")


def _delivered(line_id: UUID, line: PurchaseLine, one: Consignment, unit_cost: int | None) -> Delivered:
    return Delivered(
        id=line_id,
        variant_id=line.variant_id,
        quantity=one.base_received,
        value=one.value,
        entered_quantity=one.received,
        entered_cost=_discounted(line) if unit_cost is None else unit_cost,
        factor=line.factor,
        unit_id=line.unit_id,
    )


def _discounted(line: PurchaseLine) -> int:
    """What one of the supplier's units costs less the discount, rounded for display."""
    return round_ratio(line.unit_cost * scaled(100 - line.discount_percent), scaled(Decimal(100)))


def _twice(lines: Iterable[ConsignedLine]) -> Iterable[Detail]:
    named: set[UUID] = set()
    for index, line in enumerate(lines):
        if line.line_id in named:
            yield Detail(f"lines.{index}.line_id", "duplicate_line", "It is named before.")
        named.add(line.line_id)


def _wrong(field: str, code: str, message: str) -> Invalid:
    return Invalid(details=[Detail(field, code, message)])
