"""What orders are after refunds and voids."""

from collections.abc import Sequence
from typing import LiteralString

from domain.orders import Order
from projections.base import Database, Fact


def put_statuses(facts: Sequence[Fact], db: Database) -> None:
    """What each order is after the last of its refunds, or after its void."""
    last = {fact.stream_id: _statuses(fact) for fact in facts}
    db.execute(
        _PUT_STATUSES,
        {
            "company_id": db.company_id,
            "ids": list(last),
            "statuses": [status for status, _, _ in last.values()],
            "payments": [payment for _, payment, _ in last.values()],
            "fulfilments": [fulfilment for _, _, fulfilment in last.values()],
        },
    )


def _statuses(fact: Fact) -> tuple[str, str, str]:
    if fact.event is Order.Voided:
        return "voided", "refunded", "returned"
    return "completed", fact.data.payment_status, fact.data.fulfilment_status


_PUT_STATUSES: LiteralString = """
    UPDATE orders AS known
       SET status = became.status, payment_status = became.payment_status,
           fulfilment_status = became.fulfilment_status
      FROM (SELECT unnest(%(ids)b::uuid[]) AS id, unnest(%(statuses)b::text[]) AS status,
                   unnest(%(payments)b::text[]) AS payment_status,
                   unnest(%(fulfilments)b::text[]) AS fulfilment_status) AS became
     WHERE known.company_id = %(company_id)s AND known.id = became.id
"""
