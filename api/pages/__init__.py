"""What the pages for people share: scripts that their browsers fetch, and one palette."""

from falcon import App, Request, Response

from api.pages.scripts import Scripts
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The route of the scripts."""
    app.add_route("/pages/{script}", Scripts(services))
