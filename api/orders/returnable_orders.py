"""Orders that somebody at a till looks for to give something back: by number, QR text or id."""

from dataclasses import asdict
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from falcon import Request, Response
from msgspec import structs

from api.answers import Answer, Id, Meaning, Moment, Money
from api.answers.hiding import hide
from api.operations import operation
from api.orders.answers import OrderAnswer
from api.orders.presenter import show_order
from api.orders.refund_answers import ReturnableAnswer
from api.orders.settled import note_settled
from api.receipt_addresses import order_of
from api.resource import Resource
from api.services import Reading
from commands.ports import Missing
from domain.customers import Customer
from domain.orders import Order, remainders_of
from domain.orders.refund_pricing import Remainder
from projections.refunds import NumberedOrder, find_refunded_order, list_numbered_orders


class SameNumberAnswer(Answer):
    """Another order on whose receipt the same number stands."""

    id: Annotated[Id, Meaning("By which other calls name it as `order_id`.")]
    occurred_at: Annotated[Moment, Meaning("When it was sold.")]
    total: Annotated[Money, Meaning("What it came to, tax included.", 869)]
    register_id: Annotated[Id | None, Meaning("The till that sold it.")]


class ReturnableOrderAnswer(OrderAnswer, kw_only=True):
    """An order of any store of the company: no cost, and of the customer the name alone."""

    customer_name: Annotated[str | None, Meaning("What the customer is called.", "Ada")]
    same_number: Annotated[
        list[SameNumberAnswer],
        Meaning("Others that a till without a connection gave the number that you look for.", []),
    ] = msgspec.field(default_factory=list)


class ReturnableOrder(Resource):
    """An order by what its receipt says."""

    @operation(
        "pos.exchange",
        "Find a sale by its receipt",
        alternatives=("orders.refund",),
        description="`code` is the whole number of a sale or of a refund, the text of the receipt's QR "
        "code, or the id of either; encode it for a URL. Of several "
        "sales with one number the one is shown whose place in the series it is; `same_number` names the "
        "others, so compare time and total. Orders of every store of the company are found. No "
        "cost is shown, and nothing of the customer but the name.",
        answer=ReturnableOrderAnswer,
    )
    def on_get(self, req: Request, resp: Response, code: str) -> None:
        """The order, and what can still be given back line by line."""
        self.show(req, resp, self.ask(req, resp, lambda reading: _find(reading, code)))


def _find(reading: Reading, code: str) -> ReturnableOrderAnswer:
    """The order that a code names. Raises Missing."""
    order_id, others = _order_id(reading, code.strip())
    orders = reading.aggregates(Order, [order_id]) if order_id else []
    if not orders:
        raise Missing
    note_settled(reading, orders)
    customer_id = orders[0].terms.customer_id
    customers = reading.aggregates(Customer, [customer_id]) if customer_id else []
    answer = show_returnable(orders[0], customers[0].values["name"] if customers else None)
    answer.same_number = [SameNumberAnswer.of(asdict(other)) for other in others]
    return answer


def _order_id(reading: Reading, code: str) -> tuple[UUID | None, list[NumberedOrder]]:
    """The order, and the others that have the number."""
    if "\0" in code:
        return None, []
    try:
        own_id = order_of(code) or UUID(code)
    except ValueError:
        numbered = list_numbered_orders(reading.db, code)
        return (numbered[0].id, numbered[1:]) if numbered else (None, [])
    return find_refunded_order(reading.db, own_id) or own_id, []


def show_returnable(order: Order, customer_name: str | None) -> ReturnableOrderAnswer:
    """An order as whoever takes goods back may see it."""
    shown, left = show_order(order), remainders_of(order)
    for line in shown.lines:
        line.returnable = _show_left(left[line.id] if order.status == "completed" else None)
        line.note = None
    shown.customer_id = shown.note = None
    answer = ReturnableOrderAnswer(**structs.asdict(shown), customer_name=customer_name)
    hide(ReturnableOrderAnswer, answer, permissions=frozenset())
    return answer


def _show_left(left: Remainder | None) -> ReturnableAnswer:
    if left is None:
        return ReturnableAnswer(quantity=Decimal(0), total=0)
    return ReturnableAnswer(quantity=left.quantity, total=left.total)
