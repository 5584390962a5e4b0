"""A product as clients see it."""

from typing import Any

from api.catalog.images.answers import urls_of
from api.catalog.products.answers import ProductAnswer
from domain.catalog.products import Product
from projections.base import Row


def show_product(product: Product) -> ProductAnswer:
    """The product with its variants and pictures."""
    return ProductAnswer.of(product_values(product))


def show_row(row: Row) -> ProductAnswer:
    """The same from its row in the catalog's list."""
    images = [{**image, **urls_of(image["id"])} for image in row["images"]]
    return ProductAnswer.of({**row, "images": images})


def product_values(product: Product) -> dict[str, Any]:
    """What an answer says of a product, by the names of its fields."""
    return {
        "id": product.id,
        **product.values,
        "status": product.status,
        "launch_at": product.launch_at,
        "version": product.version,
        "created_at": product.created_on,
        "updated_at": product.modified_on,
        "variants": list(product.variants.values()),
        "images": [
            {**vars(image), **urls_of(image.id), "position": position}
            for position, image in enumerate(product.images.values(), 1)
        ],
    }
