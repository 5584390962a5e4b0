"""The platform in figures: numbers over all companies, of none by itself."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString

from domain.companies import PLATFORM_ID
from domain.money import round_ratio
from domain.packages import MONTHS_IN
from domain.pending import Pending
from projections.base import Database, Row

_MONTHS_IN_A_YEAR = 12

# The platform sees every company's row, any other company only its own; row-level security says so as well.
_ALL: LiteralString = "(company.company_id = %(company_id)s OR %(company_id)s = %(platform)s)"

_COMPANIES: LiteralString = f"""
    SELECT count(*) FILTER (WHERE company.status = 'active') AS active,
           count(*) FILTER (WHERE company.status = 'suspended') AS suspended,
           count(*) FILTER (WHERE company.status = 'archived') AS archived
      FROM companies AS company
     WHERE {_ALL} AND NOT company.is_sandbox
"""

_SUBSCRIPTIONS: LiteralString = f"""
    SELECT package.id AS package_id, package.name, package.price, package.currency, package.billing_period,
           count(*) FILTER (WHERE company.subscription_status = 'trial') AS trial,
           count(*) FILTER (WHERE company.subscription_status = 'active') AS active,
           count(*) FILTER (WHERE company.subscription_status = 'past_due') AS past_due,
           count(*) FILTER (WHERE company.subscription_status = 'expired') AS expired
      FROM companies AS company
      JOIN packages AS package ON package.company_id = %(platform)s AND package.id = company.package_id
     WHERE {_ALL} AND company.status <> 'archived'
     GROUP BY package.company_id, package.id, package.name, package.name_key, package.price, package.currency,
              package.billing_period
     ORDER BY package.name_key, package.id
"""

# What stands in the logs and read models of companies is theirs: of it the platform gets sums, from functions
# that give no more (`infra/postgres/functions.sql`).
_SALES: LiteralString = """
    SELECT currency, business_date, orders, net_sales FROM sales_of_all_companies(%(first)s, %(last)s)
     ORDER BY currency, business_date
"""

_LOAD: LiteralString = """
    SELECT events, events_since, pg_database_size(current_database()) AS disk_bytes
      FROM recorded_events(%(since)s)
"""

_LAG: LiteralString = """
    SELECT max_events, p99_events, max_seconds, p99_seconds, parked FROM projection_lag_of_all()
"""


@dataclass(frozen=True, kw_only=True)
class PlatformFigures:
    """What one round trip finds of the platform."""

    companies: Row
    #: A row for each package that somebody has, with its price and the number of subscriptions by status.
    subscriptions: Sequence[Row]
    #: Rows in the order of currencies, and of dates within each.
    sales: Sequence[Row]
    load: Row
    lag: Row

    @property
    def monthly_revenue(self) -> list[tuple[str, int]]:
        """What active subscriptions come to in a month, by currency; each sum is rounded once."""
        a_year: Counter[str] = Counter()
        for row in self.subscriptions:
            months = MONTHS_IN[row["billing_period"]]
            if months and row["active"]:
                a_year[row["currency"]] += row["price"] * row["active"] * (_MONTHS_IN_A_YEAR // months)
        return [(currency, round_ratio(a_year[currency], _MONTHS_IN_A_YEAR)) for currency in sorted(a_year)]


def ask_platform_figures(db: Database, first: date, last: date, since: datetime) -> Pending[PlatformFigures]:
    """Ask with the next round trip: sales of these days, and the events recorded since that moment.

    Only the platform is answered about sales.
    """
    everybody = {"company_id": db.company_id, "platform": PLATFORM_ID}
    companies, subscriptions = db.ask(_COMPANIES, everybody), db.ask(_SUBSCRIPTIONS, everybody)
    sales = db.ask(_SALES, {"first": first, "last": last})
    load, lag = db.ask(_LOAD, {"since": since}), db.ask(_LAG, {})
    return Pending(
        lambda: PlatformFigures(
            companies=companies.row() or {},
            subscriptions=subscriptions.rows(),
            # Whole amounts: the database adds them up as decimal numbers, so that none is too large.
            sales=[{**row, "net_sales": int(row["net_sales"])} for row in sales.rows()],
            load=load.row() or {},
            lag=lag.row() or {},
        )
    )
