"""Lists of customers: by group and standing, in the order of names, age, last visit or what they spent."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, LiteralString
from uuid import UUID

from projections.accounts.balances import OWING
from projections.base import Database, Row, plan_for_values
from projections.customer_totals import ALL_STORES
from projections.pages import PAGE, list_and_count
from projections.search.customers import FOUND, searches
from projections.search.entries import ACTIVE, ARCHIVED

_COLUMNS: LiteralString = """
           c.id, c.name, c.reference, c.phone, c.email, c.address, c.tax_number, c.birthday, c.note,
           c.group_ids, c.credit_limit, c.terms_days, c.consents, c.is_archived, c.version, c.created_at
"""
_FILTER: LiteralString = f"""
       c.company_id = %(company_id)s
       AND (%(archived)s::bool IS NULL OR c.is_archived = %(archived)s::bool)
       AND (%(erased)s::bool IS NULL OR (c.erased_at IS NOT NULL) = %(erased)s::bool)
       AND (%(group_id)s::uuid IS NULL
            OR c.id = ANY(ARRAY(SELECT customer_id FROM customer_group_members
                                 WHERE company_id = %(company_id)s AND group_id = %(group_id)s::uuid)))
       AND (%(has_due)s::bool IS NULL
            OR %(has_due)s::bool AND c.id = ANY(ARRAY({OWING}))
            OR NOT %(has_due)s::bool AND c.id <> ALL(ARRAY({OWING})))
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM customers AS c WHERE {_FILTER}"
_CUSTOMERS: LiteralString = f"{_COLUMNS} FROM customers AS c WHERE {_FILTER} ORDER BY"
# Each is in the read model of the sums from the moment it takes in that they were registered.
_IN_ALL: LiteralString = f"""
    {_COLUMNS}
      FROM customer_totals AS t JOIN customers AS c ON c.company_id = t.company_id AND c.id = t.customer_id
     WHERE t.company_id = %(company_id)s AND t.store_id = %(all_stores)s AND {_FILTER}
     ORDER BY
"""
_SUMS: LiteralString = """
     CROSS JOIN LATERAL (
            SELECT coalesce(sum(spent), 0) AS spent, max(last_visit) AS last_visit FROM customer_totals
             WHERE company_id = %(company_id)s AND customer_id = c.id
               AND store_id = ANY(%(store_ids)b::uuid[])
           ) AS t
"""
# Whoever works in some of the stores must not learn from the order what was bought in the others. So all that
# was bought in theirs is added up, at once: that takes a third of the time of each customer by themselves.
_IN_SOME: LiteralString = f"""
    {_COLUMNS}
      FROM customers AS c
      LEFT JOIN (
            SELECT customer_id, sum(spent) AS spent, max(last_visit) AS last_visit FROM customer_totals
             WHERE company_id = %(company_id)s AND store_id = ANY(%(store_ids)b::uuid[])
             GROUP BY customer_id
           ) AS t ON t.customer_id = c.id
     WHERE {_FILTER}
     ORDER BY
"""
# Each whom a text finds is looked up by their key, however many the planner thinks they are.
_LOOKED_UP: LiteralString = """
      FROM found
     CROSS JOIN LATERAL (
            SELECT * FROM customers WHERE company_id = %(company_id)s AND id = found.id LIMIT 1
           ) AS c
"""
_FOUND: LiteralString = f"{_COLUMNS}, count(*) OVER () AS total {_LOOKED_UP} WHERE {_FILTER} ORDER BY"
_FOUND_WITH_SUMS: LiteralString = (
    f"{_COLUMNS}, count(*) OVER () AS total {_LOOKED_UP} {_SUMS} WHERE {_FILTER} ORDER BY"
)
_COUNT_FOUND: LiteralString = f"""
    WITH {FOUND} SELECT count(*) AS total, (SELECT count(*) FROM found) AS found {_LOOKED_UP} WHERE {_FILTER}
"""
_LAST: LiteralString = "coalesce(t.last_visit, '-infinity')"
_SPENT: LiteralString = "coalesce(t.spent, 0)"

# NOTE: each order is a statement of its own, so that each can walk its own index.
_PAGES: Mapping[str, LiteralString] = MappingProxyType(
    {
        "name": f"SELECT {_CUSTOMERS} c.name_key, c.id {PAGE}",
        "-name": f"SELECT {_CUSTOMERS} c.name_key DESC, c.id DESC {PAGE}",
        "created_at": f"SELECT {_CUSTOMERS} c.created_at, c.id {PAGE}",
        "-created_at": f"SELECT {_CUSTOMERS} c.created_at DESC, c.id DESC {PAGE}",
        "last_visit": f"SELECT {_IN_ALL} {_LAST}, t.customer_id {PAGE}",
        "-last_visit": f"SELECT {_IN_ALL} {_LAST} DESC, t.customer_id DESC {PAGE}",
        "spent": f"SELECT {_IN_ALL} t.spent, t.customer_id {PAGE}",
        "-spent": f"SELECT {_IN_ALL} t.spent DESC, t.customer_id DESC {PAGE}",
    }
)
_PAGES_IN_SOME: Mapping[str, LiteralString] = MappingProxyType(
    {
        **_PAGES,
        "last_visit": f"SELECT {_IN_SOME} {_LAST}, c.id {PAGE}",
        "-last_visit": f"SELECT {_IN_SOME} {_LAST} DESC, c.id DESC {PAGE}",
        "spent": f"SELECT {_IN_SOME} {_SPENT}, c.id {PAGE}",
        "-spent": f"SELECT {_IN_SOME} {_SPENT} DESC, c.id DESC {PAGE}",
    }
)
_PAGES_FOUND: Mapping[str, LiteralString] = MappingProxyType(
    {
        "name": f"WITH {FOUND} SELECT {_FOUND} c.name_key, c.id {PAGE}",
        "-name": f"WITH {FOUND} SELECT {_FOUND} c.name_key DESC, c.id DESC {PAGE}",
        "created_at": f"WITH {FOUND} SELECT {_FOUND} c.created_at, c.id {PAGE}",
        "-created_at": f"WITH {FOUND} SELECT {_FOUND} c.created_at DESC, c.id DESC {PAGE}",
        "last_visit": f"WITH {FOUND} SELECT {_FOUND_WITH_SUMS} {_LAST}, c.id {PAGE}",
        "-last_visit": f"WITH {FOUND} SELECT {_FOUND_WITH_SUMS} {_LAST} DESC, c.id DESC {PAGE}",
        "spent": f"WITH {FOUND} SELECT {_FOUND_WITH_SUMS} t.spent, c.id {PAGE}",
        "-spent": f"WITH {FOUND} SELECT {_FOUND_WITH_SUMS} t.spent DESC, c.id DESC {PAGE}",
    }
)
#: What customers are sorted by.
SORT_KEYS = tuple(_PAGES)

_GROUPS: LiteralString = """
    SELECT id, name FROM settings
     WHERE company_id = %(company_id)s AND kind = 'customer-groups' AND id = ANY(%(ids)b::uuid[])
     ORDER BY name_key, id
"""


def list_customers(
    db: Database,
    *,
    page: int,
    limit: int,
    sort: str = "name",
    search: str | None = None,
    group_id: UUID | None = None,
    archived: bool | None = None,
    erased: bool | None = None,
    has_due: bool | None = None,
    store_ids: Collection[UUID] = (),
) -> tuple[list[Row], int]:
    """One page of customers and how many there are in all; sums count in these stores, without any in all.

    Without `archived` and `erased`, those who are neither; whoever is erased is archived as well.
    """
    if archived is None:
        archived = bool(erased)
    plan_for_values(db)
    filters = {"group_id": group_id, "archived": archived, "erased": erased, "has_due": has_due}
    if search:
        part = {"limit": limit, "offset": (page - 1) * limit}
        sums = {"store_ids": list(store_ids) or [ALL_STORES]}
        return _find(db, search, sort, {"company_id": db.company_id, **filters, **sums, **part})
    return list_and_count(
        db,
        (_PAGES_IN_SOME if store_ids else _PAGES)[sort],
        _COUNT,
        page=page,
        limit=limit,
        store_ids=list(store_ids),
        all_stores=ALL_STORES,
        **filters,
    )


def _find(db: Database, text: str, sort: str, params: Mapping[str, Any]) -> tuple[list[Row], int]:
    """One page of whom a text finds; misspelt words are corrected only if it finds nobody as it was typed."""
    for sought in searches(db, text, statuses=[ARCHIVED if params["archived"] else ACTIVE]):
        rows = db.ask(_PAGES_FOUND[sort], {**params, **sought}).rows()
        if rows:
            return rows, rows[0]["total"]
        counted = db.ask(_COUNT_FOUND, {**params, **sought}).row()
        if counted and counted["found"]:
            return [], counted["total"]
    return [], 0


def group_names(db: Database, group_ids: Collection[UUID]) -> Sequence[Mapping[str, Any]]:
    """Id and name of these groups, by name."""
    return db.ask(_GROUPS, {"company_id": db.company_id, "ids": list(group_ids)}).rows()
