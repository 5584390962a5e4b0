"""What stands for a variant, product, category or brand, by number and by id, and what it was called."""

from collections.abc import Iterable, Mapping
from typing import LiteralString
from uuid import UUID

from domain.pending import Pending
from projections.base import Database, Row
from projections.market_basket.selection import Level
from projections.reports.names import name_of
from projections.reports.sections.sales_summary.by_product import called_by

_KEYS: Mapping[Level, LiteralString] = {
    "variant": "variant_id",
    "product": "product_id",
    "category": "category_id",
    "brand": "brand_id",
}
_NOTHING_ELSE: LiteralString = "NULL::uuid AS product_id, NULL AS sku, NULL AS variant_name"


def _named(level: Level) -> LiteralString:
    key = _KEYS[level]
    if level in ("category", "brand"):
        shown: LiteralString = f"{name_of('page.key')} AS name, {_NOTHING_ELSE}"
        called: LiteralString = ""
    else:
        shown = "called.name, called.product_id, " + (
            "called.sku, called.variant_name" if level == "variant" else "NULL AS sku, NULL AS variant_name"
        )
        called = called_by(key)
    return f"""
    SELECT page.no, page.key AS id, {shown}
      FROM (SELECT item.item_no AS no, item.{key} AS key
              FROM unnest(%(numbers)b::int[]) AS asked(no)
              JOIN report_items AS item ON item.company_id = %(company_id)s AND item.item_no = asked.no
           ) AS page{called}
"""


_NAMED: Mapping[Level, LiteralString] = {level: _named(level) for level in _KEYS}
# The first item of it stands for it; what was never sold has none.
_NUMBERS: Mapping[Level, LiteralString] = {
    level: f"""
    SELECT min(item_no) AS no FROM report_items
     WHERE company_id = %(company_id)s AND {key} = %(id)s::uuid
"""
    for level, key in _KEYS.items()
}
_IS_KNOWN: Mapping[Level, LiteralString] = {
    "variant": "SELECT 1 FROM variants WHERE company_id = %(company_id)s AND id = %(id)s::uuid",
    "product": "SELECT 1 FROM products WHERE company_id = %(company_id)s AND id = %(id)s::uuid",
    "category": "SELECT 1 FROM settings WHERE company_id = %(company_id)s AND id = %(id)s::uuid "
    "AND kind = 'categories'",
    "brand": "SELECT 1 FROM settings WHERE company_id = %(company_id)s AND id = %(id)s::uuid "
    "AND kind = 'brands'",
}

_STORES: LiteralString = """
    SELECT no FROM report_places
     WHERE company_id = %(company_id)s AND kind = 'store' AND id = ANY(%(stores)b::uuid[])
"""


def ask_names(
    db: Database, level: Level, numbers: Iterable[int], position: int
) -> Pending[Mapping[int, Row]]:
    """Ask for `id` and `name` of what these numbers stand for; of variants also for SKU and product.

    They are called as at their latest sale by then.
    """
    params = {"company_id": db.company_id, "numbers": sorted({*numbers}), "position": position}
    answer = db.ask(_NAMED[level], params)
    return Pending(lambda: {row.pop("no"): row for row in answer.rows()})


def ask_number(db: Database, level: Level, one: UUID) -> Pending[int | None]:
    """Ask for the number that stands for this; 0 of what was never sold, None of what there is not."""
    params = {"company_id": db.company_id, "id": one}
    number, known = db.ask(_NUMBERS[level], params), db.ask(_IS_KNOWN[level], params)

    def found() -> int | None:
        row = number.row()
        if row and row["no"]:
            return int(row["no"])
        return 0 if known.row() else None

    return Pending(found)


def ask_stores(db: Database, stores: tuple[UUID, ...] | None) -> Pending[tuple[int, ...] | None]:
    """Ask for the numbers of these stores; those that never sold have none. None is all stores."""
    if stores is None:
        return Pending(lambda: None)
    answer = db.ask(_STORES, {"company_id": db.company_id, "stores": list(stores)})
    return Pending(lambda: tuple(sorted(row["no"] for row in answer.rows())))
