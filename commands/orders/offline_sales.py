"""Taking over a sale that a till made without a connection: the money moved, so it is recorded as it was.

What would have been refused online is a flag of the sale, unless nobody can tell what was sold or paid.
"""

from dataclasses import dataclass, replace

from commands.accounts.tenders import check_customer, may_sell, take_over_payments, uses_accounts
from commands.orders.baskets import ask_context, store_of
from commands.orders.held_sales.baskets import ask_any_basket
from commands.orders.offline_rules import (
    Flags,
    OfflineSaleWork,
    as_known,
    ask_free,
    customer_of,
    moment_taken,
    note_plan,
    number_of,
    price_taken,
    take_sold,
)
from commands.orders.payments import ask_methods, tenders_of
from commands.orders.sales import PlaceSale, Sale, record_sale, till_of
from commands.shifts.late_facts import shift_of
from commands.sync.delivery import Delivery
from domain.errors import Refusal
from domain.orders import Order
from domain.orders.taken_payments import settle_taken
from domain.shifts.late_facts import LateFact


@dataclass(frozen=True, kw_only=True)
class TakeOverSale:
    """Record a sale that a till has made without a connection."""

    sale: PlaceSale
    delivery: Delivery


def take_over_sale(command: TakeOverSale, work: OfflineSaleWork) -> Order:
    """Record the sale, once, with flags for what is not as it should be.

    Raises Invalid for what nobody could have sold, OtherStore, NotArrived, DiscountNotAllowed and
    DiscountAboveCeiling (unless a flag says so already), DiscountExceedsValue, PaymentInsufficient,
    PaymentExceedsTotal, DuplicateId and AmountTooLarge.
    """
    earlier = work.find_earlier(Order, Order.Sold, command.sale.id)
    is_free = ask_free(command.delivery, work)
    methods = ask_methods(command.sale.tenders, work)
    parked = ask_any_basket(command.sale.held_id, work)
    work.stock.hold_precisions(line.quantity for line in command.sale.lines)
    held = parked.read()
    paid_by = [tender.method for tender in command.sale.tenders]
    try:
        context = ask_context(
            command.sale,
            work,
            lock=True,
            promised=held.promised,
            is_told_later=True,
            holds_accounts=uses_accounts(paid_by),
        )
    except Refusal:
        if existing := earlier.read():
            return existing
        raise
    if existing := earlier.read():
        return existing
    sale, delivery, flags, store = command.sale, command.delivery, Flags(), store_of(context)
    check_customer(paid_by, sale.customer_id)
    if not may_sell(paid_by, work):
        flags.add("not_permitted")
    customer_id = customer_of(sale, context, flags, work)
    if context.accounts:
        # Whoever pays is known by what they have and owe, even if archived or found to be another since.
        customer_id = context.accounts.customer_id
    context = as_known(sale, context, delivery, flags, work)
    basket = price_taken(sale, context, delivery, work)
    settlement, differs = settle_taken(
        basket.total,
        tenders_of(sale.tenders, methods.read()),
        context.rules.cash_rounding,
        tolerance=len(sale.lines),
    )
    if differs:
        flags.add("total_differs")
    occurred_at = moment_taken(context, store, delivery, flags, work.now)
    held = held.taken(store.id)
    moved = take_sold(
        sale, context, store, occurred_at, reserved=held.reserved(store.storage_id), flags=flags
    )
    shift = shift_of(
        sale.shift_id, delivery.told_at, context.drawer, is_required=context.is_shift_required, work=work
    )
    note_plan(context, flags, work)
    till = number_of(till_of(context, store, work), delivery, flags, is_free)
    order_id = sale.id or work.new_id()
    shift.note(LateFact.of_sale(order_id, settlement.payments, basket.total), work)
    made = Sale(
        order_id=order_id,
        store=store,
        till=till,
        shift_id=shift.id,
        occurred_at=occurred_at,
        basket=basket,
        settlement=settlement,
        moved=moved,
        held=held,
    )
    flags |= take_over_payments(context.accounts, settlement.payments, made.posting)
    made = replace(made, offline=delivery.offline(work.now, flags | shift.flags))
    return record_sale(replace(sale, customer_id=customer_id, held_id=held.id), context, made, work)
