"""Pages of stock levels as they are now."""

from collections.abc import Mapping
from typing import LiteralString

from domain.costing import unit_cost
from projections.base import Database, Row, plan_for_values
from projections.pages import PAGE, total_of
from projections.stock.levels.filters import KIND, Filters
from projections.stock.levels.names import NAMES

#: Up to how many levels are rather sorted than met on the way through all.
FEW = 2_000

_BALANCE: LiteralString = """
           SELECT FROM stock_balances AS balance
            WHERE balance.company_id = %(company_id)s AND balance.storage_id = listed.storage_id
              AND balance.variant_id = listed.variant_id
"""
_FILTER: LiteralString = f"""
       {KIND}
       AND (%(sign)s::smallint IS NULL OR listed.sign = %(sign)s::smallint)
       AND (NOT %(is_low)s::bool OR listed.reorder_level IS NOT NULL AND EXISTS (
           {_BALANCE} AND balance.on_hand - balance.reserved <= listed.reorder_level))
       AND (NOT %(is_oversold)s::bool OR EXISTS ({_BALANCE} AND balance.on_hand < balance.reserved))
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM stock_listing AS listed WHERE {_FILTER}"

_ROW: LiteralString = """
    SELECT page.storage_id, storage.name AS storage_name, page.variant_id, page.product_id, v.sku, p.name,
           v.name AS variant_name, b.on_hand, b.reserved, b.on_hand - b.reserved AS available,
           b.incoming_ordered, b.incoming_transit, b.incoming_ordered + b.incoming_transit AS incoming,
           b.value, page.reorder_level,
           coalesce(point.reorder_quantity, v.reorder_quantity) AS reorder_quantity, b.last_counted_at
"""
_OF_PAGE: LiteralString = f"""
     CROSS JOIN LATERAL (
            SELECT * FROM stock_balances
             WHERE company_id = %(company_id)s AND storage_id = page.storage_id
               AND variant_id = page.variant_id
             LIMIT 1
           ) AS b
      {NAMES}
"""

_DIRECTIONS: Mapping[str, LiteralString] = {"": "", "-": "DESC"}
_LISTED: Mapping[str, LiteralString] = {"name": "text", "sku": "sku_key"}
_FIGURES: Mapping[str, LiteralString] = {
    "on_hand": "balance.on_hand",
    "available": "balance.on_hand - balance.reserved",
    "value": "balance.value",
}

# NOTE: each order has a statement of its own, so that each can walk its own index; what few match is found
# sooner by another index, which the changed expression after ORDER BY leaves as the only way.
_BY_TEXT: Mapping[str, LiteralString] = {
    sign + sort: f"""
    {_ROW}
      FROM (SELECT listed.* FROM stock_listing AS listed
             WHERE {_FILTER}
             ORDER BY CASE WHEN %(are_few)s::bool THEN listed.{column} || '' ELSE listed.{column}
                      END {direction},
                      listed.variant_id {direction}, listed.storage_id {direction}
             {PAGE}) AS page
      {_OF_PAGE}
     ORDER BY page.{column} {direction}, page.variant_id {direction}, page.storage_id {direction}
"""
    for sort, column in _LISTED.items()
    for sign, direction in _DIRECTIONS.items()
}

# NOTE: storages are few, and the levels of each are looked up in their order, until the page is full.
_BY_STORAGE: Mapping[str, LiteralString] = {
    f"{sign}storage_name": f"""
    {_ROW}
      FROM (SELECT here.number, one.*
              FROM (SELECT id, row_number() OVER (ORDER BY name_key {direction}, id {direction}) AS number
                      FROM settings
                     WHERE company_id = %(company_id)s AND kind = 'storages'
                     ORDER BY number
                    OFFSET 0) AS here
             CROSS JOIN LATERAL (
                    SELECT listed.* FROM stock_listing AS listed
                     WHERE {_FILTER} AND listed.storage_id = here.id
                     ORDER BY listed.text {direction}, listed.variant_id {direction}
                    OFFSET 0
                   ) AS one
             {PAGE}) AS page
      {_OF_PAGE}
     ORDER BY page.number, page.text {direction}, page.variant_id {direction}
"""
    for sign, direction in _DIRECTIONS.items()
}

_BY_FIGURE: Mapping[str, LiteralString] = {
    sign + sort: f"""
    {_ROW}
      FROM (SELECT listed.*, {figure} AS figure
              FROM stock_listing AS listed
              JOIN stock_balances AS balance
                ON balance.company_id = listed.company_id AND balance.storage_id = listed.storage_id
               AND balance.variant_id = listed.variant_id
             WHERE {_FILTER}
             ORDER BY {figure} {direction}, listed.variant_id {direction}, listed.storage_id {direction}
             {PAGE}) AS page
      {_OF_PAGE}
     ORDER BY page.figure {direction}, page.variant_id {direction}, page.storage_id {direction}
"""
    for sort, figure in _FIGURES.items()
    for sign, direction in _DIRECTIONS.items()
}

_PAGES: Mapping[str, LiteralString] = {**_BY_TEXT, **_BY_STORAGE, **_BY_FIGURE}

# The planner thinks little of what few rows have, and would rather read and sort all than meet a page on the
# way. It still sorts where there is no other way.
_SORTING: LiteralString = "SELECT set_config('enable_sort', %(sorting)s, true)"


def list_levels(
    db: Database, filters: Filters, *, sort: str = "name", page: int = 1, limit: int = 20
) -> tuple[list[Row], int]:
    """One page of stock levels, and how many there are in all. `average_cost` is rounded for display."""
    plan_for_values(db)
    params = filters.params(db)
    total, offset = total_of(db.ask(_COUNT, params)), (page - 1) * limit
    if total <= offset:
        return [], total
    are_few = total < FEW
    db.execute(_SORTING, {"sorting": "on" if are_few else "off"})
    rows = db.ask(_PAGES[sort], {**params, "limit": limit, "offset": offset, "are_few": are_few})
    db.execute(_SORTING, {"sorting": "on"})
    return [_level(row) for row in rows.rows()], total


def _level(row: Row) -> Row:
    return {**row, "average_cost": unit_cost(row["value"], row["on_hand"])}
