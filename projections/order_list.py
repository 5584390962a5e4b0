"""Lists of orders: by where, when, by whom and how they were sold, and by what became of them."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from types import MappingProxyType
from typing import LiteralString
from uuid import UUID

from projections.base import Database, plan_for_values
from projections.customer_aliases import ask_aliases
from projections.pages import PAGE, list_and_count

_FILTER: LiteralString = """
       company_id = %(company_id)s
       AND (%(store_ids)b::uuid[] IS NULL OR store_id = ANY(%(store_ids)b::uuid[]))
       AND (%(register_id)s::uuid IS NULL OR register_id = %(register_id)s::uuid)
       AND (%(cashier_id)s::uuid IS NULL OR cashier_id = %(cashier_id)s::uuid)
       AND (%(customer_id)s::uuid IS NULL OR customer_id = %(customer_id)s::uuid)
       AND (%(customer_ids)b::uuid[] IS NULL OR customer_id = ANY(%(customer_ids)b::uuid[]))
       AND (%(shift_id)s::uuid IS NULL OR shift_id = %(shift_id)s::uuid)
       AND (%(channel)s::text IS NULL OR channel = %(channel)s::text)
       AND (%(status)s::text IS NULL OR status = %(status)s::text)
       AND (%(payment_status)s::text IS NULL OR payment_status = %(payment_status)s::text)
       AND (%(fulfilment_status)s::text IS NULL OR fulfilment_status = %(fulfilment_status)s::text)
       AND (%(has_due)s::boolean IS NULL OR (due > greatest(settled, 0)) = %(has_due)s::boolean)
       AND (%(method)s::text IS NULL OR %(method)s::text = ANY(methods))
       AND (%(from_date)s::date IS NULL OR business_date >= %(from_date)s::date)
       AND (%(to_date)s::date IS NULL OR business_date <= %(to_date)s::date)
       AND (%(search)s::text IS NULL OR number = %(search)s::text
            OR id = ANY(ARRAY(SELECT order_id FROM refunds
                               WHERE company_id = %(company_id)s AND number = %(search)s::text)))
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM orders WHERE {_FILTER}"

# NOTE: each order is a statement of its own, so that each can walk its own index.
_ROWS: LiteralString = f"id FROM orders WHERE {_FILTER} ORDER BY"
_PAGES: Mapping[str, LiteralString] = MappingProxyType(
    {
        "occurred_at": f"SELECT {_ROWS} occurred_at, id {PAGE}",
        "-occurred_at": f"SELECT {_ROWS} occurred_at DESC, id DESC {PAGE}",
        "total": f"SELECT {_ROWS} total, id {PAGE}",
        "-total": f"SELECT {_ROWS} total DESC, id DESC {PAGE}",
        "number": f"SELECT {_ROWS} number, id {PAGE}",
        "-number": f"SELECT {_ROWS} number DESC, id DESC {PAGE}",
    }
)
#: What orders are sorted by.
SORT_KEYS = tuple(_PAGES)


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderFilters:
    """What is left of the orders. Business dates are both inclusive.

    `has_due` says whether something is still to pay, what is owed on account included. `search` is the whole
    number of the order or of a refund of it, `method` one of those that it was paid by.
    """

    register_id: UUID | None = None
    cashier_id: UUID | None = None
    customer_id: UUID | None = None
    shift_id: UUID | None = None
    channel: str | None = None
    status: str | None = None
    payment_status: str | None = None
    fulfilment_status: str | None = None
    has_due: bool | None = None
    method: str | None = None
    from_date: date | None = None
    to_date: date | None = None
    search: str | None = None


def list_orders(
    db: Database,
    filters: OrderFilters,
    *,
    page: int,
    limit: int,
    sort: str,
    store_ids: Collection[UUID] = (),
) -> tuple[list[UUID], int]:
    """The ids of one page of the orders that were sold in these stores, or in all, and how many there are.

    Those of a customer are also those of whom they absorbed.
    """
    values = asdict(filters)
    aliases = ask_aliases(db, filters.customer_id).rows() if filters.customer_id else []
    # One customer's orders lie in their order in an index, those of several do not.
    if aliases:
        values["customer_id"] = None
    ids = [filters.customer_id, *(row["alias_id"] for row in aliases)] if aliases else None
    plan_for_values(db)
    rows, total = list_and_count(
        db,
        _PAGES[sort],
        _COUNT,
        page=page,
        limit=limit,
        store_ids=list(store_ids) if store_ids else None,
        customer_ids=ids,
        **values,
    )
    return [row["id"] for row in rows], total
