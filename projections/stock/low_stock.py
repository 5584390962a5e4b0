"""Low stock: what is at or below the level at which it is ordered again, and how long it still lasts."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import LiteralString

from domain.costing import unit_cost
from domain.money import shortest
from domain.stock.levels import Key
from domain.stock.reorder_suggestions import Sales
from projections.base import Database, Row, plan_for_values
from projections.pages import PAGE, total_of
from projections.stock.levels.filters import KIND, Filters
from projections.stock.levels.now import OF_PAGE, ROW
from projections.stock.sales import sales_of_levels

#: What low stock is sorted by; a minus turns the order around.
SORT_KEYS = ("shortage", "name", "days_of_cover")
#: How many days of sales say how long it lasts.
DAYS = 56

# Few levels have a reorder level, and an index has those alone.
_LOW: LiteralString = f"""
           stock_listing AS listed
      JOIN stock_balances AS balance
        ON balance.company_id = listed.company_id AND balance.storage_id = listed.storage_id
       AND balance.variant_id = listed.variant_id
     WHERE {KIND} AND listed.reorder_level IS NOT NULL
       AND balance.on_hand - balance.reserved <= listed.reorder_level
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM {_LOW}"
_KEYS: LiteralString = f"""
    SELECT listed.storage_id, listed.variant_id, balance.on_hand - balance.reserved AS available
      FROM {_LOW}
     ORDER BY listed.text, listed.variant_id, listed.storage_id
"""

_SHORTAGE: LiteralString = "listed.reorder_level - balance.on_hand + balance.reserved"
_ORDERS: Mapping[str, LiteralString] = {
    "shortage": f"{_SHORTAGE}, listed.text, listed.variant_id, listed.storage_id",
    "-shortage": f"{_SHORTAGE} DESC, listed.text, listed.variant_id, listed.storage_id",
    "name": "listed.text, listed.variant_id, listed.storage_id",
    "-name": "listed.text DESC, listed.variant_id DESC, listed.storage_id DESC",
}
_LAST_SOLD: LiteralString = """
      LEFT JOIN LATERAL (
            SELECT last_sold_at FROM stock_daily
             WHERE company_id = %(company_id)s AND storage_id = page.storage_id
               AND variant_id = page.variant_id AND last_sold_at IS NOT NULL
             ORDER BY business_date DESC LIMIT 1
           ) AS sale ON true
"""
_PAGES: Mapping[str, LiteralString] = {
    sort: f"""
    SELECT {ROW}, sale.last_sold_at
      FROM (SELECT listed.*, row_number() OVER (ORDER BY {order}) AS number
              FROM {_LOW}
             ORDER BY {order}
             {PAGE}) AS page
      {OF_PAGE}
      {_LAST_SOLD}
     ORDER BY page.number
"""
    for sort, order in _ORDERS.items()
}
_OF_KEYS: LiteralString = f"""
    SELECT {ROW}, sale.last_sold_at
      FROM (SELECT listed.*, key.number
              FROM (SELECT unnest(%(key_storages)b::uuid[]) AS storage_id,
                           unnest(%(key_variants)b::uuid[]) AS variant_id,
                           generate_subscripts(%(key_storages)b::uuid[], 1) AS number) AS key
              JOIN stock_listing AS listed ON listed.company_id = %(company_id)s
               AND listed.storage_id = key.storage_id AND listed.variant_id = key.variant_id) AS page
      {OF_PAGE}
      {_LAST_SOLD}
     ORDER BY page.number
"""


def list_low_stock(
    db: Database, filters: Filters, now: datetime, *, sort: str, page: int, limit: int
) -> tuple[list[Row], int]:
    """One page of what is low, and how much is in all; `days_of_cover` is None for what does not sell.

    Sorted by that, what does not sell comes last, however it is turned.
    """
    plan_for_values(db)
    params, since = filters.params(db), now - timedelta(days=DAYS)
    offset = (page - 1) * limit
    if sort not in _PAGES:
        keys = _keys_by_cover(db, params, now, is_turned=sort.startswith("-"))
        rows = _rows_of(db, keys[offset : offset + limit])
        total = len(keys)
    else:
        total = total_of(db.ask(_COUNT, params))
        rows = db.ask(_PAGES[sort], {**params, "limit": limit, "offset": offset}).rows()
    sales = sales_of_levels(db, since, now, [(row["storage_id"], row["variant_id"]) for row in rows])
    return [_low(row, sales) for row in rows], total


def _keys_by_cover(
    db: Database, params: Mapping[str, object], now: datetime, *, is_turned: bool
) -> list[Key]:
    """Where all that is low lies, by how long it lasts."""
    low = db.ask(_KEYS, params).rows()
    keys = [(row["storage_id"], row["variant_id"]) for row in low]
    sales = sales_of_levels(db, now - timedelta(days=DAYS), now, keys)
    covers = [(key, _cover(row, sales)) for key, row in zip(keys, low, strict=True)]
    selling = [(key, cover) for key, cover in covers if cover is not None]
    selling.sort(key=lambda one: one[1], reverse=is_turned)
    return [key for key, _ in selling] + [key for key, cover in covers if cover is None]


def _rows_of(db: Database, keys: Sequence[Key]) -> list[Row]:
    params = {
        "company_id": db.company_id,
        "key_storages": [storage_id for storage_id, _ in keys],
        "key_variants": [variant_id for _, variant_id in keys],
    }
    return db.ask(_OF_KEYS, params).rows()


def _low(row: Row, sales: Mapping[Key, Sales]) -> Row:
    return {
        **row,
        "average_cost": unit_cost(row["value"], row["on_hand"]),
        "shortage": shortest(row["reorder_level"] - row["available"]),
        "days_of_cover": _cover(row, sales),
    }


def _cover(row: Row, sales: Mapping[Key, Sales]) -> Decimal | None:
    own = sales.get((row["storage_id"], row["variant_id"]))
    return own.cover(row["available"]) if own else None
