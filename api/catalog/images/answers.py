"""What is answered of pictures."""

from typing import Annotated, Any
from uuid import UUID

from api.answers import Answer, Meaning, OwnId
from commands.catalog.images import PlacedImage
from domain.catalog.images import SIZES

_EXAMPLE = "/api/images/5ab6c6a2-60ec-4a5c-b0c9-6a1a2b7d4c11"

ImageUrl = Annotated[str, Meaning("Where it is to be had, for anyone.", _EXAMPLE)]


class ImageUrlsAnswer(Answer):
    """Where a picture is to be had in its sizes; it is never enlarged."""

    full: Annotated[str, Meaning("At most 2048 pixels on its longer side.", f"{_EXAMPLE}?size=full")]
    medium: Annotated[str, Meaning("At most 640 pixels on its longer side.", f"{_EXAMPLE}?size=medium")]
    thumb: Annotated[str, Meaning("At most 160 pixels on its longer side.", f"{_EXAMPLE}?size=thumb")]


class ProductImageAnswer(Answer):
    """A picture of a product."""

    id: OwnId
    variant_id: Annotated[UUID | None, Meaning("The variant it shows, if one.")]
    alt: Annotated[
        str | None, Meaning("What it shows, for those who cannot see it.", "A bag of coffee beans")
    ]
    width: Annotated[int, Meaning("How wide its full size is, in pixels.", 2048)]
    height: Annotated[int, Meaning("How high its full size is, in pixels.", 1536)]
    position: Annotated[int, Meaning("Its place among the pictures of the product, from 1.", 1)]
    url: ImageUrl
    urls: Annotated[ImageUrlsAnswer, Meaning("The same by size.")]


class ImageAnswer(ProductImageAnswer):
    """A picture with the product it belongs to."""

    product_id: Annotated[UUID, Meaning("What it shows.")]
    version: Annotated[int, Meaning("How often the product was changed; the `ETag`.", 4)]


def image_url(image_id: UUID) -> str:
    """Where a picture is to be had, for anyone."""
    return f"/api/images/{image_id}"


def urls_of(image_id: UUID) -> dict[str, Any]:
    """The addresses of a picture, as its answer names them."""
    url = image_url(image_id)
    return {"url": url, "urls": ImageUrlsAnswer(**{size: f"{url}?size={size}" for size in SIZES})}


def show_placed_image(placement: PlacedImage) -> ImageAnswer:
    """A picture at its place among those of its product."""
    return ImageAnswer.of(
        {
            **vars(placement.image),
            **urls_of(placement.image.id),
            "position": placement.position,
            "product_id": placement.product.id,
            "version": placement.product.version,
        }
    )
