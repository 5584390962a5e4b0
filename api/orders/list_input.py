"""What lists of orders are asked for."""

from typing import get_args

from api.answers import meanings_of
from api.fields import Choice, Code, Day, Flag, Id, Text
from api.orders.answers import OrderAnswer, PaymentAnswer
from api.queries import PageQuery
from domain.orders import FulfilmentStatus, OrderStatus, PaymentStatus
from projections.order_list import SORT_KEYS

_ORDER, _PAYMENT = meanings_of(OrderAnswer), meanings_of(PaymentAnswer)


class OwnOrdersQuery(PageQuery):
    """Filters of the caller's own sales; `search` is the number of an order or refund."""

    sort = Choice(
        *SORT_KEYS, load_default="-occurred_at", meaning="What to sort by; a minus turns the order around."
    )
    search = Text(
        shortest=1,
        longest=60,
        meaning="The whole number of an order, or of a refund of it.",
        example="MAIN-1-000042",
    )
    from_date = Day(data_key="from", meaning="The first business date.", example="2026-03-01")
    to_date = Day(data_key="to", meaning="The last business date, itself included.", example="2026-03-31")
    status = Choice(*get_args(OrderStatus), **_ORDER["status"])
    payment_status = Choice(*get_args(PaymentStatus), **_ORDER["payment_status"])
    register_id = Id(**_ORDER["register_id"])
    shift_id = Id(**_ORDER["shift_id"])
    customer_id = Id(**_ORDER["customer_id"])
    method = Code(**_PAYMENT["method"])


class OrdersQuery(OwnOrdersQuery):
    """Filters of the orders of the caller's stores."""

    store_id = Id(**_ORDER["store_id"])
    cashier_id = Id(**_ORDER["cashier_id"])
    channel = Code(**_ORDER["channel"])
    has_due = Flag(
        meaning="Whether something is still to pay, also what is owed for an order on account. What a sale "
        "was paid by the method `account` is paid, and owed by the customer (`has_due` of customers)."
    )
    fulfilment_status = Choice(*get_args(FulfilmentStatus), **_ORDER["fulfilment_status"])
