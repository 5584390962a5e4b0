"""Upgrades: what changed is built aside and put in place whole, while the version of before sells."""

import multiprocessing
import subprocess
import time
from collections.abc import Iterator, Sequence
from threading import Thread
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import pytest

from infra.postgres.definitions import digest_of
from infra.postgres.embedded import EmbeddedServer
from infra.process.children import SharedCount
from infra.projections.aside import builder, crew, order
from infra.projections.aside.site import Site
from infra.projections.status import list_status
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.upgrades.upgrade import CannotBuild, DependedOn
from projections.base import Database as Target
from projections.base import Fact
from projections.reports.sales.sales_reports import SalesReports
from projections.settings import Settings
from tests.api.conftest import Stocked, stock_shop
from tests.conftest import NOT_ON_DISK, Database, Service, degradations, found_shop, fresh_database, serving
from tests.infra.upgrades import (
    OtherOrders,
    OtherSales,
    OtherSettings,
    differences,
    found_bakery,
    next_version,
    rows,
    selling,
    upgrade,
)
from tests.waiting import PATIENCE, eventually

REPORT = "/api/admin/reports/sales-summary/overview?from=2021-01-01&to=2030-12-31"


@pytest.fixture(scope="module")
def database(server: EmbeddedServer) -> Database:
    """A database of these tests' own."""
    return fresh_database(server, "mipos_upgrade")


@pytest.fixture(scope="module")
def service(database: Database) -> Iterator[Service]:
    """The version of before: a server and a worker."""
    with serving(database, ("serve", "worker")) as running:
        yield running


@pytest.fixture
def stocked(service: Service, database: Database, password_hash: str) -> Iterator[Stocked]:
    """A shop with plenty in stock; afterwards the database is of the version of before again."""
    stocked = stock_shop(found_shop(service, password_hash, {}))
    assert stocked.receive("9990", 60).status == 201
    yield stocked
    upgrade(database, PROJECTIONS)


class TestWhileTheVersionOfBeforeSells:
    def test_no_number_is_used_twice_and_no_sale_is_lost(self, database: Database, stocked: Stocked) -> None:
        models = next_version(OtherOrders(), OtherSales(), OtherSettings())
        with selling(stocked) as sales:
            sales.go_on()
            rebuilt = upgrade(database, models, processes=2)
            before = len(sales.statuses)
            eventually(lambda: len(sales.statuses) >= before + 10)
        assert rebuilt == ["settings", "product_listing", "orders", "report_sales"]
        # Until it is put in place every sale is made; from then on each is refused, and so recorded nowhere.
        assert sales.refusals == {(503, "server_outdated")}
        assert 201 not in sales.statuses[sales.statuses.index(503) + 2 :]
        recorded = rows(
            database,
            "SELECT number, clash FROM orders WHERE company_id = %s ORDER BY series_number",
            stocked.shop.company_id,
        )
        assert sorted(number for number, _ in recorded) == sorted(sales.numbers)
        assert len(set(sales.numbers)) == len(sales.numbers)
        assert {clash for _, clash in recorded} == {0}
        assert differences(database, models, stocked.shop.company_id) == []

    def test_a_server_that_is_outdated_says_so_until_it_is_replaced(
        self, database: Database, stocked: Stocked
    ) -> None:
        first = stocked.sell().data["number"]
        upgrade(database, next_version(OtherOrders()))
        answer = stocked.sell()
        assert (answer.status, answer.code) == (503, "server_outdated")
        upgrade(database, PROJECTIONS)
        second = stocked.sell().data["number"]
        assert int(second.rpartition("-")[2]) == int(first.rpartition("-")[2]) + 1

    def test_a_report_is_whole_or_refused(self, database: Database, stocked: Stocked) -> None:
        """The old tables answer while it is built aside; afterwards this server refuses."""
        answers: list[tuple[int, Any]] = []
        sold = int(stocked.sell().headers["x-event-position"])
        admin = stocked.shop.client()

        def ask(done: int, total: int) -> None:  # noqa: ARG001 as a progress is told
            answer = admin.get(REPORT, X_Wait_For_Position=str(sold))
            answers.append((answer.status, answer.json.get("data", {}).get("overall", {}).get("orders")))

        upgrade(database, next_version(OtherSales()), progress=ask)
        assert set(answers) == {(200, 1)}
        assert stocked.sell().status == 201
        answer = admin.get(REPORT)
        assert (answer.status, answer.code) == (503, "server_outdated")


class TestWhatIsPutInPlace:
    @pytest.mark.usefixtures("stocked")
    def test_is_as_protected_and_looked_after_as_what_was_there(self, database: Database) -> None:
        query: LiteralString = """
            SELECT class.relname, class.relrowsecurity, class.relacl::text, class.reloptions, policies.told
              FROM pg_class AS class JOIN pg_namespace AS space ON space.oid = class.relnamespace
              LEFT JOIN LATERAL (SELECT array_agg(format('%%s %%s %%s %%s', policyname, roles, cmd, qual)
                                                  ORDER BY policyname) AS told
                                   FROM pg_policies WHERE schemaname = nspname AND tablename = relname
                                ) AS policies ON true
             WHERE nspname = %s AND class.relname = ANY(%s::text[]) ORDER BY class.relname
        """
        what = (database.installation.schema, ["orders", "order_series", "settings", "sales_store_day"])
        before = rows(database, query, *what)
        upgrade(database, next_version(OtherOrders(), OtherSales(), OtherSettings()))
        assert rows(database, query, *what) == before
        assert len(before) == 4

    @pytest.mark.usefixtures("stocked")
    def test_leaves_nothing_behind(self, database: Database) -> None:
        upgrade(database, next_version(OtherOrders(), OtherSales()))
        aside_of: LiteralString = "SELECT tablename FROM pg_tables WHERE schemaname = %s"
        assert rows(database, aside_of, database.installation.next_schema) == []

    @pytest.mark.usefixtures("stocked")
    def test_is_what_the_database_then_says_it_has(self, database: Database) -> None:
        models = next_version(OtherOrders(), OtherSales())
        upgrade(database, models)
        with psycopg.connect(database.worker, autocommit=True) as connection:
            assert {one.definition for one in list_status(connection, models)} == {"current"}
        assert upgrade(database, models) == []

    def test_goes_on_where_the_building_ended(self, database: Database, stocked: Stocked) -> None:
        upgrade(database, next_version(OtherSales()))
        [(end,)] = rows(
            database, "SELECT position FROM company_head WHERE company_id = %s", stocked.shop.company_id
        )
        positions = rows(
            database,
            "SELECT position, made_at IS NOT NULL FROM projection_checkpoints"
            " WHERE company_id = %s AND projection = 'report_sales'",
            stocked.shop.company_id,
        )
        assert positions == [(end, True)]

    def test_takes_what_a_version_has_not_any_more(self, database: Database, stocked: Stocked) -> None:
        models = next_version(without=["price_history", "customers"])
        upgrade(database, models)
        gone = "SELECT to_regclass('price_history'), to_regclass('customers')"
        assert rows(database, gone) == [(None, None)]
        checkpoints = "SELECT 1 FROM projection_checkpoints WHERE projection = 'price_history'"
        assert rows(database, checkpoints) == []
        upgrade(database, PROJECTIONS)
        assert differences(database, PROJECTIONS, stocked.shop.company_id) == []


class Cursed(Settings):
    """Settings in a version that cannot apply one brand."""

    version = Settings.version + 2

    def apply(self, facts: Sequence[Fact], db: Target) -> None:
        if any(getattr(fact.data, "name", "") == "Cursed" for fact in facts):
            raise ValueError("This brand brings bad luck.")
        super().apply(facts, db)


class CursedReport(SalesReports):
    """A report in a version that can apply no sale of one company."""

    version = SalesReports.version + 2

    def __init__(self, company_id: UUID) -> None:
        self.company_id = company_id

    def apply(self, facts: Sequence[Fact], db: Target) -> None:
        if db.company_id == self.company_id:
            raise ValueError("This company brings bad luck.")
        super().apply(facts, db)


class TestAnEventThatCannotBeApplied:
    def test_stops_the_upgrade_where_decisions_are_made_on_it(self, server: EmbeddedServer) -> None:
        database = fresh_database(server, "mipos_cursed")
        company_id = found_bakery(database, "Cursed")
        before = rows(database, "SELECT * FROM settings")
        with pytest.raises(CannotBuild) as caught:
            upgrade(database, next_version(Cursed()))
        assert f"settings cannot be made for company {company_id}" in str(caught.value)
        assert "ValueError" in str(caught.value)
        assert "bad luck" not in str(caught.value)
        assert "event brands.Brand.Registered at position 2" in str(caught.value)
        assert rows(database, "SELECT * FROM settings") == before
        assert rows(database, "SELECT digest FROM projection_models WHERE name = 'settings'") == [
            (digest_of(Settings()),)
        ]

    def test_parks_a_report_for_that_company_alone(
        self, database: Database, stocked: Stocked, service: Service, password_hash: str
    ) -> None:
        other = stock_shop(found_shop(service, password_hash, {}))
        for shop in (stocked, other):
            assert shop.sell().status == 201
        models = next_version(CursedReport(stocked.shop.company_id))
        upgrade(database, models)
        query: LiteralString = (
            "SELECT company_id, error FROM projection_checkpoints"
            " WHERE projection = 'report_sales' AND parked_at IS NOT NULL"
        )
        [(company_id, error)] = rows(database, query)
        assert company_id == stocked.shop.company_id
        assert error.startswith("ValueError (event ")
        assert differences(database, models, other.shop.company_id) == []


class TestWhoeverIsInTheWay:
    def test_is_waited_for(self, database: Database, stocked: Stocked) -> None:
        with psycopg.connect(database.owner) as dump:
            dump.execute("SELECT count(*) FROM orders")
            thread = Thread(target=upgrade, args=(database, next_version(OtherOrders())), daemon=True)
            thread.start()
            for _ in range(5):
                assert stocked.sell().status == 201
            dump.rollback()
        thread.join(PATIENCE)
        assert not thread.is_alive()
        assert stocked.sell().status == 503

    def test_is_never_dropped_with_it(self, database: Database, stocked: Stocked) -> None:
        with psycopg.connect(database.owner, autocommit=True) as owner:
            owner.execute("CREATE VIEW public.turnover AS SELECT sum(total) FROM orders")
        try:
            with pytest.raises(DependedOn, match="turnover"):
                upgrade(database, next_version(OtherOrders()))
            assert stocked.sell().status == 201
        finally:
            with psycopg.connect(database.owner, autocommit=True) as owner:
                owner.execute("DROP VIEW public.turnover")


class TestAModelThatIsBeingFilled:
    def test_answers_nothing_until_it_knows_again_what_it_knew(
        self, database: Database, service: Service, stocked: Stocked
    ) -> None:
        sold = stocked.sell().headers["x-event-position"]
        admin = stocked.shop.client()
        assert admin.get(REPORT, X_Wait_For_Position=sold).status == 200
        with psycopg.connect(database.owner) as owner:
            owner.execute(f"TRUNCATE {', '.join(SalesReports.tables)}".encode())
            owner.execute(
                "UPDATE projection_checkpoints SET position = 0, parked_at = now(), error = 'a person looks'"
                " WHERE projection = 'report_sales'"
            )
        answer = admin.get(REPORT)
        assert (answer.status, answer.code) == (503, "projection_behind")
        eventually(lambda: "projection_filling" in degradations(service))
        with psycopg.connect(database.owner, autocommit=True) as owner:
            owner.execute("UPDATE projection_checkpoints SET parked_at = NULL WHERE parked_at IS NOT NULL")
        assert admin.get(REPORT, X_Wait_For_Position=sold).data["overall"]["orders"] == 1


def test_the_first_start_tells_of_no_other(server: EmbeddedServer) -> None:
    database = fresh_database(server, "mipos_first_start")
    with psycopg.connect(database.owner, autocommit=True) as owner:
        owner.execute("DROP SCHEMA mipos CASCADE; DROP SCHEMA mipos_next")
    notes: list[str] = []
    assert upgrade(database, PROJECTIONS, tell=notes.append) == []
    assert notes == [NOT_ON_DISK]


def test_one_upgrade_waits_for_another(database: Database, stocked: Stocked) -> None:
    notes: list[str] = []
    models = next_version(OtherOrders())
    second = Thread(target=upgrade, args=(database, models), kwargs={"tell": notes.append}, daemon=True)

    def linger(done: int, total: int) -> None:  # noqa: ARG001 as a progress is told
        if second.ident is None:
            second.start()
        eventually(lambda: notes)

    upgrade(database, models, progress=linger)
    second.join(PATIENCE)
    assert notes == ["Another upgrade is at work; this one waits for it.", NOT_ON_DISK]
    assert differences(database, models, stocked.shop.company_id) == []


def test_an_upgrade_that_was_killed_is_begun_anew(
    database: Database, stocked: Stocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(crew.Crew, "complete", die)
        with pytest.raises(KeyboardInterrupt):
            upgrade(database, next_version(OtherOrders()))
    assert stocked.sell().status == 201
    upgrade(database, next_version(OtherOrders()))
    assert differences(database, next_version(OtherOrders()), stocked.shop.company_id) == []


def test_a_process_of_an_upgrade_that_is_gone_ends(database: Database) -> None:
    """It was begun when its parent was killed already, so it never sees its parent change."""
    context = multiprocessing.get_context("fork")
    site = Site(database.owner, database.installation, EVENT_TYPES, ())
    gone = subprocess.Popen(["true"])  # noqa: S607
    gone.wait(PATIENCE)

    def begin() -> None:
        crew.begin(site, SharedCount(context), gone.pid)
        time.sleep(60)

    process = context.Process(target=begin)
    process.start()
    process.join(PATIENCE)
    assert process.exitcode == 1


def test_what_takes_several_runs_is_the_same(
    database: Database, stocked: Stocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        stocked.sell()
    monkeypatch.setattr(builder, "RUN", 2)
    monkeypatch.setattr(order, "BATCH", 1)
    models = next_version(OtherOrders(), OtherSales(), OtherSettings())
    upgrade(database, models, processes=2)
    assert differences(database, models, stocked.shop.company_id) == []
