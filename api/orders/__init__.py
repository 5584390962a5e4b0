"""Orders in the API: quotes and sales at the till, the cashier's own sales, those of whole stores."""

from falcon import App, Request, Response

from api.orders import back_office, held_sales
from api.orders.exchanges import PosExchanges
from api.orders.own_orders import CashierOrder, CashierOrders
from api.orders.quotes import PosQuote
from api.orders.refunds import OrderRefundQuote, OrderRefunds
from api.orders.returnable_orders import ReturnableOrder
from api.orders.sales import PosOrders
from api.orders.unlinked_returns import PosReturns
from api.orders.voids import OrderVoid
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of orders."""
    app.add_route("/api/pos/quote", PosQuote(services))
    app.add_route("/api/pos/orders", PosOrders(services))
    held_sales.add_routes(app, services)
    back_office.add_routes(app, services)
    app.add_route("/api/pos/orders/{order_id:uuid}/refunds", OrderRefunds(services))
    app.add_route("/api/pos/orders/{order_id:uuid}/refunds/quote", OrderRefundQuote(services))
    app.add_route("/api/pos/orders/{order_id:uuid}/void", OrderVoid(services))
    app.add_route("/api/pos/returns", PosReturns(services))
    app.add_route("/api/pos/exchange", PosExchanges(services))
    app.add_route("/api/pos/receipts/{code:path}", ReturnableOrder(services))
    app.add_route("/api/cashier/orders", CashierOrders(services))
    app.add_route("/api/cashier/orders/{order_id:uuid}", CashierOrder(services))
