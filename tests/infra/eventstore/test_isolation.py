"""What the database itself refuses: another company's rows, and any change of the past."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from infra.eventstore.append import APPEND_EVENTS
from infra.postgres.transactions import transaction

from .recorder import CompanyApplicationRecorder, append_parameters

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.postgres.pool import Pool

    from .conftest import LogDatabase

COUNTS: dict[str, LiteralString] = {
    "company_head": "SELECT company_id FROM company_head",
    "company_activity": "SELECT company_id FROM company_activity",
    "events": "SELECT company_id FROM events",
}
FORGED: LiteralString = """
    INSERT INTO events (company_id, position, stream_id, stream_version, type, state, metadata,
                        recorded_at, hash)
    VALUES (%(company_id)s, 2, gen_random_uuid(), 1, 't', '{}', '{}', now(), '')
"""
CHANGES: list[LiteralString] = [
    "UPDATE events SET state = '{}' WHERE company_id = %(company_id)s",
    "DELETE FROM events WHERE company_id = %(company_id)s",
    "TRUNCATE events",
    "DELETE FROM company_head WHERE company_id = %(company_id)s",
    "TRUNCATE company_head",
    FORGED,
    "UPDATE company_head SET position = 0 WHERE company_id = %(company_id)s",
    "INSERT INTO company_head (company_id, hash) VALUES (%(company_id)s, '')",
    "SELECT position FROM company_head WHERE company_id = %(company_id)s FOR UPDATE",
    "ALTER TABLE events DISABLE ROW LEVEL SECURITY",
    "DROP POLICY own_company ON events",
    "DROP TABLE events",
]


def with_one_event(pool: Pool[Any], company: UUID) -> UUID:
    CompanyApplicationRecorder(pool, company).insert_events([StoredEvent(uuid4(), 1, "t", b"{}")])
    return company


@pytest.fixture
def ours(pool: Pool[Any], open_company: Callable[[], UUID]) -> UUID:
    """Record one event of the company that asks."""
    return with_one_event(pool, open_company())


@pytest.fixture
def theirs(pool: Pool[Any], open_company: Callable[[], UUID]) -> UUID:
    """Record one event of another company."""
    return with_one_event(pool, open_company())


class TestWithoutACompany:
    @pytest.mark.parametrize("query", COUNTS.values(), ids=COUNTS.keys())
    def test_a_new_connection_sees_an_error(
        self, log_database: LogDatabase, ours: UUID, query: LiteralString
    ) -> None:
        assert ours is not None
        with log_database.connect() as connection, pytest.raises(psycopg.errors.UndefinedObject):
            connection.execute(query)

    def test_a_used_connection_sees_an_error(self, log_database: LogDatabase, ours: UUID) -> None:
        with log_database.connect() as connection:
            with transaction(connection, ours):
                pass
            with pytest.raises(psycopg.errors.InvalidTextRepresentation):
                connection.execute(COUNTS["events"])


class TestAnotherCompany:
    @pytest.mark.parametrize("table", ["company_head", "company_activity", "events"])
    def test_is_not_seen_by_a_query_that_forgets_the_company(
        self, log_database: LogDatabase, ours: UUID, theirs: UUID, table: str
    ) -> None:
        assert theirs is not None
        with log_database.connect() as connection, transaction(connection, ours) as current:
            assert current.ask(COUNTS[table], {}).rows() == [{"company_id": ours}]

    def test_gets_no_event_of_ours(self, log_database: LogDatabase, ours: UUID, theirs: UUID) -> None:
        with (
            log_database.connect() as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
            transaction(connection, ours) as current,
        ):
            current.execute(FORGED, {"company_id": theirs})

    def test_has_no_log_that_we_could_append_to(
        self, log_database: LogDatabase, ours: UUID, theirs: UUID
    ) -> None:
        events = [StoredEvent(uuid4(), 1, "t", b"{}")]
        with log_database.connect() as connection:
            with pytest.raises(psycopg.Error) as refused, transaction(connection, ours) as current:
                current.execute(APPEND_EVENTS, append_parameters(theirs, events, ["{}"]))
            assert refused.value.sqlstate == "42501"

    def test_cannot_be_opened_by_us(self, log_database: LogDatabase, ours: UUID) -> None:
        with (
            log_database.connect() as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
            transaction(connection, ours) as current,
        ):
            current.execute("SELECT open_company(%(company_id)s)", {"company_id": uuid4()})


class TestThePast:
    @pytest.mark.parametrize("user", ["app", "worker"])
    @pytest.mark.parametrize("statement", CHANGES)
    def test_cannot_be_changed(
        self, log_database: LogDatabase, ours: UUID, user: str, statement: LiteralString
    ) -> None:
        with (
            log_database.connect(user) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
            transaction(connection, ours) as current,
        ):
            current.execute(statement, {"company_id": ours})


class TestAWorker:
    def test_sees_every_company(self, log_database: LogDatabase, ours: UUID, theirs: UUID) -> None:
        with log_database.connect("worker") as connection:
            companies = {row[0] for row in connection.execute(COUNTS["events"]).fetchall()}
        assert {ours, theirs} <= companies
