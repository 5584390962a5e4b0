"""How the read models are, for whoever runs the platform."""

from falcon import App, Request, Response

from api.read_models.listing import ReadModels
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of read models."""
    app.add_route("/api/dev/projections", ReadModels(services))
