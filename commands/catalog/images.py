"""Commands of the pictures of products."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from commands.ports import DuplicateId, UnitOfWork, check_version
from domain.catalog.images import Image, Picture
from domain.catalog.products import Product
from domain.errors import Detail, Invalid
from domain.pending import Pending
from domain.settings import InUse


@dataclass(frozen=True, kw_only=True)
class AddImage:
    """Show one more picture of a product; it was prepared before, which takes a while."""

    id: UUID
    product_id: UUID
    picture: Picture
    alt: str | None = None
    variant_id: UUID | None = None
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class ReviseImage:
    """Put a picture at another place, describe it in other words, or let it show another variant."""

    product_id: UUID
    image_id: UUID
    changes: Mapping[str, Any]
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class RemoveImage:
    """Show a picture no longer."""

    product_id: UUID
    image_id: UUID
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True)
class PlacedImage:
    """A picture with the place it has, or had, on its product."""

    product: Product
    image: Image
    position: int


class PicturesPort(Protocol):
    """The bytes of pictures. They are no facts, but are kept with the facts that name them."""

    def has_id(self, image_id: UUID) -> Pending[bool]:
        """Ask whether a picture of any company has this id, or had it."""

    def hold(self, image_id: UUID) -> bool:
        """Whether the company has this picture; it is not removed until the end."""

    def is_logo(self, image_id: UUID) -> bool:
        """Whether the picture is the company's logo; it does not become that until the end."""

    def keep(self, picture: Picture) -> None:
        """Keep what it looks like in each size; what is there already stays."""


class PicturesWork(UnitOfWork, Protocol):
    """What pictures are decided with."""

    @property
    def pictures(self) -> PicturesPort:
        """The bytes of pictures."""


def add_image(command: AddImage, work: PicturesWork) -> PlacedImage:
    """Show it after the others, once: the same request again answers as it did first.

    Raises Missing, StaleVersion, AlreadyArchived, TooManyImages, DuplicateId, Invalid.
    """
    is_used = work.pictures.has_id(command.id)
    earlier = work.find_earlier(Product, Product.ImageAdded, command.id, within=command.product_id)
    product = work.load(Product, command.product_id)
    if existing := earlier.read():
        return _image_of(existing, command.id)
    check_version(product.version, command.expected_versions)
    if is_used.read():
        raise DuplicateId
    picture = command.picture
    image = Image(
        id=command.id,
        content_hash=picture.content_hash,
        width=picture.width,
        height=picture.height,
        alt=command.alt,
        variant_id=command.variant_id,
    )
    product.add_image(image)
    _check_variant(product, command.variant_id)
    work.pictures.keep(picture)
    work.save(product)
    return _image_of(product, command.id)


def revise_image(command: ReviseImage, work: UnitOfWork) -> PlacedImage:
    """Record what changed. Raises Missing, UnknownImage, StaleVersion, AlreadyArchived, Invalid."""
    product = work.load(Product, command.product_id)
    check_version(product.version, command.expected_versions)
    changes = dict(command.changes)
    position = changes.pop("position", None)
    product.relabel_image(command.image_id, changes)
    if position is not None:
        product.place_image(command.image_id, position)
    _check_variant(product, changes.get("variant_id"))
    work.save(product)
    return _image_of(product, command.image_id)


def remove_image(command: RemoveImage, work: PicturesWork) -> PlacedImage:
    """Show it no longer. Raises Missing, UnknownImage, StaleVersion, AlreadyArchived, InUse."""
    product = work.load(Product, command.product_id)
    check_version(product.version, command.expected_versions)
    image = _image_of(product, command.image_id)
    product.remove_image(command.image_id)
    if work.pictures.is_logo(command.image_id):
        message = "This picture is the company's logo."
        raise InUse(message)
    work.save(product)
    return image


def _image_of(product: Product, image_id: UUID) -> PlacedImage:
    return PlacedImage(product, product.image(image_id), product.position_of(image_id))


def _check_variant(product: Product, variant_id: UUID | None) -> None:
    if variant_id is not None and variant_id not in product.variants:
        raise Invalid(details=[Detail("variant_id", "not_found", "The product has no such variant.")])
