"""The kinds of operations: the body that each has, the command that it becomes, and what that makes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from api.customers.input import PosCustomerBody
from api.customers.registrations import registration_of
from api.fields import Body
from api.operations import Operation, operation_of
from api.orders.exchange_input import exchange_of
from api.orders.exchanges import PosExchanges
from api.orders.input import SaleBody
from api.orders.refunds import OrderRefunds, refund_order_of
from api.orders.sales import PosOrders, sale_of
from api.orders.unlinked_return_input import return_of
from api.orders.unlinked_returns import PosReturns
from api.orders.voids import OrderVoid
from api.pos_customers.customers import PosCustomers
from api.shifts.cash import CashMovements
from api.shifts.closing import ShiftClosing, ShiftEnding, closing_of
from api.shifts.input import OpeningBody
from api.shifts.opening import ShiftOpening, opening_of
from api.sync.bodies import (
    OfflineClosingBody,
    OfflineEndBody,
    OfflineExchangeBody,
    OfflineMovementBody,
    OfflineRefundBody,
    OfflineReturnBody,
    OfflineVoidBody,
)
from api.work import Work
from commands.customers.ports import KnownCustomer
from commands.customers.registration import RegisterCustomer, register_customer
from commands.orders.exchanges import Exchange
from commands.orders.offline_exchanges import (
    TakeOverExchange,
    TakeOverReturn,
    take_over_exchange,
    take_over_return,
)
from commands.orders.offline_refunds import TakeOverRefund, TakeOverVoid, take_over_refund, take_over_void
from commands.orders.offline_sales import TakeOverSale, take_over_sale
from commands.orders.voids import VoidOrder
from commands.shifts.cash import CashMovement, MoveCash
from commands.shifts.closing import EndShift
from commands.shifts.offline_shifts import (
    TakeOverClose,
    TakeOverEnd,
    TakeOverMovement,
    TakeOverOpening,
    take_over_close,
    take_over_end,
    take_over_movement,
    take_over_opening,
)
from commands.sync.delivery import Delivery
from domain.approvals import REFUND
from domain.errors import Refusal
from domain.orders import LATE, Order
from domain.orders.offline import Offline, in_order
from domain.shifts import Shift
from domain.till_operations import MadeThing
from domain.unlinked_returns import UnlinkedReturn

Content = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of operation. `permission` is what the cashier needs for it."""

    permission: str
    #: What does the same with a connection: its path, and what is declared of it.
    path: str
    online: Operation
    body: Body
    handler: Callable[[Any, Work], Any]
    command: Callable[[Content, Delivery], Any]
    made: Callable[[Any], MadeThing]
    flags: Callable[[Any], tuple[str, ...]] = lambda _: ()
    #: The variants whose prices it is about.
    goods: Callable[[Content], Iterable[UUID]] = lambda _: ()


def _sale(body: Content, delivery: Delivery) -> TakeOverSale:
    own = {} if body["register_id"] or body["store_id"] else {"register_id": delivery.register_id}
    return TakeOverSale(sale=sale_of({**body, **own}), delivery=delivery)


def _at_till(body: Content, delivery: Delivery) -> dict[str, Any]:
    """The body with the register whose drawer paid: the device's, if none is named."""
    return {**body, "register_id": body["register_id"] or delivery.register_id}


def _refund(body: Content, delivery: Delivery) -> TakeOverRefund:
    refund = refund_order_of(body["order_id"], _at_till(body, delivery))
    return TakeOverRefund(refund=refund, shift_id=body["shift_id"], delivery=delivery)


def _void(body: Content, delivery: Delivery) -> TakeOverVoid:
    void = VoidOrder(order_id=body["order_id"], reason=body["reason"])
    return TakeOverVoid(void=void, delivery=delivery)


def _exchange(body: Content, delivery: Delivery) -> TakeOverExchange:
    exchange = exchange_of(_at_till(body, delivery))
    return TakeOverExchange(exchange=exchange, shift_id=body["shift_id"], delivery=delivery)


def _return(body: Content, delivery: Delivery) -> TakeOverReturn:
    own = {} if body["register_id"] or body["store_id"] else {"register_id": delivery.register_id}
    taken = return_of({**body, **own})
    return TakeOverReturn(taken=taken, shift_id=body["shift_id"], delivery=delivery)


def _exchanged(exchange: Exchange) -> MadeThing:
    return _order(exchange.sale)


def _taken(taken: UnlinkedReturn) -> MadeThing:
    return MadeThing(type="return", id=taken.id, number=taken.taken.number)


def _refunded(order: Order) -> MadeThing:
    last = order.refunds[-1]
    return MadeThing(type="refund", id=last.refund_id, number=last.number)


def _flags_of(offline: Offline | None) -> tuple[str, ...]:
    return offline.flags if offline else ()


def _flags_of_refund(order: Order) -> tuple[str, ...]:
    last = order.refunds[-1]
    return _flags_of(last.offline)


def _flags_of_void(order: Order) -> tuple[str, ...]:
    return _flags_of(order.voided.offline if order.voided else None)


def _opening(body: Content, delivery: Delivery) -> TakeOverOpening:
    return TakeOverOpening(opening=opening_of(body), delivery=delivery)


def _movement(body: Content, delivery: Delivery) -> TakeOverMovement:
    return TakeOverMovement(movement=MoveCash(**body), delivery=delivery)


def _end(body: Content, delivery: Delivery) -> TakeOverEnd:
    return TakeOverEnd(ending=EndShift(id=body["shift_id"]), delivery=delivery)


def _close(body: Content, delivery: Delivery) -> TakeOverClose:
    return TakeOverClose(closing=closing_of(body["shift_id"], body), delivery=delivery)


def _shift(shift: Shift) -> MadeThing:
    return MadeThing(type="shift", id=shift.id)


def _closed_shift(shift: Shift) -> MadeThing:
    z_number = str(shift.closed.z_number) if shift.closed else None
    return MadeThing(type="shift", id=shift.id, number=z_number)


def _moved(moved: CashMovement) -> MadeThing:
    return MadeThing(type="cash_movement", id=moved.movement.movement_id)


def _flags_of_movement(moved: CashMovement) -> tuple[str, ...]:
    late = (LATE,) if moved.movement.is_late else ()
    return in_order((*late, *_flags_of(moved.movement.offline)))


def _order(order: Order) -> MadeThing:
    return MadeThing(type="order", id=order.id, number=order.terms.number)


def _flags_of_sale(order: Order) -> tuple[str, ...]:
    return _flags_of(order.offline)


def _registration(body: Content, _: Delivery) -> RegisterCustomer:
    """What is sold to them names them already, so whether they may be known is found out later."""
    return registration_of(body, force=True)


def _registered(known: KnownCustomer) -> MadeThing:
    return MadeThing(type="customer", id=known.customer.id)


def _sold(body: Content) -> Iterable[UUID]:
    return (line["variant_id"] for line in body["lines"])


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "shift.open": Kind(
            permission="shifts.use",
            path="/api/pos/shifts/open",
            online=operation_of(ShiftOpening.on_post),
            body=OpeningBody(),
            handler=take_over_opening,
            command=_opening,
            made=_shift,
            flags=lambda shift: _flags_of(shift.opened.offline),
        ),
        "shift.cash_movement": Kind(
            permission="shifts.use",
            path="/api/pos/shifts/{shift_id}/cash-movements",
            online=operation_of(CashMovements.on_post),
            body=OfflineMovementBody(),
            handler=take_over_movement,
            command=_movement,
            made=_moved,
            flags=_flags_of_movement,
        ),
        "shift.end": Kind(
            permission="shifts.use",
            path="/api/pos/shifts/{shift_id}/end",
            online=operation_of(ShiftEnding.on_post),
            body=OfflineEndBody(),
            handler=take_over_end,
            command=_end,
            made=_shift,
            flags=lambda shift: _flags_of(shift.ended.offline if shift.ended else None),
        ),
        "shift.close": Kind(
            permission="shifts.use",
            path="/api/pos/shifts/{shift_id}/close",
            online=operation_of(ShiftClosing.on_post),
            body=OfflineClosingBody(),
            handler=take_over_close,
            command=_close,
            made=_closed_shift,
            flags=lambda shift: _flags_of(shift.closed.offline if shift.closed else None),
        ),
        "order.sale": Kind(
            permission="pos.use",
            path="/api/pos/orders",
            online=operation_of(PosOrders.on_post),
            body=SaleBody(),
            handler=take_over_sale,
            command=_sale,
            made=_order,
            flags=_flags_of_sale,
            goods=_sold,
        ),
        "order.refund": Kind(
            permission=REFUND,
            path="/api/pos/orders/{order_id}/refunds",
            online=operation_of(OrderRefunds.on_post),
            body=OfflineRefundBody(),
            handler=take_over_refund,
            command=_refund,
            made=_refunded,
            flags=_flags_of_refund,
        ),
        "order.exchange": Kind(
            permission="pos.exchange",
            path="/api/pos/exchange",
            online=operation_of(PosExchanges.on_post),
            body=OfflineExchangeBody(),
            handler=take_over_exchange,
            command=_exchange,
            made=_exchanged,
            flags=lambda exchange: _flags_of_sale(exchange.sale),
        ),
        "return.unlinked": Kind(
            permission="orders.return_unlinked",
            path="/api/pos/returns",
            online=operation_of(PosReturns.on_post),
            body=OfflineReturnBody(),
            handler=take_over_return,
            command=_return,
            made=_taken,
            flags=lambda taken: taken.taken.offline.flags if taken.taken.offline else (),
        ),
        "order.void": Kind(
            permission="orders.void",
            path="/api/pos/orders/{order_id}/void",
            online=operation_of(OrderVoid.on_post),
            body=OfflineVoidBody(),
            handler=take_over_void,
            command=_void,
            made=_order,
            flags=_flags_of_void,
        ),
        "customer.create": Kind(
            permission="pos.use",
            path="/api/pos/customers",
            online=operation_of(PosCustomers.on_post),
            body=PosCustomerBody(),
            handler=register_customer,
            command=_registration,
            made=_registered,
        ),
    }
)


#: All that may stand in the way of recording one, whatever it is.
REFUSALS: tuple[type[Refusal], ...] = tuple(
    dict.fromkeys(refusal for kind in KINDS.values() for refusal in kind.online.refusals)
)
