"""Selling a basket at a till: price, payment, stock, tax and cost in one decision."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from commands.accounts.ports import AccountsWork
from commands.accounts.tenders import check_tenders, save_entries, take_payments, uses_accounts
from commands.fiscal.signing import SigningWork, sign_receipt
from commands.moments import moment_of
from commands.orders.baskets import (
    BasketLine,
    QuoteBasket,
    QuoteWork,
    check_total,
    context_of,
    price_basket,
    store_of,
)
from commands.orders.held_sales.baskets import NOT_PARKED, ParkedBasket, ask_basket
from commands.orders.lines import line_of
from commands.orders.payments import ask_methods, tenders_of
from commands.ports import UnitOfWork
from commands.settings import SettingsWork
from commands.stock.counts.corrections import correct_counts
from commands.stock.counts.ports import CountedStockWork
from domain.accounts import Posting
from domain.costing import worth
from domain.errors import Detail, Invalid, Refusal
from domain.orders import Offline, Order, SaleLine, sell
from domain.payments import Settlement, Tender, settle
from domain.pricing import PricedBasket
from domain.sale_context import SaleContext, StoreAtSale, VariantAtSale
from domain.shifts import shift_at
from domain.stock.issues import Demand, take
from domain.stock.levels import NOTHING
from domain.stock.movements import MovementLine, StockMovement
from domain.tills import Till, sale_number, series_of, till_code


@dataclass(frozen=True, kw_only=True)
class PlaceSale(QuoteBasket):
    """Sell a basket at a till. A till that names the sale (`id`) may send it again."""

    id: UUID | None = None
    tenders: tuple[Tender, ...]
    occurred_at: datetime | None = None
    note: str | None = None
    shift_id: UUID | None = None
    #: The parked basket that is sold so.
    held_id: UUID | None = None
    #: What the till expects it to come to, in minor currency units.
    expected_total: int | None = None


class SaleWork(QuoteWork, SettingsWork, CountedStockWork, AccountsWork, SigningWork, Protocol):
    """What sales are decided with."""


def place_sale(command: PlaceSale, work: SaleWork) -> Order:
    """Sell a basket, once: the same request again answers with the sale that it made.

    Price, payment, stock, tax and cost are decided together, on what is locked. Raises Invalid, OtherStore,
    StoreClosed, NotForSale, PriceOverrideNotAllowed, DiscountExceedsValue, DiscountNotAllowed,
    DiscountAboveCeiling, TotalChanged, PaymentInsufficient, PaymentExceedsTotal, InsufficientStock,
    InsufficientCredit, CreditLimitExceeded, CustomerRequired, OnAccountNotAllowed, HeldElsewhere,
    HeldSaleEnded, ShiftNotOpen, NoOpenShift, TooFarBack, BeforeTheCompany, PlanLimitReached,
    DuplicateId and AmountTooLarge.
    """
    earlier = work.find_earlier(Order, Order.Sold, command.id)
    paid_by = [tender.method for tender in command.tenders]
    methods, parked = ask_methods(command.tenders, work), ask_basket(command.held_id, work)
    work.stock.hold_precisions(line.quantity for line in command.lines)
    try:
        # What is promised to a parked sale is locked in the one order as well; it costs a round trip.
        held = parked.read()
        context = context_of(
            command, work, lock=True, promised=held.promised, holds_accounts=uses_accounts(paid_by)
        )
    except Refusal:
        # What has become of the till or the catalog since does not undo a sale that was made.
        if existing := earlier.read():
            return existing
        raise
    if existing := earlier.read():
        return existing
    check_tenders(paid_by, command.customer_id, work)
    basket = price_basket(command, context, work)
    check_total(command.expected_total, context, basket)
    settlement = settle(
        basket.total, tenders_of(command.tenders, methods.read()), context.rules.cash_rounding
    )
    occurred_at = moment_of(command.occurred_at, "A sale", work, context.backdating)
    store = store_of(context)
    held.check(store.id, context.register_id, work)
    moved = take_stock(command, context, occurred_at, held)
    sale = Sale(
        order_id=command.id or work.new_id(),
        store=store,
        till=till_of(context, store, work),
        shift_id=shift_at(context.drawer, command.shift_id, is_required=context.is_shift_required),
        occurred_at=occurred_at,
        basket=basket,
        settlement=settlement,
        moved=moved,
        held=held,
    )
    take_payments(context.accounts, settlement.payments, sale.posting)
    if context.orders_limit is not None:
        work.plan.check_orders(context.orders_limit, context.company_timezone)
    return record_sale(command, context, sale, work)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """What was decided of a sale; `moved` is what it takes of the stock, by the place of the line.

    `held` is the parked sale that it comes from, if it does.
    """

    order_id: UUID
    store: StoreAtSale
    till: Till
    shift_id: UUID | None
    occurred_at: datetime
    basket: PricedBasket
    settlement: Settlement
    moved: Mapping[int, MovementLine]
    held: ParkedBasket = NOT_PARKED
    exchange_refund_id: UUID | None = None
    offline: Offline | None = None

    @property
    def posting(self) -> Posting:
        """What it enters into the customer's accounts is recorded for this."""
        return Posting(
            occurred_at=self.occurred_at,
            business_date=self.store.business_date(self.occurred_at),
            store_id=self.store.id,
            order_id=self.order_id,
        )


def record_sale(command: PlaceSale, context: SaleContext, sale: Sale, work: SaleWork) -> Order:
    """Record what was decided, and what it takes of the stock. Raises AmountTooLarge, HeldSaleEnded."""
    day = sale.store.business_date(sale.occurred_at)
    order = sell(
        sale.order_id,
        till=sale.till,
        customer_id=command.customer_id,
        storage_id=sale.store.storage_id,
        business_date=day,
        hour=sale.store.hour(sale.occurred_at),
        occurred_at=sale.occurred_at,
        rules=context.rules,
        lines=_sale_lines(command, context, sale, work),
        basket=sale.basket,
        discounts=command.discounts,
        settlement=sale.settlement,
        note=command.note,
        salt=work.new_id(),
        shift_id=sale.shift_id,
        held_id=command.held_id,
        exchange_refund_id=sale.exchange_refund_id,
        offline=sale.offline,
        approved_by=work.caller.approved_by,
        fiscal=sign_receipt(
            "sale",
            sale.order_id,
            sale.till,
            total=sale.basket.total,
            taxes=sale.basket.taxes,
            payments=sale.settlement.payments,
            currency=context.rules.currency,
            occurred_at=sale.occurred_at,
            offline=sale.offline,
            work=work,
        ),
    )
    work.save(order, *sale.held.sell(sale.order_id, sale.store.storage_id, sale.moved.values()))
    save_entries(context.accounts, work)
    if sale.moved and sale.store.storage_id:
        issued = StockMovement.begin(
            StockMovement.Issued,
            work.new_id(),
            storage_id=sale.store.storage_id,
            occurred_at=sale.occurred_at,
            business_date=day,
            order_id=sale.order_id,
            lines=tuple(sale.moved.values()),
        )
        work.save(issued, *correct_counts(issued, sale.order_id, context.levels, work))
    return order


def take_stock(
    command: PlaceSale, context: SaleContext, occurred_at: datetime, held: ParkedBasket = NOT_PARKED
) -> dict[int, MovementLine]:
    """The movement of each basket line whose stock is counted, by the line's place in the basket.

    What is reserved for the parked sale that it comes from is there for it.
    """
    demands = demands_of(command, context, occurred_at)
    if not demands:
        return {}
    store = store_of(context)
    if store.storage_id is None:
        raise Invalid(details=[Detail("store_id", "no_storage", "The store has no storage to sell from.")])
    lines = take(
        demands,
        context.levels,
        allow_negative=store.allow_negative,
        own_reservation=held.reserved(store.storage_id),
    )
    return {demand.position: line for demand, line in zip(demands, lines, strict=True)}


def demands_of(command: PlaceSale, context: SaleContext, occurred_at: datetime) -> list[Demand]:
    """What the sale takes of what is counted in stock."""
    return [
        Demand(
            position=index,
            variant_id=variant.id,
            quantity=line.quantity,
            strict=variant.status == "discontinued",
            assumed_cost=variant.cost,
            is_counted_since=context.levels.get(variant.id, NOTHING).is_counted_since(occurred_at),
        )
        for index, line in enumerate(command.lines)
        if (variant := context.variants[line.variant_id]).track_stock
    ]


def till_of(context: SaleContext, store: StoreAtSale, work: UnitOfWork) -> Till:
    """The till with the number that comes next there."""
    code = till_code(store.code, context.register_code)
    return Till(
        channel="pos",
        store_id=store.id,
        register_id=context.register_id,
        cashier_id=work.caller.cashier_id,
        series_id=series_of(code),
        series_number=context.next_number,
        number=sale_number(code, context.next_number),
    )


def _sale_lines(
    command: PlaceSale, context: SaleContext, sale: Sale, work: UnitOfWork
) -> tuple[SaleLine, ...]:
    moved = sale.moved
    return tuple(
        line_of(
            variant,
            priced,
            line_id=line.id or work.new_id(),
            discounts=line.discounts,
            note=line.note,
            cost_total=-moved[index].value_change if index in moved else worth(line.quantity, variant.cost),
        )
        for index, (line, priced, variant) in enumerate(
            zip(command.lines, sale.basket.lines, _variants(command.lines, context), strict=True)
        )
    )


def _variants(lines: Iterable[BasketLine], context: SaleContext) -> list[VariantAtSale]:
    return [context.variants[line.variant_id] for line in lines]
