"""The console: one page on which a company's people see what happens, while it happens."""

from falcon import App, Request, Response

from api.console.page import Console
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The route of the page."""
    app.add_route("/console", Console(services))
