"""For those who watch over the service: alive, ready, and in numbers."""

from falcon import App, Request, Response

from api.health.metrics import Metrics
from api.health.probes import Alive, Ready
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes outside of `/api`."""
    app.add_route("/health", Alive(services))
    app.add_route("/ready", Ready(services))
    app.add_route("/metrics", Metrics(services))
