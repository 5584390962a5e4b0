"""Parked sales as tills find them again; each is read from the log."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import LiteralString
from uuid import UUID

from domain.customers import Customer
from domain.held_sales import HeldSale
from domain.pending import Pending
from domain.settings import name_key
from domain.shifts.report import HeldTotals
from projections.base import Database, Projection, all_but
from projections.pages import PAGE, list_and_count
from projections.search.within import bare_words, joined_words


def _words(label: str | None, note: str | None) -> str:
    return joined_words(label, note)


_END: LiteralString = (
    "UPDATE held_sales SET is_open = false WHERE company_id = %(company_id)s AND id = %(stream_id)s"
)


class HeldSales(Projection):
    """One row for each parked sale: where it waits, for how long, and what it came to when it was parked.

    The words of its label and note are found; they go with its customer.
    """

    name = "held_sales"
    version = 4
    mode = "inline"
    tables = ("held_sales",)
    on = {
        HeldSale.Parked: """
            INSERT INTO held_sales (company_id, id, store_id, register_id, cashier_id, customer_id, words,
                                    value, held_at, expires_at, is_open)
            VALUES (%(company_id)s, %(stream_id)s, %(store_id)s, %(register_id)s, %(cashier_id)s,
                    %(customer_id)s, %(words)s, %(value)s, %(held_at)s, %(expires_at)s, true)
        """,
        HeldSale.Resumed: """
            UPDATE held_sales SET expires_at = %(expires_at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        HeldSale.Sold: _END,
        HeldSale.Discarded: _END,
        HeldSale.Expired: _END,
        Customer.Erased: """
            UPDATE held_sales SET words = ''
             WHERE company_id = %(company_id)s
               AND (customer_id = %(stream_id)s OR customer_id = ANY(%(customer_ids)b::uuid[]))
        """,
    }
    # Nothing else about its customer is kept of a parked sale.
    ignores = all_but(Customer, Customer.Erased)
    derives = {"words": (_words, "label", "note")}
    schema = """
        CREATE TABLE held_sales (
            company_id  uuid NOT NULL,
            id          uuid NOT NULL,
            store_id    uuid NOT NULL,
            register_id uuid,
            cashier_id  uuid,
            customer_id uuid,
            words       text NOT NULL,
            value       bigint NOT NULL,
            held_at     timestamptz NOT NULL,
            expires_at  timestamptz NOT NULL,
            is_open     boolean NOT NULL,
            PRIMARY KEY (company_id, id)
        );
        -- They would keep words that nobody could erase.
        ALTER TABLE held_sales ALTER COLUMN words SET STATISTICS 0;
        CREATE INDEX held_sales_by_time ON held_sales (company_id, held_at, id) WHERE is_open;
        CREATE INDEX held_sales_by_store ON held_sales (company_id, store_id, held_at, id) WHERE is_open;
        CREATE INDEX held_sales_by_register ON held_sales (company_id, register_id, held_at, id)
            WHERE is_open AND register_id IS NOT NULL;
        CREATE INDEX held_sales_by_cashier ON held_sales (company_id, cashier_id, held_at, id)
            WHERE is_open AND cashier_id IS NOT NULL;
        CREATE INDEX held_sales_by_customer ON held_sales (company_id, customer_id)
            WHERE customer_id IS NOT NULL;
        CREATE INDEX held_sales_by_end ON held_sales (expires_at) WHERE is_open;
    """


_IN_STORES: LiteralString = """
       company_id = %(company_id)s AND is_open
       AND (%(store_ids)b::uuid[] IS NULL OR store_id = ANY(%(store_ids)b::uuid[]))
"""
_FILTER: LiteralString = f"""
       {_IN_STORES}
       AND (%(register_id)s::uuid IS NULL OR register_id = %(register_id)s::uuid)
       AND (%(cashier_id)s::uuid IS NULL OR cashier_id = %(cashier_id)s::uuid)
       AND NOT EXISTS (SELECT FROM unnest(%(search)b::text[]) AS term(word) WHERE position(word IN words) = 0)
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM held_sales WHERE {_FILTER}"
_PAGES: Mapping[str, LiteralString] = MappingProxyType(
    {
        "held_at": f"SELECT id FROM held_sales WHERE {_FILTER} ORDER BY held_at, id {PAGE}",
        "-held_at": f"SELECT id FROM held_sales WHERE {_FILTER} ORDER BY held_at DESC, id DESC {PAGE}",
    }
)
#: What parked sales are sorted by.
SORT_KEYS = tuple(_PAGES)

_SUM: LiteralString = f"""
    SELECT count(*) AS count, coalesce(sum(value), 0)::bigint AS value
      FROM held_sales
     WHERE {_IN_STORES} AND (%(cashier_id)s::uuid IS NULL OR cashier_id = %(cashier_id)s::uuid)
"""


def list_held_sales(
    db: Database,
    *,
    page: int,
    limit: int,
    sort: str,
    store_ids: Collection[UUID] = (),
    register_id: UUID | None = None,
    cashier_id: UUID | None = None,
    search: str | None = None,
) -> tuple[list[UUID], int]:
    """The ids of one page of what waits in these stores, or in all, and how much waits there.

    Register and cashier are those that parked it. Every word of `search` stands in its label or note.
    """
    rows, total = list_and_count(
        db,
        _PAGES[sort],
        _COUNT,
        page=page,
        limit=limit,
        store_ids=list(store_ids) if store_ids else None,
        register_id=register_id,
        cashier_id=cashier_id,
        search=(bare_words(search) or name_key(search).split()) if search else [],
    )
    return [row["id"] for row in rows], total


def sum_held_sales(
    db: Database, store_ids: Collection[UUID] = (), cashier_id: UUID | None = None
) -> Pending[HeldTotals]:
    """Ask how many wait in these stores, or in all, and what they came to when they were parked.

    With a cashier it is what they parked themselves.
    """
    params = {
        "company_id": db.company_id,
        "store_ids": list(store_ids) if store_ids else None,
        "cashier_id": cashier_id,
    }
    answer = db.ask(_SUM, params)

    def totals() -> HeldTotals:
        row = answer.row()
        return HeldTotals(count=row["count"], value=row["value"]) if row else HeldTotals()

    return Pending(totals)
