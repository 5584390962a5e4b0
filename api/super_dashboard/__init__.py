"""What whoever runs the platform sees of all of it at a glance."""

from falcon import App, Request, Response

from api.services import Services
from api.super_dashboard.summary import PlatformSummary

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The route of the platform's dashboard."""
    app.add_route("/api/super/dashboard/summary", PlatformSummary(services))
