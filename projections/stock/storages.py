"""Which storages are asked about: those of stores, and the warehouses that everybody may look at."""

from collections.abc import Collection
from typing import LiteralString
from uuid import UUID

from projections.base import Database

# Archived storages of a store have a past that is its own.
_OF_STORES: LiteralString = """
    SELECT id FROM settings
     WHERE company_id = %(company_id)s AND parent_id = ANY(%(store_ids)b::uuid[]) AND kind = 'storages'
"""
_WAREHOUSES: LiteralString = """
    SELECT id FROM settings
     WHERE company_id = %(company_id)s AND kind = 'storages' AND NOT is_archived AND parent_id IS NULL
"""


def visible_storages(
    db: Database,
    own_stores: Collection[UUID],
    *,
    store_id: UUID | None = None,
    storage_id: UUID | None = None,
) -> list[UUID] | None:
    """The storages that somebody who is bound to these stores, if to any, may see of those asked about.

    They are those of their stores, and warehouses; None if all are asked about and may be seen.
    """
    if store_id is None and not own_stores:
        return None if storage_id is None else [storage_id]
    stores = [store_id] if store_id else list(own_stores)
    params = {"company_id": db.company_id, "store_ids": stores}
    answers = [db.ask(_OF_STORES, params)]
    if store_id is None:
        answers.append(db.ask(_WAREHOUSES, params))
    storages = [row["id"] for answer in answers for row in answer.rows()]
    return storages if storage_id is None else [one for one in storages if one == storage_id]
