"""What is asked of clients who draft and edit products."""

import re
from typing import Any, TypeVar
from uuid import uuid4

from marshmallow import ValidationError, fields, validate, validates_schema

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

T = TypeVar("T")

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


def _reordering(**kwargs: Any) -> Exact:
    return Exact(least=0, most=1_000_000_000, allow_none=True, load_default=None, **kwargs)


def _reference(**kwargs: Any) -> Id:
    return Id(allow_none=True, load_default=None, **kwargs)


class VariantBody(Body):
    """A variant of a product."""

    id = OwnId(meaning="Its id; on creating you may choose it yourself.")
    sku = Sku(required=True, meaning="The stock-keeping unit, unique in the company.", example="BEANS-250")
    name = Text(longest=200, load_default="", meaning="What tells it from the others.", example="250 g")
    barcodes = Many(
        Barcode(),
        longest=20,
        load_default=list,
        meaning="Barcodes, unique in the company; the check digit of a GTIN must be right.",
        example=["4006381333931"],
    )
    options = Options(
        load_default=dict,
        meaning="What tells it from the other variants. An option named like a variant type has one of its "
        "values; any other is free.",
        example={"Size": "250 g"},
    )
    price = Money(required=True, meaning="The price.", example=450)
    cost = Money(
        load_default=0,
        is_confidential=True,
        meaning="The purchase price; answered only with `costs.view`.",
        example=200,
    )
    reorder_level = _reordering(meaning="The stock at which to order again.", example="10")
    reorder_quantity = _reordering(meaning="How much to order then.", example="40")


class VariantEdit(VariantBody):
    """What can be edited of a variant."""

    class Meta(VariantBody.Meta):
        """The id stays."""

        exclude = ("id",)


class ProductEdit(Body):
    """What the variants of a product share."""

    name = Name(required=True, meaning="What it is called.", example="Espresso beans")
    description = optional(10_000, meaning="More about it.", example="Whole beans, dark roast.")
    brand_id = _reference(meaning="The brand.")
    category_id = _reference(meaning="The category.")
    unit_id = _reference(meaning="The unit its quantities are counted in.")
    supplier_id = _reference(meaning="The supplier.")
    tax_rate_ids = Many(
        Id(),
        longest=10,
        load_default=list,
        meaning="The taxes that are charged on it; without any, those of the store that sells it.",
    )
    track_stock = Flag(load_default=True, meaning="Whether its stock is counted.", example=True)


class ProductBody(ProductEdit):
    """A product with its variants."""

    id = OwnId(meaning="Its id; on creating you may choose it yourself.")
    variants = Many(
        Object(VariantBody()),
        required=True,
        shortest=1,
        longest=MOST_VARIANTS,
        meaning="What it is sold as; at least one.",
    )


class StatusBody(Body):
    """Where a product is to go in its life."""

    status = Choice(*STATUSES, required=True, meaning="Where it stands in its life.")
    launch_at = Moment(
        allow_none=True, load_default=None, meaning="When a coming product becomes active by itself."
    )

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
