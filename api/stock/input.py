"""What is asked of clients who receive stock and look at it."""

from api.fields import (
    Body,
    Choice,
    Flag,
    Id,
    Many,
    Moment,
    Money,
    Object,
    OwnId,
    Quantity,
    Text,
    Whole,
    optional,
)
from api.queries import PageQuery
from projections.stock.movements import TYPES


class ReceiptLine(Body):
    """What of a variant came in, at which purchase price per unit."""

    variant_id = Id(required=True, meaning="The variant.")
    quantity = Quantity(required=True, meaning="How much.", example="2")
    unit_cost = Money(required=True, is_confidential=True, meaning="The cost of one unit.", example=200)


class ReceiptBody(Body):
    """A delivery."""

    id = OwnId(meaning="Its id; on creating you may choose it yourself.")
    storage_id = Id(required=True, meaning="The storage.")
    supplier_id = Id(allow_none=True, load_default=None, meaning="The supplier.")
    reference = optional(200, meaning="Your own reference.", example="DN-2041")
    occurred_at = Moment(
        allow_none=True,
        load_default=None,
        meaning="When it happened, if not right now; at most `backdating_days` back, further with "
        "`pos.backdate`.",
    )
    lines = Many(Object(ReceiptLine()), required=True, shortest=1, longest=1000, meaning="The lines.")


class StorageStockQuery(PageQuery):
    """Filters of a storage's stock levels."""

    variant_id = Id(meaning="The variant.")
    below_reorder = Flag(load_default=False, meaning="Only what is at or below its reorder level.")


class LevelsQuery(StorageStockQuery):
    """Filters of the stock levels."""

    storage_id = Id(meaning="The storage.")
    store_id = Id(meaning="The store.")


class MovementsQuery(Body):
    """Filters of the stock ledger; `from` and `to` are about when goods moved."""

    storage_id = Id(meaning="The storage; goods in transit lie in none.")
    store_id = Id(meaning="The store, with all its storages.")
    variant_id = Id(meaning="The variant.")
    product_id = Id(meaning="The product, with all the variants that it has now.")
    type = Choice(*TYPES, meaning="Of which kind.")
    reason = Text(shortest=1, longest=100, meaning="The reason of an adjustment.", example="damaged")
    order_id = Id(meaning="The order.")
    transfer_id = Id(meaning="The transfer, with its goods in transit.")
    count_id = Id(meaning="The count.")
    purchase_order_id = Id(meaning="The purchase order.")
    supplier_id = Id(meaning="The supplier.")
    actor_id = Id(meaning="Who did it.")
    from_time = Moment(data_key="from", meaning="Not before this time.", example="2026-03-01T00:00:00Z")
    to_time = Moment(data_key="to", meaning="Before this time.", example="2026-04-01T00:00:00Z")
    as_of = Moment(meaning="Answer what was recorded up to this time.")
    after = Whole(
        least=0,
        most=2**63 - 1,
        meaning="The oldest come first, behind this cursor; so it is without cursors.",
    )
    before = Whole(
        least=0,
        most=2**63 - 1,
        meaning="The newest come first, before this cursor; begin with any number that is larger than all.",
    )
    limit = Whole(least=1, most=100, load_default=20, meaning="How many at most.")
