"""How stock levels and the stock ledger are asked for."""

from typing import Any

from marshmallow import ValidationError, validates_schema

from api.fields import Body, Choice, Flag, Id, Moment, Whole, ordered_by
from api.queries import ListQuery
from domain.stock.adjustments import REASONS
from projections.stock.levels import SORT_KEYS, STATUSES, WITHOUT_PAST
from projections.stock.movements import TYPES


class StorageStockQuery(ListQuery):
    """Filters of a storage's stock levels."""

    variant_id = Id(meaning="Only of this variant.")
    product_id = Id(meaning="Only of variants of this product.")
    category_id = Id(meaning="The category; what is filed below it is found as well.")
    brand_id = Id(meaning="Only of this brand.")
    supplier_id = Id(meaning="Only from this supplier.")
    status = Choice(
        *STATUSES,
        meaning="How much there is: some, nothing, no more than the reorder level is available, less than "
        "nothing, or more is promised than there is.",
    )
    below_reorder = Flag(load_default=False, meaning="Only what is at or below its reorder level.")
    as_of = Moment(meaning="Answer what was recorded up to this time.")
    sort = Choice(
        *(sign + key for key in SORT_KEYS for sign in ("", "-")),
        permissions=ordered_by("value", permission="costs.view"),
        load_default="name",
        meaning="What to sort by; a minus turns the order around.",
    )

    @validates_schema
    def _check_past(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("as_of") is None:
            return
        named = {name for name in ("status", "sort") if data.get(name) in WITHOUT_PAST}
        if data["below_reorder"]:
            named.add("below_reorder")
        if named:
            raise ValidationError("What was promised then is not known.", min(named))


class LevelsQuery(StorageStockQuery):
    """Filters of the stock levels."""

    storage_id = Id(meaning="Only in this storage; without it, in all that you may see.")
    store_id = Id(meaning="The store, with all its storages.")


class MovementsQuery(Body):
    """Filters of the stock ledger; `from` and `to` are about when goods moved."""

    storage_id = Id(meaning="The storage; goods in transit lie in none.")
    store_id = Id(meaning="The store, with all its storages.")
    variant_id = Id(meaning="Only of this variant.")
    product_id = Id(meaning="The product, with all the variants that it has now.")
    type = Choice(*TYPES, meaning="Of which kind.")
    reason = Choice(*REASONS, meaning="The reason of an adjustment.")
    order_id = Id(meaning="Only what this order moved.")
    refund_id = Id(meaning="Only what came back with this refund or return.")
    transfer_id = Id(meaning="The transfer, with its goods in transit.")
    count_id = Id(meaning="Only what this count corrected.")
    purchase_order_id = Id(meaning="Only what came for this purchase order.")
    supplier_id = Id(meaning="Only from this supplier.")
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
