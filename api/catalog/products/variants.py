"""The variants of products."""

from uuid import UUID

from falcon import Request, Response

from api.catalog.products.answers import ProductAnswer
from api.catalog.products.input import VariantBody, VariantEdit, distinct, variant_of
from api.catalog.products.presenter import show_product
from api.entities import EDITS
from api.etags import expected_versions
from api.operations import operation
from api.resource import Resource
from commands.catalog.products import (
    AddVariant,
    RemoveVariant,
    ReviseVariant,
    add_variant,
    remove_variant,
    revise_variant,
)
from commands.ports import ConcurrentEdit
from domain.catalog.products import DuplicateBarcode, DuplicateSku, LastVariant, StillInStock, TooManyVariants
from domain.entities import AlreadyArchived
from projections.guards.catalog.products import DuplicateVariant


class ProductVariants(Resource):
    """The variants of a product."""

    @operation(
        "products.edit",
        "Add a variant",
        body=VariantBody(),
        answer=ProductAnswer,
        status=201,
        refusals=(
            DuplicateVariant,
            DuplicateSku,
            DuplicateBarcode,
            TooManyVariants,
            AlreadyArchived,
            ConcurrentEdit,
        ),
    )
    def on_post(self, req: Request, resp: Response, product_id: UUID) -> None:
        """Offer the product in one more variant."""
        command = AddVariant(product_id=product_id, variant=variant_of(req.context.body))
        self.create(req, resp, add_variant, command, show_product, message="Variant added")


class VariantById(Resource):
    """One variant of a product."""

    @operation(
        "products.edit",
        "Edit a variant",
        body=VariantEdit(partial=True),
        answer=ProductAnswer,
        refusals=(DuplicateSku, DuplicateBarcode, *EDITS),
    )
    def on_patch(self, req: Request, resp: Response, product_id: UUID, variant_id: UUID) -> None:
        """Edit its label, price, cost or reordering."""
        changes = dict(req.context.body)
        if "barcodes" in changes:
            changes["barcodes"] = distinct(changes["barcodes"])
        command = ReviseVariant(
            product_id=product_id,
            variant_id=variant_id,
            changes=changes,
            expected_versions=expected_versions(req),
        )
        self.write(req, resp, revise_variant, command, show_product, message="Variant changed")

    @operation(
        "products.edit",
        "Remove a variant",
        answer=ProductAnswer,
        refusals=(LastVariant, StillInStock, *EDITS),
    )
    def on_delete(self, req: Request, resp: Response, product_id: UUID, variant_id: UUID) -> None:
        """Stop offering it."""
        command = RemoveVariant(
            product_id=product_id, variant_id=variant_id, expected_versions=expected_versions(req)
        )
        self.write(req, resp, remove_variant, command, show_product, message="Variant removed")
