"""The catalog in the API: products with their pictures and prices, their statuses, and sheets of them."""

from falcon import App, Request, Response

from api.catalog.images.product_images import ProductImage, ProductImages
from api.catalog.images.public_images import PublicImage
from api.catalog.product_export import ProductExport
from api.catalog.product_import.imports import ProductImportById, ProductImports
from api.catalog.product_status.views import ProductInStatus, ProductsInStatus, StatusSummary
from api.catalog.products.products import ProductById, Products, ProductStatus
from api.catalog.products.variants import ProductVariants, VariantById
from api.catalog.store_prices.prices import ProductPrices
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of the catalog, but for those of its settings."""
    base, by_status = "/api/admin/products", "/api/admin/product-status/{status}"
    one = f"{base}/{{product_id:uuid}}"
    app.add_route(base, Products(services))
    app.add_route(f"{base}/import", ProductImports(services))
    app.add_route("/api/admin/product-imports/{import_id:uuid}", ProductImportById(services))
    app.add_route(f"{base}/export", ProductExport(services))
    app.add_route(one, ProductById(services))
    app.add_route(f"{one}/status", ProductStatus(services))
    app.add_route(f"{one}/variants", ProductVariants(services))
    app.add_route(f"{one}/variants/{{variant_id:uuid}}", VariantById(services))
    app.add_route(f"{one}/prices", ProductPrices(services))
    app.add_route(f"{one}/images", ProductImages(services))
    app.add_route(f"{one}/images/{{image_id:uuid}}", ProductImage(services))
    app.add_route("/api/images/{image_id:uuid}", PublicImage(services))
    app.add_route(by_status, ProductsInStatus(services))
    app.add_route(f"{by_status}/summary", StatusSummary(services))
    app.add_route(f"{by_status}/{{product_id:uuid}}", ProductInStatus(services))
