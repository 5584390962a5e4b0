"""Closes the days, months and years of every store once they have ended."""

import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import structlog

from commands.fiscal.closings import MakeClosings, make_closings
from commands.ports import Caller
from domain.fiscal import Closing, StoreToClose, closings_due
from infra.decisions.unit_of_work import EventWriter, PostgresUnitOfWork
from infra.jobs.job import Job
from infra.postgres.definitions import HOLD_MODEL, named
from infra.postgres.transactions import Transaction, transaction
from infra.process.troubles import described
from projections.base import CompanyClosed, ServerOutdated
from projections.fiscal.due import StoreDue, ask_known, list_due
from projections.fiscal.sums import stores_to_close

#: How often it is done, and for how long at most: what is left is closed the next time.
EVERY, SECONDS = timedelta(minutes=1), 40.0
#: How many days are read in a snapshot, and how many closings are made in a transaction, whose end tills wait
#: for: some 50 ms.
DAYS, AT_ONCE = 2_000, 250
#: By how many events the reports of sales may be behind for that.
EVENTS = 5_000
#: After how long a company is looked at again at the latest, as a store may be new or have another clock.
LONGEST = timedelta(hours=1)

log = structlog.get_logger("jobs")

# Facts, their sums and the position that both are of are read in one snapshot, and what is closed is added
# afterwards, as the head of the log cannot be taken by a snapshot of before.
_SNAPSHOTS: LiteralString = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ"
_NO_SNAPSHOTS: LiteralString = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED"

# Found without a lock and across companies, so it is only a hint where to look. A clock that was put back
# makes every company due.
_DUE: LiteralString = """
    SELECT head.company_id
      FROM company_head AS head
      LEFT JOIN fiscal_rounds AS round ON round.company_id = head.company_id
     WHERE (round.company_id IS NULL
            OR round.due_at NOT BETWEEN %(now)s::timestamptz + interval '1 microsecond'
                                    AND %(now)s::timestamptz + %(longest)s::interval)
       AND head.company_id <> ALL((SELECT closed FROM installation)::uuid[])
     ORDER BY round.due_at NULLS FIRST
"""
_KEEP: LiteralString = """
    INSERT INTO fiscal_rounds (company_id, due_at) VALUES (%(company_id)s, %(due_at)s)
        ON CONFLICT (company_id) DO UPDATE SET due_at = excluded.due_at
"""
_PLACES: LiteralString = """
    SELECT id FROM report_places WHERE company_id = %(company_id)s AND kind = 'store' ORDER BY no
"""


class FiscalClosings:
    """Closes what is due, company by company, each some days in a transaction."""

    def __init__(
        self, connection: psycopg.Connection[Any], writer: EventWriter, now: datetime, days: int = DAYS
    ) -> None:
        self._connection = connection
        self._writer = writer
        self._sales = writer.model("report_sales")
        self._now = now
        self._days = days

    def run(self, seconds: float = SECONDS) -> int:
        """Close until nothing is due or the time is up. Returns how many closings were made."""
        end, made = time.monotonic() + seconds, 0
        companies = self._connection.execute(_DUE, {"now": self._now, "longest": LONGEST}).fetchall()
        for (company_id,) in companies:
            for closings in self._close_company(company_id):
                made += closings
                if time.monotonic() >= end:
                    return made
        return made

    def _close_company(self, company_id: UUID) -> Iterator[int]:
        """Close some days at a time; where that fails, store by store, so that one keeps no other waiting."""
        try:
            yield from self._close_stores(company_id, None)
        except (CompanyClosed, ServerOutdated):
            # This very moment; the schedule tells of it.
            return
        except Exception:  # noqa: BLE001 whatever is wrong with one store, the others are closed
            yield from self._close_each(company_id)
            self._look_again(company_id, self._now + EVERY)

    def _close_each(self, company_id: UUID) -> Iterator[int]:
        for (store_id,) in self._connection.execute(_PLACES, {"company_id": company_id}).fetchall():
            try:
                yield from self._close_stores(company_id, store_id)
            except Exception as trouble:  # noqa: BLE001 it is tried again the next time
                names = {"company_id": str(company_id), "store_id": str(store_id)}
                log.warning("a store could not be closed", **names, error=described(trouble))

    def _close_stores(self, company_id: UUID, only: UUID | None) -> Iterator[int]:
        """Close all that is due of a company, or of one store, and keep when to look again."""
        following = self._now
        goes_on = True
        while goes_on:
            stores, following, goes_on = self._read(company_id, only)
            if stores:
                yield self._close(company_id, stores)
        if only is None:
            self._look_again(company_id, following)

    def _read(self, company_id: UUID, only: UUID | None) -> tuple[Sequence[StoreToClose], datetime, bool]:
        """What is to be closed next, when to look again after that, and whether more is left."""
        self._connection.execute(_SNAPSHOTS)
        try:
            with transaction(self._connection, company_id, models=self._writer.models) as db:
                db.execute(HOLD_MODEL, named(self._sales))
                return self._due(db, only)
        finally:
            self._connection.execute(_NO_SNAPSHOTS)

    def _due(self, db: Transaction, only: UUID | None) -> tuple[Sequence[StoreToClose], datetime, bool]:
        known = ask_known(db, self._now)
        if known is None or known.head - known.position > EVENTS:
            # The worker comes first.
            return (), self._now + EVERY, False
        every = list_due(db, known, self._now, only)
        due = [store for store in every if store.is_due and store.is_settled]
        unsettled = any(store.is_due and not store.is_settled for store in every)
        taken = _first_of(due, self._days)
        stores = stores_to_close(db, taken, known, self._days) if taken else ()
        soonest = min((store.next_end for store in every), default=self._now + LONGEST)
        following = (
            self._now + EVERY if unsettled else min(max(soonest, self._now + EVERY), self._now + LONGEST)
        )
        return stores, following, _is_more(due, taken, self._days)

    def _close(self, company_id: UUID, stores: Sequence[StoreToClose]) -> int:
        closings = [closing for store in stores for closing in closings_due(store)]
        for start in range(0, len(closings), AT_ONCE):
            self._record(company_id, closings[start : start + AT_ONCE])
        return len(closings)

    def _record(self, company_id: UUID, closings: Sequence[Closing]) -> None:
        with transaction(self._connection, company_id, models=self._writer.models) as db:
            work = PostgresUnitOfWork(
                db, self._writer, Caller(company_id=company_id, user_id=None), self._now
            )
            make_closings(MakeClosings(closings=closings), work)
            work.record()

    def _look_again(self, company_id: UUID, at: datetime) -> None:
        with transaction(self._connection, company_id) as db:
            db.execute(_KEEP, {"company_id": company_id, "due_at": at})


def _first_of(due: Sequence[StoreDue], days: int) -> list[StoreDue]:
    """The first stores that have so many days together; the last of them may have more."""
    taken: list[StoreDue] = []
    for store in due:
        if sum(one.days for one in taken) >= days or len(taken) >= days:
            break
        taken.append(store)
    return taken


def _is_more(due: Sequence[StoreDue], taken: Sequence[StoreDue], days: int) -> bool:
    return len(taken) < len(due) or sum(store.days for store in taken) > days


FISCAL_CLOSINGS = Job(
    name="fiscal-closings",
    every=EVERY,
    do=lambda connection, writer, now: FiscalClosings(connection, writer, now).run(),
    records_what_is_due=True,
    reads_models=True,
)
