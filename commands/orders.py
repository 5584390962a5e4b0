"""Commands of the till: what a basket costs, and selling it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from commands.moments import moment_of
from commands.ports import UnitOfWork
from commands.settings import SettingsWork
from commands.stock import StockWork
from domain.business_date import business_date, local_hour
from domain.catalog.products import SELLABLE, NotForSale
from domain.catalog.units import too_precise
from domain.discounts import check_ceiling
from domain.errors import Detail, Invalid, NotAllowed, Refusal
from domain.money import checked, round_ratio
from domain.orders import Order, SaleLine
from domain.payment_methods import MethodAtSale
from domain.payments import BUILT_IN, Tender, settle
from domain.pending import Pending
from domain.pricing import Discount, Item, PricedBasket, price
from domain.sale_context import SaleContext, StoreAtSale, VariantAtSale
from domain.stock import Demand, MovementLine, StockMovement, take
from domain.tills import Till, series_of, till_code

PRICE_OVERRIDE = "pos.price_override"
DISCOUNT = "pos.discount"
_NOTHING = Decimal(0)


class PriceOverrideNotAllowed(NotAllowed):
    """Selling at another price than the catalog's takes the right to do so."""


class DiscountNotAllowed(NotAllowed):
    """Giving a discount takes the right to do so."""


@dataclass(frozen=True, kw_only=True)
class BasketLine:
    """A quantity of a variant, at the catalog's price or (minor currency units) at another."""

    variant_id: UUID
    quantity: Decimal
    unit_price: int | None = None
    discounts: tuple[Discount, ...] = ()


@dataclass(frozen=True, kw_only=True)
class QuoteBasket:
    """Ask what a basket costs."""

    lines: tuple[BasketLine, ...]
    discounts: tuple[Discount, ...] = ()
    store_id: UUID | None = None
    register_id: UUID | None = None
    customer_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class PlaceSale(QuoteBasket):
    """Sell a basket at a till. A till that names the sale (`id`) may send it again."""

    id: UUID | None = None
    tenders: tuple[Tender, ...]
    occurred_at: datetime | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A priced basket and what it was priced from."""

    context: SaleContext
    basket: PricedBasket


class SalesPort(Protocol):
    """The tills of the company."""

    def context(
        self,
        *,
        store_id: UUID | None,
        register_id: UUID | None,
        store_ids: tuple[UUID, ...],
        variant_ids: Iterable[UUID],
        customer_id: UUID | None,
        lock: bool,
    ) -> SaleContext:
        """Read all that a sale is decided on; with `lock`, hold the balances and the till's number.

        Raises Invalid for an unknown register, store or customer, OtherStore, StoreClosed.
        """


class QuoteWork(UnitOfWork, Protocol):
    """What baskets are priced with."""

    @property
    def sales(self) -> SalesPort:
        """Tills."""


class SaleWork(QuoteWork, SettingsWork, StockWork, Protocol):
    """What sales are decided with."""


def quote_basket(command: QuoteBasket, work: QuoteWork) -> Quote:
    """Price a basket to the last minor unit as the sale will be; nothing is locked or written.

    Raises Invalid, OtherStore, StoreClosed, NotForSale, PriceOverrideNotAllowed, DiscountExceedsValue,
    DiscountNotAllowed and DiscountAboveCeiling.
    """
    context = _context(command, work, lock=False)
    return Quote(context=context, basket=_price(command, context, work))


def place_sale(command: PlaceSale, work: SaleWork) -> Order:
    """Sell a basket, once: the same request again answers with the sale that it made.

    Price, payment, stock, tax and cost are decided together, on what is locked. Raises Invalid, OtherStore,
    StoreClosed, NotForSale, PriceOverrideNotAllowed, DiscountExceedsValue, DiscountNotAllowed,
    DiscountAboveCeiling, PaymentInsufficient, PaymentExceedsTotal, InsufficientStock, TooFarBack,
    BeforeTheCompany, PlanLimitReached, DuplicateId and AmountTooLarge.
    """
    earlier = _earlier(command, work)
    methods = _methods(command, work)
    work.stock.hold_precisions(line.quantity for line in command.lines)
    try:
        context = _context(command, work, lock=True)
    except Refusal:
        # What has become of the till or the catalog since does not undo a sale that was made.
        if existing := earlier.read():
            return existing
        raise
    if existing := earlier.read():
        return existing
    order_id = command.id or work.new_id()
    basket = _price(command, context, work)
    settlement = settle(basket.total, _tenders(command, methods.read()), context.rules.cash_rounding)
    moved = _take_stock(command, context)
    store = _store(context)
    occurred_at = moment_of(command.occurred_at, "A sale", work, context.backdating)
    if context.orders_limit is not None:
        work.plan.check_orders(context.orders_limit, context.company_timezone)
    day = business_date(occurred_at, store.timezone, store.day_cut)
    order = Order.sell(
        order_id,
        till=_till(context, store, work),
        customer_id=command.customer_id,
        storage_id=store.storage_id,
        business_date=day,
        hour=local_hour(occurred_at, store.timezone),
        occurred_at=occurred_at,
        rules=context.rules,
        lines=_sale_lines(command, context, basket, moved, work),
        basket=basket,
        discounts=command.discounts,
        settlement=settlement,
        note=command.note,
    )
    work.save(order)
    if moved and store.storage_id:
        work.save(
            StockMovement.issue(
                work.new_id(),
                storage_id=store.storage_id,
                occurred_at=occurred_at,
                business_date=day,
                order_id=order_id,
                lines=tuple(moved.values()),
            )
        )
    return order


def _earlier(command: PlaceSale, work: UnitOfWork) -> Pending[Order | None]:
    """Ask for the sale that this request made before, if its till named it."""
    return work.find_earlier(Order, Order.Sold, command.id) if command.id else Pending(lambda: None)


def _methods(command: PlaceSale, work: SaleWork) -> Pending[Mapping[str, MethodAtSale]]:
    """Ask for the company's own payment methods, if the sale is paid with any."""
    own = {tender.method for tender in command.tenders} - BUILT_IN
    return work.settings.payment_methods(own) if own else Pending(dict)


def _tenders(command: PlaceSale, methods: Mapping[str, MethodAtSale]) -> list[Tender]:
    """The tenders under the codes that are recorded. Raises Invalid naming each that is not taken so."""
    details = []
    for index, tender in enumerate(command.tenders):
        method = methods.get(tender.method)
        if method is None and tender.method not in BUILT_IN:
            details.append(
                Detail(f"payments.{index}.method", "not_found", "It is no method of payment here.")
            )
        elif method and method.requires_reference and not tender.reference:
            details.append(Detail(f"payments.{index}.reference", "required", "It is paid with a reference."))
    if details:
        raise Invalid(details=details)
    return [
        replace(tender, method=methods[tender.method].code) if tender.method in methods else tender
        for tender in command.tenders
    ]


def _context(command: QuoteBasket, work: QuoteWork, *, lock: bool) -> SaleContext:
    context = work.sales.context(
        store_id=command.store_id,
        register_id=command.register_id,
        store_ids=work.caller.store_ids,
        variant_ids=[line.variant_id for line in command.lines],
        customer_id=command.customer_id,
        lock=lock,
    )
    _check_lines(command, context)
    return context


def _check_lines(command: QuoteBasket, context: SaleContext) -> None:
    unknown, unsellable = [], []
    for index, line in enumerate(command.lines):
        variant = context.variants.get(line.variant_id)
        if variant is None:
            unknown.append(Detail(f"lines.{index}.variant_id", "not_found", "There is no such variant."))
        elif variant.status not in SELLABLE:
            status = variant.status.replace("_", " ")
            unsellable.append(Detail(f"lines.{index}.variant_id", "not_for_sale", f"It is {status}."))
        elif wrong := too_precise(f"lines.{index}.quantity", line.quantity, variant.precision):
            unknown.append(wrong)
    if unknown:
        raise Invalid(details=unknown)
    if unsellable:
        raise NotForSale(details=unsellable)


def _price(command: QuoteBasket, context: SaleContext, work: UnitOfWork) -> PricedBasket:
    items = [_item(line, context.variants[line.variant_id], work) for line in command.lines]
    basket = price(items, command.discounts, context.rules)
    if _gives_discounts(command):
        if DISCOUNT not in work.caller.permissions:
            raise DiscountNotAllowed
        ceiling = context.discount_ceilings.get(work.caller.role, _NOTHING)
        check_ceiling(items, command.discounts, basket, ceiling)
    return basket


def _gives_discounts(command: QuoteBasket) -> bool:
    everywhere = (command.discounts, *(line.discounts for line in command.lines))
    return any(discount.value for discounts in everywhere for discount in discounts)


def _item(line: BasketLine, variant: VariantAtSale, work: UnitOfWork) -> Item:
    unit_price = variant.price if line.unit_price is None else line.unit_price
    if unit_price != variant.price and PRICE_OVERRIDE not in work.caller.permissions:
        raise PriceOverrideNotAllowed
    return Item(
        variant_id=variant.id,
        quantity=line.quantity,
        unit_price=unit_price,
        discounts=line.discounts,
        tax_rates=variant.tax_rates,
    )


def _take_stock(command: PlaceSale, context: SaleContext) -> dict[int, MovementLine]:
    """The movement of each basket line whose stock is counted, by the line's place in the basket."""
    demands = [
        Demand(
            position=index,
            variant_id=line.variant_id,
            quantity=line.quantity,
            strict=context.variants[line.variant_id].status == "discontinued",
            assumed_cost=context.variants[line.variant_id].cost,
        )
        for index, line in enumerate(command.lines)
        if context.variants[line.variant_id].track_stock
    ]
    if not demands:
        return {}
    store = _store(context)
    if store.storage_id is None:
        raise Invalid(details=[Detail("store_id", "no_storage", "The store has no storage to sell from.")])
    lines = take(demands, context.balances, allow_negative=store.allow_negative)
    return {demand.position: line for demand, line in zip(demands, lines, strict=True)}


def _store(context: SaleContext) -> StoreAtSale:
    if context.store is None:
        raise Invalid(
            details=[Detail("register_id", "required", "Name the register or the store of the sale.")]
        )
    return context.store


def _till(context: SaleContext, store: StoreAtSale, work: UnitOfWork) -> Till:
    code = till_code(store.code, context.register_code)
    return Till(
        channel="pos",
        store_id=store.id,
        register_id=context.register_id,
        cashier_id=work.caller.user_id,
        series_id=series_of(code),
        series_number=context.next_number,
        number=f"{code}-{context.next_number:06d}",
    )


def _sale_lines(
    command: PlaceSale,
    context: SaleContext,
    basket: PricedBasket,
    moved: dict[int, MovementLine],
    work: UnitOfWork,
) -> tuple[SaleLine, ...]:
    return tuple(
        SaleLine(
            id=work.new_id(),
            product_id=variant.product_id,
            variant_id=variant.id,
            sku=variant.sku,
            name=variant.name,
            variant_name=variant.variant_name,
            category_id=variant.category_id,
            brand_id=variant.brand_id,
            quantity=priced.quantity,
            unit_price=priced.unit_price,
            list_price=variant.price,
            gross_total=priced.gross_total,
            discount_total=priced.discount_total,
            taxes=priced.taxes,
            tax_total=priced.tax_total,
            total=priced.total,
            gross_sales=priced.gross_sales,
            net_sales=priced.net_sales,
            cost_total=-moved[index].value_change if index in moved else _untracked_cost(line, variant),
            discounts=line.discounts,
            supplier_id=variant.supplier_id,
        )
        for index, (line, priced, variant) in enumerate(
            zip(command.lines, basket.lines, _variants(command.lines, context), strict=True)
        )
    )


def _variants(lines: Iterable[BasketLine], context: SaleContext) -> list[VariantAtSale]:
    return [context.variants[line.variant_id] for line in lines]


def _untracked_cost(line: BasketLine, variant: VariantAtSale) -> int:
    """What is not counted in stock costs what the catalog assumes, in minor currency units.

    Raises AmountTooLarge.
    """
    numerator, denominator = line.quantity.as_integer_ratio()
    return checked(round_ratio(numerator * variant.cost, denominator, "half_up"))
