"""The kinds of operations: the body that each has, the command that it becomes, and what that makes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from api.fields import Body
from api.orders.input import SaleBody
from api.orders.sales import sale_of
from api.work import Work
from commands.orders.offline_sales import TakeOverSale, take_over_sale
from commands.sync.delivery import Delivery
from domain.orders import Order
from domain.till_operations import MadeThing

Content = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of operation. `permission` is what the cashier needs for it."""

    permission: str
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


def _order(order: Order) -> MadeThing:
    return MadeThing(type="order", id=order.id, number=order.terms.number)


def _flags_of_sale(order: Order) -> tuple[str, ...]:
    return order.sold.offline.flags if order.sold.offline else ()


def _sold(body: Content) -> Iterable[UUID]:
    return (line["variant_id"] for line in body["lines"])


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "order.sale": Kind(
            permission="pos.use",
            body=SaleBody(),
            handler=take_over_sale,
            command=_sale,
            made=_order,
            flags=_flags_of_sale,
            goods=_sold,
        ),
    }
)
