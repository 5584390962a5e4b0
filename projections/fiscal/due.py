"""Which stores of a company have anything to close, as of what the reports of sales know."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from domain.fiscal import ClosingKind, FiscalPeriod, LastClosing, StorePerpetual, longer_periods_due
from projections.base import Database, Row

#: How long nothing may have become known of what is closed: an import, or a till that delivers, goes on.
SETTLED = timedelta(minutes=2)
#: What has been known for so long is closed all the same.
LONGEST = timedelta(days=1)
KINDS: tuple[ClosingKind, ...] = ("day", "month", "year")

_KNOWN: LiteralString = """
    SELECT head.position AS head, mark.position, known.hash AS head_hash,
           least(%(now)s::timestamptz, following.recorded_at) AS known_at
      FROM company_head AS head
      JOIN projection_checkpoints AS mark
        ON mark.company_id = %(company_id)s AND mark.projection = 'report_sales'
       AND mark.parked_at IS NULL AND mark.position >= mark.whole_at
      JOIN events AS known ON known.company_id = %(company_id)s AND known.position = mark.position
      LEFT JOIN events AS following
        ON following.company_id = %(company_id)s AND following.position = mark.position + 1
     WHERE head.company_id = %(company_id)s
"""


def _last(kind: LiteralString) -> LiteralString:
    return f"""
      LEFT JOIN LATERAL (
            SELECT * FROM fiscal_closings
             WHERE company_id = %(company_id)s AND store_id = place.id AND kind = '{kind}'
             ORDER BY number DESC LIMIT 1
           ) AS {kind} ON true"""


# A day has ended when the clock of its store shows the cut of the next one. Months end with their last day,
# whether it had trade or not: what becomes known of it then is late.
_STORES: LiteralString = f"""
        SELECT place.no AS store_no, place.id AS store_id, store.is_archived,
               store.fields ->> 'currency' AS currency,
               ((%(known_at)s::timestamptz AT TIME ZONE (store.fields ->> 'timezone'))
                - (store.fields ->> 'day_cut')::interval)::date - 1 AS until,
               (store.fields ->> 'day_cut')::interval AS day_cut, store.fields ->> 'timezone' AS timezone,
               greatest(day.last_day, month.last_day, '0001-01-01'::date) AS closed_until,
               coalesce(day.head_position, 0) AS covered,
               day.number AS day_number, day.last_day AS day_last, month.number AS month_number,
               month.last_day AS month_last, year.number AS year_number, year.last_day AS year_last,
               day.perpetual_sales, day.perpetual_returns, day.perpetual_receipts,
               (SELECT last_day FROM fiscal_closings
                 WHERE company_id = %(company_id)s AND store_id = place.id AND kind = 'day'
                 ORDER BY number LIMIT 1) AS first_day
          FROM report_places AS place
          JOIN settings AS store ON store.company_id = %(company_id)s AND store.id = place.id
{_last("day")}{_last("month")}{_last("year")}
         WHERE place.company_id = %(company_id)s AND place.kind = 'store'
           AND (%(only)s::uuid IS NULL OR place.id = %(only)s::uuid)
"""
# What is new of a store: its days that have ended and were not closed, and what of closed ones is late.
_DUE: LiteralString = f"""
    WITH stores AS MATERIALIZED ({_STORES}
    ), fresh AS (
        SELECT stores.store_no, count(*) FILTER (WHERE day.business_date > closed_until) AS days,
               bool_or(day.business_date <= closed_until) AS has_late,
               min(day.last_position) AS oldest, max(day.last_position) AS newest
          FROM stores
          JOIN sales_store_day AS day
            ON day.company_id = %(company_id)s AND day.store_no = stores.store_no
         WHERE day.business_date <= until
           AND (day.business_date > closed_until OR day.last_position > covered)
         GROUP BY stores.store_no
    )
    SELECT stores.*, coalesce(fresh.days, 0) AS days, coalesce(fresh.has_late, false) AS has_late,
           oldest.recorded_at AS oldest, newest.recorded_at AS newest,
           ((until + 2) + day_cut) AT TIME ZONE timezone AS next_end
      FROM stores
      LEFT JOIN fresh USING (store_no)
      LEFT JOIN events AS oldest ON oldest.company_id = %(company_id)s AND oldest.position = fresh.oldest
      LEFT JOIN events AS newest ON newest.company_id = %(company_id)s AND newest.position = fresh.newest
     ORDER BY stores.store_no
"""


@dataclass(frozen=True)
class Horizon:
    """Up to where the reports of sales know the log, and up to when: all that was recorded by then."""

    head: int
    position: int
    head_hash: str
    known_at: datetime


@dataclass(frozen=True)
class StoreDue:
    """A store as it was closed last, and what is new of it since."""

    store_no: int
    store_id: UUID
    currency: str
    is_archived: bool
    until: date
    closed_until: date | None
    covered: int
    last: dict[ClosingKind, LastClosing]
    first_day: date | None
    perpetual: StorePerpetual
    days: int
    has_late: bool
    is_settled: bool
    next_end: datetime

    @property
    def is_due(self) -> bool:
        """Whether anything is to be closed, as far as it does not depend on what will be."""
        return self.days > 0 or self.is_late or self.has_longer_due

    @property
    def is_late(self) -> bool:
        """Whether something became known of closed days, and a day has ended since that may say so."""
        return self.has_late and (self.closed_until is None or self.until > self.closed_until)

    @property
    def has_longer_due(self) -> bool:
        """Whether a month or a year has ended since those that were closed."""
        return any(self._longer())

    def is_longer_due(self, kind: ClosingKind) -> bool:
        """Whether one of this kind has, which adds up what was closed before."""
        return any(period.kind == kind for period in self._longer())

    def _longer(self) -> Iterator[FiscalPeriod]:
        if self.first_day is None:
            return iter(())
        days = (self.first_day, self.last["day"].period.last_day)
        return longer_periods_due(self.last, days, self.until, is_archived=self.is_archived)


def ask_known(db: Database, now: datetime) -> Horizon | None:
    """Up to where the reports of sales know the log; None while they are filled."""
    row = db.ask(_KNOWN, {"company_id": db.company_id, "now": now}).row()
    if row is None:
        return None
    return Horizon(row["head"], row["position"], row["head_hash"].hex(), row["known_at"])


def list_due(db: Database, known: Horizon, now: datetime, only: UUID | None = None) -> list[StoreDue]:
    """Every store of which something was ever sold, with what is new of it."""
    params = {"company_id": db.company_id, "known_at": known.known_at, "only": only}
    return [_store(row, now) for row in db.ask(_DUE, params).rows()]


def _store(row: Row, now: datetime) -> StoreDue:
    return StoreDue(
        store_no=row["store_no"],
        store_id=row["store_id"],
        currency=row["currency"],
        is_archived=row["is_archived"],
        until=row["until"],
        closed_until=max((one for one in (row["day_last"], row["month_last"]) if one), default=None),
        covered=row["covered"],
        last=dict(_last_closings(row)),
        first_day=row["first_day"],
        perpetual=StorePerpetual(
            sales=int(row["perpetual_sales"] or 0),
            returns=int(row["perpetual_returns"] or 0),
            receipts=row["perpetual_receipts"] or 0,
        ),
        days=row["days"],
        has_late=row["has_late"],
        is_settled=_is_settled(row, now),
        next_end=row["next_end"],
    )


def _last_closings(row: Row) -> Collection[tuple[ClosingKind, LastClosing]]:
    of: dict[ClosingKind, Any] = {
        "day": FiscalPeriod.day,
        "month": FiscalPeriod.month_of,
        "year": FiscalPeriod.year_of,
    }
    return [
        (kind, LastClosing(number=row[f"{kind}_number"], period=of[kind](row[f"{kind}_last"])))
        for kind in KINDS
        if row[f"{kind}_number"] is not None
    ]


def _is_settled(row: Row, now: datetime) -> bool:
    """Whether nothing more of what is new is on its way, as far as one can see."""
    newest, oldest = row["newest"], row["oldest"]
    return newest is None or newest <= now - SETTLED or oldest <= now - LONGEST
