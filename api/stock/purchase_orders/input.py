"""What is asked of clients who buy goods."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, get_args

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
    Money,
    Object,
    OwnId,
    Percent,
    Quantity,
    Text,
    optional,
    ordered_by,
)
from api.queries import PageQuery
from api.stock.purchase_orders.answers import PurchaseLineAnswer, PurchaseOrderAnswer
from domain.stock.purchase_orders import PurchaseOrderStatus
from projections.stock.purchase_order_list import SORT_KEYS

_MOST_LINES = 1000
_LONGEST_SKU = 100
# What is asked of clients means what they are answered.
_ORDER, _LINE = meanings_of(PurchaseOrderAnswer), meanings_of(PurchaseLineAnswer)
_UNIT = "A unit with the same base as the product's; without it, the product's own."
_MISSING = "Missing data for required field."


class PurchaseLineBody(Body):
    """What is to be bought of a variant."""

    variant_id = Id(required=True, **_LINE["variant_id"])
    quantity = Quantity(required=True, **_LINE["quantity"])
    unit_id = Id(allow_none=True, load_default=None, meaning=_UNIT)
    unit_cost = Money(is_confidential=True, **_LINE["unit_cost"])
    discount_percent = Percent(load_default=Decimal(0), **_LINE["discount_percent"])
    supplier_sku = optional(_LONGEST_SKU, **_LINE["supplier_sku"])
    expected_at = Moment(allow_none=True, load_default=None, **_LINE["expected_at"])
    storage_id = Id(
        allow_none=True,
        load_default=None,
        meaning="The storage that it is for, in an order without `storage_id` of its own.",
    )


class PurchaseOrderBody(Body):
    """An order as it is planned; or suggested lines, each with a `storage_id`, of which several are made.

    Suggested lines say neither unit nor cost: they are in the product's unit, and cost what they cost last.
    """

    id = OwnId(**_ORDER["id"])
    supplier_id = Id(**_ORDER["supplier_id"])
    storage_id = Id(**_ORDER["storage_id"])
    expected_at = Moment(allow_none=True, load_default=None, **_ORDER["expected_at"])
    reference = optional(200, **_ORDER["reference"])
    note = optional(1000, **_ORDER["note"])
    occurred_at = Moment(
        allow_none=True, load_default=None, meaning="When it was planned; without it, now. It moves no goods."
    )
    lines = Many(
        Object(PurchaseLineBody()), required=True, shortest=1, longest=_MOST_LINES, **_ORDER["lines"]
    )

    @validates_schema
    def check_form(self, data: dict[str, Any], **_: Any) -> None:
        """One form or the other, whole."""
        check = _wrong_in_order if is_one_order(data) else _wrong_in_suggestion
        if wrong := dict(check(data)):
            raise ValidationError(wrong)


def is_one_order(body: dict[str, Any]) -> bool:
    """Whether the body is an order of its own, and no suggested lines."""
    names_storages = all(line["storage_id"] for line in body.get("lines", ()))
    return "supplier_id" in body or "storage_id" in body or not names_storages


def _wrong_in_order(body: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in ("supplier_id", "storage_id"):
        if name not in body:
            yield name, [_MISSING]
    lines = {}
    for index, line in enumerate(body["lines"]):
        wrong = {} if "unit_cost" in line else {"unit_cost": [_MISSING]}
        if line["storage_id"]:
            wrong["storage_id"] = ["All of an order is for one storage."]
        if wrong:
            lines[index] = wrong
    if lines:
        yield "lines", lines


def _wrong_in_suggestion(body: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in ("expected_at", "reference", "note", "occurred_at"):
        if body[name]:
            yield name, ["Suggested lines have none."]
    lines = {
        index: {name: ["Suggested lines have none."] for name in wrong}
        for index, line in enumerate(body["lines"])
        if (wrong := [name for name in _TERMS if line.get(name)])
    }
    if lines:
        yield "lines", lines


#: What suggested lines do not say.
_TERMS = ("unit_id", "unit_cost", "discount_percent", "supplier_sku", "expected_at")


class PurchaseLineEdit(Body):
    """Another quantity of a variant; what is left out stays as it is."""

    variant_id = Id(required=True, **_LINE["variant_id"])
    quantity = Quantity(required=True, **_LINE["quantity"])
    unit_id = Id(allow_none=True, meaning=_UNIT)
    unit_cost = Money(is_confidential=True, **_LINE["unit_cost"])
    discount_percent = Percent(**_LINE["discount_percent"])
    supplier_sku = Text(longest=_LONGEST_SKU, allow_none=True, **_LINE["supplier_sku"])
    expected_at = Moment(allow_none=True, **_LINE["expected_at"])


class PurchaseOrderEdit(Body):
    """What can be changed of a draft; of what was ordered, time, note, and quantities of lines."""

    supplier_id = Id(**_ORDER["supplier_id"])
    storage_id = Id(**_ORDER["storage_id"])
    expected_at = Moment(allow_none=True, **_ORDER["expected_at"])
    reference = Text(longest=200, allow_none=True, **_ORDER["reference"])
    note = Text(longest=1000, allow_none=True, **_ORDER["note"])
    lines = Many(
        Object(PurchaseLineEdit()),
        longest=_MOST_LINES,
        meaning="All lines of a draft; of what was ordered, those of which more or less is ordered.",
    )


class OrderingQuery(Body):
    """Whether the supplier gets the order by mail."""

    send = Flag(load_default=False, meaning="Whether the supplier gets it by mail, as a PDF.")


class DeliveryLineBody(Body):
    """What came of a line, in the supplier's unit."""

    line_id = Id(required=True, meaning="Which line of the order has come.")
    quantity = Exact(least=0, most=1_000_000_000, required=True, meaning="How much is taken in.", example="1")
    unit_cost = Money(
        allow_none=True,
        load_default=None,
        is_confidential=True,
        meaning="The price of one; without it, the order's less its discount.",
        example=5800,
    )
    rejected = Exact(
        least=0, most=1_000_000_000, load_default=Decimal(0), meaning="How much is sent away.", example="0"
    )
    rejected_reason = optional(200, meaning="Why it is sent away.", example="Broken")


class DeliveryBody(Body):
    """A delivery of what was ordered."""

    id = Id(meaning="The id of the movement; you may choose it yourself, and send the same again.")
    storage_id = Id(
        allow_none=True, load_default=None, meaning="Where the goods are put, if not where they were for."
    )
    reference = optional(200, meaning="Your own reference.", example="DN-2041")
    note = optional(1000, meaning="Free text; nothing depends on it.")
    occurred_at = Moment(
        allow_none=True,
        load_default=None,
        meaning="When it happened, if not right now; at most `backdating_days` back, further with "
        "`pos.backdate`.",
    )
    lines = Many(
        Object(DeliveryLineBody()), required=True, shortest=1, longest=_MOST_LINES, meaning="What came."
    )


class CancellationBody(Body):
    """Why nothing more is expected."""

    reason = optional(1000, **_ORDER["reason"])


class DocumentQuery(Body):
    """As what the document is written."""

    format = Text(longest=20, load_default="pdf", meaning="As what: `pdf`, `html` or `csv`.", example="html")


class PurchaseOrdersQuery(PageQuery):
    """Filters of the purchase orders; `from` and `to` are about when they were ordered, or drafted."""

    sort = Choice(
        *SORT_KEYS,
        permissions=ordered_by("total", permission="costs.view"),
        load_default="-number",
        meaning="What to sort by; a minus turns the order around.",
    )
    status = Choice(
        *get_args(PurchaseOrderStatus), meaning="Where they stand; without it, all but discarded drafts."
    )
    supplier_id = Id(**_ORDER["supplier_id"])
    storage_id = Id(**_ORDER["storage_id"])
    store_id = Id(meaning="The store that the goods are for.")
    variant_id = Id(meaning="The variant that is ordered.")
    from_time = Moment(data_key="from", meaning="Not before this time.", example="2026-03-01T00:00:00Z")
    to_time = Moment(data_key="to", meaning="Before this time.", example="2026-04-01T00:00:00Z")
    late = Flag(load_default=False, meaning="Only what was expected by now, and has not come in full.")
    search = Text(
        shortest=1,
        longest=100,
        meaning="What number or reference begin with, or the bare number.",
        example="17",
    )
