"""Where a variant is to be had: what each store can sell of it, for a customer who would go there."""

from typing import LiteralString
from uuid import UUID

from projections.base import Database, Row
from projections.pages import PAGE, list_and_count
from projections.selling_places import SELLS_FROM

_TRACKED: LiteralString = """
    SELECT p.track_stock
      FROM variants AS v
      JOIN products AS p ON p.company_id = v.company_id AND p.id = v.product_id
     WHERE v.company_id = %(company_id)s AND v.id = %(variant_id)s
"""
_STORES: LiteralString = """
           settings AS store
     WHERE store.company_id = %(company_id)s AND store.kind = 'stores' AND NOT store.is_archived
"""
# One store after another by its keys, whatever the planner knows of the tables.
_PAGE: LiteralString = f"""
    SELECT store.id AS store_id, store.name, store.fields ->> 'address' AS address,
           coalesce((SELECT b.on_hand - b.reserved FROM stock_balances AS b
                      WHERE b.company_id = %(company_id)s AND b.storage_id = store.storage_id
                        AND b.variant_id = %(variant_id)s), 0) AS available
      FROM (SELECT store.id, store.name, store.name_key, store.fields,
                   (SELECT storage.id FROM settings AS storage
                     WHERE storage.company_id = %(company_id)s AND storage.id = {SELLS_FROM}
                       AND NOT storage.is_archived) AS storage_id
              FROM {_STORES}
             ORDER BY store.name_key, store.id
             {PAGE}) AS store
     ORDER BY store.name_key, store.id
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM {_STORES}"


def list_availability(
    db: Database, variant_id: UUID, *, page: int = 1, limit: int = 20
) -> tuple[list[Row], int] | None:
    """One page of the company's stores by name, with what each can sell of a variant, and how many there are.

    None if there is no such variant; of what is not counted nobody knows how much there is.
    """
    tracked = db.ask(_TRACKED, {"company_id": db.company_id, "variant_id": variant_id})
    rows, total = list_and_count(db, _PAGE, _COUNT, page=page, limit=limit, variant_id=variant_id)
    variant = tracked.row()
    if variant is None:
        return None
    return [row if variant["track_stock"] else {**row, "available": None} for row in rows], total
