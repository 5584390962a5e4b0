"""What the processes of the service logged, for whoever runs the platform."""

from falcon import App, Request, Response

from api.logs.lines import LogLines
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The route of lines of the log."""
    app.add_route("/api/dev/logs", LogLines(services))
