"""Taking over exchanges and returns without an order that a till made without a connection.

Goods that are short, or a shift that is closed, leave these to the inbox.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from commands.orders.exchange_terms import ExchangeGoods, ExchangeWork
from commands.orders.exchanges import Exchange, exchange_goods
from commands.orders.refunds import RefundWork
from commands.orders.unlinked_returns import TakeReturn, take_return
from commands.ports import Missing, UnitOfWork
from commands.sync.delivery import Delivery, NotArrived
from domain.orders import Order
from domain.shifts import ShiftNotOpen
from domain.unlinked_returns import UnlinkedReturn


@dataclass(frozen=True, kw_only=True)
class TakeOverExchange:
    """A till has exchanged goods, in the shift, if one is named."""

    exchange: ExchangeGoods
    shift_id: UUID | None
    delivery: Delivery


@dataclass(frozen=True, kw_only=True)
class TakeOverReturn:
    """A till has taken goods back without their order, in the shift, if one is named."""

    taken: TakeReturn
    shift_id: UUID | None
    delivery: Delivery


def take_over_exchange(command: TakeOverExchange, work: ExchangeWork) -> Exchange:
    """Record it, once. Raises NotArrived, ShiftNotOpen, and what exchange_goods does."""
    delivery, exchange = command.delivery, command.exchange
    sold_at = _sold(exchange.refund.order_id, work).terms.occurred_at
    occurred_at = max(delivery.moment(work.now), sold_at)
    exchanged = exchange_goods(
        replace(
            exchange,
            refund=replace(exchange.refund, occurred_at=occurred_at),
            sale=replace(exchange.sale, occurred_at=occurred_at),
            offline=delivery.offline(work.now, ()),
        ),
        work,
    )
    _check_shift(command.shift_id, exchanged.sale.terms.shift_id)
    return exchanged


def take_over_return(command: TakeOverReturn, work: RefundWork) -> UnlinkedReturn:
    """Record it, once. Raises ShiftNotOpen, and what take_return does."""
    delivery = command.delivery
    taken = take_return(
        replace(
            command.taken,
            occurred_at=delivery.moment(work.now),
            offline=delivery.offline(work.now, ()),
        ),
        work,
    )
    _check_shift(command.shift_id, taken.taken.shift_id)
    return taken


def _sold(order_id: UUID, work: UnitOfWork) -> Order:
    try:
        return work.load(Order, order_id)
    except Missing:
        raise NotArrived(order_id) from None


def _check_shift(named: UUID | None, own: UUID | None) -> None:
    """Raise ShiftNotOpen unless it came into the shift that was named."""
    if named and named != own:
        raise ShiftNotOpen
