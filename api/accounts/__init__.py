"""Customers' accounts in the API: store credit, and what is owed."""

from falcon import App, Request, Response

from api.accounts.payments import CustomerPayments
from api.accounts.statement import CustomerStatement
from api.accounts.store_credit import CustomerStoreCredit
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of accounts."""
    customer = "/api/admin/customers/{customer_id:uuid}"
    app.add_route(f"{customer}/store-credit", CustomerStoreCredit(services))
    app.add_route(f"{customer}/payments", CustomerPayments(services))
    app.add_route(f"{customer}/statement", CustomerStatement(services))
