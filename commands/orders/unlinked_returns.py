"""Taking goods back whose order nobody knows: priced and taxed as the store sells them now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from commands.moments import moment_of
from commands.orders.baskets import PRICE_OVERRIDE, PriceOverrideNotAllowed, store_of
from commands.orders.paying_tills import PayingTill, hold_till
from commands.orders.payments import ask_methods, tenders_of
from commands.orders.refunds import RefundWork
from commands.orders.returned_goods import no_storage
from commands.ports import UnitOfWork
from commands.stock.counts.corrections import correct_counts
from domain.business_date import business_date, local_hour
from domain.catalog.units import too_precise
from domain.costing import worth
from domain.errors import Detail, Invalid
from domain.orders import Offline, RefundPayment
from domain.payments import Tender
from domain.pending import Pending
from domain.pricing import Item, PricedBasket, PricedLine, price
from domain.sale_context import SaleContext, VariantAtSale
from domain.stock.gains import UnpricedGoods, gain_lines
from domain.stock.levels import Level
from domain.stock.movements import MovementLine, StockMovement
from domain.unlinked_returns import LinkedReturnExists, UnlinkedLine, UnlinkedReturn, pay_out


@dataclass(frozen=True, kw_only=True)
class ReturnedItem:
    """Units of a variant that come back, what is given for one (minor currency units), and where they go.

    What is not put back into stock (`restock`) cannot be sold again.
    """

    variant_id: UUID
    quantity: Decimal
    unit_price: int
    restock: bool = True


@dataclass(frozen=True, kw_only=True)
class TakeReturn:
    """Take goods back without their order. A till that names the return (`id`) may send it again."""

    id: UUID | None = None
    lines: tuple[ReturnedItem, ...]
    tenders: tuple[Tender, ...]
    reason: str
    store_id: UUID | None = None
    register_id: UUID | None = None
    customer_id: UUID | None = None
    #: What the customer has in hand instead of a receipt of ours.
    external_reference: str | None = None
    note: str | None = None
    occurred_at: datetime | None = None
    #: How it was told of, if it was made without a connection: then nothing that is closed by now refuses it.
    offline: Offline | None = None


def take_return(command: TakeReturn, work: RefundWork) -> UnlinkedReturn:
    """Take goods back, once: the same request again answers with the return that it made.

    Price, money and stock are decided together, on what is locked. Raises Invalid, OtherStore, StoreClosed,
    LinkedReturnExists, PriceOverrideNotAllowed, PaymentInsufficient, PaymentExceedsTotal, ApprovalNotValid,
    NoOpenShift, TooFarBack, BeforeTheCompany, DuplicateId, QuantityNotValid, AmountNotValid, AmountTooLarge.
    """
    earlier, methods = _earlier(command, work), ask_methods(command.tenders, work)
    number = command.external_reference
    linked = work.sales.has_number(number) if number else Pending(lambda: False)
    if existing := earlier.read():
        return existing
    if linked.read():
        raise LinkedReturnExists
    context = _context(command, work)
    basket = _price(command, context, work)
    offers = tenders_of(command.tenders, methods.read())
    payments = pay_out(basket.total, offers, context.rules.cash_rounding)
    work.caller.check_approved_amount(sum(payment.amount for payment in payments))
    occurred_at = moment_of(command.occurred_at, "A return", work, context.backdating)
    storage_id, levels = _hold_levels(command, context, work)
    return _record(
        command,
        context,
        _Return(
            paying=hold_till(context, work).read(),
            occurred_at=occurred_at,
            basket=basket,
            payments=payments,
            storage_id=storage_id,
            moved=_take_in(command, context, levels),
            levels=levels,
        ),
        work,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Return:
    """What was decided of a return; `moved` is what it brings into the storage, by the place of the line."""

    paying: PayingTill
    occurred_at: datetime
    basket: PricedBasket
    payments: tuple[RefundPayment, ...]
    storage_id: UUID | None
    moved: Mapping[int, MovementLine]
    levels: Mapping[UUID, Level]


def _earlier(command: TakeReturn, work: UnitOfWork) -> Pending[UnlinkedReturn | None]:
    """Ask for the return that this request made before, if its till named it."""
    if command.id is None:
        return Pending(lambda: None)
    return work.find_earlier(UnlinkedReturn, UnlinkedReturn.Taken, command.id)


def _context(command: TakeReturn, work: RefundWork) -> SaleContext:
    """Where it is paid, and what the goods are there. Raises Invalid, OtherStore, StoreClosed."""
    context = work.sales.context(
        store_id=command.store_id,
        register_id=command.register_id,
        store_ids=work.caller.store_ids,
        variant_ids=(line.variant_id for line in command.lines),
        customer_id=command.customer_id,
        lock=False,
        is_told_later=command.offline is not None,
    )
    details = [_wrong(f"lines.{at}", line, context) for at, line in enumerate(command.lines)]
    if wrong := [detail for detail in details if detail]:
        raise Invalid(details=wrong)
    return context


def _wrong(field: str, line: ReturnedItem, context: SaleContext) -> Detail | None:
    variant = context.variants.get(line.variant_id)
    if variant is None:
        return Detail(f"{field}.variant_id", "not_found", "There is no such variant.")
    return too_precise(f"{field}.quantity", line.quantity, variant.precision)


def _price(command: TakeReturn, context: SaleContext, work: UnitOfWork) -> PricedBasket:
    """Price it as a sale of now. More than the goods cost takes the right to override prices."""
    variants = _variants(command, context)
    is_above = any(line.unit_price > own.price for line, own in zip(command.lines, variants, strict=True))
    if is_above and PRICE_OVERRIDE not in work.caller.permissions:
        raise PriceOverrideNotAllowed
    items = [
        Item(
            variant_id=variant.id,
            quantity=line.quantity,
            unit_price=line.unit_price,
            tax_rates=variant.tax_rates,
        )
        for line, variant in zip(command.lines, variants, strict=True)
    ]
    return price(items, (), context.rules)


def _hold_levels(
    command: TakeReturn, context: SaleContext, work: RefundWork
) -> tuple[UUID | None, Mapping[UUID, Level]]:
    """Hold the balances of what is put back, and where that is; nowhere if nothing is."""
    goods = [line for _, line in _restocked(command, context)]
    storage_id = store_of(context).storage_id
    if not goods:
        return None, {}
    if storage_id is None:
        raise no_storage()
    variants, quantities = (line.variant_id for line in goods), (line.quantity for line in goods)
    return storage_id, work.stock.lock({"storage_id": storage_id}, variants, quantities=quantities).levels()


def _restocked(command: TakeReturn, context: SaleContext) -> list[tuple[int, ReturnedItem]]:
    """The lines whose goods are put back into stock, and their places."""
    return [
        (at, line)
        for at, line in enumerate(command.lines)
        if line.restock and context.variants[line.variant_id].track_stock
    ]


def _take_in(
    command: TakeReturn, context: SaleContext, levels: Mapping[UUID, Level]
) -> dict[int, MovementLine]:
    """What nobody knows the cost of comes in at what such goods cost now."""
    restocked = _restocked(command, context)
    goods = [
        UnpricedGoods(
            variant_id=line.variant_id,
            quantity=line.quantity,
            catalog_cost=context.variants[line.variant_id].cost,
        )
        for _, line in restocked
    ]
    return {at: moved for (at, _), moved in zip(restocked, gain_lines(goods, levels), strict=True)}


def _record(command: TakeReturn, context: SaleContext, decided: _Return, work: RefundWork) -> UnlinkedReturn:
    store = decided.paying.store
    day = business_date(decided.occurred_at, store.timezone, store.day_cut)
    taken = UnlinkedReturn.take(
        command.id or work.new_id(),
        till=decided.paying.till,
        shift_id=decided.paying.shift_id,
        customer_id=command.customer_id,
        storage_id=decided.storage_id,
        business_date=day,
        hour=local_hour(decided.occurred_at, store.timezone),
        occurred_at=decided.occurred_at,
        rules=context.rules,
        lines=_lines(command, context, decided, work),
        basket=decided.basket,
        payments=decided.payments,
        reason=command.reason,
        external_reference=command.external_reference,
        note=command.note,
        approved_by=work.caller.approved_by,
        offline=command.offline,
    )
    work.save(taken)
    if decided.storage_id and decided.moved:
        returned = StockMovement.begin(
            StockMovement.Returned,
            work.new_id(),
            storage_id=decided.storage_id,
            occurred_at=decided.occurred_at,
            business_date=day,
            refund_id=taken.id,
            lines=tuple(decided.moved.values()),
        )
        work.save(returned, *correct_counts(returned, taken.id, decided.levels, work))
    return taken


def _lines(
    command: TakeReturn, context: SaleContext, decided: _Return, work: UnitOfWork
) -> tuple[UnlinkedLine, ...]:
    parts = zip(command.lines, _variants(command, context), decided.basket.lines, strict=True)
    return tuple(
        _line(line, variant, priced, decided.moved.get(at), work.new_id())
        for at, (line, variant, priced) in enumerate(parts)
    )


def _line(
    line: ReturnedItem,
    variant: VariantAtSale,
    priced: PricedLine,
    moved: MovementLine | None,
    line_id: UUID,
) -> UnlinkedLine:
    return UnlinkedLine(
        line_id=line_id,
        product_id=variant.product_id,
        variant_id=variant.id,
        sku=variant.sku,
        name=variant.name,
        variant_name=variant.variant_name,
        category_id=variant.category_id,
        brand_id=variant.brand_id,
        supplier_id=variant.supplier_id,
        is_stocked=variant.track_stock,
        quantity=line.quantity,
        restock=line.restock,
        unit_price=line.unit_price,
        list_price=variant.price,
        gross_total=priced.gross_total,
        discount_total=priced.discount_total,
        taxes=priced.taxes,
        tax_total=priced.tax_total,
        total=priced.total,
        gross_sales=priced.gross_sales,
        net_sales=priced.net_sales,
        cost_total=_cost(line, variant, moved),
    )


def _cost(line: ReturnedItem, variant: VariantAtSale, moved: MovementLine | None) -> int:
    """What leaves the cost of goods again: what came into stock, or what else goods as these are sold at."""
    if moved:
        return moved.value_change
    is_uncounted = line.restock and not variant.track_stock
    return worth(line.quantity, variant.cost) if is_uncounted else 0


def _variants(command: TakeReturn, context: SaleContext) -> list[VariantAtSale]:
    return [context.variants[line.variant_id] for line in command.lines]
