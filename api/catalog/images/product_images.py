"""Pictures of products: bringing them in and putting them in order."""

from uuid import UUID, uuid4

from falcon import Request, Response

from api.catalog.images.answers import ImageAnswer, show_placed_image
from api.catalog.images.input import MOST_BYTES, ImageEdit, ImageForm
from api.entities import EDITS
from api.etags import expected_versions
from api.operations import operation
from api.resource import Resource
from commands.catalog.images import AddImage, RemoveImage, ReviseImage, add_image, remove_image, revise_image
from commands.ports import DuplicateId
from domain.catalog.images import MOST_IMAGES, TooManyImages
from domain.settings import InUse

#: What a form has around the file.
_FRAME = 2**16


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
        answer=ImageAnswer,
        status=201,
        refusals=(TooManyImages, DuplicateId, *EDITS),
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
        self.create(req, resp, add_image, command, show_placed_image, message="Picture added")


class ProductImage(Resource):
    """One picture of a product."""

    @operation(
        "products.edit",
        "Edit a picture",
        body=ImageEdit(partial=True),
        answer=ImageAnswer,
        refusals=EDITS,
    )
    def on_patch(self, req: Request, resp: Response, product_id: UUID, image_id: UUID) -> None:
        """Move it among the others, describe it, or say which variant it shows."""
        command = ReviseImage(
            product_id=product_id,
            image_id=image_id,
            changes=req.context.body,
            expected_versions=expected_versions(req),
        )
        self.write(req, resp, revise_image, command, show_placed_image, message="Picture changed")

    @operation("products.edit", "Remove a picture", answer=ImageAnswer, refusals=(InUse, *EDITS))
    def on_delete(self, req: Request, resp: Response, product_id: UUID, image_id: UUID) -> None:
        """Show it no longer; its address leads nowhere from then on."""
        command = RemoveImage(
            product_id=product_id, image_id=image_id, expected_versions=expected_versions(req)
        )
        self.write(req, resp, remove_image, command, show_placed_image, message="Picture removed")
