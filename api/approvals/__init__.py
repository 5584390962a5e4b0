"""Approvals: an approver lets a cashier do one thing once, at the cashier's till."""

from falcon import App, Request, Response

from api.approvals.giving import ApprovalGiving
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The route of approvals."""
    app.add_route("/api/pos/approvals", ApprovalGiving(services))
