"""The ledger of a customer's store credit."""

from typing import LiteralString
from uuid import UUID

from projections.base import Database, Row
from projections.pages import PAGE, list_and_count

_FILTER: LiteralString = """
       entry.company_id = %(company_id)s AND entry.customer_id = %(customer_id)s
       AND entry.account = 'store_credit'
"""

_LIST: LiteralString = f"""
    SELECT entry.id, entry.occurred_at, entry.kind, entry.amount, entry.balance, entry.order_id,
           entry.refund_id, entry.ends_on, entry.reason, entry.created_by, entry.created_at,
           (SELECT number FROM orders
             WHERE company_id = %(company_id)s AND id = entry.order_id) AS order_number
      FROM account_entries AS entry
     WHERE {_FILTER}
     ORDER BY entry.ordinal DESC
    {PAGE}
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM account_entries AS entry WHERE {_FILTER}"


def list_credit_entries(db: Database, *, customer_id: UUID, page: int, limit: int) -> tuple[list[Row], int]:
    """One page of the entries, the newest first, and how many there are in all."""
    return list_and_count(db, _LIST, _COUNT, page=page, limit=limit, customer_id=customer_id)
