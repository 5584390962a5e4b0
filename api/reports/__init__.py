"""The reports: every section declared once, answered as rows and as files, also again and again."""

from falcon import App, Request, Response

from api.reports import exports, schedules, sections
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of all sections, of their files, and of schedules of these."""
    sections.add_routes(app, services)
    exports.add_routes(app, services)
    schedules.add_routes(app, services)
