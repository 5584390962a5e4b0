"""How the installation is, for whoever runs the platform."""

from falcon import App, Request, Response

from api.doctor.findings import Findings
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The route of the doctor."""
    app.add_route("/api/dev/doctor", Findings(services))
