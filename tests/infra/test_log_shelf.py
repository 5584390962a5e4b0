"""Lines of the log are kept in the database off the path of whoever writes them, for so many days."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.rows import dict_row

from infra.jobs.log_lines import log_lines_job, look_after_log_lines
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.log_shelf import BATCH, EACH, PREPARE, LogShelf
from infra.postgres.transactions import transaction
from infra.process.ids import uuid7_at
from infra.process.lines import Line, line_of
from infra.process.logs import Outlet
from projections.log_lines import moment_of
from tests.conftest import WRITER, Database, connected_as_owner, fresh_database
from tests.infra.databases import connected, rows
from tests.waiting import eventually

PARTITIONS = """
    SELECT relname::text FROM pg_class WHERE relispartition AND relkind = 'r' ORDER BY relname
"""


@pytest.fixture(scope="module")
def own(server: EmbeddedServer) -> Database:
    """A database in which nobody else logs."""
    return fresh_database(server, "mipos_log_lines")


@pytest.fixture
def outlet() -> Outlet:
    return Outlet(io.BytesIO())


def said(outlet: Outlet) -> list[dict[str, Any]]:
    """What was written to the stream."""
    stream = outlet._stream
    assert isinstance(stream, io.BytesIO)
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture
def shelf(own: Database, outlet: Outlet) -> Iterator[LogShelf]:
    """One that writes at once."""
    shelf = LogShelf(own.app, outlet, pause=0.01)
    shelf.start()
    yield shelf
    shelf.stop()


def line(event: str = "sold", **fields: Any) -> Line:
    return line_of({"event": event, **fields}, logger="tests", level="info")


def kept(own: Database, event: str) -> list[dict[str, Any]]:
    with psycopg.connect(own.owner, row_factory=dict_row) as connection:
        query = "SELECT * FROM log_lines WHERE event = %s ORDER BY at, id"
        return connection.execute(query, [event]).fetchall()


class TestLines:
    @pytest.mark.usefixtures("shelf")
    def test_are_kept_as_they_were_written(self, own: Database, outlet: Outlet) -> None:
        event, company_id, user_id = uuid4().hex, uuid4(), uuid4()
        written = line(
            event,
            request_id="till-7:42",
            company_id=company_id,
            user_id=user_id,
            route="/api/pos/orders",
            status=201,
            milliseconds=7.4,
            note="zebra",
            odd='quotes " and \\ backslashes, \ud800\0',
        )
        outlet.write(written)
        (row,) = eventually(lambda: kept(own, event))
        fields = json.loads(row.pop("fields"))
        assert fields["note"] == "zebra"
        assert fields["odd"].startswith('quotes " and \\ backslashes')
        assert row == {name: getattr(written, name) for name in row}
        assert [one["event"] for one in said(outlet)] == [event]
        assert moment_of(row["id"]) == row["at"]

    def test_of_a_process_that_ends_are_all_kept(self, own: Database, outlet: Outlet) -> None:
        event, shelf = uuid4().hex, LogShelf(own.worker, outlet, pause=3600)
        shelf.start()
        for number in range(2 * BATCH + 1):
            outlet.write(line(event, number=number))
        shelf.stop()
        numbers = [json.loads(row["fields"])["number"] for row in kept(own, event)]
        assert sorted(numbers) == list(range(2 * BATCH + 1))

    @pytest.mark.usefixtures("shelf")
    def test_wait_for_a_database_that_is_away(
        self, server: EmbeddedServer, own: Database, outlet: Outlet
    ) -> None:
        """Whoever logs meanwhile is not kept waiting, and hears on standard output what is wrong."""
        event = uuid4().hex
        with connected_as_owner(server) as connection:
            connection.execute("ALTER DATABASE mipos_log_lines ALLOW_CONNECTIONS false")
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'mipos_log_lines'"
            )
            try:
                for _ in range(100):
                    outlet.write(line(event))
                eventually(lambda: [one for one in said(outlet) if "wait for the database" in one["event"]])
            finally:
                connection.execute("ALTER DATABASE mipos_log_lines ALLOW_CONNECTIONS true")
        eventually(lambda: len(kept(own, event)) == 100)

    def test_beyond_what_has_room_are_left_out_and_counted(self, own: Database, outlet: Outlet) -> None:
        event, each = uuid4().hex, EACH + len('{"number":10}')
        shelf = LogShelf(own.app, outlet, room=10 * each, pause=3600)
        for _ in range(2):
            # What was written makes room.
            for number in range(10, 25):
                shelf.keep(line(event, number=number))
            shelf._empty()
        assert [json.loads(row["fields"])["number"] for row in kept(own, event)] == 2 * list(range(10, 20))
        assert [(one["level"], one["fields"]) for one in said(outlet)] == 2 * [("warning", {"lines": 5})]
        (row,) = kept(own, "lines of the log were left out")[-1:]
        assert json.loads(row["fields"]) == {"lines": 5}

    def test_that_cannot_be_kept_hold_up_no_others(
        self, own: Database, outlet: Outlet, shelf: LogShelf
    ) -> None:
        event, never = uuid4().hex, datetime(1999, 1, 1, tzinfo=UTC)
        shelf.keep(
            Line(id=uuid7_at(never), at=never, level="info", logger="x", event=event, fields=line().fields)
        )
        eventually(lambda: [one for one in said(outlet) if one["event"] == "lines of the log cannot be kept"])
        shelf.keep(line(event))
        eventually(lambda: len(kept(own, event)) == 1)

    @pytest.mark.usefixtures("shelf")
    def test_find_a_day_that_nobody_prepared(self, own: Database, outlet: Outlet) -> None:
        with connected(own.owner) as connection:
            for (name,) in rows(own.owner, PARTITIONS):
                connection.execute(f"DROP TABLE mipos.{name}".encode())
        outlet.write(line(event := uuid4().hex))
        eventually(lambda: kept(own, event))


class TestTheJob:
    def test_makes_days_ahead_and_drops_those_long_past(self, own: Database) -> None:
        today = datetime.now(UTC).date()
        with connected(own.owner) as connection:
            for days in (5, 6, 40):
                day = today - timedelta(days=days)
                within = f"FROM ('{day} 00:00:00+00') TO ('{day + timedelta(days=1)} 00:00:00+00')"
                part = f"CREATE TABLE mipos.log_lines_{day:%Y%m%d} PARTITION OF mipos.log_lines"
                connection.execute(f"{part} FOR VALUES {within}".encode())
        with connected(own.worker) as connection:
            log_lines_job(5).do(connection, WRITER, datetime.now(UTC))
            names = [name for (name,) in rows(own.owner, PARTITIONS)]
            expected = [today + timedelta(days=days) for days in (-5, -1, 0, 1, 2, 3)]
            assert names == [f"log_lines_{day:%Y%m%d}" for day in expected]
            assert look_after_log_lines(connection, 5) == 0
            # At least one day is kept, whatever is asked for.
            assert look_after_log_lines(connection, 0) == 1

    def test_is_the_workers_to_do(self, own: Database) -> None:
        with connected(own.app) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT drop_log_lines(1)")

    @pytest.mark.usefixtures("shelf")
    def test_leaves_partitions_to_nobody(self, own: Database, outlet: Outlet) -> None:
        outlet.write(line(event := uuid4().hex))
        eventually(lambda: kept(own, event))
        (name,) = rows(own.owner, PARTITIONS)[1]
        for address in (own.app, own.worker):
            with connected(address) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"SELECT FROM mipos.{name}".encode())


def test_no_company_writes_or_sees_a_line_not_even_of_its_own(own: Database) -> None:
    company_id = uuid4()
    with connected(own.app) as connection:
        connection.execute(PREPARE)
        with transaction(connection, company_id) as db:
            assert db.ask("SELECT FROM log_lines", {}).rows() == []
        with pytest.raises(psycopg.errors.InsufficientPrivilege), transaction(connection, company_id) as db:
            db.execute(
                "INSERT INTO log_lines (at, id, level, logger, event, company_id, fields)"
                " VALUES (now(), gen_random_uuid(), 'info', 'x', 'x', %(company_id)s, '{}')",
                {"company_id": company_id},
            )


def test_nobody_changes_a_line_once_it_is_kept(own: Database) -> None:
    for address in (own.app, own.worker):
        for statement in ("UPDATE log_lines SET event = ''", "DELETE FROM log_lines", "TRUNCATE log_lines"):
            with connected(address) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
