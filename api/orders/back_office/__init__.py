"""Orders of the back office in the API: from quotes to refunds."""

from falcon import App, Request, Response

from api.orders.back_office.cancelling import OrderCancellation
from api.orders.back_office.fulfilling import OrderFulfilment
from api.orders.back_office.orders import BackOfficeOrder, BackOfficeOrders
from api.orders.back_office.paying import OrderPayments
from api.orders.back_office.quotes import OrderQuote
from api.orders.back_office.refunding import BackOfficeRefunds
from api.orders.history.resource import OrderHistory
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of orders of the back office."""
    app.add_route("/api/admin/orders", BackOfficeOrders(services))
    app.add_route("/api/admin/orders/quote", OrderQuote(services))
    app.add_route("/api/admin/orders/{order_id:uuid}", BackOfficeOrder(services))
    app.add_route("/api/admin/orders/{order_id:uuid}/history", OrderHistory(services))
    app.add_route("/api/admin/orders/{order_id:uuid}/payments", OrderPayments(services))
    app.add_route("/api/admin/orders/{order_id:uuid}/fulfil", OrderFulfilment(services))
    app.add_route("/api/admin/orders/{order_id:uuid}/cancel", OrderCancellation(services))
    app.add_route("/api/admin/orders/{order_id:uuid}/refunds", BackOfficeRefunds(services))
