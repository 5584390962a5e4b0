"""What was recorded of a customer, fact by fact, and what of theirs is found besides."""

from collections.abc import Collection
from typing import LiteralString
from uuid import UUID

from projections.audit import event_of
from projections.base import Answer, Database, Row

_FACTS: LiteralString = """
    SELECT e.position, e.stream_id, e.stream_version, e.type, e.state, e.metadata,
           substring(e.metadata FROM '"actor":"([0-9a-f-]{36})"')::uuid AS actor_id
      FROM events AS e
     WHERE e.company_id = %(company_id)s AND e.stream_id = ANY(%(ids)b::uuid[])
     ORDER BY e.position
"""

_ORDERS: LiteralString = """
    SELECT id FROM orders
     WHERE company_id = %(company_id)s AND customer_id = ANY(%(ids)b::uuid[])
       AND (%(store_ids)b::uuid[] IS NULL OR store_id = ANY(%(store_ids)b::uuid[]))
     ORDER BY occurred_at, id
"""

_RETURNS: LiteralString = """
    SELECT id FROM refunds
     WHERE company_id = %(company_id)s AND customer_id = ANY(%(ids)b::uuid[])
       AND (%(store_ids)b::uuid[] IS NULL OR store_id = ANY(%(store_ids)b::uuid[]))
     ORDER BY occurred_at, id
"""

_HELD_SALES: LiteralString = """
    SELECT id FROM held_sales
     WHERE company_id = %(company_id)s AND customer_id = ANY(%(ids)b::uuid[])
       AND (%(store_ids)b::uuid[] IS NULL OR store_id = ANY(%(store_ids)b::uuid[]))
     ORDER BY held_at, id
"""

_ENTRIES: LiteralString = """
    SELECT id, customer_id, account, kind, amount, balance, occurred_at, business_date, order_id, refund_id,
           ends_on, method, reference, reason
      FROM account_entries
     WHERE company_id = %(company_id)s AND customer_id = ANY(%(ids)b::uuid[])
       AND (%(store_ids)b::uuid[] IS NULL OR store_id = ANY(%(store_ids)b::uuid[]))
     ORDER BY created_at, id
"""


class Findings:
    """All that is kept of some customers who are one, asked for with the next round trip.

    Of orders and accounts it is what belongs to these stores, or without any to all.
    """

    def __init__(self, db: Database, customer_ids: Collection[UUID], store_ids: Collection[UUID]) -> None:
        params = {
            "company_id": db.company_id,
            "ids": list(customer_ids),
            "store_ids": list(store_ids) or None,
        }
        self._facts = db.ask(_FACTS, params)
        self._orders = db.ask(_ORDERS, params)
        self._returns = db.ask(_RETURNS, params)
        self._held_sales = db.ask(_HELD_SALES, params)
        self.entries: Answer = db.ask(_ENTRIES, params)

    def facts(self) -> list[Row]:
        """What was recorded of them, oldest first."""
        return [event_of(row) for row in self._facts.rows()]

    def order_ids(self) -> list[UUID]:
        """What they bought, oldest first."""
        return [row["id"] for row in self._orders.rows()]

    def return_ids(self) -> list[UUID]:
        """What they brought back without its order, oldest first."""
        return [row["id"] for row in self._returns.rows()]

    def held_ids(self) -> list[UUID]:
        """What was parked for them, whatever became of it, oldest first."""
        return [row["id"] for row in self._held_sales.rows()]
