"""Products by where they stand in their life, in the API."""

from falcon import App, Request, Response

from api.catalog.product_status.views import ProductInStatus, ProductsInStatus, StatusSummary
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of the views."""
    base = "/api/admin/product-status/{status}"
    app.add_route(base, ProductsInStatus(services))
    app.add_route(f"{base}/summary", StatusSummary(services))
    app.add_route(f"{base}/{{product_id:uuid}}", ProductInStatus(services))
