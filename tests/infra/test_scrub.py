"""An erased person leaves the disk: no file of the database holds a word of them once it is scrubbed."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from domain.customers import Customer
from infra.cli.scrub import scrub as command
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.eventstore.tombstones import read_tombstones
from infra.jobs import scrub as jobs
from infra.jobs.scrub import TABLES, is_due, scrub_database, scrub_job
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.scrubbing import scrub
from infra.postgres.transactions import transaction
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from tests.conftest import Database, fresh_database

#: Words that are nowhere else, in whatever letter case.
MARKS = (b"qzyxwaldo", b"qzyxstreet", b"qzyx77123456", b"qzyxtax", b"qzyxnote")
ADDRESS = {
    "line1": "1 Qzyxstreet",
    "city": None,
    "line2": None,
    "region": None,
    "postal_code": None,
    "country": "DE",
}
KNOWN = """
    SELECT attrelid::regclass::text, attname FROM pg_attribute
     WHERE attrelid = ANY(%s::regclass[]) AND attnum > 0 AND NOT attisdropped
       AND atttypid = ANY('{text,jsonb,json,bytea,date}'::regtype[]) AND attstattarget IS DISTINCT FROM 0
"""
#: What is in these columns is none of anybody's words.
HARMLESS = {
    "customer_entries.kind",
    "customer_entries.status",
    "customer_words.kind",
    "customer_words.status",
    "customer_spellings.kind",
    "customers.consents",
    "subject_keys.kind",
    "subject_keys.kek_id",
    "held_sales.status",
    "reservations.status",
    "messages.document",
    "messages.language",
    "messages.status",
    "account_entries.account",
    "account_entries.kind",
    "account_entries.method",
    "account_entries.business_date",
    "account_entries.ends_on",
    "idempotency_keys.key",
    "idempotency_keys.fingerprint",
    "idempotency_keys.etag",
}
SCRUBBED = "SELECT scrubbed_at FROM erased_subjects WHERE company_id = %s"
WRITER = EventWriter(EVENT_TYPES, PROJECTIONS)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def own_server() -> Iterator[EmbeddedServer]:
    """A server on a folder of its own, in which nothing else was ever written."""
    with tempfile.TemporaryDirectory(prefix="mipos-scrub-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with EmbeddedServer(Path(folder) / "data") as running:
            yield running


def files_with(folder: Path, *marks: bytes) -> set[str]:
    """The files below a folder that hold one of these, in any letter case."""
    return {
        str(file.relative_to(folder))
        for file in folder.rglob("*")
        if file.is_file() and any(mark.lower() in file.read_bytes().lower() for mark in marks)
    }


def record(database: Database, company_id: Any, customer: Customer) -> None:
    with psycopg.connect(database.app, autocommit=True) as app, transaction(app, company_id) as db:
        WRITER.record(db, customer.new_events(), Metadata(at=NOON)).rows()


def register(database: Database, company_id: Any, **other: Any) -> Customer:
    """A customer all of whose fields are marked, or only these others."""
    with psycopg.connect(database.app, autocommit=True) as app, transaction(app, company_id) as db:
        db.execute("SELECT open_company(%(company_id)s)", {"company_id": company_id})
    marked: dict[str, Any] = {
        "name": "Ada Qzyxwaldo",
        "phone": "qzyx77-123456",
        "email": "Qzyxwaldo@example.com",
        "address": ADDRESS,
        "tax_number": "Qzyxtax",
        "reference": "QZYX77-123456",
        "note": "Qzyxnote",
    }
    customer = Customer.begin(Customer.Registered, uuid4(), **(other or marked))
    record(database, company_id, customer)
    return customer


def erase(database: Database, company_id: Any, customer: Customer) -> None:
    """Erase a customer, as the command does."""
    customer.trigger_event(Customer.Erased, reason="asked", requested_at=None, customer_ids=(), keys=1)
    record(database, company_id, customer)
    params = {"company_id": company_id, "id": customer.id}
    with psycopg.connect(database.app, autocommit=True) as app, transaction(app, company_id) as db:
        db.execute(
            "DELETE FROM subject_keys WHERE company_id = %(company_id)s AND subject_id = %(id)s", params
        )
        db.execute("INSERT INTO erased_subjects VALUES (%(company_id)s, %(id)s, 2, now())", params)


@pytest.mark.long
def test_no_file_holds_a_word_of_the_erased(own_server: EmbeddedServer) -> None:
    database, company_id = fresh_database(own_server, "scrubbed"), uuid4()
    customer = register(database, company_id)
    # Of a single row the planner keeps no value.
    register(database, uuid4(), name="Grace")
    customer.revise({"name": "Ada Qzyxwaldo Lovelace"})
    record(database, company_id, customer)
    with psycopg.connect(database.owner, autocommit=True) as owner:
        if owner.info.server_version >= 170_000:
            # What notes the changes for incremental backups holds on to the log of the server.
            owner.execute("ALTER SYSTEM SET summarize_wal = on")
            owner.execute("SELECT pg_reload_conf()")
        # What the planner learns of tables it keeps for itself.
        owner.execute("ANALYZE")
        ((wrapped,),) = owner.execute(
            "SELECT wrapped FROM subject_keys WHERE subject_id = %s", [customer.id]
        ).fetchall()
        with pytest.raises(psycopg.errors.UniqueViolation):
            owner.execute("INSERT INTO customers SELECT * FROM customers")
        owner.execute("CHECKPOINT")
        assert len(files_with(own_server.data_dir, *MARKS)) >= len(TABLES[:4])
        assert files_with(own_server.data_dir, wrapped)
        erase(database, company_id, customer)
        scrubbed, persons = scrub_database(owner)
        assert (scrubbed.is_whole, scrubbed.has_new_log, persons) == (True, True, 1)
        assert files_with(own_server.data_dir, *MARKS, wrapped) == set()
        assert scrub_database(owner)[1] == 0


def test_nothing_that_tells_of_persons_is_known_to_the_planner(database: Database) -> None:
    """Columns of texts and JSON in the tables that are scrubbed: ids and states of things may be known."""
    with psycopg.connect(database.owner, autocommit=True) as owner:
        known = {f"{table}.{column}" for table, column in owner.execute(KNOWN, [list(TABLES)])}
    assert sorted(known - HARMLESS) == []


def test_a_table_in_use_is_left_and_tried_again(database: Database) -> None:
    with (
        psycopg.connect(database.owner, autocommit=True) as owner,
        psycopg.connect(database.owner) as reader,
    ):
        reader.execute("LOCK TABLE customer_words IN ACCESS SHARE MODE")
        outcome = scrub(owner, ("customer_words", "customer_entries"), attempts=1)
        assert (outcome.tables, outcome.busy) == (("customer_entries",), ("customer_words",))
        reader.rollback()
        assert scrub(owner, ("customer_words",), attempts=2, pause=0).is_whole


class TestTheJob:
    def test_waits_for_the_night_and_no_longer_than_a_day(self) -> None:
        noon, night = (datetime(2026, 3, 1, hour).astimezone() for hour in (12, 3))
        assert is_due(night - timedelta(minutes=1), night)
        assert not is_due(noon - timedelta(hours=12), noon)
        assert is_due(noon - timedelta(hours=21), noon)

    def test_lists_the_erased_in_a_file_and_scrubs(
        self, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        company_id, file = uuid4(), tmp_path / "new" / "erasures.txt"
        customer = register(database, company_id)
        erase(database, company_id, customer)
        monkeypatch.setattr(jobs, "TABLES", ("customer_spellings",))
        with psycopg.connect(database.worker, autocommit=True) as worker:
            for _ in range(2):
                scrub_job(database.owner, file).do(worker, WRITER, tomorrow())
            (row,) = worker.execute(SCRUBBED, [company_id]).fetchall()
        assert row[0] is not None
        own = [one.subject_id for one in read_tombstones(file) if one.company_id == company_id]
        assert own == [customer.id]
        assert file.stat().st_mode & 0o777 == 0o600

    def test_says_so_where_only_somebody_else_may(self, database: Database, tmp_path: Path) -> None:
        company_id = uuid4()
        erase(database, company_id, register(database, company_id))
        job = scrub_job(None, tmp_path / "erasures.txt")
        with psycopg.connect(database.worker, autocommit=True) as worker, capture_logs() as logged:
            for _ in range(2):
                job.do(worker, WRITER, tomorrow())
        assert ["run `mipos scrub`" in one["event"] for one in logged] == [True]


def tomorrow() -> datetime:
    """When it is due at whatever hour."""
    return datetime.now(UTC) + timedelta(hours=21)


def test_by_hand_it_is_done_at_once(database: Database, tmp_path: Path) -> None:
    company_id = uuid4()
    erase(database, company_id, register(database, company_id))
    parts = {"owner_conninfo": lambda: database.owner, "tombstones": tmp_path / "erasures.txt"}
    done = CliRunner().invoke(command, obj=parts)
    assert (done.exit_code, f"Tables written anew: {len(TABLES)}" in done.output) == (0, True), done.output
    assert str(company_id) in (tmp_path / "erasures.txt").read_text()
