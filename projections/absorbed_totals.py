"""The sums of customers who turned out to be another one: they count as that one's, also what comes later."""

from collections.abc import Collection, Mapping
from typing import LiteralString

from projections.base import Database

TABLE: LiteralString = """
    CREATE TABLE customer_total_holders (
        company_id  uuid NOT NULL,
        customer_id uuid NOT NULL,
        holder_id   uuid NOT NULL,
        PRIMARY KEY (company_id, customer_id)
    );
"""

_HOLDERS: LiteralString = """
    SELECT customer_id, holder_id FROM customer_total_holders
     WHERE company_id = %(company_id)s AND customer_id = ANY(%(customers)b::uuid[])
"""

_HOLD: LiteralString = """
    INSERT INTO customer_total_holders (company_id, customer_id, holder_id)
    SELECT %(company_id)s, unnest(%(absorbed)b::uuid[]), unnest(%(holders)b::uuid[])
        ON CONFLICT (company_id, customer_id) DO UPDATE SET holder_id = excluded.holder_id
"""

_MOVE_SUMS: LiteralString = """
    INSERT INTO customer_totals AS own (company_id, customer_id, store_id, visits, spent, returned)
    SELECT %(company_id)s, absorbed.holder_id, store_id, sum(visits), sum(spent), sum(returned)
      FROM (SELECT unnest(%(absorbed)b::uuid[]) AS id, unnest(%(holders)b::uuid[]) AS holder_id) AS absorbed
      JOIN customer_totals AS former ON former.company_id = %(company_id)s
                                    AND former.customer_id = absorbed.id
     GROUP BY absorbed.holder_id, store_id
        ON CONFLICT (company_id, customer_id, store_id) DO UPDATE
       SET visits = own.visits + excluded.visits, spent = own.spent + excluded.spent,
           returned = own.returned + excluded.returned
"""

_MOVE_DAYS: LiteralString = """
    INSERT INTO customer_days AS own (company_id, customer_id, store_id, business_date, visits)
    SELECT %(company_id)s, absorbed.holder_id, store_id, business_date, sum(visits)
      FROM (SELECT unnest(%(absorbed)b::uuid[]) AS id, unnest(%(holders)b::uuid[]) AS holder_id) AS absorbed
      JOIN customer_days AS former ON former.company_id = %(company_id)s AND former.customer_id = absorbed.id
     GROUP BY absorbed.holder_id, store_id, business_date
        ON CONFLICT (company_id, customer_id, store_id, business_date) DO UPDATE
       SET visits = own.visits + excluded.visits
"""

_LEAVE_NO_DAYS: LiteralString = """
    DELETE FROM customer_days
     WHERE company_id = %(company_id)s AND customer_id = ANY(%(absorbed)b::uuid[])
"""

# Every customer has a row of all stores, by which lists are sorted.
_LEAVE_NO_STORES: LiteralString = """
    DELETE FROM customer_totals
     WHERE company_id = %(company_id)s AND customer_id = ANY(%(absorbed)b::uuid[])
       AND store_id <> %(all_stores)s
"""
_LEAVE_NOTHING: LiteralString = """
    UPDATE customer_totals SET visits = 0, spent = 0, returned = 0, last_visit = NULL
     WHERE company_id = %(company_id)s AND customer_id = ANY(%(absorbed)b::uuid[])
"""

_SET_LAST: LiteralString = """
    UPDATE customer_totals AS own
       SET last_visit = (SELECT day.business_date FROM customer_days AS day
                          WHERE day.company_id = %(company_id)s AND day.customer_id = own.customer_id
                            AND day.store_id = own.store_id AND day.visits > 0
                          ORDER BY day.business_date DESC LIMIT 1)
     WHERE own.company_id = %(company_id)s AND own.customer_id = ANY(%(holders)b::uuid[])
"""


def holders_of(db: Database, customer_ids: Collection[str]) -> dict[str, str]:
    """Whose the sums of those customers are who were absorbed; the others are not in it."""
    if not customer_ids:
        return {}
    params = {"company_id": db.company_id, "customers": sorted(customer_ids)}
    return {str(row["customer_id"]): str(row["holder_id"]) for row in db.ask(_HOLDERS, params).rows()}


def move_sums(db: Database, holders: Mapping[str, str], all_stores: object) -> None:
    """Move the sums of those absorbed to their holders, each to the last of them."""
    params = {
        "company_id": db.company_id,
        "absorbed": list(holders),
        "holders": list(holders.values()),
        "all_stores": all_stores,
    }
    for statement in (
        *(_HOLD, _MOVE_SUMS, _MOVE_DAYS),
        *(_LEAVE_NO_DAYS, _LEAVE_NO_STORES, _LEAVE_NOTHING, _SET_LAST),
    ):
        db.execute(statement, params)
