"""Exchanging goods: what comes back is refunded, what goes out is sold, and a tender ties the two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from commands.orders.baskets import store_of
from commands.orders.exchange_terms import ExchangeGoods, ExchangeWork, Terms, terms_of
from commands.orders.paying_tills import hold_till
from commands.orders.refunds import Refund, record_refund
from commands.orders.returned_goods import no_storage, restocked, stocked_lines
from commands.orders.sales import PlaceSale, Sale, earlier_sale, record_sale, take_stock, till_of
from domain.orders import Order
from domain.sale_context import SaleContext
from domain.stock.levels import Level
from domain.stock.returns import ReturnedGoods, give_back_lines, levels_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Both orders: the one that goods came back of, and the one that others were sold with."""

    original: Order
    sale: Order

    @property
    def refund(self) -> Order.Refunded:
        """What the original gave back."""
        refund_id = self.sale.sold.exchange_refund_id
        return next(one for one in self.original.refunds if one.refund_id == refund_id)

    @property
    def difference(self) -> int:
        """What was to be paid on top or, below zero, given back; exactly, in minor currency units."""
        return self.sale.terms.totals.total - self.refund.total


def exchange_goods(command: ExchangeGoods, work: ExchangeWork) -> Exchange:
    """Exchange goods, once: the same request again answers with the exchange that it made.

    Refund and sale are decided together, on what is locked; what comes back can be sold at once. Raises what
    refund_order and place_sale do, and RefundNotAllowed.
    """
    earlier = earlier_sale(command.sale.id, work)
    original = work.load(Order, command.refund.order_id)
    if existing := earlier.read():
        return Exchange(original=original, sale=existing)
    terms = terms_of(command, original, work)
    goods = restocked(terms.refund.lines, stocked_lines(original, terms.context.variants))
    levels = _hold_levels(command.sale, terms.context, goods, work)
    paying = hold_till(terms.context, work, is_sale=True).read()
    refund = Refund(
        refund_id=work.new_id(),
        paying=paying,
        occurred_at=terms.occurred_at,
        priced=terms.refund,
        settlement=terms.paid_back,
        goods=goods,
        storage_id=paying.store.storage_id if goods else None,
        levels=levels,
        exchange_order_id=command.sale.id or work.new_id(),
        offline=command.offline,
    )
    record_refund(command.refund, original, refund, work)
    sale = replace(command.sale, customer_id=original.terms.customer_id)
    return Exchange(original=original, sale=_sell(sale, terms, refund, work))


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


def _sell(command: PlaceSale, terms: Terms, refund: Refund, work: ExchangeWork) -> Order:
    """Sell what goes out, of what is there once the refund's goods are back. Raises PlanLimitReached."""
    paying, back = refund.paying, give_back_lines(refund.goods, refund.levels)
    levels = levels_after(back, refund.levels, terms.occurred_at)
    context = replace(terms.context, levels=levels, next_number=paying.sale_number or 1)
    if context.orders_limit is not None:
        work.plan.check_orders(context.orders_limit, context.company_timezone)
    sale = Sale(
        order_id=refund.exchange_order_id or work.new_id(),
        store=paying.store,
        till=till_of(context, paying.store, work),
        shift_id=paying.shift_id,
        occurred_at=terms.occurred_at,
        basket=terms.basket,
        settlement=terms.paid,
        moved=take_stock(command, context, terms.occurred_at),
        exchange_refund_id=refund.refund_id,
        offline=refund.offline,
    )
    return record_sale(command, context, sale, work)
