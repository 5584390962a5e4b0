"""What is paid on account of what is due for orders."""

from typing import LiteralString
from uuid import UUID

from domain.accounts import Account
from projections.base import Database, Event, Fact

#: What lowers what customers owe.
SETTLEMENTS: frozenset[Event] = frozenset({Account.Settled, Account.Credited, Account.WrittenOff})


def put_settlement(fact: Fact, db: Database) -> None:
    """What was paid on account for orders, one after another by their ids."""
    settled: dict[UUID, int] = {}
    for one in fact.data.allocations:
        if one.order_id:
            settled[one.order_id] = settled.get(one.order_id, 0) + one.amount
    if settled:
        params = {"company_id": db.company_id, "ids": sorted(settled)}
        db.execute(_SETTLE, {**params, "amounts": [settled[one] for one in sorted(settled)]})


_SETTLE: LiteralString = """
    UPDATE orders AS known
       SET settled = known.settled + paid.amount,
           payment_status = CASE WHEN known.payment_status NOT IN ('unpaid', 'partially_paid')
                                   OR known.settled + paid.amount <= 0 THEN known.payment_status
                                 WHEN known.settled + paid.amount < known.due THEN 'partially_paid'
                                 ELSE 'paid' END
      FROM (SELECT unnest(%(ids)b::uuid[]) AS id, unnest(%(amounts)b::bigint[]) AS amount) AS paid
     WHERE known.company_id = %(company_id)s AND known.id = paid.id
"""
