"""Short lists for choosing from, and completing what is being typed, in the API."""

from falcon import App, Request, Response

from api.lookups.lookups import Lookups
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The route of lookups."""
    app.add_route("/api/lookups/{name}", Lookups(services))
