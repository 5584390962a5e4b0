"""`mipos doctor`: says all is well where it is, and names what is broken, each thing broken on purpose."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from domain.companies import PLATFORM_ID, Company
from domain.seals.cosignatures import Witness
from infra.backup.manifest import FILE_NAME as MANIFEST
from infra.backup.vault import Vault
from infra.eventstore.codec import Metadata
from infra.eventstore.data_keys import DataKeys
from infra.jobs.seals import Sealing
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.transactions import transaction
from infra.runtime.directory_key import keep_directory_key
from infra.runtime.doctor import CHECKS, Finding, examine
from infra.runtime.doctor.checks import database as database_checks
from infra.runtime.doctor.checks import logs, seals
from infra.runtime.doctor.patient import Patient
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.runtime.seals import seal_key
from infra.runtime.settings import Settings, load_settings
from infra.seals.published import FOLDER
from infra.seals.witnessing import Address
from tests.conftest import WRITER, Database, fresh_database
from tests.infra.backups import mipos, settings_of

Look = Callable[[str], Finding]
OTHER_KEY = "a data key of somebody else, of more than 32 characters"


@pytest.fixture(scope="module")
def own(server: EmbeddedServer) -> Database:
    """An installation to break, with the platform's log and a company's."""
    database = fresh_database(server, "mipos_doctor")
    for company_id in (PLATFORM_ID, uuid4()):
        company = Company.begin(
            Company.Registered, company_id, name=f"{company_id}", currency="EUR", timezone="UTC"
        )
        with (
            psycopg.connect(database.app, autocommit=True) as connection,
            transaction(connection, company_id) as db,
        ):
            db.execute("SELECT found_company(%(company)s)", {"company": company_id})
            WRITER.record(db, company.new_events(), Metadata(at=datetime.now(UTC)))
    keep_directory_key(database.app, EVENT_TYPES.data_keys)
    return database


@pytest.fixture
def settings(own: Database, tmp_path: Path) -> Settings:
    (tmp_path / "data").mkdir(mode=0o700)
    return load_settings(settings_of(own, tmp_path / "data"))


@pytest.fixture
def look(own: Database, settings: Settings) -> Look:
    """Makes one check, as the web server would."""

    def one(name: str) -> Finding:
        with psycopg.connect(own.app, autocommit=True) as connection:
            patient = Patient(connection, settings, EVENT_TYPES, PROJECTIONS)
            [finding] = examine(patient, {name: CHECKS[name]})
            return finding

    return one


@contextmanager
def broken(database: Database, breaks: LiteralString, mends: LiteralString, **parts: str) -> Iterator[None]:
    """The database, with something broken by its owner for as long as the block lasts."""
    names = {"app": database.installation.app, "worker": database.installation.worker, **parts}
    identifiers = {name: sql.Identifier(text) for name, text in names.items()}
    with psycopg.connect(database.owner, autocommit=True) as owner:
        owner.execute(sql.SQL(breaks).format(**identifiers))
        try:
            yield
        finally:
            owner.execute(sql.SQL(mends).format(**identifiers))


@pytest.mark.parametrize("role", ["app", "worker"])
def test_an_installation_that_is_well_passes_every_check(
    own: Database, settings: Settings, role: str
) -> None:
    """But for what only time brings, and for the server of the tests, which does not wait for the disk."""
    with psycopg.connect(getattr(own, role), autocommit=True) as connection:
        findings = list(examine(Patient(connection, settings, EVENT_TYPES, PROJECTIONS)))
    assert [one.check for one in findings] == list(CHECKS)
    assert {one.check: one.says for one in findings if one.status != "ok"}.keys() == {
        "writes reach the disk",
        "workers",
        "backup",
        "test restore",
    }
    assert all(one.mend for one in findings if one.status != "ok")


OWN_COMPANY: LiteralString = """
    CREATE POLICY own_company ON orders TO {app}
     USING (company_id = current_setting('app.company_id')::uuid)
"""
BREAKS: dict[str, tuple[LiteralString, LiteralString, str]] = {
    "row-level security": (
        "DROP POLICY own_company ON orders",
        OWN_COMPANY,
        "orders",
    ),
    "roles": ("GRANT {worker} TO {app}", "REVOKE {worker} FROM {app}", "sees every company"),
    "statistics on personal columns": (
        "ALTER TABLE customers ALTER COLUMN name SET STATISTICS -1",
        "ALTER TABLE customers ALTER COLUMN name SET STATISTICS 0",
        "customers.name",
    ),
    "migrations": (
        "UPDATE schema_migrations SET name = 'hidden' WHERE name = 'infra.backup:backups.sql'",
        "UPDATE schema_migrations SET name = 'infra.backup:backups.sql' WHERE name = 'hidden'",
        "newer version",
    ),
    "definitions": (
        "UPDATE projection_models SET digest = 'x' || digest WHERE name = 'orders'",
        "UPDATE projection_models SET digest = substr(digest, 2) WHERE name = 'orders'",
        "orders",
    ),
    "closed companies": (
        "UPDATE installation SET closed = ARRAY[gen_random_uuid()]",
        "UPDATE installation SET closed = '{{}}'",
        "1",
    ),
    "parked": (
        "UPDATE projection_checkpoints SET parked_at = now(), error = 'x' WHERE projection = 'report_sales'",
        "UPDATE projection_checkpoints SET parked_at = NULL, error = NULL",
        "report_sales (2)",
    ),
    "jobs": (
        "UPDATE running_time SET counted_at = now() - interval '3 hours'",
        "UPDATE running_time SET counted_at = now()",
        "3.0 hours",
    ),
    "chain": (
        "UPDATE events SET state = state || ' '",
        "UPDATE events SET state = rtrim(state)",
        "at position 1 the event's bytes do not give its hash",
    ),
    "clock": (
        "UPDATE company_head SET recorded_at = recorded_at + interval '1 hour'",
        "UPDATE company_head SET recorded_at = recorded_at - interval '1 hour'",
        "ahead of the database's clock",
    ),
    "stock": (
        "INSERT INTO stock_differences SELECT x, x, x, 'on_hand', 1, 2, 1, now() FROM gen_random_uuid() x",
        "DELETE FROM stock_differences",
        "1",
    ),
}


@pytest.mark.parametrize("check", BREAKS)
def test_what_is_broken_is_named_until_it_is_mended(own: Database, look: Look, check: str) -> None:
    breaks, mends, says = BREAKS[check]
    with broken(own, breaks, mends):
        found = look(check)
    assert (found.status, says in found.says) == ("fail", True), found
    assert found.mend
    assert look(check).status == "ok"


def test_a_server_that_does_not_wait_for_the_disk_is_named(look: Look) -> None:
    found = look("writes reach the disk")
    assert (found.status, "fsync" in found.says) == ("fail", True)


def test_a_migration_that_is_not_applied_is_named(own: Database, look: Look) -> None:
    with broken(
        own,
        "DELETE FROM schema_migrations WHERE name = 'infra.postgres:log_epoch.sql'",
        "INSERT INTO schema_migrations (name) VALUES ('infra.postgres:log_epoch.sql')",
    ):
        found = look("migrations")
    assert (found.status, found.mend) == ("fail", "Run `mipos migrate`.")
    assert "infra.postgres:log_epoch.sql" in found.says


@pytest.mark.parametrize(
    ("run", "status", "says"),
    [
        ("now() - interval '4 hours', 1, NULL, now() - interval '3 hours'", "fail", "overdue: mail (since "),
        ("now(), 1, 'ValueError: odd', now()", "warn", "mail (ValueError: odd)"),
        ("now(), 1, NULL, now()", "ok", "done in time"),
        ("now() - interval '8 days', 1, 'ValueError: odd', now() - interval '8 days'", "ok", "done in time"),
    ],
)
def test_jobs_that_are_late_or_fail_are_named(
    own: Database, look: Look, run: LiteralString, status: str, says: str
) -> None:
    with broken(own, "INSERT INTO job_runs VALUES ('mail', " + run + ")", "DELETE FROM job_runs"):
        found = look("jobs")
    assert (found.status, says in found.says) == (status, True)


SKIPPED: LiteralString = """
    INSERT INTO skipped_events (company_id, projection, position, error, reason, skipped_at)
    SELECT company_id, 'report_sales', 1, 'x', 'y', now() FROM company_head
"""
DIFFERING: LiteralString = """
    INSERT INTO projection_verifications (company_id, projection, position, differing, verified_at)
    SELECT company_id, 'report_sales', 1, 1, now() FROM company_head
"""


@pytest.mark.parametrize(
    ("breaks", "mends"),
    [(SKIPPED, "DELETE FROM skipped_events"), (DIFFERING, "DELETE FROM projection_verifications")],
)
def test_a_read_model_that_is_not_what_the_log_says_is_named(
    own: Database, look: Look, breaks: LiteralString, mends: LiteralString
) -> None:
    with broken(own, breaks, mends):
        found = look("soundness")
    assert (found.status, "passed over: report_sales." in found.says) == ("warn", True)
    assert look("soundness").status == "ok"


DEAD: LiteralString = """
    INSERT INTO webhook_deliveries
           (company_id, id, webhook_id, number, message_id, type, status, attempts, created_at)
    SELECT company_id, gen_random_uuid(), gen_random_uuid(), 1, 'x', 'orders.Order.Sold', 'dead', 10, now()
      FROM company_head
"""


def test_webhooks_that_were_given_up_are_counted(own: Database, look: Look) -> None:
    with broken(own, DEAD, "DELETE FROM webhook_deliveries"):
        found = look("webhooks")
    assert (found.status, "in the last 30 days: 2." in found.says) == ("warn", True)


def test_a_read_model_that_rests_is_named(own: Database, look: Look) -> None:
    rests = "UPDATE projection_checkpoints SET paused_at = now() WHERE projection = 'report_sales'"
    with broken(own, rests, "UPDATE projection_checkpoints SET paused_at = NULL"):
        found = look("soundness")
    assert (found.status, "At rest: report_sales" in found.says) == ("warn", True)


class TestSeals:
    def test_that_are_late_are_named(self, look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
        assert look("seals").status == "ok"
        monkeypatch.setattr(seals, "LATEST", timedelta(seconds=-1))
        found = look("seals")
        assert (found.status, "Not sealed for" in found.says) == ("warn", True)

    def test_cannot_be_made_without_a_key(self, own: Database, tmp_path: Path) -> None:
        without = settings_of(own, tmp_path)
        del without["MIPOS_SEAL_KEY"]
        with psycopg.connect(own.app, autocommit=True) as connection:
            patient = Patient(connection, load_settings(without), EVENT_TYPES, PROJECTIONS)
            [found] = examine(patient, {"seals": CHECKS["seals"]})
        assert (found.status, "MIPOS_SEAL_KEY" in found.says) == ("warn", True)

    def test_that_were_published_find_out_a_log_that_is_another(
        self, own: Database, look: Look, settings: Settings
    ) -> None:
        folder = settings.data_dir / FOLDER
        with psycopg.connect(own.worker, autocommit=True) as connection:
            Sealing(seal_key(settings), folder).seal_all(connection, WRITER, datetime.now(UTC))
        found = look("published seals")
        assert (found.status, found.says.endswith("logs looked at: 2.")) == ("ok", True)
        assert look("seals").status == "ok"
        with psycopg.connect(own.owner, autocommit=True) as owner:
            owner.execute("DELETE FROM audit_seals")
            owner.execute("DELETE FROM audit_tiles")
            owner.execute("UPDATE events SET hash = sha256('another')")
        found = look("published seals")
        assert (found.status, "1 events of company" in found.says) == ("fail", True)


def test_a_witness_that_does_not_cosign_is_named(own: Database, settings: Settings) -> None:
    witness = Address(url="http://127.0.0.1:9", witness=Witness(name="office", public=b"p" * 32))
    asking = replace(settings, witnesses=(witness,))

    def look(with_settings: Settings) -> Finding:
        with psycopg.connect(own.app, autocommit=True) as connection:
            patient = Patient(connection, with_settings, EVENT_TYPES, PROJECTIONS)
            [found] = examine(patient, {"witnesses": CHECKS["witnesses"]})
        return found

    assert look(settings).says == "No witness is named (MIPOS_WITNESSES)."
    assert look(asking).status == "ok"
    with psycopg.connect(own.owner, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO audit_seals SELECT company_id, 9, position, hash, hash, hash, 'key', 'note',"
            " now() - interval '3 hours' FROM company_head"
        )
        found = look(asking)
        owner.execute("DELETE FROM audit_seals WHERE epoch = 9")
    assert (found.status, "office" in found.says) == ("warn", True)


def test_a_stream_that_grows_without_end_is_named(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "STREAM_LIMIT", 0)
    assert look("streams").status == "warn"


def test_a_clock_that_differs_is_named(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_checks, "CLOCK_WARN", -3600.0)
    assert look("clock").status == "warn"


class TestKeys:
    def found(self, own: Database, settings: Settings, current: str, *former: str) -> Finding:
        types = replace_data_keys(current, *former)
        with psycopg.connect(own.app, autocommit=True) as connection:
            patient = Patient(connection, settings, types, PROJECTIONS)
            [finding] = examine(patient, {"data key": CHECKS["data key"]})
        return finding

    def test_another_data_key_opens_nothing(self, own: Database, settings: Settings) -> None:
        assert self.found(own, settings, OTHER_KEY).status == "fail"

    def test_a_former_one_does_until_it_is_gone(self, own: Database, settings: Settings) -> None:
        found = self.found(own, settings, OTHER_KEY, settings.data_key or "")
        assert (found.status, "keys rewrap" in found.mend) == ("warn", True)

    def test_that_others_may_read_are_named(self, settings: Settings, look: Look) -> None:
        file = settings.data_dir / "data_key"
        file.write_text("precious")
        file.chmod(0o640)
        found = look("secrets")
        assert (found.status, found.mend) == ("fail", f"chmod 600 {file}")
        file.chmod(0o600)
        assert look("secrets").status == "ok"


def replace_data_keys(current: str, *former: str) -> Any:
    """What checks need of the event types, under other data keys."""
    keys = DataKeys()
    keys.load(current, former)

    class Types:
        data_keys = keys

    return Types


class TestBackups:
    NOTE: LiteralString = (
        "INSERT INTO backups VALUES ('2026-01-01', 'logical', %s, now() - %s::interval, now(), 1, 1)"
    )

    @contextmanager
    def noted(self, own: Database, place: Path, age: str) -> Iterator[None]:
        """While the database knows of a backup of this age in a folder."""
        with psycopg.connect(own.owner, autocommit=True) as owner:
            owner.execute(self.NOTE, [str(place), age])
            try:
                yield
            finally:
                owner.execute("DELETE FROM backups")

    @pytest.mark.parametrize(("age", "status"), [("1 hour", "ok"), ("30 hours", "warn"), ("10 days", "fail")])
    def test_grow_old(self, own: Database, look: Look, tmp_path: Path, age: str, status: str) -> None:
        (tmp_path / "2026-01-01").mkdir()
        (tmp_path / "2026-01-01" / MANIFEST).touch()
        with self.noted(own, tmp_path, age):
            assert look("backup").status == status

    @pytest.mark.parametrize("place", ["there", "nowhere", "where no folder can be looked into" * 10])
    def test_are_missed_where_they_lay(self, own: Database, look: Look, tmp_path: Path, place: str) -> None:
        (tmp_path / "there").mkdir()
        with self.noted(own, tmp_path / place, "1 hour"):
            found = look("backup")
        assert (found.status, "is not there" in found.says) == ("warn", True), found

    def test_that_were_tried_are_known_beside_them(self, own: Database, look: Look, tmp_path: Path) -> None:
        with self.noted(own, tmp_path, "1 hour"):
            assert look("test restore").status == "warn"
            Vault(tmp_path).note_restore("x", 2, datetime.now(UTC))
            assert look("test restore").status == "ok"


class TestOnTheCommandLine:
    def test_ends_with_1_where_something_fails(self, own: Database, tmp_path: Path) -> None:
        done = mipos("doctor", "--json", **settings_of(own, tmp_path))
        findings = json.loads(done.output)
        assert done.exit_code == 1
        assert [one["check"] for one in findings] == list(CHECKS)
        assert {frozenset(one) for one in findings} == {frozenset({"check", "status", "says", "mend"})}

    def test_says_so_where_there_is_no_database(self, tmp_path: Path) -> None:
        done = mipos("doctor", MIPOS_DATA_DIR=str(tmp_path / "never"))
        assert done.exit_code == 1
        assert "mipos up" in done.output
        assert not (tmp_path / "never").exists()
