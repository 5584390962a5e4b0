"""Pictures of products: which there are, in which order, and what they show."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.aggregate import Aggregate
from domain.entities import AlreadyArchived, Entity
from domain.errors import Conflict, NotFound

#: How many pictures a product may have.
MOST_IMAGES = 20
#: The sizes in which a picture is kept, the largest first: how many pixels its longer side has at most.
SIZES: Mapping[str, int] = MappingProxyType({"full": 2048, "medium": 640, "thumb": 160})


class TooManyImages(Conflict):
    """A product has at most 20 pictures."""

    code = "too_many_images"
    remedy = "Remove a picture first."


class UnknownImage(NotFound):
    """There is no such picture here."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What is kept of a file: its bytes in each of the sizes, and the hash by which facts name them."""

    content_hash: str
    media_type: str
    width: int
    height: int
    sizes: Mapping[str, bytes]


@dataclass(frozen=True, kw_only=True)
class Rendition:
    """A picture in one size, as anyone may see it; without its bytes for whoever has them already."""

    content_hash: str
    media_type: str | None = None
    content: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class Image:
    """One picture of a product. `width` and `height` are pixels of its full size."""

    id: UUID
    content_hash: str
    width: int
    height: int
    alt: str | None = None
    variant_id: UUID | None = None


class Pictured(Entity):
    """Something with pictures in an order of their own; the first stands for it.

    A fact names a picture by the hash of its bytes, which are kept beside the log.
    """

    class ImageAdded(Aggregate.Event):
        """One more picture is shown, after the others. `width` and `height` are pixels."""

        image_id: UUID
        content_hash: str
        width: int
        height: int
        alt: str | None
        variant_id: UUID | None

        def apply(self, aggregate: "Pictured") -> None:
            """Take it in as the last."""
            aggregate.images[self.image_id] = Image(
                id=self.image_id,
                content_hash=self.content_hash,
                width=self.width,
                height=self.height,
                alt=self.alt,
                variant_id=self.variant_id,
            )

    class ImageRemoved(Aggregate.Event):
        """A picture is no longer shown."""

        image_id: UUID

        def apply(self, aggregate: "Pictured") -> None:
            """Take it out."""
            del aggregate.images[self.image_id]

    class ImageRelabelled(Aggregate.Event):
        """A picture is described in other words, or shows another variant."""

        image_id: UUID
        alt: str | None
        variant_id: UUID | None

        def apply(self, aggregate: "Pictured") -> None:
            """Take over both."""
            before = aggregate.images[self.image_id]
            aggregate.images[self.image_id] = replace(before, alt=self.alt, variant_id=self.variant_id)

    class ImagesOrdered(Aggregate.Event):
        """The pictures are shown in another order."""

        image_ids: tuple[UUID, ...]

        def apply(self, aggregate: "Pictured") -> None:
            """Put them in that order."""
            aggregate.images = {image_id: aggregate.images[image_id] for image_id in self.image_ids}

    if TYPE_CHECKING:
        images: dict[UUID, Image]

    def add_image(self, image: Image) -> None:
        """Show one more picture, after the others. Raises AlreadyArchived, TooManyImages."""
        self._check_shown()
        if len(self.images) >= MOST_IMAGES:
            raise TooManyImages
        fields = {name: value for name, value in vars(image).items() if name != "id"}
        self.trigger_event(type(self).ImageAdded, image_id=image.id, **fields)

    def remove_image(self, image_id: UUID) -> Image:
        """Show a picture no longer. Returns it. Raises AlreadyArchived, UnknownImage."""
        self._check_shown()
        image = self.image(image_id)
        self.trigger_event(type(self).ImageRemoved, image_id=image_id)
        return image

    def relabel_image(self, image_id: UUID, changes: Mapping[str, Any]) -> None:
        """Change its `alt` or its `variant_id`; nothing new records nothing.

        Raises AlreadyArchived, UnknownImage.
        """
        self._check_shown()
        before = self.image(image_id)
        after = replace(before, **changes)
        if after != before:
            fields = {"alt": after.alt, "variant_id": after.variant_id}
            self.trigger_event(type(self).ImageRelabelled, image_id=image_id, **fields)

    def place_image(self, image_id: UUID, position: int) -> None:
        """Put a picture at this place, counted from 1; beyond the last place is the last.

        Raises AlreadyArchived, UnknownImage.
        """
        self._check_shown()
        self.image(image_id)
        order = [one for one in self.images if one != image_id]
        order.insert(position - 1, image_id)
        if order != list(self.images):
            self.trigger_event(type(self).ImagesOrdered, image_ids=tuple(order))

    def untie_images(self, variant_id: UUID) -> None:
        """Let the pictures of a variant that is gone stand for the whole."""
        self.images = {
            image.id: replace(image, variant_id=None) if image.variant_id == variant_id else image
            for image in self.images.values()
        }

    def image(self, image_id: UUID) -> Image:
        """The picture of that id. Raises UnknownImage."""
        try:
            return self.images[image_id]
        except KeyError:
            raise UnknownImage from None

    def position_of(self, image_id: UUID) -> int:
        """The place of a picture, counted from 1."""
        return list(self.images).index(image_id) + 1

    def _check_shown(self) -> None:
        if self.is_archived:
            raise AlreadyArchived
