"""Pages of stock levels as they were known at a moment, from the ledger."""

from datetime import datetime
from typing import LiteralString

from domain.costing import unit_cost
from projections.base import Database, Row, plan_for_values
from projections.pages import PAGE
from projections.stock.levels.filters import KIND, Filters
from projections.stock.levels.names import NAMES
from projections.stock.movements import ask_place

_ORDER: LiteralString = """
              CASE %(sort)s::text WHEN 'name' THEN text WHEN 'sku' THEN sku_key
                                  WHEN 'storage_name' THEN name_key END,
              CASE %(sort)s::text WHEN '-name' THEN text WHEN '-sku' THEN sku_key
                                  WHEN '-storage_name' THEN name_key END DESC,
              CASE %(sort)s::text WHEN 'on_hand' THEN on_hand WHEN 'value' THEN value END,
              CASE %(sort)s::text WHEN '-on_hand' THEN on_hand WHEN '-value' THEN value END DESC,
              text, variant_id, storage_id
"""
# Each level's last row by then says what it was; those that had none were not there.
_PAGE: LiteralString = f"""
    WITH past AS MATERIALIZED (
        SELECT listed.*, last.balance_quantity AS on_hand, last.balance_value AS value
          FROM stock_listing AS listed
         CROSS JOIN LATERAL (
                SELECT balance_quantity, balance_value FROM stock_movements
                 WHERE company_id = %(company_id)s AND variant_id = listed.variant_id
                   AND storage_id = listed.storage_id AND place <= %(place)s::bigint
                 ORDER BY place DESC
                 LIMIT 1
               ) AS last
         WHERE {KIND}
           AND (%(sign)s::smallint IS NULL OR sign(last.balance_quantity) = %(sign)s::smallint)
    )
    SELECT page.storage_id, storage.name AS storage_name, page.variant_id, page.product_id, v.sku, p.name,
           v.name AS variant_name, page.on_hand, page.value, page.reorder_level,
           coalesce(point.reorder_quantity, v.reorder_quantity) AS reorder_quantity,
           (SELECT count(*) FROM past) AS total
      FROM (SELECT 1) AS always
      LEFT JOIN (
            SELECT past.*, shelf.name_key FROM past
              JOIN settings AS shelf ON shelf.company_id = past.company_id AND shelf.id = past.storage_id
             ORDER BY {_ORDER}
             {PAGE}) AS page ON true
      {NAMES}
     ORDER BY {_ORDER}
"""

_UNKNOWN = dict.fromkeys(
    ("reserved", "available", "incoming", "incoming_ordered", "incoming_transit", "last_counted_at")
)


def list_past_levels(
    db: Database, filters: Filters, as_of: datetime, *, sort: str = "name", page: int = 1, limit: int = 20
) -> tuple[list[Row], int]:
    """One page of stock levels as a moment knew them; what was promised and expected then is not known.

    They are levels of variants that are still there, named and filed as they are now.
    """
    plan_for_values(db)
    last = ask_place(db, as_of).row()
    params = {
        **filters.params(db),
        "place": last["place"] if last else 0,
        "sort": sort,
        "limit": limit,
        "offset": (page - 1) * limit,
    }
    rows = db.ask(_PAGE, params).rows()
    return [_level(row) for row in rows if row["storage_id"]], rows[0]["total"]


def _level(row: Row) -> Row:
    return {**row, **_UNKNOWN, "average_cost": unit_cost(row["value"], row["on_hand"])}
