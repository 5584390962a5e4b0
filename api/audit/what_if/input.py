"""What is asked of sales that are to be decided again."""

from typing import Any

from marshmallow import ValidationError, validates_schema

from api.fields import (
    MAX_AMOUNT,
    Body,
    Choice,
    Day,
    Exact,
    Id,
    Many,
    Money,
    Object,
    OwnId,
    Percent,
    Quantity,
)

#: How many taxes, prices and promotions may be otherwise at a time.
MOST_TAXES, MOST_PRICES, MOST_PROMOTIONS = 100, 1_000, 20
#: All of a price, in percent.
_ALL = 100
_ONE_OF_EACH = "Name a variant and its price, or a category and a percentage."


class TaxRateChange(Body):
    """Another percentage of a tax."""

    id = Id(
        required=True,
        meaning="The tax rate; what was sold with it, at whatever percentage then.",
        example="120c1fcc-b152-5ee4-98a7-92de4c0dbe82",
    )
    rate = Percent(required=True, meaning="How much would be taken, in percent.", example="20")


class PriceChange(Body):
    """The price of a variant, or by how much those of a category rise or fall."""

    example = {"category_id": "8cbe147e-efd9-543a-b2dd-99ebec1473c3", "percent": "5"}  # noqa: RUF012

    variant_id = Id(meaning="The variant; with `price`.")
    price = Money(meaning="What one unit would cost, in every store.", example=1_250)
    category_id = Id(meaning="The category that lines had when they were sold, with all below it now.")
    percent = Exact(
        least=-100,
        most=1_000,
        meaning="By how much the price that each line was sold at would rise, or fall (below zero); rounded "
        "half up once. The nearest category counts, and the price of a variant before it.",
        example="5",
    )

    @validates_schema
    def check_kind(self, change: dict[str, Any], **_: Any) -> None:
        """Raise ValidationError unless it is one of the two kinds, whole."""
        if {*change} not in ({"variant_id", "price"}, {"category_id", "percent"}):
            raise ValidationError({name: [_ONE_OF_EACH] for name in sorted(change) or ["variant_id"]})


class PromotionChange(Body):
    """A discount that nobody gave: on each line of a variant or category, else on each whole order."""

    example = {"type": "percent", "value": "10", "min_subtotal": 5_000}  # noqa: RUF012

    type = Choice("percent", "amount", required=True, meaning="Percent of what is left, or an amount.")
    value = Exact(
        least=0,
        most=MAX_AMOUNT,
        required=True,
        meaning="The percentage; or the amount in minor currency units, off each line or order as a whole "
        "and never more than is left.",
        example="10",
    )
    variant_id = Id(allow_none=True, load_default=None, meaning="The variant whose lines it takes.")
    category_id = Id(
        allow_none=True,
        load_default=None,
        meaning="The category whose lines it takes, with all below it now.",
    )
    min_quantity = Quantity(
        allow_none=True,
        load_default=None,
        meaning="With a variant or category: only lines of at least so much.",
        example="2",
    )
    min_subtotal = Money(
        allow_none=True,
        load_default=None,
        meaning="Without them: only orders whose lines come to at least so much before discounts.",
        example=5_000,
    )

    @validates_schema
    def check_value(self, promotion: dict[str, Any], **_: Any) -> None:
        """Raise ValidationError for more than all, or a fraction of a minor unit."""
        value = promotion["value"]
        if promotion["type"] == "percent" and value > _ALL:
            raise ValidationError({"value": ["Must be at most 100."]})
        if promotion["type"] == "amount" and value % 1:
            raise ValidationError({"value": ["Must be a whole number of minor units."]})

    @validates_schema
    def check_target(self, promotion: dict[str, Any], **_: Any) -> None:
        """Raise ValidationError for two targets, or a condition that belongs to another."""
        targets = [name for name in ("variant_id", "category_id") if promotion.get(name)]
        if len(targets) > 1:
            raise ValidationError({name: ["Name a variant or a category, not both."] for name in targets})
        condition = "min_subtotal" if targets else "min_quantity"
        if promotion.get(condition) is not None:
            raise ValidationError({condition: ["It does not belong to what the promotion takes."]})


class ChangesBody(Body):
    """What would have been otherwise; what is left out stays as each sale has it."""

    tax_rates = Many(
        Object(TaxRateChange()), longest=MOST_TAXES, load_default=list, meaning="Taxes at other percentages."
    )
    prices = Many(
        Object(PriceChange()),
        longest=MOST_PRICES,
        load_default=list,
        meaning="Other prices. A price that somebody had set at the sale stays.",
    )
    rounding_level = Choice(
        "line", "order", allow_none=True, load_default=None, meaning="At which level taxes would be rounded."
    )
    rounding_mode = Choice(
        "half_up", "half_even", allow_none=True, load_default=None, meaning="What would become of halves."
    )
    cash_rounding = Money(
        allow_none=True,
        load_default=None,
        meaning="To what cash would be rounded, in minor currency units; 0 for nothing.",
        example=5,
    )
    promotions = Many(
        Object(PromotionChange()),
        longest=MOST_PROMOTIONS,
        load_default=list,
        meaning="Discounts that would have been given as well, after those that were, in this order.",
    )


class WhatIfBody(Body):
    """Which sales, and what would have been otherwise."""

    id = OwnId(meaning="Its id; you may choose it yourself.")
    from_date = Day(required=True, data_key="from", meaning="The first business date.", example="2026-03-01")
    to_date = Day(
        required=True, data_key="to", meaning="The last business date, itself included.", example="2026-03-31"
    )
    store_id = Id(
        allow_none=True,
        load_default=None,
        meaning="The store; without it, all of them. Whoever is bound to stores names one of these.",
    )
    changes = Object(
        ChangesBody(), required=True, meaning="What would have been otherwise; at least something."
    )


class WhatIfQuery(Body):
    """As what it is to be answered."""

    format = Choice(
        "json", "csv", load_default="json", meaning="As what it is to be answered.", example="json"
    )
