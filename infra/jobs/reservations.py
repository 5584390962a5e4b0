"""What time makes of reservations: they lapse."""

from datetime import timedelta
from typing import LiteralString

from commands.stock.reservations.expiry import ExpireReservations, expire_reservations
from infra.jobs.expiry import Expiry
from infra.jobs.job import Job

_COMPANIES: LiteralString = """
    SELECT company_id FROM reservations
     WHERE status = 'placed' AND expires_at <= %(now)s
       AND company_id <> ALL((SELECT closed FROM installation)::uuid[])
     GROUP BY company_id
     ORDER BY min(expires_at)
"""

_DUE: LiteralString = """
    SELECT id FROM reservations
     WHERE company_id = %(company_id)s AND status = 'placed' AND expires_at <= %(now)s
       AND (%(only)s::uuid IS NULL OR id = %(only)s::uuid)
     ORDER BY expires_at, id
     LIMIT %(limit)s::bigint
"""

RESERVATION_EXPIRY = Expiry(
    noun="reservation",
    companies=_COMPANIES,
    due=_DUE,
    expire=lambda ids, work: expire_reservations(ExpireReservations(ids=ids), work),
)

RESERVATIONS = Job(
    name="reservations",
    every=timedelta(seconds=30),
    do=RESERVATION_EXPIRY.run,
    records_what_is_due=True,
    reads_models=True,
)
