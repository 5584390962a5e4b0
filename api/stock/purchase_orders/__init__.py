"""Purchase orders in the API: planned, ordered, delivered in parts, and on paper."""

from falcon import App, Request, Response

from api.services import Services
from api.stock.purchase_orders.listing import PurchaseOrders
from api.stock.purchase_orders.single import PurchaseOrderById, PurchaseOrderDocument
from api.stock.purchase_orders.steps import (
    PurchaseOrderCancelling,
    PurchaseOrderOrdering,
    PurchaseOrderReceiving,
)

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of purchase orders."""
    path = "/api/admin/inventory/purchase-orders"
    single = f"{path}/{{purchase_order_id:uuid}}"
    app.add_route(path, PurchaseOrders(services))
    app.add_route(single, PurchaseOrderById(services))
    app.add_route(f"{single}/document", PurchaseOrderDocument(services))
    app.add_route(f"{single}/order", PurchaseOrderOrdering(services))
    app.add_route(f"{single}/receive", PurchaseOrderReceiving(services))
    app.add_route(f"{single}/cancel", PurchaseOrderCancelling(services))
