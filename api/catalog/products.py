"""Products, their variants, and their life from draft to archive."""

import re
from typing import Any, TypeVar
from uuid import UUID, uuid4

from falcon import Request, Response
from marshmallow import ValidationError, fields, validate, validates_schema

from api.catalog.images import ProductImageAnswer, show_image, show_images
from api.costs import COST
from api.envelope import ok, page_of, written
from api.etags import expected_versions
from api.fields import MAX_AMOUNT, Body, Exact, Flag, Id, Many, Moment, Money, Name, OwnId, Text, Whole
from api.operations import operation
from api.queries import AsOfQuery, ListQuery
from api.resource import Resource, stores_asked
from commands.catalog.products import (
    AddVariant,
    ChangeProductStatus,
    RegisterProduct,
    RemoveVariant,
    ReviseProduct,
    ReviseVariant,
    add_variant,
    change_product_status,
    register_product,
    remove_variant,
    revise_product,
    revise_variant,
)
from commands.outcomes import Response as Written
from commands.ports import ConcurrentEdit, DuplicateId, Missing, StaleVersion
from domain.catalog.cells import MOST_OPTIONS
from domain.catalog.gtin import has_valid_check_digit
from domain.catalog.products import (
    MOST_VARIANTS,
    STATUSES,
    DuplicateBarcode,
    DuplicateSku,
    InvalidTransition,
    LastVariant,
    Product,
    TooManyVariants,
    Variant,
)
from domain.entities import AlreadyArchived
from domain.packages import PlanLimitReached
from domain.settings import InUse
from projections.catalog.listing_pages import SORT_KEYS
from projections.catalog.product_list import list_products
from projections.guards.catalog.products import DuplicateVariant

T = TypeVar("T")

_EDITS = (StaleVersion, AlreadyArchived, ConcurrentEdit)


_BARCODE = re.compile(r"[A-Za-z0-9-]{1,64}\Z")


class Sku(Text):
    """A stock-keeping unit: 1 to 64 visible characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(shortest=1, longest=64, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        sku = super()._deserialize(value, attr, data, **kwargs)
        # What cannot be seen would make two variants that nobody can tell apart.
        if not sku.isprintable():
            raise ValidationError("Must not hold characters that cannot be seen.")
        return sku


class Barcode(Text):
    """Letters, digits and dashes; 8, 12, 13 or 14 digits are a GTIN, whose check digit must be right."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        code = super()._deserialize(value, attr, data, **kwargs)
        if not _BARCODE.match(code):
            raise ValidationError("Must be 1 to 64 letters, digits or dashes.")
        if not has_valid_check_digit(code):
            raise ValidationError("The check digit is wrong.")
        return code


class Options(fields.Dict):
    """What tells a variant from its siblings: each name once, however much white space surrounds it."""

    def __init__(self, **kwargs: Any) -> None:
        text = Text(shortest=1, longest=50)
        self._length = validate.Length(max=MOST_OPTIONS)
        super().__init__(keys=text, values=text, validate=self._length, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, dict):
            self._length(value)
        options = super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        if len(options) < len(value):
            raise ValidationError("An option occurs twice.")
        return options


class VariantBody(Body):
    """A variant of a product."""

    id = OwnId()
    sku = Sku(required=True)
    name = Text(longest=200, load_default="")
    barcodes = Many(Barcode(), longest=20, load_default=list)
    options = Options(load_default=dict)
    price = Money(required=True)
    cost = Money(load_default=0, metadata=COST)
    reorder_level = Exact(least=0, most=1_000_000_000, allow_none=True, load_default=None)
    reorder_quantity = Exact(least=0, most=1_000_000_000, allow_none=True, load_default=None)


class VariantEdit(VariantBody):
    """What can be edited of a variant."""

    class Meta(VariantBody.Meta):
        """The id stays."""

        exclude = ("id",)


class ProductEdit(Body):
    """What the variants of a product share."""

    name = Name(required=True)
    description = Text(longest=10_000, allow_none=True, load_default=None)
    brand_id = Id(allow_none=True, load_default=None)
    category_id = Id(allow_none=True, load_default=None)
    unit_id = Id(allow_none=True, load_default=None)
    supplier_id = Id(allow_none=True, load_default=None)
    tax_rate_ids = Many(Id(), longest=10, load_default=list)
    track_stock = Flag(load_default=True)


class ProductBody(ProductEdit):
    """A product with its variants."""

    id = OwnId()
    variants = Many(fields.Nested(VariantBody()), required=True, shortest=1, longest=MOST_VARIANTS)


class ProductAnswer(ProductEdit):
    """A product as it stands."""

    id = Id()
    status = fields.String(validate=validate.OneOf(STATUSES))
    launch_at = Moment(allow_none=True)
    variants = fields.List(fields.Nested(VariantBody()))
    images = fields.List(fields.Nested(ProductImageAnswer()))
    version = Whole()
    created_at = Moment()
    updated_at = Moment()


class ProductFilters(Body):
    """What the catalog can be filtered by. Prices and stock are those of the store, if one is named."""

    status = fields.String(validate=validate.OneOf(STATUSES))
    brand_id = Id()
    category_id = Id(metadata={"description": "Products of this category and of all below it."})
    supplier_id = Id()
    store_id = Id(
        metadata={"description": "What this store carries: has or had in stock, or has its own price for."}
    )
    min_price = Whole(least=0, most=MAX_AMOUNT, metadata={"description": "A variant costs at least this."})
    max_price = Whole(least=0, most=MAX_AMOUNT, metadata={"description": "A variant costs at most this."})
    in_stock = Flag(metadata={"description": "Whether there is stock of it, or none; uncounted is in stock."})

    @validates_schema
    def _check_range(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("min_price", 0) > data.get("max_price", data.get("min_price", 0)):
            raise ValidationError("Must not be above max_price.", "min_price")


class ProductQuery(ProductFilters, ListQuery):
    """Filters of the catalog; archived products are listed on request only."""

    sort = fields.String(validate=validate.OneOf(SORT_KEYS), load_default="name")


def filters_asked(req: Request) -> dict[str, Any]:
    """What is filtered by, as the query says. Raises OtherStore for a store the caller does not work in."""
    query = dict(req.context.query)
    stores_asked(query.get("store_id"), req.context.caller)
    return query


class StatusBody(Body):
    """Where a product is to go in its life."""

    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    launch_at = Moment(allow_none=True, load_default=None)

    @validates_schema
    def _check_launch(self, data: dict[str, Any], **_: Any) -> None:
        if data["status"] == "coming_soon" and data["launch_at"] is None:
            raise ValidationError("Missing data for a product that is coming soon.", "launch_at")
        if data["status"] != "coming_soon" and data["launch_at"] is not None:
            raise ValidationError("Only a product that is coming_soon will be launched.", "launch_at")


def show_product(product: Product, *, with_costs: bool) -> dict[str, Any]:
    """A product as clients see it; costs only for those who may see them."""
    return {
        "id": product.id,
        **product.values,
        "status": product.status,
        "launch_at": product.launch_at,
        "version": product.version,
        "created_at": product.created_on,
        "updated_at": product.modified_on,
        "variants": [
            {name: getattr(variant, name) for name in _VARIANT_FIELDS if with_costs or name != "cost"}
            for variant in product.variants.values()
        ],
        "images": show_images(product.images.values()),
    }


_VARIANT_FIELDS = tuple(Variant.__dataclass_fields__)


def _presented(req: Request, message: str, status: int = 200) -> Any:
    with_costs = req.context.caller.sees_costs

    def present(product: Product) -> Written:
        shown = show_product(product, with_costs=with_costs)
        return written(shown, message, status=status, version=product.version)

    return present


def _variant(body: dict[str, Any]) -> Variant:
    said = {**body, "id": body.get("id") or uuid4(), "barcodes": _once(body["barcodes"])}
    return Variant(**said)


def _once(items: list[T]) -> tuple[T, ...]:
    """Each of them once: a tax named twice is not due twice."""
    return tuple(dict.fromkeys(items))


class Products(Resource):
    """The catalog."""

    @operation("products.view", "List products", query=ProductQuery(), answer=ProductAnswer(), many=True)
    def on_get(self, req: Request, resp: Response) -> None:
        """One page of products with their variants."""
        query = filters_asked(req)
        rows, total = self.ask(req, resp, lambda reading: list_products(reading.db, **query))
        for row in rows:
            row["images"] = [show_image(image, image["position"]) for image in row["images"]]
        if not req.context.caller.sees_costs:
            for variant in (variant for row in rows for variant in row["variants"]):
                del variant["cost"]
        resp.media = page_of(rows, total, query["page"], query["limit"])

    @operation(
        "products.create",
        "Draft a product",
        body=ProductBody(),
        answer=ProductAnswer(),
        status=201,
        refusals=(DuplicateId, DuplicateSku, DuplicateBarcode, PlanLimitReached, ConcurrentEdit),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Draft a product with its variants."""
        values = dict(req.context.body)
        command = RegisterProduct(
            id=values.pop("id", None) or uuid4(),
            variants=tuple(_variant(variant) for variant in values.pop("variants")),
            values={**values, "tax_rate_ids": _once(values["tax_rate_ids"])},
        )
        self.create(req, resp, register_product, command, _presented(req, "Product drafted", 201))


class ProductById(Resource):
    """One product."""

    @operation("products.view", "Show a product", query=AsOfQuery(), answer=ProductAnswer())
    def on_get(self, req: Request, resp: Response, product_id: UUID) -> None:
        """The product with its variants, as it is or as it was recorded by `as_of`."""
        as_of = req.context.query.get("as_of")
        found = self.ask(req, resp, lambda reading: reading.aggregates(Product, [product_id], as_of))
        if not found:
            raise Missing
        self.show(
            req, resp, ok(show_product(found[0], with_costs=req.context.caller.sees_costs)), found[0].version
        )

    @operation(
        "products.edit",
        "Edit a product",
        body=ProductEdit(partial=True),
        answer=ProductAnswer(),
        refusals=(InUse, *_EDITS),
    )
    def on_patch(self, req: Request, resp: Response, product_id: UUID) -> None:
        """Edit what the variants share."""
        changes = dict(req.context.body)
        if "tax_rate_ids" in changes:
            changes["tax_rate_ids"] = _once(changes["tax_rate_ids"])
        command = ReviseProduct(id=product_id, changes=changes, expected_versions=expected_versions(req))
        self.write(req, resp, revise_product, command, _presented(req, "Product changed"))

    @operation(
        "products.archive",
        "Archive a product",
        answer=ProductAnswer(),
        refusals=(InvalidTransition, InUse, StaleVersion, ConcurrentEdit),
    )
    def on_delete(self, req: Request, resp: Response, product_id: UUID) -> None:
        """Take it out of the catalog; its history stays."""
        command = ChangeProductStatus(
            id=product_id, status="archived", expected_versions=expected_versions(req)
        )
        self.write(req, resp, change_product_status, command, _presented(req, "Product archived"))


class ProductStatus(Resource):
    """The life cycle of a product."""

    @operation(
        "products.edit",
        "Change a product's status",
        description="draft → active, coming_soon (with `launch_at`) · coming_soon → active · active → "
        "discontinued · discontinued → active · any of these → archived · archived → draft.",
        body=StatusBody(),
        answer=ProductAnswer(),
        refusals=(InvalidTransition, InUse, PlanLimitReached, StaleVersion, ConcurrentEdit),
    )
    def on_post(self, req: Request, resp: Response, product_id: UUID) -> None:
        """Move it along its life."""
        command = ChangeProductStatus(
            id=product_id, **req.context.body, expected_versions=expected_versions(req)
        )
        self.write(req, resp, change_product_status, command, _presented(req, "Status changed"))


class ProductVariants(Resource):
    """The variants of a product."""

    @operation(
        "products.edit",
        "Add a variant",
        body=VariantBody(),
        answer=ProductAnswer(),
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
        command = AddVariant(product_id=product_id, variant=_variant(req.context.body))
        self.create(req, resp, add_variant, command, _presented(req, "Variant added", 201))


class VariantById(Resource):
    """One variant of a product."""

    @operation(
        "products.edit",
        "Edit a variant",
        body=VariantEdit(partial=True),
        answer=ProductAnswer(),
        refusals=(DuplicateSku, DuplicateBarcode, *_EDITS),
    )
    def on_patch(self, req: Request, resp: Response, product_id: UUID, variant_id: UUID) -> None:
        """Edit its label, price, cost or reordering."""
        changes = dict(req.context.body)
        if "barcodes" in changes:
            changes["barcodes"] = _once(changes["barcodes"])
        command = ReviseVariant(
            product_id=product_id,
            variant_id=variant_id,
            changes=changes,
            expected_versions=expected_versions(req),
        )
        self.write(req, resp, revise_variant, command, _presented(req, "Variant changed"))

    @operation(
        "products.edit",
        "Remove a variant",
        answer=ProductAnswer(),
        refusals=(LastVariant, InUse, *_EDITS),
    )
    def on_delete(self, req: Request, resp: Response, product_id: UUID, variant_id: UUID) -> None:
        """Stop offering it."""
        command = RemoveVariant(
            product_id=product_id, variant_id=variant_id, expected_versions=expected_versions(req)
        )
        self.write(req, resp, remove_variant, command, _presented(req, "Variant removed"))
