"""The business dates that a company's reports have anything of, and what is checked with each."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from typing import LiteralString

from projections.base import Database
from projections.reports.period import Period
from projections.reports.reconciliation.checks import Span

_NEXT: LiteralString = """
    SELECT least(
           (SELECT min(business_date) FROM sales_facts
             WHERE company_id = %(company_id)s AND business_date > %(after)s::date),
           (SELECT min(business_date) FROM stock_facts
             WHERE company_id = %(company_id)s AND business_date > %(after)s::date),
           (SELECT min(business_date) FROM drawer_facts
             WHERE company_id = %(company_id)s AND business_date > %(after)s::date),
           (SELECT min(business_date) FROM account_facts
             WHERE company_id = %(company_id)s AND account = 'store_credit'
               AND business_date > %(after)s::date),
           (SELECT min(business_date) FROM account_facts
             WHERE company_id = %(company_id)s AND account = 'due' AND business_date > %(after)s::date)
           ) AS business_date
"""

_LAST: LiteralString = """
    SELECT greatest(
           (SELECT max(business_date) FROM sales_facts WHERE company_id = %(company_id)s),
           (SELECT max(business_date) FROM stock_facts WHERE company_id = %(company_id)s),
           (SELECT max(business_date) FROM drawer_facts WHERE company_id = %(company_id)s),
           (SELECT max(business_date) FROM account_facts
             WHERE company_id = %(company_id)s AND account = 'store_credit'),
           (SELECT max(business_date) FROM account_facts
             WHERE company_id = %(company_id)s AND account = 'due')
           ) AS business_date
"""


def last_day(db: Database) -> date | None:
    """The last business date of which there are facts."""
    row = db.ask(_LAST, {"company_id": db.company_id}).row()
    return row["business_date"] if row else None


def next_day(db: Database, after: date) -> date | None:
    """The first business date after one of which there are facts."""
    row = db.ask(_NEXT, {"company_id": db.company_id, "after": after}).row()
    return row["business_date"] if row else None


def spans_ending(day: date, following: date | None) -> Sequence[tuple[Span, Period]]:
    """What is checked with a day: itself; if it is the last of its month, of its year, or of all, these."""
    spans: list[tuple[Span, Period]] = [("day", Period(day, day))]
    if following is None or (following.year, following.month) != (day.year, day.month):
        spans.append(("month", _month(day)))
    if following is None or following.year != day.year:
        spans.append(("year", Period(date(day.year, 1, 1), date(day.year, 12, 31))))
    if following is None:
        spans.append(("ever", Period(date.min, day)))
    return spans


def _month(day: date) -> Period:
    return Period(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))
