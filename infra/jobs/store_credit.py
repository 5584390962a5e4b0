"""What time makes of store credit: it expires."""

from datetime import timedelta
from functools import cached_property
from typing import LiteralString

from commands.accounts.expiry import ExpireCredit, expire_credit
from infra.decisions.unit_of_work import PostgresUnitOfWork
from infra.jobs.expiry import Expiry
from infra.jobs.job import Job
from projections.guards.accounts import AccountsGuard

# The last day is over by the company's own clock, and none is further ahead than this: it is only a hint.
_COMPANIES: LiteralString = """
    SELECT company_id FROM account_lots
     WHERE account = 'store_credit' AND remaining > 0
       AND ends_on < (%(now)s::timestamptz AT TIME ZONE 'UTC' + interval '14 hours')::date
       AND company_id <> ALL((SELECT closed FROM installation)::uuid[])
     GROUP BY company_id
     ORDER BY min(ends_on)
"""

_DUE: LiteralString = """
    SELECT customer_id AS id FROM account_lots
     WHERE company_id = %(company_id)s AND account = 'store_credit' AND remaining > 0
       AND ends_on < (SELECT (%(now)s::timestamptz AT TIME ZONE timezone)::date FROM companies
                       WHERE company_id = %(company_id)s)
       AND (%(only)s::uuid IS NULL OR customer_id = %(only)s::uuid)
     GROUP BY customer_id
     ORDER BY customer_id
     LIMIT %(limit)s::bigint
"""


class CreditWork(PostgresUnitOfWork):
    """What the end of credit is decided with."""

    @cached_property
    def accounts(self) -> AccountsGuard:
        """Accounts."""
        return AccountsGuard(self.transaction, self.new_id, self.keys.learn)


CREDIT_EXPIRY = Expiry(
    noun="store credit",
    companies=_COMPANIES,
    due=_DUE,
    expire=lambda ids, work: expire_credit(ExpireCredit(customer_ids=ids), work),
    work=CreditWork,
)

STORE_CREDIT = Job(
    name="store_credit",
    every=timedelta(minutes=5),
    do=CREDIT_EXPIRY.run,
    records_what_is_due=True,
    reads_models=True,
)
