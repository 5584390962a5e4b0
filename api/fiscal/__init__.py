"""What tax offices want to have stated, in the API."""

from falcon import App, Request, Response

from api.fiscal.closings import ClosingById, Closings
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of fiscal facts."""
    path = "/api/admin/fiscal/closings"
    app.add_route(path, Closings(services))
    app.add_route(f"{path}/{{closing_id:uuid}}", ClosingById(services))
