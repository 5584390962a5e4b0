"""Verifying: what is live against what the log says, named to the cell."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import psycopg
import pytest
from click.testing import CliRunner, Result
from psycopg import sql

from infra.cli.projections import projections
from infra.eventstore.chain import LogAltered
from infra.postgres.transactions import transaction
from infra.projections import proved_log, staging
from infra.projections.checkpoints import unpark
from infra.projections.comparing import Step
from infra.projections.proved_log import ProvedLog
from infra.projections.staging import Staging, staging_session
from infra.projections.status import list_status
from infra.projections.verify import verify, verify_together
from infra.projections.verify_all import verify_all
from infra.runtime.models import EVENT_TYPES
from tests.conftest import fresh_database
from tests.waiting import PATIENCE


@pytest.fixture
def trading(shop: Any) -> Any:
    """A shop with goods and a few sales, and read models that know them."""
    shop.open_doors()
    shop.receive(shop.variants, 10, 250)
    for day in range(1, 6):
        shop.sell(shop.variants[day:], day)
    shop.database.follow().step()
    return shop


def spoil(database: Any, statement: str, *params: object) -> None:
    """Alter a read model behind the log's back."""
    with psycopg.connect(database.owner, autocommit=True) as owner:
        assert owner.execute(statement.encode(), params).rowcount == 1


def test_a_step_looks_for_its_rows_where_they_lie(database: Any, trading: Any) -> None:
    """Not from the company's first on: of millions of rows each step would walk past all before it."""
    plans: list[Any] = []
    model = database.model("stock")
    with staging_session(database.worker) as connection:
        log = ProvedLog(EVENT_TYPES, [model], trading.company_id)
        [table] = [one for one in Staging(connection, model, log).tables if one.name == "stock_balances"]
        connection.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")

        def explained(statement: sql.Composed, params: Any) -> Any:
            plan = connection.execute(sql.SQL("EXPLAIN (FORMAT JSON) {}").format(statement), params)
            plans.extend(plan.fetchone() or ())
            return connection.execute(statement, params)

        with transaction(connection, trading.company_id) as db:
            first = Step(table).begin(db, rows=2)
            assert first.count(db) == 3
            last = replace(first, after=first.upto, upto=None)
            asking = SimpleNamespace(company_id=db.company_id, connection=SimpleNamespace(execute=explained))
            assert last.count(asking) == len(trading.variants) - 3  # type: ignore[arg-type]  # it explains
    [condition] = re.findall(r'"Index Cond": "(.*?)"', json.dumps(plans).replace("\\", ""))
    assert "ROW(storage_id, variant_id) > " in condition, condition


class TestVerify:
    def test_finds_nothing_where_nothing_is_wrong(self, database: Any, trading: Any) -> None:
        for model in database.models:
            report = trading.verify(model.name)
            assert report.is_true
            assert report.differences == ()

    def test_names_table_key_and_column_of_a_tampered_row(self, database: Any, trading: Any) -> None:
        variant_id = trading.variants[3]
        spoil(
            database,
            "UPDATE stock_balances SET value = value + 1 WHERE company_id = %s AND variant_id = %s",
            trading.company_id,
            variant_id,
        )
        report = trading.verify("stock")
        assert not report.is_true
        (difference,) = report.differences
        assert (difference.table, difference.column, difference.live, difference.rebuilt) == (
            "stock_balances",
            "value",
            "1751",
            "1750",
        )
        assert difference.key == {
            "company_id": str(trading.company_id),
            "storage_id": str(trading.storage_id),
            "variant_id": str(variant_id),
        }
        assert str(difference).endswith("value is 1751, the log says 1750")

    def test_tells_a_missing_row_from_an_invented_one(self, database: Any, trading: Any) -> None:
        company_id, lost, invented = trading.company_id, trading.variants[0], UUID(int=999)
        spoil(
            database, "DELETE FROM stock_balances WHERE company_id = %s AND variant_id = %s", company_id, lost
        )
        spoil(
            database,
            "INSERT INTO stock_balances VALUES (%s, %s, %s, 1, 1, 1)",
            company_id,
            trading.storage_id,
            invented,
        )
        first, second = trading.verify("stock").differences
        assert (first.key["variant_id"], first.column, first.live) == (str(lost), None, None)
        assert str(first).endswith("the row is missing")
        assert (second.key["variant_id"], second.column, second.rebuilt) == (str(invented), None, None)
        assert str(second).endswith("the row is not in the log")

    def test_checks_an_asynchronous_read_model_at_its_own_position(self, database: Any, trading: Any) -> None:
        trading.sell(trading.variants, 9)
        report = trading.verify("turnover")
        assert report.is_true
        assert report.position == trading.head() - 2
        spoil(
            database,
            "UPDATE turnover SET sales = 2 WHERE company_id = %s AND business_date = '2026-03-01'",
            trading.company_id,
        )
        assert [difference.column for difference in trading.verify("turnover").differences] == ["sales"]

    def test_a_company_without_events_is_true(self, database: Any, shop: Any) -> None:
        assert all(shop.verify(model.name).is_true for model in database.models)


class TestStatus:
    def test_says_how_far_each_read_model_is_and_what_is_parked(self, database: Any, shop: Any) -> None:
        shop.register_brands("Arabica", "Cursed Beans", "Dalat")
        database.follow().step()
        shop.register_brands("Excelsa")
        with psycopg.connect(database.worker, autocommit=True) as connection:
            by_name = {
                status.name: status for status in list_status(connection, database.models, shop.company_id)
            }
            unpark(connection, "brand_initials", shop.company_id)
        assert list(by_name) == [model.name for model in database.models]
        assert (by_name["settings"].mode, by_name["settings"].companies) == ("inline", 1)
        assert (by_name["turnover"].greatest_lag, by_name["turnover"].parked) == (1, ())
        (parked,) = by_name["brand_initials"].parked
        assert (parked.company_id, parked.position) == (shop.company_id, 1)
        assert by_name["brand_initials"].greatest_lag == 3
        assert {status.definition for status in by_name.values()} == {"current"}

    def test_a_read_model_without_tables_is_missing(
        self, database: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        turnover = database.model("turnover")
        with psycopg.connect(database.worker, autocommit=True) as connection:
            monkeypatch.setattr(type(turnover), "version", 2)
            assert list_status(connection, [turnover])[0].definition == "other version"
            monkeypatch.setattr(type(turnover), "name", "unheard_of")
            assert list_status(connection, [turnover])[0].definition == "missing"


class TestInSteps:
    @pytest.mark.parametrize("step", [1, 3, 5, 100])
    def test_every_row_is_compared_once(self, database: Any, trading: Any, step: int) -> None:
        company_id = trading.company_id
        for number in (0, 3, 7):
            spoil(
                database,
                "UPDATE stock_balances SET value = value + 1 WHERE company_id = %s AND variant_id = %s",
                company_id,
                trading.variants[number],
            )
        spoil(
            database,
            "DELETE FROM stock_balances WHERE company_id = %s AND variant_id = %s",
            company_id,
            trading.variants[5],
        )
        report = verify(database.worker, EVENT_TYPES, database.model("stock"), company_id, step=step)
        assert [(one.rows, one.differing) for one in report.tables] == [(7, 4)]
        assert [difference.key["variant_id"] for difference in report.differences] == [
            str(trading.variants[number]) for number in (0, 3, 5, 7)
        ]

    def test_rows_that_are_all_missing_are_told(self, database: Any, trading: Any) -> None:
        with psycopg.connect(database.owner, autocommit=True) as owner:
            owner.execute("DELETE FROM stock_balances WHERE company_id = %s", [trading.company_id])
        model = database.model("stock")
        report = verify(database.worker, EVENT_TYPES, model, trading.company_id, step=2, shown=3)
        assert [(one.rows, one.differing) for one in report.tables] == [(0, 8)]
        assert len(report.differences) == 3

    def test_the_shop_goes_on_meanwhile_and_nothing_differs(
        self, database: Any, trading: Any, open_shop: Callable[..., Any]
    ) -> None:
        teller, stop = open_shop(trading.company_id), Event()

        def sell() -> None:
            while not stop.is_set():
                teller.sell(teller.variants[:3], 2)

        thread = Thread(target=sell, daemon=True)
        with database.following():
            thread.start()
            try:
                for name in ("stock", "orders", "turnover", "report_sales"):
                    model = database.model(name)
                    report = verify(database.worker, EVENT_TYPES, model, trading.company_id, step=5)
                    assert report.differences == ()
            finally:
                stop.set()
                thread.join(PATIENCE)
        assert not thread.is_alive()


class TestTogether:
    """Several read models, of several companies."""

    def test_the_log_is_read_once_for_all_of_a_company(
        self, database: Any, trading: Any, decoded: list[int]
    ) -> None:
        """Inline ones and others decode by themselves what was read; what is made from them reads again."""
        outcome = verify_all(database.worker, EVENT_TYPES, database.models, {trading.company_id: 11})
        assert (outcome.gaps, outcome.false) == ([], [])
        assert {report.projection for report in outcome.reports} == {model.name for model in database.models}
        readings = {(bool(model.sources), model.mode) for model in database.models}
        assert sorted(decoded) == sorted([*range(1, trading.head() + 1)] * len(readings))
        assert (outcome.proved_companies, outcome.proved_events) == (1, 11)
        assert outcome.proof_seconds > 0

    @pytest.mark.parametrize("processes", [1, 2])
    def test_what_differs_is_found_in_each_and_noted(
        self, database: Any, trading: Any, open_shop: Callable[..., Any], processes: int
    ) -> None:
        other, companies = open_shop(), {}
        other.register_brands("Arabica", "Bourbon")
        database.follow().step()
        for statement, company_id in (
            ("UPDATE turnover SET sales = 9 WHERE business_date = '2026-03-02' AND company_id = %s", trading),
            ("UPDATE stock_balances SET value = 9 WHERE variant_id = %s AND company_id = %s", trading),
            ("UPDATE brand_initials SET brands = 9 WHERE initial = 'A' AND company_id = %s", other),
        ):
            also = [trading.variants[3]] if "variant_id" in statement else []
            spoil(database, statement, *also, company_id.company_id)
        companies = {shop.company_id: shop.head() for shop in (trading, other)}
        ticks: list[tuple[int, int]] = []
        outcome = verify_all(
            database.worker,
            EVENT_TYPES,
            database.models,
            companies,
            lambda done, total: ticks.append((done, total)),
            processes=processes,
        )
        found = {(one.projection, one.company_id): one.differing for one in outcome.false}
        assert found == {
            ("turnover", trading.company_id): 1,
            ("stock", trading.company_id): 1,
            ("brand_initials", other.company_id): 1,
        }
        assert len(outcome.reports) == 2 * len(database.models)
        query = "SELECT projection, company_id FROM projection_verifications WHERE company_id = ANY(%s)"
        noted = database.rows(f"{query} AND differing = 1", list(companies))
        assert set(noted) == set(found)
        assert len(database.rows(query, list(companies))) == len(outcome.reports)
        everything = len(database.models) * sum(companies.values())
        assert ticks[-1] == (everything, everything)
        assert (outcome.proved_companies, outcome.proved_events) == (2, sum(companies.values()))

    @pytest.mark.parametrize("processes", [1, 2])
    def test_one_that_fails_leaves_the_others_alone(
        self, database: Any, shop: Any, monkeypatch: pytest.MonkeyPatch, processes: int
    ) -> None:
        initials = database.model("brand_initials")
        with monkeypatch.context() as mended:
            mended.setattr(type(initials), "is_faulty", False)
            shop.register_brands("Arabica", "Cursed Beans")
            database.follow().step()
        heads = {shop.company_id: 2}
        outcome = verify_all(database.worker, EVENT_TYPES, database.models, heads, processes=processes)
        (gap,) = outcome.gaps
        assert (gap.projection, gap.company_id) == ("brand_initials", shop.company_id)
        assert gap.reason.startswith("CheckViolation: ")
        assert gap.reason.endswith("brand_initials could not fold the positions 1 to 2")
        assert {report.projection for report in outcome.reports} == {
            model.name for model in database.models if model is not initials
        }
        assert outcome.false == []

    @pytest.mark.parametrize("processes", [1, 2])
    def test_a_log_that_was_altered_is_a_gap_of_every_read_model(
        self, database: Any, trading: Any, open_shop: Callable[..., Any], processes: int
    ) -> None:
        forged = open_shop()
        forged.register_brands("Arabica")
        statement = "UPDATE events SET state = replace(state, 'Arabica', 'Robusta') WHERE company_id = %s"
        spoil(database, statement, forged.company_id)
        models, heads = database.models, {trading.company_id: trading.head(), forged.company_id: 1}
        outcome = verify_all(database.worker, EVENT_TYPES, models, heads, processes=processes)
        assert {gap.company_id for gap in outcome.gaps} == {forged.company_id}
        assert {gap.projection for gap in outcome.gaps} == {model.name for model in models}
        assert all("at position 1 (brands.Brand.Registered)" in gap.reason for gap in outcome.gaps)
        assert {report.company_id for report in outcome.reports} == {trading.company_id}
        assert (outcome.proved_companies, outcome.proved_events) == (1, trading.head())

    def test_a_log_is_proved_beyond_what_read_models_know_of_it(
        self, database: Any, trading: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(proved_log, "BATCH", 2)
        trading.register_brands("Bourbon", "Catuai", "Robusta")
        statement = "UPDATE events SET state = replace(state, 'Catuai', 'Caturra') WHERE state LIKE %s"
        spoil(database, f"{statement} AND company_id = %s", "%Catuai%", trading.company_id)
        model = database.model("turnover")
        with pytest.raises(LogAltered, match="at position 15"):
            verify(database.worker, EVENT_TYPES, model, trading.company_id)

    def test_what_was_compared_is_dropped_before_the_next(
        self, database: Any, trading: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        staged: list[int] = []
        analyze = staging.Staging.analyze
        query = "SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r'"

        def count(one: staging.Staging) -> None:
            staged.extend(one.connection.execute(query).fetchone() or ())
            analyze(one)

        monkeypatch.setattr(staging.Staging, "analyze", count)
        for module in (proved_log, staging):
            monkeypatch.setattr(module, "BATCH", 2)
        models = [database.model(name) for name in ("turnover", "brand_initials", "till_sales")]
        verify_together(database.worker, EVENT_TYPES, models, trading.company_id)
        assert staged == [3, 2, 1]

    @pytest.mark.parametrize("processes", [1, 2])
    def test_a_database_that_is_gone_is_no_gap(
        self, database: Any, trading: Any, monkeypatch: pytest.MonkeyPatch, processes: int
    ) -> None:
        def lose(*_: Any) -> None:
            raise psycopg.OperationalError("the connection is lost")

        monkeypatch.setattr(type(database.model("turnover")), "apply", lose)
        heads = {trading.company_id: trading.head()}
        with pytest.raises(psycopg.OperationalError, match="the connection is lost"):
            verify_all(database.worker, EVENT_TYPES, database.models, heads, processes=processes)


class TestCommandLine:
    def test_a_log_that_was_altered_is_named_and_nothing_is_said_to_be_right(
        self, database: Any, trading: Any
    ) -> None:
        statement = "UPDATE events SET metadata = '{}' WHERE company_id = %s AND position = 2"
        spoil(database, statement, trading.company_id)
        for command in ("verify", "rebuild"):
            result = call(database, command, "--all", "--company", str(trading.company_id))
            assert result.exit_code == 1
            output = " ".join(result.output.split())
            assert f"the log of company {trading.company_id} is not what was recorded" in output
            assert "at position 2 (products.Product.Registered)" in output

    def test_an_event_put_behind_the_end_of_the_log_is_named(self, database: Any, trading: Any) -> None:
        statement = (
            "INSERT INTO events SELECT company_id, position + 1, gen_random_uuid(), 1, type, state, metadata,"
            " recorded_at, hash FROM events WHERE company_id = %s ORDER BY position DESC LIMIT 1"
        )
        spoil(database, statement, trading.company_id)
        for command in ("verify", "rebuild"):
            result = call(database, command, "--all", "--company", str(trading.company_id))
            assert result.exit_code == 1
            assert "the event lies beyond the head of the log" in " ".join(result.output.split())

    def test_what_is_parked_is_said_not_to_be_checked(self, database: Any, shop: Any) -> None:
        shop.register_brands("Arabica", "Cursed Beans")
        database.follow().step()
        model = database.model("brand_initials")
        outcome = verify_all(database.worker, EVENT_TYPES, [model], {shop.company_id: 2})
        assert [report.position for report in outcome.reports] == [1]
        (gap,) = outcome.gaps
        assert gap.reason.startswith("it is parked, and knows nothing after position 1: CheckViolation: ")

    def test_parking_ends_verify_with_1(self, database: Any, shop: Any) -> None:
        shop.register_brands("Arabica", "Bourbon")
        with psycopg.connect(database.owner, autocommit=True) as owner:
            owner.execute(
                "UPDATE projection_checkpoints SET parked_at = now(), error = 'Mended: no'"
                " WHERE company_id = %s AND projection = 'report_sales'",
                [shop.company_id],
            )
        result = call(database, "verify", "report_sales", "--company", str(shop.company_id))
        assert result.exit_code == 1
        assert "1 not checked" in result.output
        assert "it is parked, and knows nothing after position 0" in result.output

    @pytest.mark.parametrize("command", [("verify", "--all"), ("rebuild", "stock"), ("status",)])
    def test_a_company_that_is_not_there_is_an_error(self, database: Any, command: tuple[str, ...]) -> None:
        unknown = str(UUID(int=404))
        result = call(database, *command, "--company", unknown)
        assert result.exit_code == 1
        assert f"There is no company {unknown} here" in result.output

    def test_a_database_without_companies_is_not_said_to_be_right(self, server: Any) -> None:
        empty = fresh_database(server, "mipos_empty")
        for command in (("verify", "--all"), ("rebuild", "--all"), ("status",)):
            result = call(empty, *command)
            assert result.exit_code == 1
            assert "There is no company in this database" in result.output

    def test_verify_ends_with_1_where_something_differs(self, database: Any, trading: Any) -> None:
        company = ("--company", str(trading.company_id))
        assert call(database, "verify", "--all", "--processes", "2", *company).exit_code == 0
        spoil(
            database,
            "UPDATE stock_balances SET on_hand = 0 WHERE company_id = %s AND variant_id = %s",
            trading.company_id,
            trading.variants[0],
        )
        result = call(database, "verify", "stock", *company)
        assert result.exit_code == 1
        assert "on_hand is 0, the log says 10" in result.output.replace("\n", " ")
        assert call(database, "rebuild", "stock", *company).exit_code == 0
        assert call(database, "verify", "stock", *company).exit_code == 0

    def test_lists_every_read_model(self, database: Any) -> None:
        result = call(database, "list")
        assert result.exit_code == 0
        assert "stock_balances" in result.output

    def test_shows_the_status_of_a_company(self, database: Any, trading: Any) -> None:
        result = call(database, "status", "--company", str(trading.company_id))
        assert result.exit_code == 0
        assert "stock" in result.output

    def test_retry_refuses_what_is_not_parked(self, database: Any, trading: Any) -> None:
        result = call(database, "retry", "stock", "--company", str(trading.company_id))
        assert result.exit_code == 1
        assert "is not parked" in result.output

    def test_asks_for_one_name_or_all(self, database: Any) -> None:
        assert call(database, "rebuild").exit_code == 2
        assert call(database, "rebuild", "nothing").exit_code == 2


def call(database: Any, *arguments: str) -> Result:
    return CliRunner().invoke(projections, arguments, obj={"worker_conninfo": lambda: database.worker})
