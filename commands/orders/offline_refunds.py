"""Taking over what a till gave back without a connection: refunds, and sales that it took back whole."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from commands.orders.baskets import store_of
from commands.orders.offline_rules import Flags
from commands.orders.paying_tills import PayingTill
from commands.orders.refund_rules import ask_refund_methods, check_payments, paying_context
from commands.orders.refunds import (
    Refund,
    RefundOrder,
    RefundWork,
    earlier_refund,
    price_returned,
    record_refund,
    settle_offered,
    storage_of_goods,
)
from commands.orders.returned_goods import hold_levels, restocked, stocked_lines
from commands.orders.sales import till_of
from commands.orders.voids import VoidOrder, hold_sold, record_void, sold_context
from commands.ports import DuplicateId, Missing, UnitOfWork
from commands.shifts.late_facts import ShiftOfFact, shift_of
from commands.sync.delivery import Delivery, NotArrived
from domain.business_date import business_date
from domain.orders import Order
from domain.orders.offline import flags_of_clock
from domain.sale_context import HeldTill, SaleContext
from domain.settings import OtherStore
from domain.shifts import Drawer
from domain.shifts.late_facts import LateFact
from domain.tills import Till, place_of_refund, refund_number, refund_series_of, till_code


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
    refund, delivery, flags = command.refund, command.delivery, Flags()
    earlier = earlier_refund(refund, work)
    order = _load(refund.order_id, work)
    if existing := earlier.read():
        return existing
    methods = ask_refund_methods(order, refund.tenders, work)
    context = paying_context(refund.register_id, order, work, is_told_later=True)
    occurred_at = _moment(order, context, delivery, flags, work)
    priced = price_returned(refund, order, context, occurred_at)
    settlement = settle_offered(refund, order, priced, context, methods.read())
    check_payments(order, settlement, methods.read(), context, work)
    goods = restocked(priced.lines, stocked_lines(order, context.variants))
    storage_id = storage_of_goods(refund, context) if goods else None
    levels = hold_levels(goods, storage_id, work, named_id=refund.storage_id)
    held = _hold(context, work)
    shift = _shift(command.shift_id, context, held, delivery, work)
    refund_id = refund.id or work.new_id()
    shift.note(LateFact.of_return(refund_id, settlement.payments, priced.total), work)
    till = _numbered(context, held, delivery, flags, work)
    return record_refund(
        refund,
        order,
        Refund(
            refund_id=refund_id,
            paying=PayingTill(store=store_of(context), till=till, shift_id=shift.id),
            occurred_at=occurred_at,
            priced=priced,
            settlement=settlement,
            goods=goods,
            storage_id=storage_id,
            levels=levels,
            offline=delivery.offline(work.now, flags | shift.flags),
        ),
        work,
    )


def take_over_void(command: TakeOverVoid, work: RefundWork) -> Order:
    """Record the void, once, however late. Raises NotArrived, OtherStore and InvalidTransition."""
    order_id, delivery, flags = command.void.order_id, command.delivery, Flags()
    if earlier := _voided(order_id, work):
        return earlier
    order = _load(order_id, work)
    if work.caller.store_ids and order.terms.store_id not in work.caller.store_ids:
        raise OtherStore
    order.check_voidable()
    context = sold_context(order, work, is_told_later=True)
    occurred_at = _moment(order, context, delivery, flags, work)
    goods = hold_sold(order, context, work)
    shift = ShiftOfFact()
    if order.terms.shift_id:
        held = work.paying_tills.lock(order.terms.register_id).read()
        shift = shift_of(order.terms.shift_id, delivery.told_at, held.drawer, is_required=False, work=work)
    shift.note(LateFact.of_return(order.id, order.paid.payments, order.terms.totals.total), work)
    offline = delivery.offline(work.now, flags | shift.flags)
    return record_void(order, goods, occurred_at, command.void.reason, work, offline=offline)


def _load(order_id: UUID, work: UnitOfWork) -> Order:
    try:
        return work.load(Order, order_id)
    except Missing:
        raise NotArrived(order_id) from None


def _voided(order_id: UUID, work: UnitOfWork) -> Order | None:
    """The order as this very operation left it before; a void has no id of its own."""
    try:
        return work.find_earlier(Order, Order.Voided, order_id).read()
    except DuplicateId:
        return None


def _moment(
    order: Order, context: SaleContext, delivery: Delivery, flags: Flags, work: UnitOfWork
) -> datetime:
    """When it happened: as the till told if that can be, and after the sale."""
    store = store_of(context)
    day = business_date(delivery.told_at, store.timezone, store.day_cut)
    wrong = flags_of_clock(delivery.told_at, day, work.now, context.backdating)
    flags.update(wrong)
    return max(work.now if wrong else delivery.told_at, order.terms.occurred_at)


def _hold(context: SaleContext, work: RefundWork) -> HeldTill:
    return work.paying_tills.lock(context.register_id, refund_series_of(_code(context))).read()


def _shift(
    named: UUID | None, context: SaleContext, held: HeldTill, delivery: Delivery, work: RefundWork
) -> ShiftOfFact:
    drawer = held.drawer
    if drawer is None and context.register_id:
        drawer = Drawer(register_id=context.register_id)
    return shift_of(named, delivery.told_at, drawer, is_required=context.is_shift_required, work=work)


def _numbered(
    context: SaleContext, held: HeldTill, delivery: Delivery, flags: Flags, work: RefundWork
) -> Till:
    """The till with the number that was printed; without one, with the next of its refunds.

    A number that another refund has, or that is none of the device's, has no place in a series.
    """
    code = _code(context)
    till, series_id = till_of(context, store_of(context), work), refund_series_of(code)
    if delivery.number is None:
        number = held.next_numbers[series_id]
        return replace(till, number=refund_number(code, number), series_id=series_id, series_number=number)
    place = place_of_refund(delivery.number, delivery.device_code)
    if place is None or work.sales.is_refund_taken(*place).read():
        flags.add("number_conflict")
        place = refund_series_of(f"{code}-{delivery.device_code}"), 0
    return replace(till, number=delivery.number, series_id=place[0], series_number=place[1])


def _code(context: SaleContext) -> str:
    return till_code(store_of(context).code, context.register_code)
