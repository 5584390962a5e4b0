"""Placing an order: priced as a sale would be, its goods promised, and paid now, later or on account."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from commands.accounts.tenders import check_tenders, hold_accounts, save_entries
from commands.orders.back_office.accounts import check_limit, check_on_account
from commands.orders.back_office.occasions import OrderWork, occasion_at
from commands.orders.back_office.paying import take_tenders
from commands.orders.back_office.reserving import check_end, hold_goods
from commands.orders.baskets import (
    Quote,
    QuoteBasket,
    QuoteWork,
    check_total,
    context_of,
    price_basket,
    quote_basket,
    store_of,
)
from commands.orders.lines import line_of
from commands.orders.payments import ask_methods, tenders_of
from commands.ports import UnitOfWork
from domain.companies import Company
from domain.errors import Detail, Invalid, Refusal
from domain.orders import Order, SaleLine
from domain.orders.back_office import Occasion, place
from domain.orders.handovers import needed
from domain.payments import Tender
from domain.pricing import PricedBasket
from domain.sale_context import SaleContext, StoreAtSale
from domain.tills import Till, order_number, order_series_of


@dataclass(frozen=True, kw_only=True)
class PlaceOrder(QuoteBasket):
    """Agree with a customer on what they order. Who names the order (`id`) may send it again."""

    id: UUID | None = None
    channel: str
    #: Where its goods are promised, if not in the storage that the store sells from.
    storage_id: UUID | None = None
    tenders: tuple[Tender, ...] = ()
    on_account: bool = False
    #: By when it is to be paid on account, if not after the days agreed with the customer.
    due_on: date | None = None
    #: Until when its goods are promised (None: without an end), if that is not left to the company's rule.
    reserve_until: datetime | None = None
    is_reserved_by_rule: bool = True
    note: str | None = None
    #: What the client expects it to come to, in minor currency units.
    expected_total: int | None = None


class QuoteOrder(QuoteBasket):
    """Ask what an order would come to."""


def quote_order(command: QuoteOrder, work: QuoteWork) -> Quote:
    """Price what would be ordered; nothing is reserved or written.

    Raises Invalid, OtherStore, StoreClosed, NotForSale, PriceOverrideNotAllowed, DiscountExceedsValue,
    DiscountNotAllowed and DiscountAboveCeiling.
    """
    quote = quote_basket(command, work)
    _check_store(quote.context)
    return quote


def place_order(command: PlaceOrder, work: OrderWork) -> Order:
    """Place an order, once: the same request again answers with the order that it made.

    Raises Invalid, OtherStore, StoreClosed, NotForSale, PriceOverrideNotAllowed, DiscountExceedsValue,
    DiscountNotAllowed, DiscountAboveCeiling, TotalChanged, InsufficientStock, CustomerRequired,
    OnAccountNotAllowed, CreditLimitExceeded, InsufficientCredit, PaymentExceedsDue, PaymentInsufficient,
    PlanLimitReached, DuplicateId and AmountTooLarge.
    """
    earlier = work.find_earlier(Order, Order.Placed, command.id)
    company, known = work.ask(Company, work.caller.company_id), ask_methods(command.tenders, work)
    try:
        context = context_of(command, work, lock=False, holds_customer=True)
    except Refusal:
        # What has become of the store or the catalog since does not undo an order that was placed.
        if existing := earlier.read():
            return existing
        raise
    if existing := earlier.read():
        return existing
    _check_store(context)
    methods = [tender.method for tender in command.tenders]
    check_tenders(methods, command.customer_id, work)
    if command.on_account:
        check_on_account(command.customer_id, work)
    basket = price_basket(command, context, work)
    check_total(command.expected_total, context, basket)
    tenders = tenders_of(command.tenders, known.read())
    occasion = occasion_at(work.now, context, work)
    reserve_until = _end_of_promise(command, company.read(), work.now)
    _check_due_on(command, occasion)
    lines = _lines(command, context, basket, work)
    storage_id = command.storage_id or store_of(context).storage_id
    hold_goods(lines, needed(lines, {}), storage_id, context, work)
    accounts = hold_accounts(methods, command.customer_id, work)
    order = place(
        command.id or work.new_id(),
        till=_till(command.channel, store_of(context), work),
        occasion=occasion,
        rules=context.rules,
        lines=lines,
        basket=basket,
        discounts=command.discounts,
        storage_id=storage_id,
        customer_id=command.customer_id,
        note=command.note,
        on_account=command.on_account,
        due_on=command.due_on,
        reserve_until=reserve_until,
    )
    held = accounts.read()
    if tenders:
        take_tenders(order, occasion, tenders, held, context.rules.cash_rounding)
    check_limit(order, held, work, "on_account")
    if context.orders_limit is not None:
        work.plan.check_orders(context.orders_limit, context.company_timezone)
    work.save(order)
    save_entries(held, work)
    return order


def _check_store(context: SaleContext) -> None:
    """Raise Invalid where no store is named and there are several."""
    if context.store is None:
        message = "Name the store that takes the order."
        raise Invalid(details=[Detail("store_id", "required", message)])


def _end_of_promise(command: PlaceOrder, company: Company, now: datetime) -> datetime | None:
    """Until when its goods are promised. Raises Invalid for a moment that is over."""
    if not command.is_reserved_by_rule:
        check_end(command.reserve_until, now)
        return command.reserve_until
    days = company.values["order_reservation_days"]
    return None if days is None else now + timedelta(days=days)


def _check_due_on(command: PlaceOrder, occasion: Occasion) -> None:
    """Raise Invalid for a day that nothing is due on, or that is over."""
    if command.due_on is None:
        return
    if not command.on_account:
        message = "Only what is bought on account is due on a day."
        raise Invalid(details=[Detail("due_on", "not_on_account", message)])
    if command.due_on < occasion.business_date:
        raise Invalid(details=[Detail("due_on", "in_the_past", "It is due today at the earliest.")])


def _lines(
    command: PlaceOrder, context: SaleContext, basket: PricedBasket, work: UnitOfWork
) -> tuple[SaleLine, ...]:
    return tuple(
        line_of(
            context.variants[line.variant_id],
            priced,
            line_id=line.id or work.new_id(),
            discounts=line.discounts,
            note=line.note,
        )
        for line, priced in zip(command.lines, basket.lines, strict=True)
    )


def _till(channel: str, store: StoreAtSale, work: OrderWork) -> Till:
    """The back office of a store as it sells, with the number that comes next there."""
    series_id = order_series_of(store.code)
    number = work.paying_tills.lock(None, series_id).read().next_numbers[series_id]
    return Till(
        channel=channel,
        store_id=store.id,
        register_id=None,
        cashier_id=work.caller.cashier_id,
        series_id=series_id,
        series_number=number,
        number=order_number(store.code, number),
    )
