"""What is not as it should be in a sale that was made without a connection: each is a flag, no refusal."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from commands.catalog.shelf_prices import ShelfPricesWork
from commands.orders.baskets import PRICE_OVERRIDE, check_discounts, check_lines, items_of, store_of
from commands.orders.sales import PlaceSale, SaleWork, demands_of
from commands.ports import Missing
from commands.sync.delivery import NOT_PERMITTED, Delivery, NotArrived
from domain.catalog.shelf_prices import ShelfPrice
from domain.customers import Customer
from domain.errors import Detail, Invalid
from domain.orders.offline import flags_of_clock
from domain.packages import PlanLimitReached
from domain.pending import Pending
from domain.pricing import PricedBasket, price
from domain.sale_context import SaleContext, StoreAtSale, VariantAtSale
from domain.stock.issues import check_available, take
from domain.stock.movements import InsufficientStock, MovementLine
from domain.tills import Till, place_of, series_of

#: What is found while a sale is decided.
Flags = set[str]


class OfflineSaleWork(SaleWork, ShelfPricesWork, Protocol):
    """What such sales are decided with."""


def customer_of(sale: PlaceSale, context: SaleContext, flags: Flags, work: OfflineSaleWork) -> UUID | None:
    """The customer, dropped if they are none any more. Raises NotArrived for one that never was."""
    if sale.customer_id is None or context.is_customer_known:
        return sale.customer_id
    try:
        work.load(Customer, sale.customer_id)
    except Missing:
        raise NotArrived(sale.customer_id) from None
    flags.add("customer_unknown")
    return None


def as_known(
    sale: PlaceSale, context: SaleContext, delivery: Delivery, flags: Flags, work: OfflineSaleWork
) -> SaleContext:
    """The catalog with the prices and taxes that the till knew; what was not there then is as it is now.

    Raises Invalid for what nobody could have sold.
    """
    if not context.is_open:
        flags.add("store_closed")
    if check_lines(sale, context):
        flags.add("not_for_sale")
    store = store_of(context)
    prices = _known_prices(context, store, delivery, work)
    context = _with(context, prices)
    if _differing(sale, context):
        # What came to the till after the position that it names is no other price than the catalog's either.
        asked = list(context.variants)
        later = work.shelf_prices.known_at(store.id, asked, moment=delivery.told_at).read()
        named = {line.variant_id: line.unit_price for line in sale.lines if line.unit_price is not None}
        context = _with(context, {one: at for one, at in later.items() if named.get(one) == at.price})
        may_override = PRICE_OVERRIDE in work.caller.permissions and NOT_PERMITTED not in delivery.flags
        if _differing(sale, context) and not may_override:
            flags.add("price_differs")
    return context


def _known_prices(
    context: SaleContext, store: StoreAtSale, delivery: Delivery, work: OfflineSaleWork
) -> Mapping[UUID, ShelfPrice]:
    if delivery.prices_of == store.id:
        return delivery.prices
    variants = list(context.variants)
    if delivery.catalog_position is None:
        return work.shelf_prices.known_at(store.id, variants, moment=delivery.told_at).read()
    return work.shelf_prices.known_at(store.id, variants, position=delivery.catalog_position).read()


def _with(context: SaleContext, prices: Mapping[UUID, ShelfPrice]) -> SaleContext:
    def known(variant: VariantAtSale) -> VariantAtSale:
        then = prices.get(variant.id)
        return replace(variant, price=then.price, tax_rates=then.tax_rates) if then else variant

    return replace(context, variants={one: known(variant) for one, variant in context.variants.items()})


def _differing(sale: PlaceSale, context: SaleContext) -> bool:
    return any(line.unit_price not in (None, context.variants[line.variant_id].price) for line in sale.lines)


def price_taken(
    sale: PlaceSale, context: SaleContext, delivery: Delivery, work: OfflineSaleWork
) -> PricedBasket:
    """Price it. Raises DiscountExceedsValue, DiscountNotAllowed, DiscountAboveCeiling.

    What the cashier may not give is given, if it is known that they may not.
    """
    items = items_of(sale, context)
    basket = price(items, sale.discounts, context.rules)
    if NOT_PERMITTED not in delivery.flags:
        check_discounts(sale, context, items, basket, work.caller)
    return basket


def moment_taken(
    context: SaleContext, store: StoreAtSale, delivery: Delivery, flags: Flags, now: datetime
) -> datetime:
    """When it happened: as the till told, if that can be."""
    day = store.business_date(delivery.told_at)
    wrong = flags_of_clock(delivery.told_at, day, now, context.backdating)
    flags.update(wrong)
    return now if wrong else delivery.told_at


def take_sold(
    sale: PlaceSale,
    context: SaleContext,
    store: StoreAtSale,
    occurred_at: datetime,
    *,
    reserved: Mapping[UUID, Decimal],
    flags: Flags,
) -> dict[int, MovementLine]:
    """What is gone from the storage, whether it was there or not; `reserved` is promised to this very sale.

    Raises Invalid without a storage.
    """
    demands = demands_of(sale, context, occurred_at)
    if not demands:
        return {}
    if store.storage_id is None:
        raise Invalid(details=[Detail("store_id", "no_storage", "The store has no storage to sell from.")])
    if any(demand.is_counted_since for demand in demands):
        flags.add("count_correction")
    expected = [demand for demand in demands if not demand.is_counted_since]
    strict = [demand for demand in expected if demand.strict or not store.allow_negative]
    try:
        check_available(strict, context.levels, reserved)
    except InsufficientStock:
        flags.add("stock_negative")
    lines = take([replace(demand, strict=False) for demand in demands], context.levels, allow_negative=True)
    return {demand.position: line for demand, line in zip(demands, lines, strict=True)}


def note_plan(context: SaleContext, flags: Flags, work: OfflineSaleWork) -> None:
    """Flag a sale that is more than the company's package allows."""
    if context.orders_limit is None:
        return
    try:
        work.plan.check_orders(context.orders_limit, context.company_timezone)
    except PlanLimitReached:
        flags.add("over_plan")


def ask_free(delivery: Delivery, work: OfflineSaleWork) -> Pending[bool]:
    """Ask whether the sale can take the number that was printed."""
    place = place_of(delivery.number, delivery.device_code) if delivery.number else None
    return work.sales.is_free(*place) if place else Pending(lambda: False)


def number_of(till: Till, delivery: Delivery, flags: Flags, is_free: Pending[bool]) -> Till:
    """The till with the number that was printed; without one, with the next of the till.

    A number that another sale has, that is none of the device's, or far beyond its last, has no place in a
    series.
    """
    if delivery.number is None:
        return till
    place = place_of(delivery.number, delivery.device_code)
    if place is None or not is_free.read():
        flags.add("number_conflict")
        code = till.number.rpartition("-")[0]
        place = series_of(f"{code}-{delivery.device_code}"), 0
    series_id, series_number = place
    return replace(till, number=delivery.number, series_id=series_id, series_number=series_number)
