"""What whoever stands at a till sees of their store and of their own day."""

from falcon import App, Request, Response

from api.cashier.dashboard import CashierDashboard
from api.cashier.store import CashierStore
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of the cashier's store and day."""
    app.add_route("/api/cashier/store", CashierStore(services))
    app.add_route("/api/cashier/dashboard", CashierDashboard(services))
