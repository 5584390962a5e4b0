"""Taking over exchanges and returns without an order that a till made without a connection."""

from dataclasses import dataclass
from uuid import UUID

from commands.orders.exchange_terms import ExchangeGoods, ExchangeWork
from commands.orders.exchanges import Exchange, record_exchange
from commands.orders.offline_facts import OfflineFact
from commands.orders.refunds import RefundWork
from commands.orders.unlinked_returns import TakeReturn, record_return
from commands.ports import Missing
from commands.sync.delivery import Delivery, NotArrived
from domain.orders import Order
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
    """Record it, once, with flags.

    Raises NotArrived, and what exchange_goods does of money and quantities.
    """
    order_id = command.exchange.refund.order_id
    try:
        work.load(Order, order_id)
    except Missing:
        raise NotArrived(order_id) from None
    made = OfflineFact(delivery=command.delivery, named_shift_id=command.shift_id)
    return record_exchange(command.exchange, work, made)


def take_over_return(command: TakeOverReturn, work: RefundWork) -> UnlinkedReturn:
    """Record it, once, with flags.

    Raises NotArrived, and what take_return does of money and quantities.
    """
    made = OfflineFact(delivery=command.delivery, named_shift_id=command.shift_id)
    return record_return(command.taken, work, made)
