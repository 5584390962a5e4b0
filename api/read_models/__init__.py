"""How the read models are, and what is done about them, for whoever runs the platform."""

from falcon import App, Request, Response

from api.read_models.jobs import Rebuilds, Verifications
from api.read_models.listing import ReadModels
from api.read_models.pauses import Pause, Resumption
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of read models."""
    base = "/api/dev/projections"
    app.add_route(base, ReadModels(services))
    app.add_route(f"{base}/{{name}}/rebuild", Rebuilds(services))
    app.add_route(f"{base}/{{name}}/verify", Verifications(services))
    app.add_route(f"{base}/{{name}}/pause", Pause(services))
    app.add_route(f"{base}/{{name}}/resume", Resumption(services))
