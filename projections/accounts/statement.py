"""The statement of what a customer owes: what was owed, what came since, and how long it has been due."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import LiteralString
from uuid import UUID

from domain.accounts import Ageing, age
from projections.base import Answer, Database, Row

#: How many days a statement tells of whose beginning nobody names.
DAYS = 90

_COMPANY: LiteralString = """
    SELECT (%(now)s::timestamptz AT TIME ZONE timezone)::date AS today, currency
      FROM companies WHERE company_id = %(company_id)s
"""

# What came is of the store where it was sold, what was taken is of the store of what it was taken from: so
# what single stores are owed adds up as well.
_LINES: LiteralString = """
    SELECT id AS entry_id, business_date, amount FROM account_entries
     WHERE company_id = %(company_id)s AND customer_id = %(customer_id)s AND account = 'due' AND amount > 0
       AND business_date <= %(last)s::date
       AND (%(stores)b::uuid[] IS NULL OR store_id = ANY(%(stores)b::uuid[]))
     UNION ALL
    SELECT entry_id, business_date, -amount FROM account_allocations
     WHERE company_id = %(company_id)s AND customer_id = %(customer_id)s AND account = 'due'
       AND business_date <= %(last)s::date
       AND (%(stores)b::uuid[] IS NULL OR store_id = ANY(%(stores)b::uuid[]))
"""

_OPENING: LiteralString = f"""
    SELECT coalesce(sum(amount), 0)::bigint AS opening FROM ({_LINES}) AS line
     WHERE business_date < %(first)s::date
"""

_ENTRIES: LiteralString = f"""
    SELECT own.entry_id, own.amount, entry.occurred_at, entry.kind, entry.order_id, entry.refund_id,
           entry.method, entry.reference, entry.ends_on,
           (SELECT number FROM orders
             WHERE company_id = %(company_id)s AND id = entry.order_id) AS number
      FROM (SELECT entry_id, sum(amount)::bigint AS amount FROM ({_LINES}) AS line
             WHERE business_date >= %(first)s::date
             GROUP BY entry_id) AS own
      JOIN account_entries AS entry ON entry.company_id = %(company_id)s AND entry.id = own.entry_id
     ORDER BY entry.business_date, entry.ordinal
"""

# What was open on the last day: what is still, and what was taken since.
_DUES: LiteralString = """
    SELECT ends_on, sum(amount)::bigint AS amount
      FROM (SELECT ends_on, remaining AS amount FROM account_lots
             WHERE company_id = %(company_id)s AND customer_id = %(customer_id)s AND account = 'due'
               AND remaining > 0 AND business_date <= %(last)s::date
               AND (%(stores)b::uuid[] IS NULL OR store_id = ANY(%(stores)b::uuid[]))
             UNION ALL
            SELECT lot.ends_on, taken.amount
              FROM account_allocations AS taken
              JOIN account_lots AS lot ON lot.company_id = %(company_id)s AND lot.id = taken.lot_id
                   AND lot.business_date <= %(last)s::date
             WHERE taken.company_id = %(company_id)s AND taken.customer_id = %(customer_id)s
               AND taken.account = 'due' AND taken.business_date > %(last)s::date
               AND (%(stores)b::uuid[] IS NULL OR taken.store_id = ANY(%(stores)b::uuid[]))) AS due
     GROUP BY ends_on
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a customer owes, in minor currency units; each of the `entries` with the `balance` it leaves."""

    currency: str
    from_date: date
    to_date: date
    opening: int
    entries: list[Row]
    closing: int
    ageing: Ageing


def read_statement(
    db: Database,
    *,
    customer_id: UUID,
    from_date: date | None,
    to_date: date | None,
    stores: Collection[UUID],
    now: object,
) -> Statement | None:
    """The statement of these business dates, of these stores alone if any are named.

    None where there is no such company.
    """
    company = db.ask(_COMPANY, {"company_id": db.company_id, "now": now}).row()
    if company is None:
        return None
    last = to_date or company["today"]
    # The calendar begins somewhere.
    first = from_date or last - min(timedelta(days=DAYS), last - date.min)
    params = {
        "company_id": db.company_id,
        "customer_id": customer_id,
        "first": first,
        "last": last,
        "stores": list(stores) or None,
    }
    opening, entries, dues = db.ask(_OPENING, params), db.ask(_ENTRIES, params), db.ask(_DUES, params)
    before = _sum_of(opening)
    rows = entries.rows()
    balances = list(accumulate((row["amount"] for row in rows), initial=before))
    return Statement(
        currency=company["currency"],
        from_date=first,
        to_date=last,
        opening=before,
        entries=[{**row, "balance": left} for row, left in zip(rows, balances[1:], strict=True)],
        closing=balances[-1],
        ageing=age(((row["ends_on"], row["amount"]) for row in dues.rows()), last),
    )


def _sum_of(answer: Answer) -> int:
    row = answer.row()
    return int(row["opening"]) if row else 0
