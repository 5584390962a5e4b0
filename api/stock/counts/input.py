"""What is asked of clients who count."""

from typing import Any

from marshmallow import ValidationError, validates_schema

from api.answers import meanings_of
from api.fields import (
    Body,
    Choice,
    Exact,
    Flag,
    Id,
    Many,
    Moment,
    Object,
    OwnId,
    Text,
    Whole,
    optional,
    ordered_by,
)
from api.queries import PageQuery
from api.stock.counts.answers import CountAnswer, ScopeAnswer

# What is asked of clients means what they are answered.
_COUNT, _SCOPE = meanings_of(CountAnswer), meanings_of(ScopeAnswer)


class ScopeBody(Body):
    """What a partial count is about; the lists add to each other."""

    category_ids = Many(Id(), longest=1000, load_default=list, **_SCOPE["category_ids"])
    brand_ids = Many(Id(), longest=1000, load_default=list, **_SCOPE["brand_ids"])
    supplier_ids = Many(Id(), longest=1000, load_default=list, **_SCOPE["supplier_ids"])
    variant_ids = Many(Id(), longest=10_000, load_default=list, **_SCOPE["variant_ids"])


class CountBody(Body):
    """A count."""

    id = OwnId(**_COUNT["id"])
    storage_id = Id(required=True, **_COUNT["storage_id"])
    name = optional(200, **_COUNT["name"])
    kind = Choice("full", "partial", required=True, **_COUNT["kind"])
    blind = Flag(load_default=False, **_COUNT["blind"])
    scope = Object(ScopeBody(), load_default=dict, **_COUNT["scope"])
    reference = optional(200, **_COUNT["reference"])
    note = optional(1000, **_COUNT["note"])
    occurred_at = Moment(allow_none=True, load_default=None, meaning="When it began, if not right now.")


class TallyBody(Body):
    """What was found of a variant in an area; either `variant_id` or `barcode` says of which."""

    variant_id = Id(allow_none=True, load_default=None, meaning="What was counted, unless `barcode` says it.")
    barcode = optional(100, meaning="A barcode of the variant, instead.", example="4006381333931")
    area = Text(longest=40, load_default="", meaning="Where; areas of a variant add up.", example="Shelf 3")
    quantity = Exact(least=0, most=1_000_000_000, required=True, meaning="How much.", example="18")
    unit_id = Id(allow_none=True, load_default=None, meaning="The unit, if it is not the product's.")
    mode = Choice(
        "set", "add", load_default="set", meaning="Whether that is all of it there, or as much more."
    )
    counted_at = Moment(
        allow_none=True, load_default=None, meaning="For which moment it was counted, if not right now."
    )

    @validates_schema
    def _check_goods(self, data: dict[str, Any], **_: Any) -> None:
        if (data["variant_id"] is None) == (data["barcode"] is None):
            raise ValidationError("Either this or a barcode says what was counted.", "variant_id")


class TalliesBody(Body):
    """What somebody counted."""

    lines = Many(
        Object(TallyBody()),
        required=True,
        shortest=1,
        longest=1000,
        meaning="What was found, one for each variant and area.",
    )


class CompletionBody(Body):
    """What becomes of what nobody counted."""

    uncounted = Choice(
        "keep",
        "zero",
        load_default="keep",
        meaning="Whether what nobody counted keeps its stock, or counts as gone.",
    )
    confirm_uncounted = Whole(
        least=0,
        most=2**31,
        allow_none=True,
        load_default=None,
        meaning="With `zero`: how many lines nobody counted, so that nothing is gone by mistake.",
        example=2,
    )


class CancellationBody(Body):
    """Why a count comes to nothing."""

    reason = Text(shortest=1, longest=500, required=True, meaning="Why.", example="Begun twice")


class CountsQuery(PageQuery):
    """Filters of the counts; `from` and `to` are times of recording."""

    status = Choice("open", "completed", "cancelled", **_COUNT["status"])
    storage_id = Id(**_COUNT["storage_id"])
    store_id = Id(meaning="Only of this store; without it, of all of yours.")
    from_time = Moment(data_key="from", meaning="Not before this time.", example="2026-03-01T00:00:00Z")
    to_time = Moment(data_key="to", meaning="Before this time.", example="2026-04-01T00:00:00Z")
    sort = Choice(
        "created_at",
        "-created_at",
        load_default="-created_at",
        meaning="What to sort by; a minus turns the order around.",
    )


class CountLinesQuery(PageQuery):
    """Filters of a count's lines."""

    status = Choice(
        "counted", "uncounted", "different", meaning="What is counted, is not, or is not as expected."
    )
    area = Text(longest=40, meaning="Where.", example="Shelf 3")
    search = Text(shortest=1, longest=100, meaning="Words to look for in names and SKUs.")
    sort = Choice(
        "sku",
        "-sku",
        "name",
        "-name",
        "difference",
        "-difference",
        "difference_value",
        "-difference_value",
        permissions=ordered_by("difference_value", permission="costs.view"),
        load_default="sku",
        meaning="What to sort by; a minus turns the order around.",
    )
