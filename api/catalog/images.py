"""Pictures of products: bringing them in, putting them in order, and showing them to anyone."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID, uuid4

from falcon import Request, Response
from marshmallow import ValidationError, fields, validate

from api.envelope import written
from api.etags import expected_versions, is_known
from api.fields import Body, File, Id, Text, Whole
from api.media import WEBP
from api.operations import PUBLIC, operation
from api.resource import Resource
from commands.catalog.images import (
    AddImage,
    PlacedImage,
    RemoveImage,
    ReviseImage,
    add_image,
    remove_image,
    revise_image,
)
from commands.outcomes import Response as Written
from commands.ports import ConcurrentEdit, DuplicateId, StaleVersion
from domain.catalog.images import MOST_IMAGES, SIZES, Image, TooManyImages, UnknownImage
from domain.entities import AlreadyArchived
from domain.settings import InUse

#: How many bytes a picture may have when it is brought in.
MOST_BYTES = 5 * 2**20
#: What a form has around the file.
_FRAME = 2**16

#: A picture never changes under its id, so whoever has it need not ask again.
_FOREVER = "public, max-age=31536000, immutable"
_RANDOM = 4
_EDITS = (AlreadyArchived, StaleVersion, ConcurrentEdit)
_LONGEST_ALT = 500


class RandomId(Id):
    """A random UUID (version 4): whoever could guess the id of a picture could see it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        given: UUID = super()._deserialize(value, attr, data, **kwargs)
        if given.version != _RANDOM:
            raise ValidationError("Must be a random UUID (version 4).")
        return given


class ImageEdit(Body):
    """What can be edited of a picture."""

    alt = Text(longest=_LONGEST_ALT, allow_none=True)
    variant_id = Id(allow_none=True)
    position = Whole(least=1, most=MOST_IMAGES)


class ImageForm(Body):
    """A picture and what it shows."""

    file = File(longest=MOST_BYTES, media_types=("image/jpeg", "image/png", WEBP), required=True)
    id = RandomId()
    alt = Text(longest=_LONGEST_ALT, load_default="")
    variant_id = Id(load_default=None)


class ImageUrls(Body):
    """Where a picture is to be had in its sizes; it is never enlarged."""

    full = fields.String()
    medium = fields.String()
    thumb = fields.String()


class ProductImageAnswer(Body):
    """A picture of a product."""

    id = Id()
    variant_id = Id(allow_none=True)
    alt = fields.String(allow_none=True)
    width = Whole()
    height = Whole()
    position = Whole()
    url = fields.String()
    urls = fields.Nested(ImageUrls())


class ImageAnswer(ProductImageAnswer):
    """A picture with the product it belongs to."""

    product_id = Id()
    version = Whole()


class ImageQuery(Body):
    """In which size."""

    size = fields.String(validate=validate.OneOf(tuple(SIZES)), load_default="full")


def show_images(images: Iterable[Image]) -> list[dict[str, Any]]:
    """The pictures of a product, in their order."""
    return [show_image(vars(image), position) for position, image in enumerate(images, 1)]


def image_url(image_id: UUID) -> str:
    """Where a picture is to be had, for anyone."""
    return f"/api/images/{image_id}"


def show_image(image: Mapping[str, Any], position: int) -> dict[str, Any]:
    """A picture with the addresses at which it is to be had."""
    url = image_url(image["id"])
    return {
        **{name: image[name] for name in ("id", "variant_id", "alt", "width", "height")},
        "position": position,
        "url": url,
        "urls": {size: f"{url}?size={size}" for size in SIZES},
    }


def _presented(message: str, status: int = 200) -> Any:
    def present(placed: PlacedImage) -> Written:
        product = placed.product
        shown = {
            **show_image(vars(placed.image), placed.position),
            "product_id": product.id,
            "version": product.version,
        }
        return written(shown, message, status=status, version=product.version)

    return present


class ProductImages(Resource):
    """The pictures of a product."""

    @operation(
        "products.edit",
        "Add a picture",
        description=f"The first of at most {MOST_IMAGES} pictures stands for the product. JPEG, PNG and WebP "
        "are taken by what is in the file, whatever it is called. The picture is turned upright and encoded "
        "anew in three sizes; what else was in the file, such as where it was taken, is not kept.",
        form=ImageForm(),
        max_body_bytes=MOST_BYTES + _FRAME,
        answer=ImageAnswer(),
        status=201,
        refusals=(TooManyImages, DuplicateId, *_EDITS),
    )
    def on_post(self, req: Request, resp: Response, product_id: UUID) -> None:
        """Show one more picture, after the others."""
        form = req.context.body
        # It takes a while, so not within the transaction, and not for whoever is signed out by now.
        self.services.application.check(req.context.caller)
        command = AddImage(
            id=form.get("id") or uuid4(),
            product_id=product_id,
            picture=self.services.pictures.prepare(form["file"]),
            alt=form["alt"] or None,
            variant_id=form["variant_id"],
            expected_versions=expected_versions(req),
        )
        self.create(req, resp, add_image, command, _presented("Picture added", 201))


class ProductImage(Resource):
    """One picture of a product."""

    @operation(
        "products.edit",
        "Edit a picture",
        body=ImageEdit(partial=True),
        answer=ImageAnswer(),
        refusals=_EDITS,
    )
    def on_patch(self, req: Request, resp: Response, product_id: UUID, image_id: UUID) -> None:
        """Move it among the others, describe it, or say which variant it shows."""
        command = ReviseImage(
            product_id=product_id,
            image_id=image_id,
            changes=req.context.body,
            expected_versions=expected_versions(req),
        )
        self.write(req, resp, revise_image, command, _presented("Picture changed"))

    @operation("products.edit", "Remove a picture", answer=ImageAnswer(), refusals=(InUse, *_EDITS))
    def on_delete(self, req: Request, resp: Response, product_id: UUID, image_id: UUID) -> None:
        """Show it no longer; its address leads nowhere from then on."""
        command = RemoveImage(
            product_id=product_id, image_id=image_id, expected_versions=expected_versions(req)
        )
        self.write(req, resp, remove_image, command, _presented("Picture removed"))


class Images(Resource):
    """Pictures for anyone."""

    @operation(
        PUBLIC,
        "Show a picture",
        description="A picture never changes under its id, and may be kept for ever.",
        query=ImageQuery(),
        media=(WEBP,),
    )
    def on_get(self, req: Request, resp: Response, image_id: UUID) -> None:
        """The picture itself; `size` is how long its longer side is at most: 160, 640 or 2048 pixels."""
        found = self.services.pictures.find(
            image_id, req.context.query["size"], lambda content_hash: is_known(req, f'"{content_hash}"')
        )
        if found is None:
            raise UnknownImage
        resp.set_header("ETag", f'"{found.content_hash}"')
        resp.set_header("Cache-Control", _FOREVER)
        if found.content is None:
            resp.status = 304
            return
        resp.content_type = found.media_type
        resp.data = found.content
