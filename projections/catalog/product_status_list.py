"""Products by where they stand in their life: pages, sums, and who moved one there."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from domain.catalog.products import STATUS_AFTER, Product
from projections.base import KNOWN_AT, Answer, Database, Row
from projections.catalog.categories import subtree_of
from projections.catalog.filters import CLASSIFICATION, Filters, list_ids
from projections.catalog.product_search import find_all_products
from projections.pages import PAGE, list_and_count

_FILTER: LiteralString = f"""
       company_id = %(company_id)s AND status = %(status)s
       AND {CLASSIFICATION}
       AND (%(ids)b::uuid[] IS NULL OR id = ANY(%(ids)b::uuid[]))
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM product_statuses WHERE {_FILTER}"
# NOTE: each order has a statement of its own, so that each can walk its own index.
_IDS: LiteralString = f"SELECT id FROM product_statuses WHERE {_FILTER}"
_PAGES: Mapping[str, LiteralString] = {
    "name": f"{_IDS} ORDER BY name_key, id {PAGE}",
    "-created_at": f"{_IDS} ORDER BY created_at DESC, id DESC {PAGE}",
    "since": f"{_IDS} ORDER BY since, id {PAGE}",
    "-since": f"{_IDS} ORDER BY since DESC, id DESC {PAGE}",
}
SORT_KEYS = tuple(_PAGES)

_SHOW: LiteralString = """
    SELECT p.id, p.name, p.status, p.launch_at, p.brand_id, brand.name AS brand, p.category_id,
           category.name AS category, p.supplier_id, supplier.name AS supplier, p.variant_count, p.since,
           p.by_user_id, person.username AS by_username, p.created_at
      FROM unnest(%(ids)b::uuid[]) WITH ORDINALITY AS page(id, place)
      JOIN product_statuses AS p ON p.company_id = %(company_id)s AND p.id = page.id
      LEFT JOIN settings AS brand ON brand.company_id = p.company_id AND brand.id = p.brand_id
      LEFT JOIN settings AS category ON category.company_id = p.company_id AND category.id = p.category_id
      LEFT JOIN settings AS supplier ON supplier.company_id = p.company_id AND supplier.id = p.supplier_id
      LEFT JOIN users AS person ON person.company_id = p.company_id AND person.id = p.by_user_id
     ORDER BY page.place
"""


def list_in_status(
    db: Database,
    status: str,
    *,
    page: int = 1,
    limit: int = 20,
    search: str | None = None,
    sort: str = "name",
    category_id: UUID | None = None,
    **filters: Any,
) -> tuple[list[Row], int]:
    """One page of the products that stand there, and how many.

    `filters` are those of `Filters`. A category's include those below it.
    """
    conditions = Filters(status=status, category_ids=subtree_of(db, category_id), **filters)
    rows, total = list_and_count(
        db,
        _PAGES[sort],
        _COUNT,
        page=page,
        limit=limit,
        status=status,
        brand_id=conditions.brand_id,
        category_ids=conditions.category_ids,
        supplier_id=conditions.supplier_id,
        ids=_ids_of(db, conditions, search),
    )
    ids = [row["id"] for row in rows]
    return db.ask(_SHOW, {"company_id": db.company_id, "ids": ids}).rows(), total


def _ids_of(db: Database, conditions: Filters, search: str | None) -> list[UUID] | None:
    """What the text finds of what store, prices and stock leave; None if nothing of it is asked for."""
    matches = find_all_products(db, search, conditions.statuses[0]) if search else None
    filtered = list_ids(db, conditions)
    if matches is None or filtered is None:
        return filtered if matches is None else matches
    return list(set(filtered).intersection(matches))


# Each product counts in the whole, in its category and in its brand.
_SUMMARY: LiteralString = """
    WITH stock AS (
        SELECT v.product_id, sum(b.on_hand) AS units, sum(b.value) AS value
          FROM product_statuses AS p
          JOIN variants AS v ON v.company_id = p.company_id AND v.product_id = p.id
          JOIN stock_balances AS b ON b.company_id = v.company_id AND b.variant_id = v.id
          JOIN settings AS s ON s.company_id = b.company_id AND s.id = b.storage_id
         WHERE p.company_id = %(company_id)s AND p.status = %(status)s
           AND (%(store_ids)b::uuid[] IS NULL OR s.parent_id = ANY(%(store_ids)b::uuid[]))
         GROUP BY v.product_id
    ), share AS (
        SELECT CASE WHEN grouping(p.category_id) = 0 THEN 'by_category'
                    WHEN grouping(p.brand_id) = 0 THEN 'by_brand' ELSE 'all' END AS part,
               CASE WHEN grouping(p.category_id) = 0 THEN p.category_id ELSE p.brand_id END AS id,
               count(*) AS products, coalesce(sum(p.variant_count), 0)::bigint AS variants,
               trim_scale(coalesce(sum(stock.units), 0)) AS stock_units,
               coalesce(sum(stock.value), 0) AS stock_value
          FROM product_statuses AS p
          LEFT JOIN stock ON stock.product_id = p.id
         WHERE p.company_id = %(company_id)s AND p.status = %(status)s
         GROUP BY GROUPING SETS ((), (p.category_id), (p.brand_id))
    )
    SELECT share.part, share.id, named.name, share.products, share.variants, share.stock_units,
           share.stock_value
      FROM share
      LEFT JOIN settings AS named ON named.company_id = %(company_id)s AND named.id = share.id
     ORDER BY share.products DESC, named.name_key NULLS LAST, share.id
"""

_SUMS = ("products", "variants", "stock_units", "stock_value")


def summarise_status(db: Database, status: str, *, store_ids: Collection[UUID] = ()) -> Row:
    """How many products stand there, their variants and their stock, with the same by category and by brand.

    The stock is that of these stores, else of all storages. `stock_value` is in minor currency units.
    """
    params = {
        "company_id": db.company_id,
        "status": status,
        "store_ids": list(store_ids) if store_ids else None,
    }
    parts: dict[str, list[Row]] = {"all": [], "by_category": [], "by_brand": []}
    for row in db.ask(_SUMMARY, params).rows():
        # The database adds in decimals, as a sum may be more than 64 bits hold.
        row["stock_value"] = int(row["stock_value"])
        parts[row.pop("part")].append(row)
    [whole] = parts.pop("all")
    return {**{name: whole[name] for name in _SUMS}, **parts}


# NOTE: asked of the log, which also knows what held at a moment in the past.
_LAST_MOVE: LiteralString = f"""
    SELECT (e.metadata::json ->> 'at')::timestamptz AS since,
           (e.metadata::json ->> 'actor')::uuid AS by_user_id, person.username AS by_username
      FROM events AS e
      LEFT JOIN users AS person
        ON person.company_id = e.company_id AND person.id = (e.metadata::json ->> 'actor')::uuid
     WHERE e.company_id = %(company_id)s AND e.stream_id = %(product_id)s AND e.type = ANY(%(types)b::text[])
       AND (%(as_of)s::timestamptz IS NULL
            OR e.stream_version <= (SELECT max(stream_version) FROM events
                                     WHERE company_id = %(company_id)s AND stream_id = %(product_id)s
                                       AND {KNOWN_AT} <= %(as_of)s))
     ORDER BY e.stream_version DESC
     LIMIT 1
"""

_MOVE_TYPES = sorted(f"{Product.type_name}.{name}" for name in ("Registered", *STATUS_AFTER))


def ask_last_move(db: Database, product_id: UUID, as_of: datetime | None = None) -> Answer:
    """Ask since when a product stands where it stands, or stood at a moment, and who moved it there."""
    params = {"company_id": db.company_id, "product_id": product_id, "types": _MOVE_TYPES, "as_of": as_of}
    return db.ask(_LAST_MOVE, params)
