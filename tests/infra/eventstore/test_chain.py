"""The chain proves that a log is what was written, or names the first position that is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import StoredEvent
from hypothesis import given
from hypothesis import strategies as st

from infra.eventstore.chain import (
    ChainedEvent,
    ChainReport,
    Fault,
    Proof,
    Reason,
    event_hash,
    genesis_hash,
    verify_chain,
)
from infra.postgres.transactions import transaction

from .recorder import CompanyApplicationRecorder

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.postgres.pool import Pool

    from .conftest import LogDatabase

EVENTS = 10


@pytest.fixture
def log(pool: Pool[Any], company: UUID) -> UUID:
    """Record some orders, in scripts of several kinds, in batches of several sizes."""
    recorder = CompanyApplicationRecorder(pool, company)
    events = [
        StoredEvent(uuid4(), 1, "orders.Order.Placed", f'{{"buyer": "Zoë 李 🛒 {number}"}}'.encode())
        for number in range(EVENTS)
    ]
    recorder.insert_events(events[:1])
    recorder.insert_events(events[1:4], metadata='{"actor": "Jürgen"}')
    recorder.insert_events(events[4:])
    return company


def verify(log_database: LogDatabase, company: UUID, *stretch: int) -> ChainReport:
    with log_database.connect() as connection:
        return verify_chain(connection, company, *stretch)


@pytest.mark.parametrize("proved", [0, 4, EVENTS])
def test_a_log_is_proved_on_from_where_others_have_come(pool: Pool[Any], log: UUID, proved: int) -> None:
    proof = Proof(log, proved)
    with pool.connection() as connection, transaction(connection, log, reading=True) as db:
        proof.extend(db, EVENTS)
        proof.extend(db, EVENTS)
    assert proof.position == EVENTS


def tamper(log_database: LogDatabase, statement: LiteralString, company: UUID) -> None:
    """Do as the owner of the database what the application may not do."""
    with log_database.connect("postgres") as owner:
        assert owner.execute(statement, {"company_id": company}).rowcount == 1


class TestASoundLog:
    def test_is_verified_whole(self, log_database: LogDatabase, log: UUID) -> None:
        report = verify(log_database, log)
        assert report.is_sound
        assert report.verified == EVENTS

    def test_is_verified_by_a_worker_too(self, log_database: LogDatabase, log: UUID) -> None:
        with log_database.connect("worker") as connection:
            assert verify_chain(connection, log).is_sound

    def test_is_verified_in_part(self, log_database: LogDatabase, log: UUID) -> None:
        report = verify(log_database, log, 3, 7)
        assert report.is_sound
        assert report.verified == 5

    def test_ends_with_the_same_hash_from_wherever_it_is_verified(
        self, log_database: LogDatabase, log: UUID
    ) -> None:
        assert verify(log_database, log, 5).last_hash == verify(log_database, log).last_hash

    def test_may_be_empty(self, log_database: LogDatabase, company: UUID) -> None:
        report = verify(log_database, company)
        assert report.is_sound
        assert report.last_hash == genesis_hash(company)


ALTERATIONS: dict[str, LiteralString] = {
    "state": """UPDATE events SET state = replace(state, 'Zoë', 'Zoe')
                 WHERE company_id = %(company_id)s AND position = 5""",
    "metadata": """UPDATE events SET metadata = '[]' WHERE company_id = %(company_id)s AND position = 5""",
    "type": """UPDATE events SET type = 'orders.Order.Placec'
                WHERE company_id = %(company_id)s AND position = 5""",
    "hash": """UPDATE events SET hash = set_bit(hash, 7, 1 - get_bit(hash, 7))
                WHERE company_id = %(company_id)s AND position = 5""",
    "time": """UPDATE events SET recorded_at = recorded_at - interval '1 microsecond'
                WHERE company_id = %(company_id)s AND position = 5""",
    "endless time": """UPDATE events SET recorded_at = 'infinity'
                        WHERE company_id = %(company_id)s AND position = 5""",
    "stream": """UPDATE events SET stream_id = gen_random_uuid()
                  WHERE company_id = %(company_id)s AND position = 5""",
    "version": """UPDATE events SET stream_version = 2
                   WHERE company_id = %(company_id)s AND position = 5""",
    "bytes moved between fields": """UPDATE events SET state = state || left(metadata, 1),
                                                      metadata = substr(metadata, 2)
                                      WHERE company_id = %(company_id)s AND position = 5""",
}


class TestAnAlteredLog:
    @pytest.mark.parametrize("statement", ALTERATIONS.values(), ids=ALTERATIONS.keys())
    def test_is_found_where_it_was_altered(
        self, log_database: LogDatabase, log: UUID, statement: LiteralString
    ) -> None:
        tamper(log_database, statement, log)
        report = verify(log_database, log)
        assert report.fault == Fault(5, Reason.ALTERED)
        assert report.verified == 4

    def test_is_not_found_in_a_stretch_that_was_left_alone(
        self, log_database: LogDatabase, log: UUID
    ) -> None:
        tamper(log_database, ALTERATIONS["state"], log)
        assert verify(log_database, log, 1, 4).is_sound
        assert verify(log_database, log, 6).is_sound

    @pytest.mark.parametrize("position", [1, 5, EVENTS])
    def test_shows_where_an_event_was_removed(
        self, log_database: LogDatabase, log: UUID, position: int
    ) -> None:
        with log_database.connect("postgres") as owner:
            owner.execute("DELETE FROM events WHERE company_id = %s AND position = %s", (log, position))
        assert verify(log_database, log).fault == Fault(position, Reason.MISSING)

    def test_shows_where_a_stretch_has_nothing_to_begin_from(
        self, log_database: LogDatabase, log: UUID
    ) -> None:
        assert verify(log_database, log, EVENTS + 2).fault == Fault(EVENTS + 1, Reason.MISSING)

    def test_shows_an_event_put_behind_the_head(self, log_database: LogDatabase, log: UUID) -> None:
        tamper(
            log_database,
            "UPDATE company_head SET position = position - 1 WHERE company_id = %(company_id)s",
            log,
        )
        assert verify(log_database, log).fault == Fault(EVENTS, Reason.BEYOND_HEAD)

    def test_shows_a_head_of_another_hash(self, log_database: LogDatabase, log: UUID) -> None:
        tamper(
            log_database,
            "UPDATE company_head SET hash = sha256(hash) WHERE company_id = %(company_id)s",
            log,
        )
        assert verify(log_database, log).fault == Fault(EVENTS, Reason.HEAD_DIFFERS)

    def test_shows_a_company_without_a_log(self, log_database: LogDatabase) -> None:
        assert verify(log_database, uuid4()).fault == Fault(0, Reason.NO_HEAD)


CHAINED = ChainedEvent(1, UUID(int=1), 1, "t", "{}", "{}", 1_700_000_000_000_000, b"")

#: A log of seven events, by which any other implementation of the hash can be checked.
VECTOR_COMPANY = UUID("0190163d-8694-739b-aea5-966c26f8ad91")
VECTOR_TYPES = (
    "orders.Order.Sold",
    "stock.StockMovement.Issued",
    "customers.Customer.Registered",
    "catalog.Product.Repriced",
    "orders.Order.Sold",
    "shifts.Shift.Closed",
    "customers.Customer.Erased",
)
VECTOR = [
    ChainedEvent(
        position=number,
        stream_id=UUID(f"0190163d-8694-7300-0000-{number:012}"),
        stream_version=1,
        type=kind,
        state=f'{{"n":{number}}}',
        metadata=f'{{"at":"2026-11-27T09:00:0{number}.000000Z"}}',
        recorded_at=1_795_770_000_000_000 + number,
        hash=b"",
    )
    for number, kind in enumerate(VECTOR_TYPES, 1)
]
GENESIS = "27e92014ce23da3e3b3a7122c8b8091ca592880efa39c13f53deee907b26959a"
HASH_OF_FIRST = "5deb020688edc123985b4fc2a82cb3dbad68e078cfeb17b564b8b116d3abbe02"
HASH_OF_SEVENTH = "a52735c7b960d5a42cb77d3988490b4dbe72eeb47f22f0172e2d1af694a7891d"

HASH_IN_DATABASE: LiteralString = """
    SELECT event_hash(%(previous)s, %(position)s, %(stream_id)s, %(stream_version)s, %(recorded_at)s,
                      %(type)s, %(state)s, %(metadata)s)
"""


def chained(hash_of: Callable[[bytes, ChainedEvent], bytes]) -> list[str]:
    """The hashes of the vector's events, one after the other."""
    hashes = [genesis_hash(VECTOR_COMPANY)]
    for event in VECTOR:
        hashes.append(hash_of(hashes[-1], event))
    return [one.hex() for one in hashes]


class TestEventHash:
    def test_is_the_one_written_down(self) -> None:
        hashes = chained(event_hash)
        assert (hashes[0], hashes[1], hashes[7]) == (GENESIS, HASH_OF_FIRST, HASH_OF_SEVENTH)

    def test_is_the_same_in_the_database(self, log_database: LogDatabase) -> None:
        with log_database.connect() as connection:

            def in_database(previous: bytes, event: ChainedEvent) -> bytes:
                row = connection.execute(
                    HASH_IN_DATABASE, {**event._asdict(), "previous": previous}
                ).fetchone()
                assert row
                return bytes(row[0])

            assert chained(in_database) == chained(event_hash)

    def test_of_a_log_begins_with_that_of_its_company(self, log_database: LogDatabase) -> None:
        with log_database.connect() as connection, transaction(connection, VECTOR_COMPANY) as db:
            db.execute("SELECT open_company(%(company_id)s)", {"company_id": VECTOR_COMPANY})
        assert verify(log_database, VECTOR_COMPANY).last_hash.hex() == GENESIS

    @given(st.text(max_size=6), st.text(max_size=6), st.integers(0, 6))
    def test_tells_the_same_bytes_divided_differently_apart(
        self, state: str, metadata: str, length: int
    ) -> None:
        one = CHAINED._replace(state=state, metadata=metadata)
        other = CHAINED._replace(state=state[:length], metadata=state[length:] + metadata)
        assert (event_hash(bytes(32), one) == event_hash(bytes(32), other)) == (one == other)
