"""Goods that come back without their order: what they are, what they come in at, and their lines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from commands.orders.lines import amounts_of, goods_of
from commands.ports import UnitOfWork
from domain.catalog.units import too_precise
from domain.costing import worth
from domain.errors import Detail
from domain.pricing import PricedBasket, PricedLine
from domain.sale_context import SaleContext, VariantAtSale
from domain.stock.gains import UnpricedGoods, gain_lines
from domain.stock.levels import Level
from domain.stock.movements import MovementLine
from domain.unlinked_returns import UnlinkedLine


@dataclass(frozen=True, kw_only=True)
class ReturnedItem:
    """Units of a variant that come back, what is given for one (minor currency units), and where they go.

    What is not put back into stock (`restock`) cannot be sold again.
    """

    variant_id: UUID
    quantity: Decimal
    unit_price: int
    restock: bool = True


def wrong_items(items: Sequence[ReturnedItem], context: SaleContext) -> Iterator[Detail]:
    """What is wrong with each that is unknown, or finer than its unit."""
    for at, item in enumerate(items):
        variant = context.variants.get(item.variant_id)
        if variant is None:
            yield Detail(f"lines.{at}.variant_id", "not_found", "There is no such variant.")
        elif wrong := too_precise(f"lines.{at}.quantity", item.quantity, variant.precision):
            yield wrong


def restocked(items: Sequence[ReturnedItem], context: SaleContext) -> list[tuple[int, ReturnedItem]]:
    """Those that are put back into stock, and their places."""
    return [
        (at, item)
        for at, item in enumerate(items)
        if item.restock and context.variants[item.variant_id].track_stock
    ]


def take_in(
    items: Sequence[ReturnedItem], context: SaleContext, levels: Mapping[UUID, Level]
) -> dict[int, MovementLine]:
    """What is put back, by its place: nobody knows what it cost, so it comes in at what such goods cost now.

    Raises AmountTooLarge.
    """
    places = restocked(items, context)
    goods = [
        UnpricedGoods(
            variant_id=item.variant_id,
            quantity=item.quantity,
            catalog_cost=context.variants[item.variant_id].cost,
        )
        for _, item in places
    ]
    return {at: moved for (at, _), moved in zip(places, gain_lines(goods, levels), strict=True)}


def lines_of(
    items: Sequence[ReturnedItem],
    context: SaleContext,
    basket: PricedBasket,
    moved: Mapping[int, MovementLine],
    work: UnitOfWork,
) -> tuple[UnlinkedLine, ...]:
    """The lines as they are recorded."""
    return tuple(
        _line(item, context.variants[item.variant_id], priced, moved.get(at), work.new_id())
        for at, (item, priced) in enumerate(zip(items, basket.lines, strict=True))
    )


def _line(
    item: ReturnedItem,
    variant: VariantAtSale,
    priced: PricedLine,
    moved: MovementLine | None,
    line_id: UUID,
) -> UnlinkedLine:
    return UnlinkedLine(
        line_id=line_id,
        restock=item.restock,
        **goods_of(variant),
        **amounts_of(priced),
        cost_total=_cost(item, variant, moved),
    )


def _cost(item: ReturnedItem, variant: VariantAtSale, moved: MovementLine | None) -> int:
    """What leaves the cost of goods again: what came into stock, or what else goods as these are sold at."""
    if moved:
        return moved.value_change
    is_uncounted = item.restock and not variant.track_stock
    return worth(item.quantity, variant.cost) if is_uncounted else 0
