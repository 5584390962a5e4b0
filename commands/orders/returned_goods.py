"""Goods that come back with a refund or a void: which of them go into stock, and what that moves."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from commands.stock.counts.corrections import correct_counts
from commands.stock.counts.ports import CountedStockWork
from domain.errors import Detail, Invalid
from domain.orders import Order, RefundedLine, SaleLine
from domain.sale_context import VariantAtSale
from domain.stock.levels import Level
from domain.stock.movements import StockMovement
from domain.stock.returns import ReturnedGoods, give_back_lines


def stocked_lines(order: Order, variants: Mapping[UUID, VariantAtSale]) -> dict[UUID, SaleLine]:
    """The lines whose goods came out of stock; where they do not say so, as the catalog says now."""
    return {
        line.id: line
        for line in order.terms.lines
        if (_is_tracked(line, variants) if line.is_stocked is None else line.is_stocked)
    }


def _is_tracked(line: SaleLine, variants: Mapping[UUID, VariantAtSale]) -> bool:
    variant = variants.get(line.variant_id)
    return variant is not None and variant.track_stock


def restocked(lines: Iterable[RefundedLine], stocked: Collection[UUID]) -> list[ReturnedGoods]:
    """What of a refund's lines goes back into stock; `stocked` are the lines whose goods came out of it."""
    return [
        ReturnedGoods(variant_id=line.variant_id, quantity=line.quantity, cost_total=line.cost_total)
        for line in lines
        if line.restock and line.line_id in stocked
    ]


def hold_levels(
    goods: Collection[ReturnedGoods],
    storage_id: UUID | None,
    work: CountedStockWork,
    *,
    named_id: UUID | None = None,
) -> Mapping[UUID, Level]:
    """Hold the balances that goods come back to.

    A storage that the client named (`named_id`) must be there and be one of the caller's stores'. Raises
    Invalid, OtherStore.
    """
    if storage_id is None:
        return {}
    stock = work.stock.lock(
        {"storage_id": storage_id},
        (one.variant_id for one in goods),
        quantities=[one.quantity for one in goods],
    )
    if named_id:
        stock.check_store("storage_id", work.caller.store_ids)
        if wrong := stock.missing():
            raise Invalid(details=wrong)
    return stock.levels()


def book_returned(
    event: type[StockMovement.Moved],
    goods: Collection[ReturnedGoods],
    levels: Mapping[UUID, Level],
    work: CountedStockWork,
    *,
    storage_id: UUID,
    occurred_at: datetime,
    business_date: date,
    order_id: UUID,
    **facts: Any,
) -> Iterator[StockMovement]:
    """The movement of what comes back, and what corrects counts that had found it already."""
    if not goods:
        return
    moved = StockMovement.begin(
        event,
        work.new_id(),
        storage_id=storage_id,
        occurred_at=occurred_at,
        business_date=business_date,
        lines=give_back_lines(goods, levels),
        order_id=order_id,
        **facts,
    )
    yield moved
    yield from correct_counts(moved, order_id, levels, work)


def no_storage() -> Invalid:
    """The refusal of goods that have no place to go."""
    return Invalid(details=[Detail("storage_id", "no_storage", "The store has no storage to take it into.")])
