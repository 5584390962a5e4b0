"""What the database alone takes to add up the lines of the year: what answers are a multiple of."""

from collections.abc import Mapping
from statistics import median
from time import perf_counter
from typing import Any, LiteralString

import psycopg

from infra.bench.reports.history import History
from infra.bench.site import Site
from infra.postgres.transactions import transaction

#: How often the database is asked.
_SUMS = 5

_SUM: LiteralString = """
    SELECT sum(gross_sales), sum(discounts), sum(returns) FROM sales_line_facts
     WHERE company_id = %(company_id)s AND business_date BETWEEN %(first)s AND %(last)s
"""


def plain_sum(site: Site, history: History) -> float:
    """Milliseconds in which the database alone adds up three amounts of all lines of the year."""
    params: Mapping[str, Any] = {
        "company_id": history.company_id,
        "first": history.first,
        "last": history.last,
    }
    taken = []
    with psycopg.connect(site.addresses.app, autocommit=True) as connection:
        for _ in range(_SUMS):
            with transaction(connection, history.company_id) as db:
                began = perf_counter()
                db.ask(_SUM, params).row()
                taken.append(1000 * (perf_counter() - began))
    return median(taken)
