"""What is asked of clients who book stock and look at it."""

from api.fields import (
    Body,
    Change,
    Choice,
    Id,
    Many,
    Moment,
    Money,
    Object,
    OwnId,
    Quantity,
    Text,
    optional,
)
from api.queries import PageQuery
from domain.stock.adjustments import REASONS
from projections.stock.journal_list import SORT_KEYS

_QUANTITY = {"required": True, "meaning": "How much, in `unit_id`.", "example": "2"}
_UNIT = "A unit with the same base as the product's; without it, the product's own."


class DocumentLine(Body):
    """What every line about goods says."""

    variant_id = Id(
        required=True,
        meaning="Which variant, by the `id` that products, lookups and the till's list give it.",
    )
    unit_id = Id(allow_none=True, load_default=None, meaning=_UNIT)


class DocumentBody(Body):
    """What every document about goods says."""

    id = OwnId(meaning="Its id; on creating you may choose it yourself.")
    storage_id = Id(
        required=True,
        meaning="Where the goods lie: a storage of the company, as `GET /api/lookups/storages` lists them.",
    )
    reference = optional(200, meaning="Your own reference.", example="DN-2041")
    note = optional(1000, meaning="Free text; nothing depends on it.")
    occurred_at = Moment(
        allow_none=True,
        load_default=None,
        meaning="When it happened, if not right now; at most `backdating_days` back, further with "
        "`pos.backdate`.",
    )


class ReceiptLine(DocumentLine):
    """What of a variant came in, at which purchase price per unit."""

    quantity = Quantity(**_QUANTITY)
    unit_cost = Money(required=True, is_confidential=True, meaning="The cost of one `unit_id`.", example=1399)


class ReceiptBody(DocumentBody):
    """A delivery."""

    supplier_id = Id(
        allow_none=True,
        load_default=None,
        meaning="From whom: a supplier, as `GET /api/lookups/suppliers` lists them.",
    )
    lines = Many(
        Object(ReceiptLine()),
        required=True,
        shortest=1,
        longest=1000,
        meaning="One for each variant, in any order; they are kept as they come.",
    )


class AdjustmentLine(DocumentLine):
    """How much more there is of a variant, or less."""

    quantity = Change(
        required=True, meaning="How much more there is, or less (below zero), in `unit_id`.", example="-2"
    )
    unit_cost = Money(
        allow_none=True,
        load_default=None,
        is_confidential=True,
        meaning="The cost of one `unit_id` of what comes in, if you know it; else it is worth as much as "
        "what is there, or what the last delivery or the catalog says. What goes out has none.",
    )


class AdjustmentBody(DocumentBody):
    """An adjustment of stock."""

    reason = Choice(
        *REASONS,
        required=True,
        meaning="Why. What was `found` and `opening` stock come in, a `correction` goes either way, "
        "everything else goes out.",
        example="damaged",
    )
    lines = Many(
        Object(AdjustmentLine()),
        required=True,
        shortest=1,
        longest=1000,
        meaning="One for each variant, in any order; they are kept as they come.",
    )


class ReturnLine(DocumentLine):
    """What of a variant goes back, and what is credited for it."""

    quantity = Quantity(**_QUANTITY)
    unit_credit = Money(
        required=True,
        is_confidential=True,
        meaning="What the supplier credits for one `unit_id`.",
        example=1399,
    )


class SupplierReturnBody(DocumentBody):
    """Goods that go back to their supplier."""

    supplier_id = Id(
        required=True, meaning="From whom: a supplier, as `GET /api/lookups/suppliers` lists them."
    )
    receipt_id = Id(
        allow_none=True,
        load_default=None,
        meaning="The delivery they came with; then no more goes back than came in with it.",
    )
    lines = Many(
        Object(ReturnLine()),
        required=True,
        shortest=1,
        longest=1000,
        meaning="One for each variant, in any order; they are kept as they come.",
    )


class ReversalBody(Body):
    """Why a movement is reversed."""

    reason = Text(shortest=1, longest=1000, required=True, meaning="Why.", example="Booked twice")


class JournalQuery(PageQuery):
    """Filters of all entries of the journal; `from` and `to` are about when they happened."""

    storage_id = Id(meaning="Only in this storage; without it, in all that you may see.")
    store_id = Id(meaning="Only of this store; without it, of all of yours.")
    from_time = Moment(data_key="from", meaning="Not before this time.", example="2026-03-01T00:00:00Z")
    to_time = Moment(data_key="to", meaning="Before this time.", example="2026-04-01T00:00:00Z")
    search = Text(shortest=1, longest=100, meaning="A part of the reference.")
    sort = Choice(
        *SORT_KEYS,
        load_default="-occurred_at",
        meaning="What to sort by; a minus turns the order around.",
    )


class AdjustmentsQuery(JournalQuery):
    """Filters of adjustments."""

    reason = Choice(*REASONS, meaning="Why stock was adjusted.")


class SuppliedQuery(JournalQuery):
    """Filters of receipts and supplier returns."""

    supplier_id = Id(meaning="Only from this supplier.")
