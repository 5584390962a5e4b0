"""What can be asked about purchase orders: lists by their state, their goods and those who deliver them."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import LiteralString
from uuid import UUID

from projections.base import Database, Row, plan_for_values
from projections.pages import PAGE, list_and_count
from projections.search.words import END

# A status that is not named is any but that of a draft that was dropped.
_FILTER: LiteralString = """
       o.company_id = %(company_id)s
       AND (%(statuses)b::text[] IS NULL OR o.status = ANY(%(statuses)b::text[]))
       AND (%(statuses)b::text[] IS NOT NULL OR o.status <> 'discarded')
       AND (%(supplier_id)s::uuid IS NULL OR o.supplier_id = %(supplier_id)s::uuid)
       AND (%(storage_id)s::uuid IS NULL OR o.storage_id = %(storage_id)s::uuid)
       AND (%(store_ids)b::uuid[] IS NULL
            OR o.storage_id IN (SELECT id FROM settings
                                 WHERE company_id = %(company_id)s AND kind = 'storages'
                                   AND (parent_id = ANY(%(store_ids)b::uuid[])
                                        OR (%(warehouses)s::bool AND parent_id IS NULL))))
       AND (%(variant_id)s::uuid IS NULL
            OR o.id IN (SELECT order_id FROM purchase_order_lines
                         WHERE company_id = %(company_id)s AND variant_id = %(variant_id)s::uuid))
       AND (%(from_time)s::timestamptz IS NULL OR o.placed_at >= %(from_time)s::timestamptz)
       AND (%(to_time)s::timestamptz IS NULL OR o.placed_at < %(to_time)s::timestamptz)
       AND (%(late_at)s::timestamptz IS NULL
            OR (o.expected_at < %(late_at)s::timestamptz AND o.status IN ('ordered', 'partially_received')))
       AND (%(beginning)s::text IS NULL OR o.series_number = %(series_number)s::bigint
            OR (o.number_key >= %(beginning)s::text AND o.number_key < %(end)s::text)
            OR (o.reference_key >= %(beginning)s::text AND o.reference_key < %(end)s::text))
"""

_COUNT: LiteralString = f"SELECT count(*) AS total FROM purchase_orders AS o WHERE {_FILTER}"
_FIRST: LiteralString = f"""
           page.*, supplier.name AS supplier_name, storage.name AS storage_name
      FROM (SELECT o.*, row_number() OVER () AS place
              FROM (SELECT o.* FROM purchase_orders AS o
                     WHERE {_FILTER}
                     ORDER BY """
_LAST: LiteralString = f"""
                    {PAGE}) AS o) AS page
      LEFT JOIN settings AS supplier
        ON supplier.company_id = %(company_id)s AND supplier.id = page.supplier_id
      LEFT JOIN settings AS storage
        ON storage.company_id = %(company_id)s AND storage.id = page.storage_id
     ORDER BY page.place
"""
#: The statement of a page by what it is sorted by; a minus turns the order around.
_LISTS: Mapping[str, LiteralString] = MappingProxyType(
    {
        "number": f"SELECT {_FIRST}o.series_number, o.id{_LAST}",
        "-number": f"SELECT {_FIRST}o.series_number DESC, o.id DESC{_LAST}",
        "ordered_at": f"SELECT {_FIRST}o.ordered_at, o.id{_LAST}",
        "-ordered_at": f"SELECT {_FIRST}o.ordered_at DESC NULLS LAST, o.id DESC{_LAST}",
        "expected_at": f"SELECT {_FIRST}o.expected_at, o.id{_LAST}",
        "-expected_at": f"SELECT {_FIRST}o.expected_at DESC NULLS LAST, o.id DESC{_LAST}",
        "total": f"SELECT {_FIRST}o.subtotal, o.id{_LAST}",
        "-total": f"SELECT {_FIRST}o.subtotal DESC, o.id DESC{_LAST}",
    }
)
_NUMBER = re.compile(r"[0-9]{1,18}\Z")
#: By what a list can be sorted.
SORT_KEYS = tuple(_LISTS)

_PLACE: LiteralString = """
    SELECT parent_id AS store_id FROM settings WHERE company_id = %(company_id)s AND id = %(storage_id)s
"""


def list_purchase_orders(
    db: Database,
    *,
    page: int,
    limit: int,
    sort: str,
    statuses: Collection[str] | None = None,
    supplier_id: UUID | None = None,
    storage_id: UUID | None = None,
    store_ids: Collection[UUID] = (),
    warehouses: bool = False,
    variant_id: UUID | None = None,
    from_time: datetime | None = None,
    to_time: datetime | None = None,
    late_at: datetime | None = None,
    search: str | None = None,
) -> tuple[list[Row], int]:
    """One page of purchase orders, and how many there are in all; without `statuses` all but dropped drafts.

    With `store_ids` those for the storages of these stores, and with `warehouses` those of no store too.
    `late_at` finds what should have come by then. `search` is the beginning of a number or a reference, or
    the bare number.
    """
    beginning = search.lower() if search else None
    plan_for_values(db)
    return list_and_count(
        db,
        _LISTS[sort],
        _COUNT,
        page=page,
        limit=limit,
        statuses=list(statuses) if statuses else None,
        supplier_id=supplier_id,
        storage_id=storage_id,
        store_ids=list(store_ids) if store_ids else None,
        warehouses=warehouses,
        variant_id=variant_id,
        from_time=from_time,
        to_time=to_time,
        late_at=late_at,
        beginning=beginning,
        end=beginning + END if beginning else None,
        series_number=int(beginning) if beginning and _NUMBER.match(beginning) else None,
    )


def store_of(db: Database, storage_id: UUID) -> UUID | None:
    """In which store a storage lies; None for a warehouse."""
    row = db.ask(_PLACE, {"company_id": db.company_id, "storage_id": storage_id}).row()
    return row["store_id"] if row else None
