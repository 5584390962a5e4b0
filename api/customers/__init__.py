"""Customers in the API: who buys here, what they agreed to, and what they bought."""

from falcon import App, Request, Response

from api.customers.erasure import CustomerErasure
from api.customers.export import CustomerExport
from api.customers.listing import Customers
from api.customers.merging import CustomerMerging
from api.customers.orders import CustomerOrders
from api.customers.single import CustomerById, CustomerConsents, CustomerRestoration
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of customers."""
    path = "/api/admin/customers"
    single = f"{path}/{{customer_id:uuid}}"
    app.add_route(path, Customers(services))
    app.add_route(single, CustomerById(services))
    app.add_route(f"{single}/restore", CustomerRestoration(services))
    app.add_route(f"{single}/consents", CustomerConsents(services))
    app.add_route(f"{single}/orders", CustomerOrders(services))
    app.add_route(f"{single}/merge", CustomerMerging(services))
    app.add_route(f"{single}/erase", CustomerErasure(services))
    app.add_route(f"{single}/export", CustomerExport(services))
