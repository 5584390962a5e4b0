"""The sales summary: what was sold, in total and by period, store, product and payment method."""

from falcon import App, Request, Response

from api.reports.sales_summary.overview import Overview
from api.reports.sales_summary.sections import SECTIONS, SectionReport
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of the report."""
    base = "/api/admin/reports/sales-summary"
    app.add_route(f"{base}/overview", Overview(services))
    for section in SECTIONS:
        app.add_route(f"{base}/{section.path}", SectionReport(services, section))
