"""The log for systems outside: every fact in its order, with a cursor, and what kinds of facts there are."""

from falcon import App, Request, Response

from api.feed.events import Feed
from api.feed.types import FeedTypes
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of the feed."""
    app.add_route("/api/feed", Feed(services))
    app.add_route("/api/feed/types", FeedTypes(services))
