"""The reports: every section declared once, with its columns, answered as rows and as files."""

from falcon import App, Request, Response

from api.reports import exports, sections
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of all sections and of their files."""
    sections.add_routes(app, services)
    exports.add_routes(app, services)
