"""A company whose log an upgrade cannot read is closed, until that is mended; all others go on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest
from click.testing import CliRunner, Result
from psycopg.rows import args_row
from structlog.testing import capture_logs

from domain.catalog.products import Product, Variant
from domain.companies import PLATFORM_ID
from infra.cli.projections import projections
from infra.eventstore.chain import EVENTS, ChainedEvent, event_hash, genesis_hash
from infra.eventstore.codec import Metadata
from infra.files.imports import Imports
from infra.files.unused_pictures import let_go_of_unused
from infra.jobs.launches import LAUNCHES
from infra.jobs.schedule import Schedule
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.request_transactions import RequestConnection, request_transaction
from infra.postgres.transactions import transaction
from infra.projections.rebuild_all import rebuild_all
from infra.runtime.models import PROJECTIONS
from infra.upgrades.upgrade import CannotBuild
from projections.base import CompanyClosed
from tests.api.conftest import Stocked, stock_shop
from tests.conftest import NOT_ON_DISK, Database, Service, degradations, found_shop, fresh_database, serving
from tests.infra.requests_of_a_shop import REQUESTS
from tests.infra.upgrades import WRITER, differences, found_bakery, rows, selling, upgrade
from tests.waiting import eventually

CLOSE: LiteralString = "UPDATE installation SET closed = closed || %s::uuid"
OPEN: LiteralString = "UPDATE installation SET closed = array_remove(closed, %s)"
IS_BRAND: LiteralString = "type = 'brands.Brand.Registered'"
SPOIL: LiteralString = (
    f"UPDATE events SET state = '[]' WHERE company_id = %s AND {IS_BRAND} RETURNING position"
)
#: What is made from settings, and what is not; one read model only reports are answered from.
CHANGED = ("settings", "orders", "report_sales")


@pytest.fixture(scope="module")
def database(server: EmbeddedServer) -> Database:
    """A database of these tests' own."""
    return fresh_database(server, "mipos_closed")


@pytest.fixture(scope="module")
def service(database: Database) -> Iterator[Service]:
    """A server and a worker over it."""
    with serving(database, ("serve", "worker")) as running:
        yield running


@pytest.fixture(scope="module")
def other(service: Service, password_hash: str) -> Stocked:
    """A shop whose log is in order."""
    stocked = stock_shop(found_shop(service, password_hash, {}))
    assert stocked.receive("9990", 60).status == 201
    assert stocked.shop.client().post("/api/admin/settings/brands", {"name": "Sound"}).status == 201
    return stocked


@pytest.fixture
def stocked(service: Service, password_hash: str) -> Stocked:
    """A shop with a brand, and something after it."""
    stocked = stock_shop(found_shop(service, password_hash, {}))
    assert stocked.shop.client().post("/api/admin/settings/brands", {"name": "Spoilt"}).status == 201
    assert stocked.sell().status == 201
    return stocked


def rechain(owner: psycopg.Connection[Any], company_id: UUID) -> None:
    """Give every event of a log the hash that it should have, as somebody would who can write everything."""
    where = {"company_id": company_id, "first": 1, "last": None}
    events = owner.cursor(row_factory=args_row(ChainedEvent), binary=True).execute(EVENTS, where).fetchall()
    last = genesis_hash(company_id)
    for event in events:
        last = event_hash(last, event)
        owner.execute(
            "UPDATE events SET hash = %s WHERE company_id = %s AND position = %s",
            [last, company_id, event.position],
        )
    owner.execute("UPDATE company_head SET hash = %s WHERE company_id = %s", [last, company_id])


@dataclass(frozen=True)
class Spoilt:
    """What was done to a log, and how to undo it."""

    position: int
    mend: Callable[[], None]


@contextmanager
def spoilt(database: Database, company_id: UUID, *, is_hashed: bool = False) -> Iterator[Spoilt]:
    """While the state of a company's brand cannot be read; mended at the end, and the company open again."""
    query: LiteralString = f"SELECT state FROM events WHERE company_id = %s AND {IS_BRAND}"
    [(state,)] = rows(database, query, company_id)

    def mend() -> None:
        with psycopg.connect(database.owner) as owner:
            owner.execute(
                f"UPDATE events SET state = %s WHERE company_id = %s AND {IS_BRAND}",
                [state, company_id],
            )
            rechain(owner, company_id)

    with psycopg.connect(database.owner) as owner:
        [(position,)] = owner.execute(SPOIL, [company_id]).fetchall()
        if is_hashed:
            rechain(owner, company_id)
    try:
        yield Spoilt(position, mend)
    finally:
        mend()
        upgrade(database, PROJECTIONS)
        assert closed(database) == []


def change(database: Database, *names: str) -> None:
    """Let the database have these read models in another version, which servers need not know."""
    rows(
        database,
        "UPDATE projection_models SET digest = 'another' WHERE name = ANY(%s::text[]) RETURNING 1",
        list(names),
    )


def closed(database: Database) -> list[UUID]:
    [(companies,)] = rows(database, "SELECT closed FROM installation")
    return list(companies)


def call(database: Database, *arguments: str) -> Result:
    return CliRunner().invoke(projections, arguments, obj={"worker_conninfo": lambda: database.worker})


def is_degraded(service: Service) -> bool:
    return "company_closed" in degradations(service)


class TestAnUpgrade:
    @pytest.mark.parametrize("is_hashed", [True, False], ids=["right hash", "wrong hash"])
    def test_closes_the_one_company_whose_event_it_cannot_read(
        self, database: Database, service: Service, other: Stocked, stocked: Stocked, *, is_hashed: bool
    ) -> None:
        company_id = stocked.shop.company_id
        notes: list[str] = []
        with spoilt(database, company_id, is_hashed=is_hashed) as spoil:
            before = stocked.shop.events()
            change(database, *CHANGED)
            with selling(other) as sales:
                rebuilt = upgrade(database, PROJECTIONS, processes=2, tell=notes.append)
                sales.go_on()
            assert sales.refusals == set()
            assert rebuilt == ["settings", "product_listing", "orders", "report_sales"]
            closing = "Companies that are closed: 1. `mipos projections status` says why."
            assert notes == [NOT_ON_DISK, closing]
            assert closed(database) == [company_id]

            for name, ask in REQUESTS.items():
                answer = ask(stocked)
                assert (name, answer.status, answer.code) == (name, 503, "company_closed")
                assert answer.headers["retry-after"] == "60"
                assert ask(other).status < 300
            assert stocked.shop.events() == before
            eventually(lambda: is_degraded(service))

            status = call(database, "status").output
            parked = f"settings is parked for company {company_id} after position {spoil.position - 1} "
            assert parked in status
            assert "brands.Brand.Registered" in status
            assert f"at position {spoil.position}" in status
            assert f"mipos projections rebuild settings --company {company_id}" in status
            assert ("LogAltered" in status) != is_hashed

            assert call(database, "rebuild", "settings", "--company", str(company_id)).exit_code == 1
            assert call(database, "retry", "settings", "--company", str(company_id)).exit_code == 1
            assert closed(database) == [company_id]
            spoil.mend()
            for name in ("settings",) if is_hashed else ("settings", "orders"):
                assert closed(database) == [company_id]
                assert call(database, "rebuild", name, "--company", str(company_id)).exit_code == 0
            assert closed(database) == []
            assert call(database, "rebuild", "report_sales", "--company", str(company_id)).exit_code == 0
            assert [ask(stocked).status for ask in REQUESTS.values()] == [201] + 6 * [200]
        assert differences(database, PROJECTIONS, company_id) == []
        assert differences(database, PROJECTIONS, other.shop.company_id) == []
        eventually(lambda: not is_degraded(service))
        checkpoints: LiteralString = """
            SELECT 1 FROM projection_checkpoints
             WHERE projection IN ('settings', 'orders', 'product_listing')
        """
        assert rows(database, checkpoints) == []

    def test_keeps_what_could_be_read(self, database: Database, other: Stocked, stocked: Stocked) -> None:
        company_id = stocked.shop.company_id
        query: LiteralString = "SELECT count(*) FROM settings WHERE company_id = %s AND name <> 'Spoilt'"
        [(before,)] = rows(database, query, company_id)
        del other
        with spoilt(database, company_id):
            change(database, "settings")
            upgrade(database, PROJECTIONS)
            assert rows(database, query, company_id) == [(before,)]

    def test_parks_what_is_made_from_what_it_cannot_make(
        self, database: Database, other: Stocked, stocked: Stocked
    ) -> None:
        company_id = str(stocked.shop.company_id)
        del other
        with spoilt(database, stocked.shop.company_id, is_hashed=True) as spoil:
            change(database, "settings")
            upgrade(database, PROJECTIONS)
            change(database, "product_listing")
            upgrade(database, PROJECTIONS)
            status = call(database, "status").output
            assert "It is made from settings, which cannot be made." in " ".join(status.split())
            assert call(database, "rebuild", "product_listing", "--company", company_id).exit_code == 0
            spoil.mend()
            assert closed(database) == [stocked.shop.company_id]
            assert call(database, "rebuild", "settings", "--company", company_id).exit_code == 0
            assert closed(database) == []

    def test_tries_again_what_is_parked_and_nothing_else(
        self, database: Database, other: Stocked, stocked: Stocked, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        del other
        with spoilt(database, stocked.shop.company_id) as spoil:
            change(database, "settings", "orders")
            upgrade(database, PROJECTIONS)
            upgrade(database, PROJECTIONS)
            assert closed(database) == [stocked.shop.company_id]
            spoil.mend()
            tried: list[tuple[set[str], list[UUID]]] = []

            def look_on(*arguments: Any, **options: Any) -> Any:
                tried.append(({model.name for model in arguments[2]}, arguments[3]))
                return rebuild_all(*arguments, **options)

            monkeypatch.setattr("infra.upgrades.upgrade.rebuild_all", look_on)
            assert upgrade(database, PROJECTIONS) == []
            [(models, companies)] = tried
            # Names for reports are parked too, if the worker came to them meanwhile.
            assert models - {"report_names"} == {"settings", "product_listing", "orders"}
            assert companies == [stocked.shop.company_id]
            assert closed(database) == []
            assert stocked.sell().status == 201

    def test_closes_a_company_with_an_event_behind_the_end_of_its_log(
        self, database: Database, other: Stocked, stocked: Stocked
    ) -> None:
        company_id = stocked.shop.company_id
        del other
        rows(
            database,
            """
            INSERT INTO events SELECT company_id, position + 7, gen_random_uuid(), 1, type, state, metadata,
                                      recorded_at, hash
              FROM events WHERE company_id = %s ORDER BY position DESC LIMIT 1
            RETURNING position
            """,
            company_id,
        )
        change(database, "orders")
        upgrade(database, PROJECTIONS)
        assert closed(database) == [company_id]
        assert "the event lies beyond the head of the log" in call(database, "status").output
        rows(
            database,
            """
            DELETE FROM events USING company_head AS head
             WHERE events.company_id = %s AND head.company_id = events.company_id
               AND events.position > head.position
            RETURNING 1
            """,
            company_id,
        )
        upgrade(database, PROJECTIONS)
        assert closed(database) == []

    def test_only_parks_a_report_of_an_altered_log(
        self, database: Database, other: Stocked, stocked: Stocked
    ) -> None:
        company_id = stocked.shop.company_id
        with spoilt(database, company_id) as spoil:
            change(database, "report_sales")
            upgrade(database, PROJECTIONS)
            assert closed(database) == []
            query: LiteralString = (
                "SELECT company_id, position FROM projection_checkpoints"
                " WHERE parked_at IS NOT NULL AND projection = 'report_sales'"
            )
            assert rows(database, query) == [(company_id, spoil.position - 1)]
            assert stocked.sell().status == 201
            assert other.sell().status == 201
            assert call(database, "retry", "report_sales", "--company", str(company_id)).exit_code == 1
            assert "mipos projections rebuild report_sales" in call(database, "status").output
            spoil.mend()
            assert call(database, "rebuild", "report_sales", "--company", str(company_id)).exit_code == 0
        assert differences(database, PROJECTIONS, company_id) == []

    def test_proves_what_is_recorded_while_it_builds(
        self, database: Database, other: Stocked, stocked: Stocked
    ) -> None:
        """The forged event comes after the first round has proved the log."""
        company_id = stocked.shop.company_id
        forged: list[int] = []

        def forge(done: int, total: int) -> None:
            if done == total and not forged:
                forged.append(int(stocked.sell().headers["x-event-position"]))
                with psycopg.connect(database.owner) as owner:
                    owner.execute(
                        "UPDATE events SET metadata = '{}' WHERE company_id = %s AND position = %s",
                        [company_id, forged[0]],
                    )

        change(database, "orders")
        upgrade(database, PROJECTIONS, progress=forge)
        try:
            assert closed(database) == [company_id]
            assert f"at position {forged[0]}" in call(database, "status").output
            assert other.sell().status == 201
        finally:
            rows(database, "DELETE FROM projection_checkpoints WHERE parked_at IS NOT NULL RETURNING 1")
            rows(database, "UPDATE installation SET closed = '{}' RETURNING 1")


class TestAFaultOfTheVersion:
    """A read model that stops for most companies is not theirs to mend."""

    @pytest.fixture
    def small(self, server: EmbeddedServer) -> Database:
        return fresh_database(server, "mipos_version_fault")

    def spoil(self, database: Database, *companies: UUID) -> None:
        for company_id in companies:
            rows(database, SPOIL, company_id)
        change(database, "settings")

    def test_stops_the_upgrade_for_the_only_company(self, small: Database) -> None:
        only = found_bakery(small, "Only")
        self.spoil(small, only)
        with pytest.raises(CannotBuild, match=f"settings cannot be made for company {only}"):
            upgrade(small, PROJECTIONS)
        assert closed(small) == []

    def test_stops_the_upgrade_for_more_than_half(self, small: Database) -> None:
        companies = [found_bakery(small, str(number)) for number in range(3)]
        self.spoil(small, *companies[:2])
        with pytest.raises(CannotBuild):
            upgrade(small, PROJECTIONS)
        assert closed(small) == []

    def test_is_none_where_it_stops_for_half(self, small: Database) -> None:
        companies = [found_bakery(small, str(number)) for number in range(4)]
        self.spoil(small, *companies[:2])
        upgrade(small, PROJECTIONS)
        assert sorted(closed(small)) == sorted(companies[:2])

    def test_is_what_the_log_of_the_platform_stops_at(self, small: Database) -> None:
        for number in range(3):
            found_bakery(small, str(number))
        self.spoil(small, found_bakery(small, "Everybody's", PLATFORM_ID))
        with pytest.raises(CannotBuild, match=str(PLATFORM_ID)):
            upgrade(small, PROJECTIONS)


@contextmanager
def closing(database: Database, company_id: UUID) -> Iterator[None]:
    """While a company is closed."""
    with psycopg.connect(database.owner, autocommit=True) as owner:
        owner.execute(CLOSE, [company_id])
        try:
            yield
        finally:
            owner.execute(OPEN, [company_id])


class TestAClosedCompany:
    def test_is_not_entered_from_another(
        self, database: Database, service: Service, stocked: Stocked
    ) -> None:
        company_id = stocked.shop.company_id
        with (
            closing(database, company_id),
            RequestConnection.connect(database.app, autocommit=True) as connection,
        ):
            with request_transaction(connection, PLATFORM_ID, models=WRITER.models) as db:
                db.ask("SELECT 1 AS one", {}).row()
            with (
                pytest.raises(CompanyClosed),
                request_transaction(connection, PLATFORM_ID, models=WRITER.models) as db,
            ):
                db.enter(company_id)
                db.ask("SELECT 1 AS one", {}).row()
            with (
                psycopg.connect(database.worker, autocommit=True) as worker,
                pytest.raises(CompanyClosed),
                transaction(worker, PLATFORM_ID, models=WRITER.models) as within,
            ):
                within.enter(company_id)
        assert stocked.sell().status == 201
        eventually(lambda: not is_degraded(service))


@pytest.fixture(scope="module")
def quiet(server: EmbeddedServer) -> Database:
    """A database without a worker but those of the tests."""
    return fresh_database(server, "mipos_closed_jobs")


class TestJobs:
    def announced(self, database: Database) -> UUID:
        """A company with a product that is due to be launched, and the product in a status."""
        company_id = found_bakery(database, str(uuid4()))
        variant = Variant(id=uuid4(), sku="TEA", price=100)
        product = Product.begin(Product.Registered, uuid4(), name="Tea", variants=(variant,))
        product.change_status("coming_soon", datetime.now(UTC) - timedelta(hours=1))
        with psycopg.connect(database.app, autocommit=True) as app, transaction(app, company_id) as db:
            WRITER.record(db, product.new_events(), Metadata(at=datetime.now(UTC)))
        return company_id

    def status(self, database: Database, company_id: UUID) -> Any:
        [(status,)] = rows(database, "SELECT status FROM products WHERE company_id = %s", company_id)
        return status

    def test_leave_it_out_and_say_so_once(self, quiet: Database) -> None:
        company_id, open_one = self.announced(quiet), self.announced(quiet)
        schedule = Schedule(quiet.worker, (LAUNCHES,), WRITER)
        with closing(quiet, company_id), capture_logs() as logs:
            schedule.run(LAUNCHES)
            schedule.run(LAUNCHES)
            assert self.status(quiet, company_id) == "coming_soon"
            assert self.status(quiet, open_one) == "active"
        entries = [entry for entry in logs if entry["log_level"] in ("warning", "error")]
        assert [entry["companies"] for entry in entries] == [[str(company_id)]]
        schedule.run(LAUNCHES)
        assert self.status(quiet, company_id) == "active"

    def test_leave_its_imports_waiting(self, quiet: Database) -> None:
        company_id = found_bakery(quiet, "Importing")
        import_id = uuid4()
        rows(
            quiet,
            """
            INSERT INTO import_jobs (company_id, id, user_id, status, size, done, attempts, commits,
                                     create_missing, created_at)
            VALUES (%s, %s, %s, 'queued', 0, 0, 0, true, true, now()) RETURNING 1
            """,
            company_id,
            import_id,
            uuid4(),
        )
        query: LiteralString = "SELECT status, attempts FROM import_jobs WHERE id = %s"
        with closing(quiet, company_id):
            assert Imports(quiet.worker, WRITER).step() == 0
            assert rows(quiet, query, import_id) == [("queued", 0)]
        assert Imports(quiet.worker, WRITER).step() == 1
        assert rows(quiet, query, import_id) != [("queued", 0)]

    def test_let_go_of_none_of_its_pictures(self, quiet: Database) -> None:
        """Which of them are shown is what nobody knows while the read model is not whole."""
        company_id = found_bakery(quiet, "Pictures")
        rows(
            quiet,
            "INSERT INTO image_contents (company_id, hash, size, media_type, bytes)"
            " VALUES (%s, 'h', 'full', 'image/webp', '') RETURNING 1",
            company_id,
        )
        query: LiteralString = "SELECT unused_since IS NULL FROM image_contents WHERE company_id = %s"
        with psycopg.connect(quiet.worker, autocommit=True) as worker:
            with closing(quiet, company_id):
                let_go_of_unused(worker, datetime.now(UTC))
                assert rows(quiet, query, company_id) == [(True,)]
            let_go_of_unused(worker, datetime.now(UTC))
        assert rows(quiet, query, company_id) == [(False,)]
