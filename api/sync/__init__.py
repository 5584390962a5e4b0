"""Sync in the API: what tills did without a connection, and what of it could not be recorded."""

from falcon import App, Request, Response

from api.services import Services
from api.sync.deliveries import SyncDeliveries
from api.sync.inbox import SyncInbox, SyncResolution
from api.sync.status import SyncStanding

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of sync."""
    app.add_route("/api/pos/sync", SyncDeliveries(services))
    app.add_route("/api/pos/sync/status", SyncStanding(services))
    app.add_route("/api/pos/sync/inbox", SyncInbox(services))
    app.add_route("/api/pos/sync/inbox/{entry_id:uuid}/resolve", SyncResolution(services))
