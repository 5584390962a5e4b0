"""What is asked of clients who draft and edit products."""

import re
from typing import Any, TypeVar
from uuid import uuid4

from marshmallow import ValidationError, fields, validate, validates_schema

from api.answers import meanings_of
from api.catalog.products.answers import ProductAnswer, VariantAnswer
from api.fields import (
    Body,
    Choice,
    Described,
    Exact,
    Flag,
    Id,
    Many,
    Moment,
    Money,
    Name,
    Object,
    OwnId,
    Text,
    optional,
)
from domain.catalog.cells import MOST_OPTIONS
from domain.catalog.gtin import has_valid_check_digit
from domain.catalog.products import MOST_VARIANTS, STATUSES, Variant
from domain.settings import name_key

T = TypeVar("T")

# What is asked of clients means what they are answered.
_PRODUCT, _VARIANT = meanings_of(ProductAnswer), meanings_of(VariantAnswer)
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


class Options(Described, fields.Dict):
    """What tells a variant from its siblings: each name once, however it is written."""

    def __init__(self, **kwargs: Any) -> None:
        text = Text(shortest=1, longest=50)
        self._length = validate.Length(max=MOST_OPTIONS)
        super().__init__(keys=text, values=text, validate=self._length, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, dict):
            self._length(value)
        options = super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        if len({name_key(name) for name in options}) < len(value):
            raise ValidationError("An option occurs twice.")
        return options


def _reordering(**kwargs: Any) -> Exact:
    return Exact(least=0, most=1_000_000_000, allow_none=True, load_default=None, **kwargs)


def _reference(**kwargs: Any) -> Id:
    return Id(allow_none=True, load_default=None, **kwargs)


class VariantBody(Body):
    """A variant of a product."""

    id = OwnId(**_VARIANT["id"])
    sku = Sku(required=True, **_VARIANT["sku"])
    name = Text(longest=200, load_default="", **_VARIANT["name"])
    barcodes = Many(Barcode(), longest=20, load_default=list, **_VARIANT["barcodes"])
    options = Options(load_default=dict, **_VARIANT["options"])
    price = Money(required=True, **_VARIANT["price"])
    cost = Money(load_default=0, is_confidential=True, **_VARIANT["cost"])
    reorder_level = _reordering(**_VARIANT["reorder_level"])
    reorder_quantity = _reordering(**_VARIANT["reorder_quantity"])


class VariantEdit(VariantBody):
    """What can be edited of a variant."""

    class Meta(VariantBody.Meta):
        """The id stays."""

        exclude = ("id",)


class ProductEdit(Body):
    """What the variants of a product share."""

    name = Name(required=True, **_PRODUCT["name"])
    description = optional(10_000, **_PRODUCT["description"])
    brand_id = _reference(**_PRODUCT["brand_id"])
    category_id = _reference(**_PRODUCT["category_id"])
    unit_id = _reference(**_PRODUCT["unit_id"])
    supplier_id = _reference(**_PRODUCT["supplier_id"])
    tax_rate_ids = Many(Id(), longest=10, load_default=list, **_PRODUCT["tax_rate_ids"])
    track_stock = Flag(load_default=True, **_PRODUCT["track_stock"])


class ProductBody(ProductEdit):
    """A product with its variants."""

    id = OwnId(**_PRODUCT["id"])
    variants = Many(
        Object(VariantBody()), required=True, shortest=1, longest=MOST_VARIANTS, **_PRODUCT["variants"]
    )


class StatusBody(Body):
    """Where a product is to go in its life."""

    status = Choice(*STATUSES, required=True, **{**_PRODUCT["status"], "example": "active"})
    launch_at = Moment(allow_none=True, load_default=None, **_PRODUCT["launch_at"])

    @validates_schema
    def _check_launch(self, data: dict[str, Any], **_: Any) -> None:
        if data["status"] == "coming_soon" and data["launch_at"] is None:
            raise ValidationError("Missing data for a product that is coming soon.", "launch_at")
        if data["status"] != "coming_soon" and data["launch_at"] is not None:
            raise ValidationError("Only a product that is coming_soon will be launched.", "launch_at")


def variant_of(body: dict[str, Any]) -> Variant:
    """The variant that a body describes."""
    return Variant(**{**body, "id": body.get("id") or uuid4(), "barcodes": distinct(body["barcodes"])})


def distinct(items: list[T]) -> tuple[T, ...]:
    """Each of them once: a tax named twice is not due twice."""
    return tuple(dict.fromkeys(items))
