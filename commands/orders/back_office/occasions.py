"""What every step of an order begins with: the order, the store's clock and rules, and the moment."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from commands.accounts.ports import AccountsWork
from commands.accounts.settled import note_settled
from commands.orders.baskets import QuoteWork, store_of
from commands.orders.paying_tills import PayingTillWork
from commands.ports import Missing, UnitOfWork
from commands.settings import SettingsWork
from commands.stock.counts.ports import CountedStockWork
from domain.accounts import Posting
from domain.orders import Order
from domain.orders.back_office import Occasion
from domain.sale_context import SaleContext


class OrderWork(PayingTillWork, SettingsWork, CountedStockWork, AccountsWork, Protocol):
    """What orders of the back office are decided with."""


def load_order(order_id: UUID, work: AccountsWork) -> Order:
    """The order. Raises Missing, also for one of a store that is none of the caller's."""
    order = work.load(Order, order_id)
    if work.caller.store_ids and order.terms.store_id not in work.caller.store_ids:
        raise Missing
    note_settled(order, work)
    return order


def context_of(
    order: Order,
    work: QuoteWork,
    variant_ids: Iterable[UUID] = (),
    *,
    customer_id: UUID | None = None,
    is_closed_allowed: bool = False,
) -> SaleContext:
    """The store of the order, the company's rules, and these variants as they are sold there.

    A customer who is named is not erased meanwhile. Raises StoreClosed, unless what is done may be done in a
    store that is closed by now, and Invalid for a customer who is not there.
    """
    return work.sales.context(
        store_id=order.terms.store_id,
        register_id=None,
        store_ids=work.caller.store_ids,
        variant_ids=variant_ids,
        customer_id=customer_id,
        lock=False,
        is_told_later=is_closed_allowed,
        holds_customer=True,
    )


def occasion_at(moment: datetime, context: SaleContext, work: UnitOfWork) -> Occasion:
    """A moment by the clock of the store, and who does it."""
    store = store_of(context)
    return Occasion(
        occurred_at=moment,
        business_date=store.business_date(moment),
        hour=store.hour(moment),
        cashier_id=work.caller.cashier_id,
    )


def posting_of(order: Order, occasion: Occasion) -> Posting:
    """What it enters into the customer's accounts is recorded for this."""
    return Posting(
        occurred_at=occasion.occurred_at,
        business_date=occasion.business_date,
        store_id=order.terms.store_id,
        order_id=order.id,
    )
