"""Appending: gapless positions in the order of commits, whoever else is writing."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from infra.eventstore.append import APPEND_EVENTS
from infra.postgres.transactions import transaction

from .recorder import append_parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .conftest import LogDatabase

COMPANIES, WRITERS, BATCHES = 4, 16, 60
POSITIONS_AFTER = """
    SELECT position, stream_id FROM events
     WHERE company_id = %(company_id)s AND position > %(position)s ORDER BY position LIMIT 200
"""


def sold(stream_id: UUID, version: int = 1) -> StoredEvent:
    return StoredEvent(stream_id, version, "orders.Order.Placed", b'{"total": 1250}')


def append(
    connection: psycopg.Connection[Any], company_id: UUID, events: Sequence[StoredEvent], **changes: object
) -> int:
    parameters = append_parameters(company_id, events, ["{}"] * len(events)) | changes
    with transaction(connection, company_id) as current:
        answer = current.ask(APPEND_EVENTS, parameters)
    position: int = answer.rows()[0]["position"]
    return position


def ask(connection: psycopg.Connection[Any], company_id: UUID, query: Any, **parameters: object) -> list[Any]:
    with transaction(connection, company_id, reading=True) as current:
        answer = current.ask(query, {"company_id": company_id, **parameters})
    return answer.rows()


class TestAppend:
    def test_numbers_the_events_of_a_company_from_one(self, log_database: LogDatabase, company: UUID) -> None:
        with log_database.connect() as connection:
            assert append(connection, company, [sold(uuid4()), sold(uuid4())]) == 2
            assert append(connection, company, [sold(uuid4())]) == 3

    def test_numbers_each_company_by_itself(
        self, log_database: LogDatabase, open_company: Callable[[], UUID]
    ) -> None:
        with log_database.connect() as connection:
            assert [append(connection, open_company(), [sold(uuid4())]) for _ in range(2)] == [1, 1]

    def test_of_nothing_tells_where_the_log_ends(self, log_database: LogDatabase, company: UUID) -> None:
        with log_database.connect() as connection:
            append(connection, company, [sold(uuid4())])
            assert append(connection, company, []) == 1

    def test_refuses_a_stream_version_already_taken_and_leaves_nothing(
        self, log_database: LogDatabase, company: UUID
    ) -> None:
        stream_id = uuid4()
        with log_database.connect() as connection:
            append(connection, company, [sold(stream_id)])
            before = ask(connection, company, "SELECT * FROM company_head WHERE company_id = %(company_id)s")
            with pytest.raises(psycopg.errors.UniqueViolation):
                append(connection, company, [sold(uuid4()), sold(stream_id)])
            after = ask(connection, company, "SELECT * FROM company_head WHERE company_id = %(company_id)s")
            assert after == before
            assert len(ask(connection, company, POSITIONS_AFTER, position=0)) == 1
            assert append(connection, company, [sold(uuid4())]) == 2

    def test_refuses_a_company_without_a_log(self, log_database: LogDatabase) -> None:
        with log_database.connect() as connection:
            with pytest.raises(psycopg.Error) as refused:
                append(connection, uuid4(), [sold(uuid4())])
            assert refused.value.sqlstate == "MP404"

    @pytest.mark.parametrize("short", ["stream_versions", "types", "states", "metadata"])
    def test_refuses_lists_of_different_lengths(
        self, log_database: LogDatabase, company: UUID, short: str
    ) -> None:
        with log_database.connect() as connection:
            with pytest.raises(psycopg.Error) as refused:
                append(connection, company, [sold(uuid4())], **{short: []})
            assert refused.value.sqlstate == "MP422"

    def test_refuses_an_event_with_something_missing(self, log_database: LogDatabase, company: UUID) -> None:
        with log_database.connect() as connection, pytest.raises(psycopg.errors.NotNullViolation):
            append(connection, company, [sold(uuid4())], states=[None])

    def test_never_goes_back_in_time(self, log_database: LogDatabase, company: UUID) -> None:
        with log_database.connect("postgres") as owner, log_database.connect() as connection:
            with transaction(owner, company) as current:
                current.execute(
                    "UPDATE company_head SET recorded_at = '2999-01-01Z' WHERE company_id = %(company_id)s",
                    {"company_id": company},
                )
            append(connection, company, [sold(uuid4())])
            rows = ask(
                connection, company, "SELECT recorded_at FROM events WHERE company_id = %(company_id)s"
            )
        assert [row["recorded_at"].year for row in rows] == [2999]

    def test_tells_the_workers_that_the_company_was_active(
        self, log_database: LogDatabase, company: UUID
    ) -> None:
        with log_database.connect() as connection:
            append(connection, company, [sold(uuid4())])
            rows = ask(
                connection,
                company,
                """SELECT recorded_at - active_at < interval '1 second' AS told
                     FROM company_head JOIN company_activity USING (company_id)
                    WHERE company_id = %(company_id)s""",
            )
        assert rows == [{"told": True}]

    def test_opening_a_log_again_changes_nothing(self, log_database: LogDatabase, company: UUID) -> None:
        with log_database.connect() as connection:
            append(connection, company, [sold(uuid4())])
            with transaction(connection, company) as current:
                current.execute("SELECT open_company(%(company_id)s)", {"company_id": company})
            assert append(connection, company, [sold(uuid4())]) == 2


class TakenBackError(Exception):
    """The writer thought better of it."""


def sometimes_take_back(chance: random.Random) -> None:
    if chance.random() < 1 / 3:
        raise TakenBackError


class TestManyWriters:
    def test_a_reader_that_catches_up_misses_nothing_and_doubles_nothing(
        self, log_database: LogDatabase, open_company: Callable[[], UUID]
    ) -> None:
        companies = [open_company() for _ in range(COMPANIES)]
        finished = Event()
        with ThreadPoolExecutor(WRITERS + COMPANIES) as threads:
            readers = [threads.submit(self.read, log_database, each, finished) for each in companies]
            writers = [threads.submit(self.write, log_database, companies, seed) for seed in range(WRITERS)]
            try:
                committed = [written for writer in writers for written in writer.result()]
            finally:
                finished.set()
            positions = [reader.result() for reader in readers]
        for company, read in zip(companies, positions, strict=True):
            assert [position for position, _ in read] == list(range(1, len(read) + 1))
            assert sorted(stream for _, stream in read) == sorted(
                stream for its_company, stream in committed if its_company == company
            )

    def write(
        self, log_database: LogDatabase, companies: Sequence[UUID], seed: int
    ) -> list[tuple[UUID, UUID]]:
        """Append batches to companies at random, take a third of them back; return what was committed."""
        chance, committed = random.Random(seed), []
        with log_database.connect() as connection:
            for _ in range(BATCHES):
                company, streams = chance.choice(companies), [uuid4() for _ in range(chance.randint(1, 5))]
                events = [sold(stream) for stream in streams]
                try:
                    with transaction(connection, company) as current:
                        parameters = append_parameters(company, events, ["{}"] * len(events))
                        current.ask(APPEND_EVENTS, parameters).rows()
                        sometimes_take_back(chance)
                except TakenBackError:
                    continue
                committed += [(company, stream) for stream in streams]
        return committed

    def read(self, log_database: LogDatabase, company: UUID, finished: Event) -> list[tuple[int, UUID]]:
        """Ask again and again for what follows the last position seen, until nothing can follow."""
        positions: list[tuple[int, UUID]] = []
        with log_database.connect() as connection:
            while True:
                was_finished = finished.is_set()
                last = positions[-1][0] if positions else 0
                rows = ask(connection, company, POSITIONS_AFTER, position=last)
                positions += [(row["position"], row["stream_id"]) for row in rows]
                if was_finished and not rows:
                    return positions
                finished.wait(0.002)
