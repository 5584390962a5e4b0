"""Parked sales in the API: baskets that wait in a store until their customer comes back."""

from falcon import App, Request, Response

from api.orders.held_sales.listing import HeldSales, SaleParking
from api.orders.held_sales.single import PosOrder, SaleResumption
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of parked sales."""
    app.add_route("/api/pos/orders/hold", SaleParking(services))
    app.add_route("/api/pos/orders/held", HeldSales(services))
    app.add_route("/api/pos/orders/{order_id:uuid}", PosOrder(services))
    app.add_route("/api/pos/orders/{order_id:uuid}/resume", SaleResumption(services))
