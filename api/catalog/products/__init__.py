"""Products in the API: the catalog, one product with its life, its variants."""

from falcon import App, Request, Response

from api.catalog.products.products import ProductById, Products, ProductStatus
from api.catalog.products.variants import ProductVariants, VariantById
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of products and variants."""
    base = "/api/admin/products"
    one = f"{base}/{{product_id:uuid}}"
    app.add_route(base, Products(services))
    app.add_route(one, ProductById(services))
    app.add_route(f"{one}/status", ProductStatus(services))
    app.add_route(f"{one}/variants", ProductVariants(services))
    app.add_route(f"{one}/variants/{{variant_id:uuid}}", VariantById(services))
