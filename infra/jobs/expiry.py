"""What lapses by the clock: each once, whoever looks, and whatever is wrong with another."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import structlog

from commands.ports import Caller
from infra.decisions.unit_of_work import EventWriter, PostgresUnitOfWork
from infra.postgres.transactions import transaction
from infra.process.troubles import described
from projections.base import CompanyClosed

#: How many lapse in one transaction, so that tills never wait long for what it locks.
AT_ONCE = 100

log = structlog.get_logger("jobs")


@dataclass(frozen=True, kw_only=True)
class Expiry:
    """Lets what is due lapse, however long ago that was; each company has transactions of its own.

    What fails is tried again the next time.
    """

    #: What lapses, in the words of the log.
    noun: str
    #: Finds the companies where anything is due by `now`. Without a lock, so it is only a hint where to look.
    companies: LiteralString
    #: Finds what is due in a company: `only` one, if that is named, and at most `limit`. Nothing is locked,
    #: as balances come before documents in the order of locks: whoever ends one of these at the same moment
    #: is met at its version, and it is tried again.
    due: LiteralString
    #: Lets those of these ids lapse that are still due, and says how many those were.
    expire: Callable[[tuple[UUID, ...], Any], int]
    #: What that is decided with.
    work: type[PostgresUnitOfWork] = PostgresUnitOfWork

    def run(self, connection: psycopg.Connection[Any], writer: EventWriter, now: datetime) -> int:
        """Let everything lapse that was due by `now`. Returns how many those were."""
        companies = connection.execute(self.companies, {"now": now}).fetchall()
        return sum(self._expire_all(connection, writer, company_id, now) for (company_id,) in companies)

    def _expire_all(
        self, connection: psycopg.Connection[Any], writer: EventWriter, company_id: UUID, now: datetime
    ) -> int:
        lapsed = 0
        try:
            while some := self._expire_some(connection, writer, company_id, now):
                lapsed += some
        except CompanyClosed:
            # This very moment; the schedule tells of it.
            return lapsed
        except Exception:  # noqa: BLE001 whatever is wrong with one of them, the others lapse
            lapsed += self._expire_each(connection, writer, company_id, now)
        return lapsed

    def _expire_each(
        self, connection: psycopg.Connection[Any], writer: EventWriter, company_id: UUID, now: datetime
    ) -> int:
        """One by one: what cannot be read, or is just being changed, must not hold up the others."""
        lapsed = 0
        params = {"company_id": company_id, "now": now, "limit": None, "only": None}
        for (one,) in connection.execute(self.due, params).fetchall():
            try:
                lapsed += self._expire_some(connection, writer, company_id, now, one)
            except Exception as trouble:  # noqa: BLE001 it is tried again the next time
                names = {"company_id": str(company_id), "id": str(one)}
                log.warning("it could not lapse", what=self.noun, **names, error=described(trouble))
        return lapsed

    def _expire_some(
        self,
        connection: psycopg.Connection[Any],
        writer: EventWriter,
        company_id: UUID,
        now: datetime,
        only: UUID | None = None,
    ) -> int:
        with transaction(connection, company_id, models=writer.models) as db:
            params = {"company_id": company_id, "now": now, "limit": AT_ONCE, "only": only}
            due = tuple(row["id"] for row in db.ask(self.due, params).rows())
            work = self.work(db, writer, Caller(company_id=company_id, user_id=None), now)
            lapsed = self.expire(due, work)
            if work.has_events:
                work.record()
            return lapsed
