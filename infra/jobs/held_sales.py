"""What time makes of parked sales: they expire."""

from datetime import timedelta
from typing import LiteralString

from commands.orders.held_sales.expiry import ExpireHeldSales, expire_held_sales
from infra.jobs.expiry import Expiry
from infra.jobs.job import Job

_COMPANIES: LiteralString = """
    SELECT company_id FROM held_sales
     WHERE is_open AND expires_at <= %(now)s
       AND company_id <> ALL((SELECT closed FROM installation)::uuid[])
     GROUP BY company_id
     ORDER BY min(expires_at)
"""

_DUE: LiteralString = """
    SELECT id FROM held_sales
     WHERE company_id = %(company_id)s AND is_open AND expires_at <= %(now)s
       AND (%(only)s::uuid IS NULL OR id = %(only)s::uuid)
     ORDER BY expires_at, id
     LIMIT %(limit)s::bigint
"""

HELD_SALE_EXPIRY = Expiry(
    noun="parked sale",
    companies=_COMPANIES,
    due=_DUE,
    expire=lambda ids, work: expire_held_sales(ExpireHeldSales(ids=ids), work),
)

HELD_SALES = Job(
    name="held_sales",
    every=timedelta(seconds=30),
    do=HELD_SALE_EXPIRY.run,
    records_what_is_due=True,
    reads_models=True,
)
