"""Rows of orders that were placed in the back office, and what becomes of them; these never come in bulk."""

from typing import LiteralString

from domain.orders import Order
from domain.payments import ACCOUNT
from projections.base import Database, Event, Fact
from projections.orders.readings import Placing, Standing, Step, beginning_of

#: What happens to an order after it was placed.
STEPS: frozenset[Event] = frozenset(
    {
        Order.Amended,
        Order.Paid,
        Order.Fulfilled,
        Order.ReservationLapsed,
        Order.Cancelled,
        Order.Completed,
    }
)


def put_placed(fact: Fact, db: Database) -> None:
    """The row of an order that was placed; orders of the back office never come in bulk."""
    placed: Placing = fact.data
    db.execute(
        _INSERT_PLACED_RECORDED if fact.is_recorded else _INSERT_PLACED,
        {
            "company_id": db.company_id,
            "position": fact.position,
            **beginning_of(fact),
            "reserve_until": placed.reserve_until,
            **_standing(placed.standing),
        },
    )


def put_step(fact: Fact, db: Database) -> None:
    """What the order is after it; what lapsed, is handed over or is no longer open is promised no more."""
    step: Step = fact.data
    is_over = step.standing.status != "open" or step.standing.fulfilment_status == "fulfilled"
    keeps = fact.event is not Order.ReservationLapsed and not is_over
    db.execute(
        _PUT_STEP,
        {
            "company_id": db.company_id,
            "id": fact.stream_id,
            "customer_id": step.customer_id,
            "methods": _methods_of(fact),
            "paid_by_account": _paid_by_account(fact),
            "is_amended": fact.event is Order.Amended,
            "keeps": keeps,
            "reserve_until": fact.data.reserve_until if fact.event is Order.Amended else None,
            **_standing(step.standing),
        },
    )


def _methods_of(fact: Fact) -> list[str]:
    return sorted({paid.method for paid in fact.data.payments}) if fact.event is Order.Paid else []


def _paid_by_account(fact: Fact) -> int:
    """What the order is paid by already, so that it is not due, whatever is paid on account for it."""
    if fact.event is not Order.Paid:
        return 0
    return sum(paid.amount for paid in fact.data.payments if paid.method == ACCOUNT)


def _standing(standing: Standing) -> dict[str, object]:
    return {
        "status": standing.status,
        "payment_status": standing.payment_status,
        "fulfilment_status": standing.fulfilment_status,
        "total": standing.total,
        "due": standing.due,
    }


_PLACED_COLUMNS: LiteralString = """
    (company_id, id, number, series_id, series_number, channel, store_id, register_id, cashier_id,
     customer_id, business_date, occurred_at, recorded_at, total, shift_id, methods, status,
     payment_status, fulfilment_status, due, reserve_until, clash)
"""

_PLACED_VALUES: LiteralString = """
    %(company_id)s, %(id)s, %(number)s, %(series_id)s, %(series_number)s::bigint, %(channel)s, %(store_id)s,
    %(register_id)s::uuid, %(cashier_id)s::uuid, %(customer_id)s::uuid, %(business_date)s, %(occurred_at)s,
    %(recorded_at)s, %(total)s::bigint, %(shift_id)s::uuid, '{}'::text[], %(status)s, %(payment_status)s,
    %(fulfilment_status)s, %(due)s::bigint, %(reserve_until)s::timestamptz
"""

_INSERT_PLACED: LiteralString = f"INSERT INTO orders {_PLACED_COLUMNS} VALUES ({_PLACED_VALUES}, 0)"

_INSERT_PLACED_RECORDED: LiteralString = f"""
    INSERT INTO orders {_PLACED_COLUMNS}
    SELECT {_PLACED_VALUES},
           CASE WHEN %(series_number)s::bigint > 0
                 AND EXISTS (SELECT FROM orders AS earlier
                              WHERE earlier.company_id = %(company_id)s AND earlier.series_id = %(series_id)s
                                AND earlier.series_number = %(series_number)s::bigint)
                THEN %(position)s::bigint ELSE 0 END
    RETURNING company_id
"""

# What is paid on account lowers what is due, so that it may be all that is paid of an order.
_PUT_STEP: LiteralString = """
    UPDATE orders
       SET status = %(status)s,
           settled = settled - %(paid_by_account)s::bigint,
           payment_status = CASE WHEN %(payment_status)s NOT IN ('unpaid', 'partially_paid')
                                   OR settled - %(paid_by_account)s::bigint <= 0 THEN %(payment_status)s
                                 WHEN settled - %(paid_by_account)s::bigint < %(due)s::bigint
                                 THEN 'partially_paid' ELSE 'paid' END,
           fulfilment_status = %(fulfilment_status)s, total = %(total)s::bigint, due = %(due)s::bigint,
           customer_id = CASE WHEN %(is_amended)s THEN %(customer_id)s::uuid ELSE customer_id END,
           reserve_until = CASE WHEN NOT %(keeps)s THEN NULL
                                WHEN %(is_amended)s THEN %(reserve_until)s::timestamptz
                                ELSE reserve_until END,
           methods = ARRAY(SELECT DISTINCT method FROM unnest(methods || %(methods)b::text[]) AS method
                            ORDER BY method)
     WHERE company_id = %(company_id)s AND id = %(id)s
"""
