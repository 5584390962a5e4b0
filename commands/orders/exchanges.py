"""Exchanging goods: what comes back is refunded, what goes out is sold, and a tender ties the two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from commands.accounts.tenders import (
    check_customer,
    check_tenders,
    hold_accounts,
    may_sell,
    take_over_payments,
    take_payments,
)
from commands.orders.baskets import store_of
from commands.orders.exchange_terms import ExchangeGoods, ExchangeWork, Terms, terms_of
from commands.orders.offline_facts import OfflineFact
from commands.orders.offline_rules import ask_free, note_plan, number_of, take_sold
from commands.orders.paying_tills import PayingTill, hold_till
from commands.orders.refunds import Refund, record_refund
from commands.orders.returned_goods import no_storage, restocked, stocked_lines
from commands.orders.sales import PlaceSale, Sale, record_sale, take_stock, till_of
from domain.accounts import CustomerAccounts
from domain.orders import Offline, Order
from domain.pending import Pending
from domain.sale_context import SaleContext
from domain.shifts.late_facts import LateFact
from domain.stock.levels import Level
from domain.stock.movements import MovementLine
from domain.stock.returns import ReturnedGoods, give_back_lines, levels_after
from domain.tills import Till


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Both orders: the one that goods came back of, and the one that others were sold with."""

    original: Order
    sale: Order

    @property
    def refund(self) -> Order.Refunded:
        """What the original gave back."""
        return next(one for one in self.original.refunds if one.exchange_order_id == self.sale.id)

    @property
    def difference(self) -> int:
        """What was to be paid on top or, below zero, given back; exactly, in minor currency units."""
        return self.sale.terms.totals.total - self.refund.total


def exchange_goods(command: ExchangeGoods, work: ExchangeWork) -> Exchange:
    """Exchange goods, once: the same request again answers with the exchange that it made.

    Refund and sale are decided together, on what is locked; what comes back can be sold at once. Raises what
    refund_order and place_sale do, and RefundNotAllowed.
    """
    return record_exchange(command, work)


def record_exchange(command: ExchangeGoods, work: ExchangeWork, made: OfflineFact | None = None) -> Exchange:
    """The same; what was `made` without a connection stands, with flags."""
    asked = work.ask(Order, command.refund.order_id)
    # After the order, so that an exchange that is recorded between the two is found.
    earlier = work.find_earlier(Order, Order.Sold, command.sale.id)
    original = asked.read()
    if existing := earlier.read():
        # Once more, since the order may have been read just before that exchange was recorded.
        return Exchange(original=work.load(Order, original.id), sale=existing)
    terms = terms_of(command, original, work, made)
    goods = restocked(terms.refund.lines, stocked_lines(original, terms.context.variants))
    levels = _hold_levels(command.sale, terms.context, goods, work)
    held = _hold_accounts(command, original, work, made)
    paying = _hold_till(terms.context, work, made)
    refund_id, sale_id = work.new_id(), command.sale.id or work.new_id()
    accounts = held.read()
    context = replace(_after(terms, goods, levels, paying), accounts=accounts)
    sale = Sale(
        order_id=sale_id,
        store=paying.store,
        till=_till(context, paying, work, made),
        shift_id=paying.shift_id,
        occurred_at=terms.occurred_at,
        basket=terms.basket,
        settlement=terms.paid,
        moved=_take(command.sale, context, paying, terms.occurred_at, made),
        exchange_refund_id=refund_id,
    )
    if made:
        made.flags |= take_over_payments(accounts, sale.settlement.payments, sale.posting)
    else:
        take_payments(accounts, sale.settlement.payments, sale.posting)
    sale = replace(sale, offline=_noted(refund_id, sale_id, terms, work, made))
    refund = Refund(
        refund_id=refund_id,
        paying=paying,
        occurred_at=terms.occurred_at,
        priced=terms.refund,
        settlement=terms.paid_back,
        goods=goods,
        storage_id=paying.store.storage_id if goods else None,
        levels=levels,
        exchange_order_id=sale_id,
        offline=sale.offline,
        accounts=accounts,
    )
    _check_plan(context, work, made)
    record_refund(command.refund, original, refund, work)
    customer_id = original.terms.customer_id
    sold = record_sale(replace(command.sale, customer_id=customer_id), context, sale, work)
    return Exchange(original=original, sale=sold)


def _hold_levels(
    command: PlaceSale, context: SaleContext, goods: Sequence[ReturnedGoods], work: ExchangeWork
) -> Mapping[UUID, Level]:
    """Hold the balances of all that comes back and of all that goes out, in one order. Raises Invalid."""
    moved = [(one.variant_id, one.quantity) for one in goods]
    moved += [
        (line.variant_id, line.quantity)
        for line in command.lines
        if context.variants[line.variant_id].track_stock
    ]
    if not moved:
        return {}
    storage_id = store_of(context).storage_id
    if storage_id is None:
        raise no_storage()
    variants, quantities = zip(*moved, strict=True)
    return work.stock.lock({"storage_id": storage_id}, variants, quantities=quantities).levels()


def _hold_accounts(
    command: ExchangeGoods, original: Order, work: ExchangeWork, made: OfflineFact | None
) -> Pending[CustomerAccounts | None]:
    """Hold the accounts that money comes from or goes to. Raises CustomerRequired, OnAccountNotAllowed."""
    customer_id = original.terms.customer_id
    back = [tender.method for tender in command.refund.tenders]
    paid = [tender.method for tender in command.sale.tenders]
    check_customer(back, customer_id, "refund_payments")
    if made is None:
        check_tenders(paid, customer_id, work)
    elif not may_sell(paid, work):
        made.flags.add("not_permitted")
    return hold_accounts([*paid, *back], customer_id, work, flags=made.flags if made else None)


def _hold_till(context: SaleContext, work: ExchangeWork, made: OfflineFact | None) -> PayingTill:
    if made:
        return made.hold_till(context, work, is_exchange=True)
    return hold_till(context, work, is_sale=True).read()


def _after(
    terms: Terms, goods: Sequence[ReturnedGoods], levels: Mapping[UUID, Level], paying: PayingTill
) -> SaleContext:
    """The context once the refund's goods are back, with the number that the sale takes."""
    back = give_back_lines(goods, levels)
    left = levels_after(back, levels, terms.occurred_at)
    return replace(terms.context, levels=left, next_number=paying.sale_number or 1)


def _till(context: SaleContext, paying: PayingTill, work: ExchangeWork, made: OfflineFact | None) -> Till:
    till = till_of(context, paying.store, work)
    if made is None:
        return till
    return number_of(till, made.delivery, made.flags, ask_free(made.delivery, work))


def _take(
    command: PlaceSale,
    context: SaleContext,
    paying: PayingTill,
    occurred_at: datetime,
    made: OfflineFact | None,
) -> dict[int, MovementLine]:
    if made is None:
        return take_stock(command, context, occurred_at)
    return take_sold(command, context, paying.store, occurred_at, reserved={}, flags=made.flags)


def _check_plan(context: SaleContext, work: ExchangeWork, made: OfflineFact | None) -> None:
    """Raise PlanLimitReached, unless it was made already."""
    if made is None and context.orders_limit is not None:
        work.plan.check_orders(context.orders_limit, context.company_timezone)


def _noted(
    refund_id: UUID, sale_id: UUID, terms: Terms, work: ExchangeWork, made: OfflineFact | None
) -> Offline | None:
    """What is recorded of how it was told of; a closed shift is told of both sides."""
    if made is None:
        return None
    note_plan(terms.context, made.flags, work)
    made.note(LateFact.of_return(refund_id, terms.paid_back.payments, terms.refund.total), work)
    made.note(LateFact.of_sale(sale_id, terms.paid.payments, terms.basket.total), work)
    return made.offline(work.now)
