"""The lookup of customers, of whom there may be hundreds of thousands."""

from typing import LiteralString

from domain.phones import ending_of
from projections.base import Database, Row
from projections.lookups.selection import Selection, in_order
from projections.search.customers import find_customers
from projections.search.entries import ACTIVE, ARCHIVED

_CUSTOMERS: LiteralString = """
    SELECT customer.*
      FROM unnest(%(ids)b::uuid[]) AS hit(id)
     CROSS JOIN LATERAL (
            SELECT id, name AS label, phone FROM customers
             WHERE company_id = %(company_id)s AND id = hit.id
             LIMIT 1
           ) AS customer
"""


def customers(db: Database, selection: Selection) -> list[Row]:
    """Customers by name, telephone number, e-mail address, or the number other systems know them by."""
    statuses = [ACTIVE] if selection.active else [ARCHIVED]
    ids = find_customers(db, selection.search or "", statuses=statuses, limit=selection.limit)
    rows = in_order(db.ask(_CUSTOMERS, {"company_id": db.company_id, "ids": ids}).rows(), ids)
    return [{**row, "phone_ending": ending_of(row["phone"])} for row in rows]
