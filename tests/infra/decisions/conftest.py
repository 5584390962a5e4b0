"""Every decision that tests/commands tries in memory, tried again over PostgreSQL.

What the ports in memory answer is worth no more than that PostgreSQL answers the same.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID, uuid4

import pytest

from api.work import Work
from commands.creations import Content
from domain.aggregate import Aggregate
from domain.approvals import Approval
from domain.companies import PLATFORM_ID
from domain.errors import Refusal
from infra.eventstore.codec import Metadata
from infra.postgres.connections import Bounds
from infra.postgres.request_transactions import RequestConnection, RequestTransaction, request_transaction
from infra.runtime.services import make_event_writer
from infra.runtime.work import RequestWork
from projections.log import EVENT
from tests.commands.samples import COMPANY, NOW, company
from tests.commands.scenario import Outcome, Scenario, read_again
from tests.conftest import Database, fresh_database

_FOUND_COMPANY: LiteralString = "SELECT found_company(%(company_id)s)"
_EVENTS: LiteralString = f"""
    SELECT {EVENT} FROM events AS e WHERE e.company_id = %(company_id)s ORDER BY e.position
"""
_SIGN_IN: LiteralString = """
    INSERT INTO sessions (company_id, id, user_id, refresh_hash, created_at, expires_at)
    VALUES (%(company_id)s, %(id)s, %(user_id)s, %(hash)s, %(now)s, %(until)s)
"""
_SEND_TOKEN: LiteralString = """
    INSERT INTO password_resets (company_id, user_id, token_hash, created_at, expires_at)
    VALUES (%(company_id)s, %(user_id)s, %(token_hash)s, %(now)s, %(until)s)
"""
_PASSWORD: LiteralString = """
    SELECT password_hash FROM credentials WHERE company_id = %(company_id)s AND id = %(id)s
"""
_KEEP_PASSWORD: LiteralString = """
    INSERT INTO credentials (company_id, id, password_hash) VALUES (%(company_id)s, %(id)s, %(hash)s)
"""
_PIN: LiteralString = "SELECT pin_hash FROM credentials WHERE company_id = %(company_id)s AND id = %(id)s"
_APPROVALS: LiteralString = """
    SELECT token_hash, key, approver_id, approver_role, store_ids, order_id, amount FROM approvals
     WHERE company_id = %(company_id)s
"""
_OPEN_SESSIONS: LiteralString = """
    SELECT id FROM sessions WHERE company_id = %(company_id)s AND revoked_at IS NULL
"""


class PostgresScenario(Scenario):
    """The same over PostgreSQL: one transaction that is rolled back in the end."""

    def __init__(self, db: RequestTransaction) -> None:
        super().__init__()
        self._db = db
        self._writer = make_event_writer()
        self._guesses: dict[Any, Any] = {}

    def given_session(
        self,
        session_id: UUID,
        user_id: UUID,
        company: UUID = COMPANY,
        *,
        lasts: timedelta = timedelta(hours=1),
    ) -> "PostgresScenario":
        self._enter(company)
        own = {"company_id": company, "id": session_id, "user_id": user_id, "hash": session_id.hex}
        self._db.execute(_SIGN_IN, {**own, "now": NOW, "until": NOW + lasts})
        return self

    def given_password(self, user_id: UUID, password_hash: str) -> "PostgresScenario":
        self._enter(COMPANY)
        own = {"company_id": COMPANY, "id": user_id, "hash": password_hash}
        self._db.execute(_KEEP_PASSWORD, own)
        return self

    def given_reset(
        self, user_id: UUID, token_hash: bytes, *, lasts: timedelta = timedelta(hours=1)
    ) -> "PostgresScenario":
        self._enter(COMPANY)
        own = {"company_id": COMPANY, "user_id": user_id, "token_hash": token_hash}
        self._db.execute(_SEND_TOKEN, {**own, "now": NOW, "until": NOW + lasts})
        return self

    def password_of(self, user_id: UUID) -> str | None:
        row = self._db.ask(_PASSWORD, {"company_id": self._db.company_id, "id": user_id}).row()
        return row["password_hash"] if row else None

    def pin_of(self, user_id: UUID) -> str | None:
        row = self._db.ask(_PIN, {"company_id": self._db.company_id, "id": user_id}).row()
        return row["pin_hash"] if row else None

    def approvals(self) -> list[Approval]:
        rows = self._db.ask(_APPROVALS, {"company_id": self._db.company_id}).rows()
        return [Approval(**{**row, "store_ids": tuple(row["store_ids"])}) for row in rows]

    def open_sessions(self) -> set[UUID]:
        return {row["id"] for row in self._db.ask(_OPEN_SESSIONS, {"company_id": self._db.company_id}).rows()}

    def _enter(self, company_id: UUID) -> None:
        self._db.enter(company_id)
        self._db.execute(_FOUND_COMPANY, {"company_id": company_id})

    def _record(self, company_id: UUID, events: Iterable[Aggregate.Event], at: datetime) -> None:
        self._enter(company_id)
        for event in events:
            # As one decision after another, which is how they came about.
            self._writer.record(self._db, [event], Metadata(at=at))

    def _decide(
        self, command: Any, company: UUID, content: Content | None, handler: Callable[[Any, Work], Any]
    ) -> Outcome:
        db = self._db
        self._enter(company)
        before = len(self._rows(company))
        work = RequestWork(db, self._writer, self._caller, self._now, content, guesses=self._guesses)
        db.execute("SAVEPOINT decision", {})
        try:
            answer = handler(command, work)
        except Refusal as refusal:
            db.execute("ROLLBACK TO decision", {})
            db.enter(company)
            return Outcome([], refusal=refusal)
        if work.has_events:
            work.record().row()
        recorded = read_again(self._rows(company)[before:])
        return Outcome(recorded, answer, is_repetition=work.is_repetition)

    def _rows(self, company: UUID) -> list[dict[str, Any]]:
        return self._db.ask(_EVENTS, {"company_id": company}).rows()


@pytest.fixture(scope="session")
def scenarios(server: Any) -> Iterator[RequestConnection]:
    """A connection to a database that nobody else writes."""
    database: Database = fresh_database(server, f"mipos_decisions_{uuid4().hex[:8]}")
    connection = RequestConnection.open(database.app, Bounds.within(60), "mipos")
    yield connection
    connection.close()


@pytest.fixture
def blank(scenarios: RequestConnection) -> Iterator[Scenario]:
    """No company at all yet."""
    with request_transaction(scenarios, PLATFORM_ID) as db:
        yield PostgresScenario(db)
        db.abandon()


@pytest.fixture
def scenario(blank: Scenario) -> Scenario:
    """A company that was just founded: euros, Berlin; nothing is set up yet."""
    return blank.given(company())
