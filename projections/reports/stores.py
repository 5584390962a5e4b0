"""The stores that a report is about."""

from datetime import date, datetime, time
from typing import LiteralString
from uuid import UUID

from domain.business_date import business_date
from domain.pending import Pending
from projections.base import Database, Row
from projections.reports.period import Period

# Closed and archived stores have sold, so that they are told of too.
_STORES: LiteralString = """
    SELECT id, name, fields ->> 'timezone' AS timezone, fields ->> 'day_cut' AS day_cut
      FROM settings
     WHERE company_id = %(company_id)s AND kind = 'stores'
       AND (%(stores)b::uuid[] IS NULL OR id = ANY(%(stores)b::uuid[]))
     ORDER BY name_key, id
"""


def ask_stores(db: Database, stores: tuple[UUID, ...] | None) -> Pending[list[Row]]:
    """Ask for these stores, or for all of the company's, each with its time zone and the cut of its days."""
    ids = None if stores is None else list(stores)
    answer = db.ask(_STORES, {"company_id": db.company_id, "stores": ids})
    return Pending(answer.rows)


def today_in(store: Row, now: datetime) -> date:
    """The business date that a store is in."""
    return business_date(now, store["timezone"], time.fromisoformat(store["day_cut"]))


def is_running(period: Period, stores: list[Row], now: datetime) -> bool:
    """Whether a business date of the period is not over in one of the stores."""
    return any(period.to_date >= today_in(store, now) for store in stores)
