"""Lists of transfers: by status, storages, goods and times, in the order of their numbers or of times."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from types import MappingProxyType
from typing import LiteralString
from uuid import UUID

from domain.settings import name_key
from projections.base import Database, Row, plan_for_values
from projections.pages import PAGE, list_and_count

# Without a status, a draft that was dropped is left out. Whoever is bound to stores sees what goes from or to
# them. What begins with something is a range, as LIKE, which may tell of other companies' rows, would be
# tried on every row that security lets through.
_FILTER: LiteralString = """
       company_id = %(company_id)s
       AND (%(status)s::text IS NULL OR status = %(status)s::text)
       AND (%(status)s::text IS NOT NULL OR status <> 'discarded')
       AND (%(from_storage_id)s::uuid IS NULL OR from_storage_id = %(from_storage_id)s::uuid)
       AND (%(to_storage_id)s::uuid IS NULL OR to_storage_id = %(to_storage_id)s::uuid)
       AND (%(storage_ids)b::uuid[] IS NULL
            OR from_storage_id = ANY(%(storage_ids)b::uuid[]) OR to_storage_id = ANY(%(storage_ids)b::uuid[]))
       AND (%(variant_id)s::uuid IS NULL
            OR id IN (SELECT transfer_id FROM transfer_lines
                       WHERE company_id = %(company_id)s AND variant_id = %(variant_id)s::uuid))
       AND (%(from_time)s::timestamptz IS NULL OR created_at >= %(from_time)s::timestamptz)
       AND (%(to_time)s::timestamptz IS NULL OR created_at < %(to_time)s::timestamptz)
       AND (%(overdue_at)s::timestamptz IS NULL
            OR expected_at < %(overdue_at)s::timestamptz
               AND status IN ('draft', 'in_transit', 'partially_received'))
       AND (%(first)s::text IS NULL
            OR (number ~>=~ upper(%(first)s::text) AND number ~<=~ upper(%(last)s::text))
            OR (reference_key ~>=~ %(first)s::text AND reference_key ~<=~ %(last)s::text)
            OR (tracking_key ~>=~ %(first)s::text AND tracking_key ~<=~ %(last)s::text))
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM transfers WHERE {_FILTER}"

# NOTE: each order is a statement of its own, so that each can walk its own index.
_ROWS: LiteralString = f"""
       *, (SELECT name FROM settings
            WHERE company_id = %(company_id)s AND id = from_storage_id) AS from_storage_name,
       (SELECT name FROM settings
         WHERE company_id = %(company_id)s AND id = to_storage_id) AS to_storage_name
  FROM transfers WHERE {_FILTER} ORDER BY
"""
_PAGES: Mapping[str, LiteralString] = MappingProxyType(
    {
        "number": f"SELECT {_ROWS} series_number {PAGE}",
        "-number": f"SELECT {_ROWS} series_number DESC {PAGE}",
        "created_at": f"SELECT {_ROWS} created_at, series_number {PAGE}",
        "-created_at": f"SELECT {_ROWS} created_at DESC, series_number DESC {PAGE}",
        "expected_at": f"SELECT {_ROWS} expected_at, series_number {PAGE}",
        "-expected_at": f"SELECT {_ROWS} expected_at DESC NULLS LAST, series_number DESC {PAGE}",
    }
)
#: What transfers are sorted by; those that nothing is expected of come last.
SORT_KEYS = tuple(_PAGES)

#: No text that begins as searched for comes after the one that goes on with this.
_LAST = "\U0010ffff"

_STORAGES: LiteralString = """
    SELECT id FROM settings
     WHERE company_id = %(company_id)s AND kind = 'storages' AND parent_id = ANY(%(store_ids)b::uuid[])
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferFilters:
    """What is left of the transfers. `from_time` is inclusive, `to_time` is not: when they were planned.

    `overdue_at` leaves what was expected before that and has not arrived.
    """

    status: str | None = None
    from_storage_id: UUID | None = None
    to_storage_id: UUID | None = None
    variant_id: UUID | None = None
    from_time: datetime | None = None
    to_time: datetime | None = None
    overdue_at: datetime | None = None


def list_transfers(
    db: Database,
    filters: TransferFilters,
    *,
    page: int,
    limit: int,
    sort: str,
    search: str | None = None,
    store_ids: Collection[UUID] = (),
) -> tuple[list[Row], int]:
    """One page of transfers, from or to these stores or of all, and how many there are.

    Number, reference or tracking number begin with what is searched for.
    """
    storage_ids = list_storages(db, store_ids) if store_ids else None
    plan_for_values(db)
    return list_and_count(
        db,
        _PAGES[sort],
        _COUNT,
        page=page,
        limit=limit,
        storage_ids=storage_ids,
        first=name_key(search) if search else None,
        last=f"{name_key(search)}{_LAST}" if search else None,
        **asdict(filters),
    )


def list_storages(db: Database, store_ids: Collection[UUID]) -> Sequence[UUID]:
    """The storages that lie in these stores."""
    params = {"company_id": db.company_id, "store_ids": list(store_ids)}
    return [row["id"] for row in db.ask(_STORAGES, params).rows()]
