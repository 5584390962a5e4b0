"""Events that read models cannot apply, for whoever runs the platform."""

from falcon import App, Request, Response

from api.failed_events.listing import FailedEvents
from api.failed_events.settling import Retry, Skip
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of events that failed."""
    base = "/api/dev/events/failed"
    app.add_route(base, FailedEvents(services))
    app.add_route(f"{base}/{{failed_event_id:uuid}}/retry", Retry(services))
    app.add_route(f"{base}/{{failed_event_id:uuid}}/skip", Skip(services))
