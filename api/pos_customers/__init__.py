"""Customers at the till."""

from falcon import App, Request, Response

from api.pos_customers.customers import PosCustomer, PosCustomers
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of customers at the till."""
    app.add_route("/api/pos/customers", PosCustomers(services))
    app.add_route("/api/pos/customers/{customer_id:uuid}", PosCustomer(services))
