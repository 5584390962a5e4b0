"""Taking over what a till gave back without a connection: refunds, and sales that it took back whole."""

from dataclasses import dataclass
from uuid import UUID

from commands.accounts.tenders import hold_accounts
from commands.orders.offline_facts import OfflineFact
from commands.orders.refund_rules import ask_refund_methods, check_payments, offers_of, paying_context
from commands.orders.refunds import (
    Refund,
    RefundOrder,
    RefundWork,
    earlier_refund,
    methods_of,
    price_returned,
    record_refund,
    storage_of_goods,
)
from commands.orders.returned_goods import hold_levels, restocked, stocked_lines
from commands.orders.voids import VoidOrder, hold_sold, record_void, sold_context
from commands.ports import Missing
from commands.shifts.late_facts import shift_of
from commands.sync.delivery import Delivery, NotArrived
from domain.orders import Order, check_voidable, settle_given
from domain.pending import Pending
from domain.settings import OtherStore
from domain.shifts.late_facts import LateFact


@dataclass(frozen=True, kw_only=True)
class TakeOverRefund:
    """A till has given money back; its drawer was that of the shift, if one is named."""

    refund: RefundOrder
    shift_id: UUID | None
    delivery: Delivery


@dataclass(frozen=True, kw_only=True)
class TakeOverVoid:
    """A till has taken a sale back."""

    void: VoidOrder
    delivery: Delivery


def take_over_refund(command: TakeOverRefund, work: RefundWork) -> Order:
    """Record the refund, once, with flags. Raises NotArrived, and what refund_order does."""
    refund = command.refund
    made = OfflineFact(delivery=command.delivery, named_shift_id=command.shift_id)
    asked, earlier = work.ask(Order, refund.order_id), earlier_refund(refund, work)
    order = _arrived(refund.order_id, asked)
    if existing := earlier.read():
        return existing
    methods = ask_refund_methods(order, refund.tenders, work)
    context = paying_context(refund.register_id, order, work, is_told_later=True)
    occurred_at = made.moment(context, order.terms.occurred_at, work)
    priced = price_returned(refund, order, context, occurred_at)
    settlement, differs = settle_given(
        order,
        priced.total,
        refund.tip,
        offers_of(refund.tenders, methods.read()),
        context.rules.cash_rounding,
        tolerance=len(priced.lines),
    )
    if differs:
        made.flags.add("total_differs")
    check_payments(order, settlement, methods.read(), context, work)
    goods = restocked(priced.lines, stocked_lines(order, context.variants))
    storage_id = storage_of_goods(refund, context) if goods else None
    levels = hold_levels(goods, storage_id, work, named_id=refund.storage_id)
    held = hold_accounts(methods_of(settlement), order.terms.customer_id, work, flags=made.flags)
    paying = made.hold_till(context, work)
    accounts = held.read()
    refund_id = refund.id or work.new_id()
    made.note(LateFact.of_return(refund_id, settlement.payments, priced.total), work)
    return record_refund(
        refund,
        order,
        Refund(
            refund_id=refund_id,
            paying=paying,
            occurred_at=occurred_at,
            priced=priced,
            settlement=settlement,
            goods=goods,
            storage_id=storage_id,
            levels=levels,
            offline=made.offline(work.now),
            accounts=accounts,
        ),
        work,
    )


def take_over_void(command: TakeOverVoid, work: RefundWork) -> Order:
    """Record the void, once, however late. Raises NotArrived, OtherStore and InvalidTransition.

    A sale is taken back whole and once, so that a void says nothing but why: the same reason is the same
    void, whoever sent it first. Another reason may be that its money was paid out twice.
    """
    order_id, made = command.void.order_id, OfflineFact(delivery=command.delivery)
    order = _arrived(order_id, work.ask(Order, order_id))
    if work.caller.store_ids and order.terms.store_id not in work.caller.store_ids:
        raise OtherStore
    if order.voided and order.voided.reason == command.void.reason:
        work.is_repetition = True
        return order
    check_voidable(order)
    context = sold_context(order, work, is_told_later=True)
    occurred_at = made.moment(context, order.terms.occurred_at, work)
    goods = hold_sold(order, context, work)
    if order.terms.shift_id:
        drawer = work.paying_tills.lock(order.terms.register_id).read().drawer
        told_at = command.delivery.told_at
        made.shift = shift_of(order.terms.shift_id, told_at, drawer, is_required=False, work=work)
    made.note(LateFact.of_return(order.id, order.paid.payments, order.terms.totals.total), work)
    return record_void(order, goods, occurred_at, command.void.reason, work, offline=made.offline(work.now))


def _arrived(order_id: UUID, asked: Pending[Order]) -> Order:
    """The order that was asked for. Raises NotArrived."""
    try:
        return asked.read()
    except Missing:
        raise NotArrived(order_id) from None
