"""What the installation holds, for whoever runs the platform."""

from falcon import App, Request, Response

from api.services import Services
from api.stats.figures import Stats

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The route of statistics."""
    app.add_route("/api/dev/stats", Stats(services))
