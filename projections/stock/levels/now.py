"""Pages of stock levels as they are now."""

from collections.abc import Mapping
from typing import Any, LiteralString

from domain.costing import unit_cost
from projections.base import Database, Row, plan_for_values
from projections.pages import PAGE, total_of
from projections.stock.levels.filters import KIND, Filters
from projections.stock.levels.names import NAMES

#: Up to how many levels are rather sorted than met on the way through all.
FEW = 2_000
#: How many balances of variants that have left the catalog may come before the end of a page.
LEFT = 100

_LISTED: LiteralString = f"""
       {KIND}
       AND (%(sign)s::smallint IS NULL OR listed.sign = %(sign)s::smallint)
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM stock_listing AS listed WHERE {_LISTED}"

ROW: LiteralString = """
           page.storage_id, storage.name AS storage_name, page.variant_id, v.product_id, v.sku, p.name,
           v.name AS variant_name, b.on_hand, b.reserved, b.on_hand - b.reserved AS available,
           b.incoming_ordered, b.incoming_transit, b.incoming_ordered + b.incoming_transit AS incoming,
           b.value, l.reorder_level, coalesce(point.reorder_quantity, v.reorder_quantity) AS reorder_quantity,
           b.last_counted_at
"""
OF_PAGE: LiteralString = f"""
      LEFT JOIN LATERAL (
            SELECT reorder_level FROM stock_listing
             WHERE company_id = %(company_id)s AND storage_id = page.storage_id
               AND variant_id = page.variant_id
             LIMIT 1
           ) AS l ON true
      LEFT JOIN LATERAL (
            SELECT * FROM stock_balances
             WHERE company_id = %(company_id)s AND storage_id = page.storage_id
               AND variant_id = page.variant_id
             LIMIT 1
           ) AS b ON true
      {NAMES}
"""

_DIRECTIONS: Mapping[str, LiteralString] = {"": "", "-": "DESC"}
_TEXTS: Mapping[str, LiteralString] = {"name": "text", "sku": "sku_key"}
_FIGURES: Mapping[str, LiteralString] = {
    "on_hand": "balance.on_hand",
    "available": "balance.on_hand - balance.reserved",
    "value": "balance.value",
}

# NOTE: each order has a statement of its own, so that each can walk its own index, which has all it takes
# unless there are filters; what few match is found sooner by another index, which the changed expression
# after ORDER BY leaves as the only way.
_BY_TEXT: Mapping[str, LiteralString] = {
    sign + sort: f"""
    SELECT {ROW}
      FROM (SELECT listed.{column}, listed.variant_id, listed.storage_id FROM stock_listing AS listed
             WHERE {_LISTED}
             ORDER BY CASE WHEN %(are_few)s::bool THEN listed.{column} || '' ELSE listed.{column}
                      END {direction},
                      listed.variant_id {direction}, listed.storage_id {direction}
             {PAGE}) AS page
      {OF_PAGE}
     ORDER BY page.{column} {direction}, page.variant_id {direction}, page.storage_id {direction}
"""
    for sort, column in _TEXTS.items()
    for sign, direction in _DIRECTIONS.items()
}

# NOTE: storages are few, and the levels of each are looked up in their order, until the page is full.
_BY_STORAGE: Mapping[str, LiteralString] = {
    f"{sign}storage_name": f"""
    SELECT {ROW}
      FROM (SELECT here.number, one.*
              FROM (SELECT id, row_number() OVER (ORDER BY name_key {direction}, id {direction}) AS number
                      FROM settings
                     WHERE company_id = %(company_id)s AND kind = 'storages'
                     ORDER BY number
                    OFFSET 0) AS here
             CROSS JOIN LATERAL (
                    SELECT listed.text, listed.variant_id, listed.storage_id FROM stock_listing AS listed
                     WHERE {_LISTED} AND listed.storage_id = here.id
                     ORDER BY listed.text {direction}, listed.variant_id {direction}
                    OFFSET 0
                   ) AS one
             {PAGE}) AS page
      {OF_PAGE}
     ORDER BY page.number, page.text {direction}, page.variant_id {direction}
"""
    for sign, direction in _DIRECTIONS.items()
}

# Balances alone say which come first, but for those of variants that have left the catalog: so many more are
# looked at.
_BY_FIGURE: Mapping[str, LiteralString] = {
    sign + sort: f"""
    SELECT {ROW}
      FROM (SELECT top.* FROM (
                   SELECT {figure} AS figure, balance.variant_id, balance.storage_id
                     FROM stock_balances AS balance
                    WHERE balance.company_id = %(company_id)s
                      AND (%(storage_id)s::uuid IS NULL OR balance.storage_id = %(storage_id)s::uuid)
                      AND (%(storage_ids)b::uuid[] IS NULL
                           OR balance.storage_id = ANY(%(storage_ids)b::uuid[]))
                      AND (%(sign)s::smallint IS NULL OR sign(balance.on_hand) = %(sign)s::smallint)
                    ORDER BY 1 {direction}, 2 {direction}, 3 {direction}
                    LIMIT %(limit)s::bigint + %(offset)s::bigint + %(left)s::bigint
                   ) AS top
             WHERE EXISTS (SELECT FROM stock_listing
                            WHERE company_id = %(company_id)s AND storage_id = top.storage_id
                              AND variant_id = top.variant_id)
             ORDER BY 1 {direction}, 2 {direction}, 3 {direction}
             {PAGE}) AS page
      {OF_PAGE}
     ORDER BY page.figure {direction}, page.variant_id {direction}, page.storage_id {direction}
"""
    for sort, figure in _FIGURES.items()
    for sign, direction in _DIRECTIONS.items()
}

_ORDER: LiteralString = """
              CASE %(sort)s::text WHEN 'name' THEN text WHEN 'sku' THEN sku_key
                                  WHEN 'storage_name' THEN name_key END,
              CASE %(sort)s::text WHEN '-name' THEN text WHEN '-sku' THEN sku_key
                                  WHEN '-storage_name' THEN name_key END DESC,
              CASE %(sort)s::text WHEN 'on_hand' THEN on_hand WHEN 'value' THEN value
                                  WHEN 'available' THEN available END,
              CASE %(sort)s::text WHEN '-on_hand' THEN on_hand WHEN '-value' THEN value
                                  WHEN '-available' THEN available END DESC,
              variant_id, storage_id
"""
# What takes both balances and the catalog is found whole: it is counted and sorted at once.
_MATCHES: LiteralString = f"""
    WITH matching AS MATERIALIZED (
        SELECT listed.storage_id, listed.variant_id, balance.on_hand, balance.value,
               balance.on_hand - balance.reserved AS available
          FROM stock_listing AS listed
          JOIN stock_balances AS balance
            ON balance.company_id = listed.company_id AND balance.storage_id = listed.storage_id
           AND balance.variant_id = listed.variant_id
         WHERE {_LISTED} AND balance.company_id = %(company_id)s
           AND (NOT %(is_low)s::bool OR listed.reorder_level IS NOT NULL)
           AND (NOT %(is_low)s::bool OR balance.on_hand - balance.reserved <= listed.reorder_level)
           AND (NOT %(is_oversold)s::bool OR balance.on_hand < balance.reserved)
    )
    SELECT matched.total, entry.*
      FROM (SELECT count(*) AS total FROM matching) AS matched
      LEFT JOIN LATERAL (
            SELECT {ROW}, page.text, page.sku_key, page.name_key
              FROM (SELECT matching.*, called.text, called.sku_key, shelf.name_key
                      FROM matching
                      LEFT JOIN LATERAL (
                            SELECT text, sku_key FROM stock_listing
                             WHERE %(by_text)s::bool AND company_id = %(company_id)s
                               AND storage_id = matching.storage_id AND variant_id = matching.variant_id
                             LIMIT 1
                           ) AS called ON true
                      JOIN settings AS shelf
                        ON shelf.company_id = %(company_id)s AND shelf.id = matching.storage_id
                     ORDER BY {_ORDER}
                     {PAGE}) AS page
              {OF_PAGE}
           ) AS entry ON true
     ORDER BY {_ORDER}
"""

_PAGES: Mapping[str, LiteralString] = {**_BY_TEXT, **_BY_STORAGE, **_BY_FIGURE}

# The planner thinks little of what few rows have, and would rather read and sort all than meet a page on the
# way. It still sorts where there is no other way.
_SORTING: LiteralString = "SELECT set_config('enable_sort', %(sorting)s, true)"


def list_levels(
    db: Database, filters: Filters, *, sort: str = "name", page: int = 1, limit: int = 20
) -> tuple[list[Row], int]:
    """One page of stock levels, and how many there are in all. `average_cost` is rounded for display."""
    plan_for_values(db)
    by_figure, part = sort in _BY_FIGURE, {"sort": sort, "limit": limit, "offset": (page - 1) * limit}
    params = {**filters.params(db), **part, "left": LEFT, "by_text": not by_figure}
    if filters.is_about_promises or (by_figure and filters.is_about_goods):
        return _match(db, params)
    total = total_of(db.ask(_COUNT, params))
    rows = _walk(db, sort, params, total) if total > params["offset"] else []
    if by_figure and len(rows) < min(limit, total - params["offset"]):
        return _match(db, params)
    return [_level(row) for row in rows], total


def _walk(db: Database, sort: str, params: Mapping[str, Any], total: int) -> list[Row]:
    """A page that is met on the way in its order, or of few that are sorted."""
    are_few = total < FEW
    db.execute(_SORTING, {"sorting": "on" if are_few else "off"})
    rows = db.ask(_PAGES[sort], {**params, "are_few": are_few})
    db.execute(_SORTING, {"sorting": "on"})
    return rows.rows()


def _match(db: Database, params: Mapping[str, Any]) -> tuple[list[Row], int]:
    """A page of what has to be counted anyway, and how many there are."""
    rows = db.ask(_MATCHES, params).rows()
    return [_level(row) for row in rows if row["storage_id"]], rows[0]["total"]


def _level(row: Row) -> Row:
    return {**row, "average_cost": unit_cost(row["value"], row["on_hand"])}
