"""What customers owe and have to their credit, for lists and single customers."""

from collections.abc import Collection
from typing import LiteralString
from uuid import UUID

from projections.base import Answer, Database

#: Those who owe something, for lists of customers: an index has them and nobody else.
OWING: LiteralString = """
    SELECT customer_id FROM account_balances
     WHERE company_id = %(company_id)s AND account = 'due' AND balance > 0
"""

#: How a customer (`id`) owes something, and has something to their credit.
OWES: LiteralString = """
    EXISTS (SELECT 1 FROM account_balances
             WHERE company_id = %(company_id)s AND customer_id = %(id)s AND account = 'due' AND balance <> 0)
"""
HAS_CREDIT: LiteralString = """
    EXISTS (SELECT 1 FROM account_balances
             WHERE company_id = %(company_id)s AND customer_id = %(id)s AND account = 'store_credit'
               AND balance <> 0)
"""

_BALANCES: LiteralString = """
    SELECT customer_id, coalesce(sum(balance) FILTER (WHERE account = 'due'), 0)::bigint AS due,
           coalesce(sum(balance) FILTER (WHERE account = 'store_credit'), 0)::bigint AS store_credit
      FROM account_balances
     WHERE company_id = %(company_id)s AND customer_id = ANY(%(customers)b::uuid[])
     GROUP BY customer_id
"""

_IS_CUSTOMER: LiteralString = """
    SELECT id FROM customers WHERE company_id = %(company_id)s AND id = %(customer_id)s
"""


def is_customer(db: Database, customer_id: UUID) -> bool:
    """Whether there is such a customer, whatever became of them."""
    return db.ask(_IS_CUSTOMER, {"company_id": db.company_id, "customer_id": customer_id}).row() is not None


def ask_balances(db: Database, customer_ids: Collection[UUID]) -> Answer:
    """Ask what these owe (`due`) and have (`store_credit`); who never had either is not among them."""
    return db.ask(_BALANCES, {"company_id": db.company_id, "customers": list(customer_ids)})
