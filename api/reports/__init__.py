"""The reports: every section declared once, with its columns."""

from api.reports.sections import add_routes

__all__ = ["add_routes"]
