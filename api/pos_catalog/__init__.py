"""The catalog that tills keep, in the API."""

from falcon import App, Request, Response

from api.pos_catalog.changes import PosCatalog
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The route of the catalog that tills keep."""
    app.add_route("/api/pos/catalog", PosCatalog(services))
