"""The catalog in the API: products with their pictures and prices, their statuses, and sheets of them."""

from falcon import App, Request, Response

from api.catalog import images, product_export, product_import, product_status, products, store_prices
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of the catalog, but for those of its settings."""
    for part in (products, product_import, product_export, store_prices, images, product_status):
        part.add_routes(app, services)
