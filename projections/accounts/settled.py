"""What was paid on account for orders: of what was charged for them, whoever owes it by now."""

from collections.abc import Collection
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from projections.base import Answer, Database

# What only went over to another customer was not paid.
_SETTLED: LiteralString = """
    SELECT lot.order_id, sum(taken.amount)::bigint AS settled
      FROM account_lots AS lot
      JOIN account_allocations AS taken ON taken.company_id = %(company_id)s AND taken.lot_id = lot.id
      JOIN account_entries AS entry ON entry.company_id = %(company_id)s AND entry.id = taken.entry_id
     WHERE lot.company_id = %(company_id)s AND lot.order_id = ANY(%(orders)b::uuid[])
       AND lot.account = 'due' AND entry.kind <> 'moved'
       AND (%(as_of)s::timestamptz IS NULL OR entry.created_at <= %(as_of)s::timestamptz)
     GROUP BY lot.order_id
"""


def ask_settled(db: Database, order_ids: Collection[UUID], as_of: datetime | None = None) -> Answer:
    """Ask what was paid on account (`settled`) for each `order_id`, by now or as it was recorded by then."""
    params = {"company_id": db.company_id, "orders": list(order_ids), "as_of": as_of}
    return db.ask(_SETTLED, params)
