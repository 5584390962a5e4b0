"""All levels of a variant at once, with what is in transit, and what that is together."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import LiteralString
from uuid import UUID

from domain.costing import unit_cost
from projections.base import Database, Row
from projections.catalog.variant_names import variant_name
from projections.stock.levels.filters import Filters
from projections.stock.levels.now import list_levels
from projections.stock.levels.past import list_past_levels

#: How many storages are shown at most.
MOST = 10_000
_VARIANT: LiteralString = f"""
    SELECT v.id AS variant_id, v.product_id, v.sku, p.name, {variant_name("v")} AS variant_name
      FROM variants AS v
      JOIN products AS p ON p.company_id = v.company_id AND p.id = v.product_id
     WHERE v.company_id = %(company_id)s AND v.id = %(variant_id)s
"""
# What is on its way to or from a storage that may be seen.
_IN_TRANSIT: LiteralString = """
    SELECT coalesce(sum(line.in_transit), 0) AS quantity,
           coalesce(sum(line.transit_value), 0)::bigint AS value
      FROM transfer_lines AS line
      JOIN transfers AS transfer ON transfer.company_id = line.company_id AND transfer.id = line.transfer_id
     WHERE line.company_id = %(company_id)s AND line.variant_id = %(variant_id)s AND line.in_transit <> 0
       AND (%(storage_ids)b::uuid[] IS NULL
            OR transfer.from_storage_id = ANY(%(storage_ids)b::uuid[])
            OR transfer.to_storage_id = ANY(%(storage_ids)b::uuid[]))
"""
_PROMISES = ("reserved", "available", "incoming", "incoming_ordered", "incoming_transit")


def find_variant_levels(
    db: Database,
    variant_id: UUID,
    *,
    storage_ids: Sequence[UUID] | None = None,
    as_of: datetime | None = None,
) -> Row | None:
    """A variant with its levels in these storages, or in all, by their names; None if there is none.

    What is in transit belongs to none of them; `totals` are those of the storages.
    """
    params = {
        "company_id": db.company_id,
        "variant_id": variant_id,
        "storage_ids": None if storage_ids is None else list(storage_ids),
    }
    variant, transit = db.ask(_VARIANT, params).row(), db.ask(_IN_TRANSIT, params)
    if variant is None:
        return None
    chosen = Filters(storage_ids=storage_ids, variant_id=variant_id)
    if as_of is None:
        levels, _ = list_levels(db, chosen, sort="storage_name", limit=MOST)
    else:
        levels, _ = list_past_levels(db, chosen, as_of, sort="storage_name", limit=MOST)
    in_transit = transit.row() if as_of is None else None
    return {**variant, "levels": levels, "in_transit": in_transit, "totals": _totals(levels, as_of)}


def _totals(levels: Iterable[Row], as_of: datetime | None) -> Row:
    levels = list(levels)
    on_hand = sum((row["on_hand"] for row in levels), Decimal(0))
    value = sum(row["value"] for row in levels)
    promises = {
        name: sum((row[name] for row in levels), Decimal(0)) if as_of is None else None for name in _PROMISES
    }
    return {"on_hand": on_hand, "value": value, "average_cost": unit_cost(value, on_hand), **promises}
