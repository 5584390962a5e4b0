"""What is asked of clients who add and edit pictures."""

from typing import Any
from uuid import UUID

from marshmallow import ValidationError

from api.answers import meanings_of
from api.catalog.images.answers import ProductImageAnswer
from api.fields import Body, File, Id, Text, Whole
from api.media import WEBP
from domain.catalog.images import MOST_IMAGES

#: How many bytes a picture may have when it is brought in.
MOST_BYTES = 5 * 2**20

_LONGEST_ALT = 500
_IMAGE = meanings_of(ProductImageAnswer)
_RANDOM = 4


class RandomId(Id):
    """A random UUID (version 4): whoever could guess the id of a picture could see it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        image_id: UUID = super()._deserialize(value, attr, data, **kwargs)
        if image_id.version != _RANDOM:
            raise ValidationError("Must be a random UUID (version 4).")
        return image_id


class ImageEdit(Body):
    """What can be edited of a picture."""

    alt = Text(longest=_LONGEST_ALT, allow_none=True, **_IMAGE["alt"])
    variant_id = Id(allow_none=True, **_IMAGE["variant_id"])
    position = Whole(least=1, most=MOST_IMAGES, **_IMAGE["position"])


class ImageForm(Body):
    """A picture and what it shows."""

    file = File(
        longest=MOST_BYTES,
        media_types=("image/jpeg", "image/png", WEBP),
        required=True,
        meaning="A JPEG, PNG or WebP file of at most 5 MiB.",
    )
    id = RandomId(meaning="Its id; you may choose a random one yourself.")
    alt = Text(longest=_LONGEST_ALT, load_default="", **_IMAGE["alt"])
    variant_id = Id(load_default=None, **_IMAGE["variant_id"])
