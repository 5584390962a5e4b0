"""What a product's variants cost, in single stores and over time, in the API."""

from falcon import App, Request, Response

from api.catalog.store_prices.prices import ProductPrices
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The route of prices."""
    app.add_route("/api/admin/products/{product_id:uuid}/prices", ProductPrices(services))
