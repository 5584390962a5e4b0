"""Pictures in the API: those of a product, and each by itself for anyone."""

from falcon import App, Request, Response

from api.catalog.images.product_images import ProductImage, ProductImages
from api.catalog.images.public_images import PublicImage
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of pictures."""
    of_product = "/api/admin/products/{product_id:uuid}/images"
    app.add_route(of_product, ProductImages(services))
    app.add_route(f"{of_product}/{{image_id:uuid}}", ProductImage(services))
    app.add_route("/api/images/{image_id:uuid}", PublicImage(services))
