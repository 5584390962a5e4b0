"""The journal of stock by the page, and whether somebody may see an entry of it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from domain.settings import name_key
from projections.base import Answer, Database, Row, plan_for_values
from projections.pages import PAGE, list_and_count

#: The storages of some stores, and the warehouses, which lie in none; of no stores, all.
VISIBLE: LiteralString = """
    (%(store_ids)b::uuid[] IS NULL
     OR entry.storage_id IN (SELECT id FROM settings
                              WHERE company_id = %(company_id)s AND kind = 'storages'
                                AND (parent_id = ANY(%(store_ids)b::uuid[]) OR parent_id IS NULL)))
"""

_FILTER: LiteralString = f"""
       entry.company_id = %(company_id)s AND entry.kind = %(kind)s
       AND {VISIBLE}
       AND (%(storage_id)s::uuid IS NULL OR entry.storage_id = %(storage_id)s::uuid)
       AND (%(store_id)s::uuid IS NULL
            OR entry.storage_id IN (SELECT id FROM settings
                                     WHERE company_id = %(company_id)s AND kind = 'storages'
                                       AND parent_id = %(store_id)s::uuid))
       AND (%(supplier_id)s::uuid IS NULL OR entry.supplier_id = %(supplier_id)s::uuid)
       AND (%(reason)s::text IS NULL OR entry.reason = %(reason)s::text)
       AND (%(from_time)s::timestamptz IS NULL OR entry.occurred_at >= %(from_time)s::timestamptz)
       AND (%(to_time)s::timestamptz IS NULL OR entry.occurred_at < %(to_time)s::timestamptz)
       AND (%(pattern)s::text IS NULL OR entry.reference_key LIKE %(pattern)s::text)
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM stock_journal AS entry WHERE {_FILTER}"
# NOTE: each order has a statement of its own, so that each can walk its own index.
_ROWS: LiteralString = f"SELECT entry.* FROM stock_journal AS entry WHERE {_FILTER}"
_PAGES: Mapping[str, LiteralString] = {
    "occurred_at": f"{_ROWS} ORDER BY entry.occurred_at, entry.id {PAGE}",
    "-occurred_at": f"{_ROWS} ORDER BY entry.occurred_at DESC, entry.id DESC {PAGE}",
    "recorded_at": f"{_ROWS} ORDER BY entry.recorded_at, entry.id {PAGE}",
    "-recorded_at": f"{_ROWS} ORDER BY entry.recorded_at DESC, entry.id DESC {PAGE}",
    "reference": f"{_ROWS} ORDER BY entry.reference_key, entry.id {PAGE}",
    "-reference": f"{_ROWS} ORDER BY entry.reference_key DESC, entry.id DESC {PAGE}",
}
SORT_KEYS = tuple(_PAGES)

_ENTRY: LiteralString = f"""
    SELECT entry.id FROM stock_journal AS entry
     WHERE entry.company_id = %(company_id)s AND entry.id = %(id)s AND entry.kind = %(kind)s AND {VISIBLE}
"""


def list_entries(
    db: Database,
    kind: str,
    *,
    store_ids: Collection[UUID] = (),
    page: int = 1,
    limit: int = 20,
    sort: str = "-occurred_at",
    search: str | None = None,
    storage_id: UUID | None = None,
    store_id: UUID | None = None,
    supplier_id: UUID | None = None,
    reason: str | None = None,
    from_time: datetime | None = None,
    to_time: datetime | None = None,
) -> tuple[list[Row], int]:
    """One page of the entries of a kind, and how many there are in all.

    `store_ids` are those that the caller is bound to, `search` is a part of the reference.
    """
    plan_for_values(db)
    return list_and_count(
        db,
        _PAGES[sort],
        _COUNT,
        page=page,
        limit=limit,
        kind=kind,
        store_ids=list(store_ids) or None,
        storage_id=storage_id,
        store_id=store_id,
        supplier_id=supplier_id,
        reason=reason,
        from_time=from_time,
        to_time=to_time,
        pattern=None if search is None else _pattern(search),
    )


def ask_entry(db: Database, kind: str, entry_id: UUID, store_ids: Collection[UUID]) -> Answer:
    """Ask for the id of an entry, if it is there for somebody bound to these stores, or to none."""
    params = {"company_id": db.company_id, "id": entry_id, "kind": kind}
    return db.ask(_ENTRY, {**params, "store_ids": list(store_ids) or None})


def _pattern(search: str) -> str:
    text = name_key(search).replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{text}%"
