"""Verifying: what is live against what the log says, named to the cell."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Any
from uuid import UUID

import psycopg
import pytest
from click.testing import CliRunner, Result

from infra.cli.projections import projections
from infra.projections.checkpoints import unpark
from infra.projections.status import list_status
from infra.projections.verify import verify
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
        outcome = verify_all(database.worker, EVENT_TYPES, [model], {shop.company_id: 2}, unheard_of)
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
        assert call(database, "verify", "--all", *company).exit_code == 0
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


def unheard_of(what: str, done: int, total: int) -> None:
    """Tell nobody how far it is."""
