"""Stock levels: what can be asked about balances."""

from collections.abc import Collection
from typing import LiteralString
from uuid import UUID

from domain.costing import unit_cost
from projections.base import Database, Row
from projections.pages import PAGE, list_and_count

_BALANCES: LiteralString = """
           stock_balances AS b
      JOIN variants AS v ON v.company_id = b.company_id AND v.id = b.variant_id
      JOIN settings AS s ON s.company_id = b.company_id AND s.id = b.storage_id
"""
_FILTER: LiteralString = """
       b.company_id = %(company_id)s
       AND (%(storage_id)s::uuid IS NULL OR b.storage_id = %(storage_id)s::uuid)
       AND (%(variant_id)s::uuid IS NULL OR b.variant_id = %(variant_id)s::uuid)
       AND (%(store_ids)b::uuid[] IS NULL OR s.parent_id = ANY(%(store_ids)b::uuid[]))
       AND (NOT %(below_reorder)s::bool OR b.on_hand - b.reserved <= v.reorder_level)
"""
_LEVELS: LiteralString = f"""
    SELECT b.storage_id, s.name AS storage_name, b.variant_id, v.product_id, v.sku, p.name,
           v.name AS variant_name, b.on_hand, b.reserved,
           b.on_hand - b.reserved AS available, b.incoming_ordered + b.incoming_transit AS incoming, b.value,
           v.reorder_level
      FROM {_BALANCES}
      JOIN products AS p ON p.company_id = v.company_id AND p.id = v.product_id
     WHERE {_FILTER}
     ORDER BY b.storage_id, b.variant_id
    {PAGE}
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM {_BALANCES} WHERE {_FILTER}"


def list_levels(
    db: Database,
    *,
    page: int = 1,
    limit: int = 20,
    storage_id: UUID | None = None,
    store_ids: Collection[UUID] = (),
    variant_id: UUID | None = None,
    below_reorder: bool = False,
) -> tuple[list[Row], int]:
    """One page of stock levels, of these stores or of all, and how many there are in all.

    `average_cost` is rounded for display.
    """
    rows, total = list_and_count(
        db,
        _LEVELS,
        _COUNT,
        page=page,
        limit=limit,
        storage_id=storage_id,
        store_ids=list(store_ids) if store_ids else None,
        variant_id=variant_id,
        below_reorder=below_reorder,
    )
    return [_level(row) for row in rows], total


def _level(row: Row) -> Row:
    return {**row, "average_cost": unit_cost(row["value"], row["on_hand"])}
