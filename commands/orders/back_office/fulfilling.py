"""Handing goods of an order over: they leave the stock, their own promise first, and become revenue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from commands.accounts.tenders import hold_accounts, save_entries
from commands.moments import moment_of
from commands.orders.back_office.occasions import (
    OrderWork,
    context_of,
    load_order,
    occasion_at,
    posting_of,
)
from commands.orders.back_office.reserving import may_fall_below_zero, no_storage
from commands.ports import UnitOfWork, check_version
from commands.stock.counts.corrections import correct_counts
from domain.accounts import CustomerAccounts
from domain.catalog.units import too_precise
from domain.costing import worth
from domain.errors import Detail, Invalid
from domain.orders import Order, SaleLine
from domain.orders.back_office import Occasion, check_fulfillable, fulfil, rest_of
from domain.orders.handovers import LineQuantity
from domain.payments import ACCOUNT
from domain.sale_context import SaleContext
from domain.stock.issues import Demand, take
from domain.stock.levels import NOTHING, Level
from domain.stock.movements import MovementLine, StockMovement


@dataclass(frozen=True, kw_only=True)
class FulfilOrder:
    """Hand goods of an order over, all that is left of it or a part."""

    id: UUID
    #: What is handed over; None: all that is left.
    lines: tuple[LineQuantity, ...] | None = None
    #: Where they are taken from, if not where they are promised.
    storage_id: UUID | None = None
    occurred_at: datetime | None = None
    tracking: str | None = None
    expected_versions: frozenset[int] | None = None


def fulfil_order(command: FulfilOrder, work: OrderWork) -> Order:
    """Take goods from stock for an order; what it costs is known from here on, and on account it is owed.

    Raises Missing, StaleVersion, InvalidTransition, Invalid, FulfilExceedsOrdered, OtherStore, StoreClosed,
    InsufficientStock, CreditLimitExceeded, TooFarBack, BeforeTheCompany and AmountTooLarge.
    """
    order = load_order(command.id, work)
    check_version(order.version, command.expected_versions)
    lines = rest_of(order) if command.lines is None else command.lines
    check_fulfillable(order, lines)
    context = context_of(order, work, (line.variant_id for line in order.terms.lines))
    _check_precision(order, lines, context)
    occasion = occasion_at(_moment(command, order, context, work), context, work)
    storage_id = command.storage_id or order.terms.storage_id
    stocked = _stocked(order, lines)
    levels = _hold_levels(stocked, storage_id, order, work)
    moved = _take(stocked, storage_id, levels, order=order, occasion=occasion, context=context)
    handover = fulfil(
        order,
        occasion,
        lines,
        costs=_costs(order, lines, moved, context),
        storage_id=storage_id if stocked else None,
        tracking=command.tracking,
    )
    held = _charge(handover.charged, order, occasion, work)
    work.save(order)
    save_entries(held, work)
    if storage_id and moved:
        _book(order, tuple(moved.values()), levels, work, storage_id=storage_id, occasion=occasion)
    return order


def _moment(command: FulfilOrder, order: Order, context: SaleContext, work: UnitOfWork) -> datetime:
    """When it happened. Raises Invalid, TooFarBack and BeforeTheCompany."""
    if command.occurred_at and command.occurred_at < order.terms.occurred_at:
        message = "Goods cannot be handed over before they were ordered."
        raise Invalid(details=[Detail("occurred_at", "before_the_order", message)])
    return moment_of(command.occurred_at, "A handover", work, context.backdating)


def _check_precision(order: Order, quantities: Sequence[LineQuantity], context: SaleContext) -> None:
    """Raise Invalid naming each quantity finer than its unit; all that is left may always be handed over."""
    lines = _lines_of(order)
    details = []
    for at, one in enumerate(quantities):
        line = lines[one.line_id]
        variant = context.variants.get(line.variant_id)
        is_rest = one.quantity == line.quantity - order.fulfilled.get(line.id, Decimal(0))
        if variant and not is_rest:
            details.append(too_precise(f"lines.{at}.quantity", one.quantity, variant.precision))
    if wrong := [detail for detail in details if detail]:
        raise Invalid(details=wrong)


def _stocked(order: Order, quantities: Sequence[LineQuantity]) -> list[tuple[int, LineQuantity, SaleLine]]:
    """What of it is counted in stock, each with its place in the request."""
    lines = _lines_of(order)
    placed = [(at, one, lines[one.line_id]) for at, one in enumerate(quantities)]
    return [(at, one, line) for at, one, line in placed if line.is_stocked]


def _hold_levels(
    stocked: Sequence[tuple[int, LineQuantity, SaleLine]],
    storage_id: UUID | None,
    order: Order,
    work: OrderWork,
) -> Mapping[UUID, Level]:
    """Hold the balances that they leave, and those they are promised from. Raises Invalid, OtherStore."""
    if not stocked:
        return {}
    if storage_id is None:
        raise no_storage()
    storages = {"storage_id": storage_id}
    if order.terms.storage_id and order.terms.storage_id != storage_id:
        storages["promised_in"] = order.terms.storage_id
    stock = work.stock.lock(
        storages,
        {line.variant_id for _, _, line in stocked},
        quantities=[one.quantity for _, one, _ in stocked],
    )
    stock.check_store("storage_id", work.caller.store_ids)
    if wrong := [detail for detail in stock.missing() if detail["field"] == "storage_id"]:
        raise Invalid(details=wrong)
    return stock.levels()


def _take(
    stocked: Sequence[tuple[int, LineQuantity, SaleLine]],
    storage_id: UUID | None,
    levels: Mapping[UUID, Level],
    *,
    order: Order,
    occasion: Occasion,
    context: SaleContext,
) -> dict[UUID, MovementLine]:
    """What it moves, by the line of the order; what is promised to it is there for it."""
    if not stocked or storage_id is None:
        return {}
    demands = [
        Demand(
            position=at,
            variant_id=line.variant_id,
            quantity=one.quantity,
            assumed_cost=context.variants[line.variant_id].cost if line.variant_id in context.variants else 0,
            is_counted_since=levels.get(line.variant_id, NOTHING).is_counted_since(occasion.occurred_at),
        )
        for at, one, line in stocked
    ]
    moved = take(
        demands,
        levels,
        allow_negative=may_fall_below_zero(storage_id, context),
        own_reservation=order.reserved if storage_id == order.terms.storage_id else {},
    )
    return {one.line_id: line for (_, one, _), line in zip(stocked, moved, strict=True)}


def _costs(
    order: Order,
    quantities: Sequence[LineQuantity],
    moved: Mapping[UUID, MovementLine],
    context: SaleContext,
) -> dict[UUID, int]:
    """What each line's goods cost: what left the stock at its average, the rest as the catalog assumes."""
    lines, costs = _lines_of(order), {}
    for one in quantities:
        variant = context.variants.get(lines[one.line_id].variant_id)
        if one.line_id in moved:
            costs[one.line_id] = -moved[one.line_id].value_change
        elif variant:
            costs[one.line_id] = worth(one.quantity, variant.cost)
    return costs


def _charge(amount: int, order: Order, occasion: Occasion, work: OrderWork) -> CustomerAccounts | None:
    """Charge whoever owes what was handed over; where that was paid before, nobody's accounts are held."""
    customer_id = order.terms.customer_id
    if not amount or customer_id is None:
        return None
    held = hold_accounts([ACCOUNT], customer_id, work).read()
    if held:
        held.charge(amount, posting_of(order, occasion), due_on=order.due_on)
    return held


def _book(
    order: Order,
    lines: tuple[MovementLine, ...],
    levels: Mapping[UUID, Level],
    work: OrderWork,
    *,
    storage_id: UUID,
    occasion: Occasion,
) -> None:
    """Record what left the stock, and what corrects counts that had missed it already."""
    issued = StockMovement.begin(
        StockMovement.Issued,
        work.new_id(),
        storage_id=storage_id,
        occurred_at=occasion.occurred_at,
        business_date=occasion.business_date,
        order_id=order.id,
        lines=lines,
    )
    work.save(issued, *correct_counts(issued, order.id, levels, work))


def _lines_of(order: Order) -> dict[UUID, SaleLine]:
    return {line.id: line for line in order.terms.lines}
