"""Refunding an order: goods, goodwill, tips and money in one decision, at the till that pays."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from commands.accounts.ports import AccountsWork
from commands.accounts.settled import add_settled, note_settled
from commands.accounts.tenders import (
    check_customer,
    give_back,
    hold_accounts,
    save_entries,
    uses_accounts,
)
from commands.fiscal.signing import SigningWork, sign_receipt
from commands.moments import moment_of
from commands.orders.baskets import store_of
from commands.orders.paying_tills import PayingTill, PayingTillWork, hold_till
from commands.orders.refund_rules import (
    ask_refund_methods,
    check_payments,
    check_quantities,
    check_return,
    offers_of,
    paying_context,
)
from commands.orders.returned_goods import book_returned, hold_levels, no_storage, restocked, stocked_lines
from commands.ports import UnitOfWork
from commands.settings import SettingsWork
from commands.stock.counts.ports import CountedStockWork
from domain.accounts import CustomerAccounts, Posting
from domain.errors import Detail, Invalid
from domain.orders import (
    LineGoodwill,
    LineReturn,
    Offline,
    Order,
    PricedRefund,
    RefundMethodNotAllowed,
    RefundSettlement,
    balances_of,
    price_refund,
    refunding,
    settle_refund,
    suggest_payments,
)
from domain.payment_methods import MethodAtSale
from domain.payments import ACCOUNT, EXCHANGE, Tender
from domain.pending import Pending
from domain.sale_context import SaleContext
from domain.stock.levels import Level
from domain.stock.movements import StockMovement
from domain.stock.returns import ReturnedGoods


@dataclass(frozen=True, kw_only=True)
class QuoteRefund:
    """Ask what a refund comes to; without tenders, by what each method has left."""

    order_id: UUID
    returns: tuple[LineReturn, ...] = ()
    goodwill: tuple[LineGoodwill, ...] = ()
    #: What of the tips goes back on top, in minor currency units.
    tip: int = 0
    tenders: tuple[Tender, ...] = ()
    register_id: UUID | None = None
    occurred_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class RefundOrder(QuoteRefund):
    """Give back something of an order. A till that names the refund (`id`) may send it again."""

    reason: str
    id: UUID | None = None
    #: Where goods are put back, if not into the storage of the store that pays.
    storage_id: UUID | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundQuote:
    """What a refund comes to and how it would be paid out; the order is as it was."""

    order: Order
    priced: PricedRefund
    settlement: RefundSettlement


class RefundWork(PayingTillWork, SettingsWork, CountedStockWork, AccountsWork, SigningWork, Protocol):
    """What refunds are decided with."""


def quote_refund(command: QuoteRefund, work: RefundWork) -> RefundQuote:
    """Price a refund as it would be decided; nothing is locked or written. Raises what refund_order does."""
    order = work.load(Order, command.order_id)
    methods = ask_refund_methods(order, command.tenders, work)
    context = paying_context(command.register_id, order, work)
    moment_of_refund(command, order, context, work)
    priced = price_returned(command, order, context, work.now)
    settlement = settle_offered(command, order, priced, context, methods.read())
    if command.tenders:
        check_payments(order, settlement, methods.read(), context, work)
        check_customer(methods_of(settlement), order.terms.customer_id)
    return RefundQuote(order=order, priced=priced, settlement=settlement)


def refund_order(command: RefundOrder, work: RefundWork) -> Order:
    """Refund, once: the same request again answers with the order as it left it.

    What it comes to, how it is paid and what goes back into stock are decided together; two refunds of one
    order at the same moment are decided one after the other. Raises Missing, DuplicateId, Invalid,
    OtherStore, StoreClosed, ReturnWindowClosed, InvalidTransition, ReturnExceedsSold, RefundExceedsPaid,
    PaymentInsufficient, PaymentExceedsTotal, RefundMethodNotAllowed, CustomerRequired, NoOpenShift,
    TooFarBack, BeforeTheCompany, ApprovalNotValid, QuantityNotValid, AmountNotValid and AmountTooLarge.
    """
    asked, earlier = work.ask(Order, command.order_id), earlier_refund(command, work)
    order = asked.read()
    if existing := earlier.read():
        return existing
    note_settled(order, work)
    methods = ask_refund_methods(order, command.tenders, work)
    context = paying_context(command.register_id, order, work)
    occurred_at = moment_of_refund(command, order, context, work)
    priced = price_returned(command, order, context, work.now)
    settlement = settle_offered(command, order, priced, context, methods.read())
    check_payments(order, settlement, methods.read(), context, work)
    work.caller.check_approved_amount(priced.total + settlement.rounding + settlement.tip)
    goods = restocked(priced.lines, stocked_lines(order, context.variants))
    storage_id = storage_of_goods(command, context) if goods else None
    levels = hold_levels(goods, storage_id, work, named_id=command.storage_id)
    accounts = _hold_accounts(order, settlement, work)
    refund = Refund(
        refund_id=command.id or work.new_id(),
        occurred_at=occurred_at,
        priced=priced,
        settlement=settlement,
        goods=goods,
        storage_id=storage_id,
        levels=levels,
        paying=hold_till(context, work).read(),
        accounts=accounts.read(),
    )
    _check_owed(order, refund)
    return record_refund(command, order, refund, work)


def _hold_accounts(
    order: Order, settlement: RefundSettlement, work: RefundWork
) -> Pending[CustomerAccounts | None]:
    """Hold the accounts that it goes back to, and those on which something of the order may be owed."""
    methods, customer_id = methods_of(settlement), order.terms.customer_id
    if customer_id and ACCOUNT in balances_of(order) and not uses_accounts(methods):
        return work.accounts.hold(customer_id)
    return hold_accounts(methods, customer_id, work)


def _check_owed(order: Order, refund: "Refund") -> None:
    """Raise RefundMethodNotAllowed if money would go back that was never paid, but is owed on account.

    What is still owed for the order is never more than what the customer keeps of it is worth (`MONEY.md` 8).
    What was exchanged they keep as other goods, which it paid.
    """
    if refund.accounts is None:
        return
    credited = sum(one.exact for one in refund.settlement.payments if one.method == ACCOUNT)
    owed = sum(lot.remaining for lot in refund.accounts.dues.of_orders([order.id])) - credited
    exchanged = balances_of(order).get(EXCHANGE)
    kept = order.terms.totals.total - order.refunded_exact - refund.priced.total
    kept += exchanged.refunded if exchanged else 0
    if owed > max(kept, 0):
        raise RefundMethodNotAllowed(f"{owed - max(kept, 0)} of that was never paid: it is owed (`account`).")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """What was decided of a refund; `goods` go back into the storage, whose `levels` are held."""

    refund_id: UUID
    paying: PayingTill
    occurred_at: datetime
    priced: PricedRefund
    settlement: RefundSettlement
    goods: Collection[ReturnedGoods]
    storage_id: UUID | None
    levels: Mapping[UUID, Level]
    exchange_order_id: UUID | None = None
    offline: Offline | None = None
    accounts: CustomerAccounts | None = None

    def posting(self, order: Order) -> Posting:
        """What it enters into the customer's accounts is recorded for this."""
        return Posting(
            occurred_at=self.occurred_at,
            business_date=self.paying.store.business_date(self.occurred_at),
            store_id=order.terms.store_id,
            order_id=order.id,
            refund_id=self.refund_id,
        )


def record_refund(command: RefundOrder, order: Order, refund: Refund, work: RefundWork) -> Order:
    """Record what was decided, and what it puts back into stock. Raises InvalidTransition, AmountTooLarge."""
    store, day = refund.paying.store, refund.paying.store.business_date(refund.occurred_at)
    refunding.refund(
        order,
        refund.refund_id,
        till=refund.paying.till,
        priced=refund.priced,
        settlement=refund.settlement,
        storage_id=refund.storage_id,
        shift_id=refund.paying.shift_id,
        business_date=day,
        hour=store.hour(refund.occurred_at),
        occurred_at=refund.occurred_at,
        reason=command.reason,
        note=command.note,
        exchange_order_id=refund.exchange_order_id,
        approved_by=work.caller.approved_by,
        offline=refund.offline,
        fiscal=sign_receipt(
            "refund",
            refund.refund_id,
            refund.paying.till,
            total=refund.priced.total,
            taxes=refund.priced.taxes,
            payments=refund.settlement.payments,
            currency=order.terms.currency,
            occurred_at=refund.occurred_at,
            offline=refund.offline,
            work=work,
        ),
    )
    give_back(refund.accounts, refund.settlement.payments, refund.posting(order))
    work.save(order)
    save_entries(refund.accounts, work)
    add_settled(order, refund.accounts)
    if refund.storage_id:
        work.save(
            *book_returned(
                StockMovement.Returned,
                refund.goods,
                refund.levels,
                work,
                storage_id=refund.storage_id,
                occurred_at=refund.occurred_at,
                business_date=day,
                order_id=order.id,
                refund_id=refund.refund_id,
            )
        )
    return order


def methods_of(settlement: RefundSettlement) -> list[str]:
    """By which methods it is paid out."""
    return [payment.method for payment in settlement.payments]


def earlier_refund(refund: RefundOrder, work: UnitOfWork) -> Pending[Order | None]:
    """Ask for the order as this request left it before, if its till named the refund.

    It is asked after the order: what is recorded between the two is found here, not refused as too much.
    """
    return work.find_earlier(Order, Order.Refunded, refund.id, within=refund.order_id)


def moment_of_refund(command: QuoteRefund, order: Order, context: SaleContext, work: UnitOfWork) -> datetime:
    """When it happened. Raises Invalid, TooFarBack and BeforeTheCompany."""
    if command.occurred_at and command.occurred_at < order.terms.occurred_at:
        message = "A refund cannot lie before its sale."
        raise Invalid(details=[Detail("occurred_at", "before_the_sale", message)])
    return moment_of(command.occurred_at, "A refund", work, context.backdating)


def price_returned(
    command: QuoteRefund, order: Order, context: SaleContext, decided_at: datetime
) -> PricedRefund:
    """What is given back for it.

    Whether it may still come back is asked at the moment it was decided: a caller's word for when it happened
    would open every window again. Raises Invalid, OtherStore, ReturnWindowClosed, ReturnExceedsSold.
    """
    if not (command.returns or command.goodwill or command.tip):
        raise Invalid(details=[Detail("lines", "required", "Name goods, goodwill or a tip to give back.")])
    check_return(order, context, store_of(context).business_date(decided_at))
    check_quantities(order, command.returns, context.variants)
    return price_refund(order, command.returns, command.goodwill)


def settle_offered(
    command: QuoteRefund,
    order: Order,
    priced: PricedRefund,
    context: SaleContext,
    methods: Mapping[str, MethodAtSale],
) -> RefundSettlement:
    """As it is offered; only a quote offers nothing, and gets what is suggested."""
    offers = offers_of(command.tenders, methods)
    if not isinstance(command, RefundOrder) and not offers:
        offers = suggest_payments(order, priced.total)
    return settle_refund(order, priced.total, command.tip, offers, context.rules.cash_rounding)


def storage_of_goods(command: RefundOrder, context: SaleContext) -> UUID:
    """Where goods are put back. Raises Invalid."""
    storage_id = command.storage_id or store_of(context).storage_id
    if storage_id is None:
        raise no_storage()
    return storage_id
