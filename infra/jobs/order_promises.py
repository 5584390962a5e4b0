"""What time makes of the goods that orders of the back office promise: the promise lapses."""

from datetime import timedelta
from functools import cached_property
from typing import LiteralString

from commands.orders.back_office.lapsing import LapseOrders, lapse_orders
from infra.decisions.unit_of_work import PostgresUnitOfWork
from infra.jobs.expiry import Expiry
from infra.jobs.job import Job
from projections.guards.accounts import AccountsGuard
from projections.guards.orders import SalesGuard

_COMPANIES: LiteralString = """
    SELECT company_id FROM orders
     WHERE reserve_until <= %(now)s
       AND company_id <> ALL((SELECT closed FROM installation)::uuid[])
     GROUP BY company_id
     ORDER BY min(reserve_until)
"""

_DUE: LiteralString = """
    SELECT id FROM orders
     WHERE company_id = %(company_id)s AND reserve_until <= %(now)s
       AND (%(only)s::uuid IS NULL OR id = %(only)s::uuid)
     ORDER BY reserve_until, id
     LIMIT %(limit)s::bigint
"""


class LapsingWork(PostgresUnitOfWork):
    """What the end of a promise is decided with: it is noted by the clock of the order's store."""

    @cached_property
    def sales(self) -> SalesGuard:
        """Tills."""
        accounts = AccountsGuard(self.transaction, self.new_id, self.keys.learn)
        return SalesGuard(self.transaction, {}, self.keys.learn, accounts)


ORDER_PROMISE_EXPIRY = Expiry(
    noun="promise of an order",
    companies=_COMPANIES,
    due=_DUE,
    expire=lambda ids, work: lapse_orders(LapseOrders(ids=ids), work),
    work=LapsingWork,
)

ORDER_PROMISES = Job(
    name="order_promises",
    every=timedelta(seconds=30),
    do=ORDER_PROMISE_EXPIRY.run,
    records_what_is_due=True,
    reads_models=True,
)
