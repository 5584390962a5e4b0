"""Receipts: what is printed for the customer."""

from uuid import UUID

from falcon import Request, Response

from api.answers.hiding import hide
from api.operations import operation
from api.orders.answers import OrdersReceiptAnswer, ReceiptCompanyAnswer, ReceiptStoreAnswer
from api.orders.own_orders import own_order
from api.orders.presenter import show_order
from api.resource import Resource
from api.services import Reading
from commands.ports import Missing
from domain.orders import Order
from domain.stores import Store
from projections.companies import find_company


class CashierReceipt(Resource):
    """The receipt of one of the caller's own sales."""

    @operation("cashier.orders", "Show my sale's receipt", answer=OrdersReceiptAnswer)
    def on_get(self, req: Request, resp: Response, order_id: UUID) -> None:
        """What is printed for the customer; never a cost."""
        caller = req.context.caller
        receipt = self.ask(
            req, resp, lambda reading: receipt_of(reading, own_order(reading, caller, order_id))
        )
        self.answer(req, resp, receipt)


def receipt_of(reading: Reading, order: Order) -> OrdersReceiptAnswer:
    """A receipt as data: the order, the company, and the store's texts. Raises Missing."""
    company = find_company(reading.db)
    stores = reading.aggregates(Store, [order.terms.store_id])
    if company is None or not stores:
        raise Missing
    store = {**stores[0].values}
    for text in ("receipt_header", "receipt_footer"):
        # A store that has no text of its own prints the company's.
        store[text] = store[text] or company[text]
    receipt = OrdersReceiptAnswer(
        order=show_order(order),
        company=ReceiptCompanyAnswer.of(company),
        store=ReceiptStoreAnswer.of(store),
    )
    # It is printed for the customer, so it holds no cost whoever asks for it.
    hide(OrdersReceiptAnswer, receipt, permissions=frozenset())
    return receipt
