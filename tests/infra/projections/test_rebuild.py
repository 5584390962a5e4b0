"""Rebuilding: the same rows again from the log, while the shop goes on."""

from collections.abc import Callable
from random import Random
from threading import Event, Thread
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest
from prometheus_client import REGISTRY

from domain.catalog.brands import Brand
from infra.eventstore.chain import LogAltered
from infra.postgres.transactions import transaction
from infra.projections import proved_log, staging, swapping
from infra.projections.proved_log import ProvedLog
from infra.projections.reading import FactReader
from infra.projections.rebuild import rebuild
from infra.projections.rebuild_all import rebuild_all
from infra.projections.staging import Staging, TableMissing, staging_session
from infra.projections.worker import Worker
from infra.runtime.models import EVENT_TYPES
from projections.base import Fact, Projection, ServerOutdated
from tests.waiting import PATIENCE

_TOUCH: LiteralString = """
    UPDATE settings SET version = version WHERE company_id = %(company_id)s RETURNING 1
"""
BALANCES = "SELECT variant_id, on_hand, value FROM stock_balances WHERE company_id = %s ORDER BY 1"


def spoil(database: Any, statement: str, *params: object) -> None:
    """Alter a read model behind the log's back."""
    with psycopg.connect(database.owner, autocommit=True) as owner:
        assert owner.execute(statement.encode(), params).rowcount > 0


@pytest.fixture
def trading(shop: Any) -> Any:
    """A shop with goods and a few sales."""
    shop.open_doors()
    shop.receive(shop.variants, 10, 250)
    for day in range(1, 6):
        shop.sell(shop.variants[day:], day)
    return shop


class TestRebuild:
    def test_restores_inline_rows_that_were_changed_lost_and_invented(
        self, database: Any, trading: Any
    ) -> None:
        before = database.rows(BALANCES, trading.company_id)
        first, second = trading.variants[:2]
        spoil(
            database,
            "UPDATE stock_balances SET value = 1 WHERE company_id = %s AND variant_id = %s",
            trading.company_id,
            first,
        )
        spoil(
            database,
            "DELETE FROM stock_balances WHERE company_id = %s AND variant_id = %s",
            trading.company_id,
            second,
        )
        spoil(
            database,
            "INSERT INTO stock_balances VALUES (%s, %s, %s, 1, 1, 1)",
            trading.company_id,
            trading.storage_id,
            UUID(int=999),
        )
        report = trading.rebuild("stock")
        assert report.rows_changed == 3
        assert report.events == 6
        assert database.rows(BALANCES, trading.company_id) == before

    def test_folds_the_very_events_that_it_proved(
        self, database: Any, trading: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def read_again(*_: object) -> list[Fact]:
            raise AssertionError

        monkeypatch.setattr(FactReader, "read", read_again)
        before = database.rows(BALANCES, trading.company_id)
        spoil(database, "UPDATE stock_balances SET value = 1 WHERE company_id = %s", trading.company_id)
        assert (trading.rebuild("stock").events, trading.rebuild("turnover").events) == (6, 5)
        assert database.rows(BALANCES, trading.company_id) == before

    def test_writes_nothing_where_nothing_is_wrong(self, database: Any, trading: Any) -> None:
        for model in database.models:
            if model.mode == "inline":
                assert trading.rebuild(model.name).rows_changed == 0

    def test_gives_statements_the_ids_that_others_read_as_text(
        self, database: Any, trading: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        apart, advance_apart = [], Worker._advance_apart

        def note_and_advance(worker: Worker, company_id: UUID, model: Projection) -> int:
            apart.append(company_id)
            return advance_apart(worker, company_id, model)

        # Read models that fail together would be tried each for itself, and read ids as such there.
        monkeypatch.setattr(Worker, "_advance_apart", note_and_advance)
        database.follow().step()
        assert trading.company_id not in apart
        query = "SELECT store_id, register_id, note, customer_id, sales FROM till_sales WHERE company_id = %s"
        note = f"{UUID(int=3)}/4"
        assert database.rows(query, trading.company_id) == [(UUID(int=3), UUID(int=4), note, None, 5)]
        assert trading.verify("till_sales").is_true
        spoil(database, "UPDATE till_sales SET sales = 1 WHERE company_id = %s", trading.company_id)
        assert trading.rebuild("till_sales").rows_changed == 1
        assert database.rows(query, trading.company_id) == [(UUID(int=3), UUID(int=4), note, None, 5)]

    def test_brings_an_asynchronous_read_model_to_the_end_of_the_log(
        self, database: Any, trading: Any
    ) -> None:
        trading.rebuild("turnover")
        assert trading.checkpoint("turnover") == (trading.head(), False, None)
        trading.sell(trading.variants)
        database.follow().step()
        assert trading.verify("turnover").is_true

    def test_never_looks_through_the_table_for_each_row_that_it_puts_there(
        self, trading: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """However small the planner takes the table for: empty, if it was when it was last analyzed."""
        settings, put_right = [], swapping._put_right

        def spying(db: Any, *arguments: Any, **named: Any) -> int:
            settings.extend(db.connection.execute("SHOW enable_nestloop").fetchone())
            return put_right(db, *arguments, **named)

        monkeypatch.setattr(swapping, "_put_right", spying)
        trading.rebuild("turnover")
        assert settings == ["off"]

    def test_clears_the_parking(self, database: Any, shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        shop.register_brands("Arabica", "Cursed Beans")
        database.follow().step()
        assert shop.checkpoint("brand_initials")[:2] == (1, True)
        monkeypatch.setattr(type(database.model("brand_initials")), "is_faulty", False)
        shop.rebuild("brand_initials")
        assert shop.checkpoint("brand_initials") == (2, False, None)

    def test_changes_nothing_when_an_event_cannot_be_applied(self, database: Any, shop: Any) -> None:
        shop.register_brands("Arabica")
        database.follow().step()
        shop.register_brands("Cursed Beans")
        with pytest.raises(psycopg.errors.CheckViolation) as caught:
            shop.rebuild("brand_initials")
        assert caught.value.__notes__ == ["brand_initials could not fold the positions 2 to 2"]
        assert shop.checkpoint("brand_initials")[0] == 1
        assert shop.verify("brand_initials").is_true

    def test_adopts_no_event_that_is_not_what_was_recorded(self, database: Any, trading: Any) -> None:
        database.follow().step()
        before = database.rows(BALANCES, trading.company_id)
        statement = (
            'UPDATE events SET state = replace(state, \'"quantity":"10"\', \'"quantity":"99"\')'
            " WHERE company_id = %s AND type = 'stock.StockMovement.Received'"
        )
        spoil(database, statement, trading.company_id)
        for name in ("stock", "turnover"):
            with pytest.raises(LogAltered) as caught:
                trading.rebuild(name)
            assert str(caught.value) == (
                f"the log of company {trading.company_id} is not what was recorded: at position 3"
                " (stock.StockMovement.Received) the event's bytes do not give its hash"
            )
            with pytest.raises(LogAltered):
                trading.verify(name)
        assert database.rows(BALANCES, trading.company_id) == before

    def test_lets_rows_trade_what_is_unique_among_them(self, database: Any, shop: Any) -> None:
        shop.register_brands("Arabica", "Bourbon")
        swap = (
            "UPDATE settings SET name_key ="
            " %s || CASE name_key WHEN 'arabica' THEN 'bourbon' ELSE 'arabica' END WHERE company_id = %s"
        )
        spoil(database, swap, "x", shop.company_id)
        spoil(
            database,
            "UPDATE settings SET name_key = substr(name_key, 2) WHERE company_id = %s",
            shop.company_id,
        )
        shop.rebuild("settings")
        assert shop.verify("settings").is_true

    def test_leaves_other_companies_alone(
        self, database: Any, trading: Any, open_shop: Callable[..., Any]
    ) -> None:
        other = open_shop()
        other.open_doors()
        other.receive(other.variants, 3, 100)
        before = database.rows(BALANCES, other.company_id)
        trading.rebuild("stock")
        assert database.rows(BALANCES, other.company_id) == before

    def test_says_which_table_is_missing(
        self, database: Any, shop: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(type(database.model("turnover")), "tables", ("nowhere",))
        with pytest.raises(TableMissing, match="nowhere"):
            shop.rebuild("turnover")

    def test_does_not_call_wrong_what_a_read_model_only_did_not_know_yet(
        self, database: Any, trading: Any
    ) -> None:
        database.follow().step()
        for day in range(6, 9):
            trading.sell(trading.variants, day)
        report = trading.rebuild("turnover")
        assert (report.rows_changed, report.position) == (0, trading.head())
        assert trading.verify("turnover").is_true
        trading.sell(trading.variants, 1)
        statement = "UPDATE turnover SET sales = 99 WHERE company_id = %s AND business_date = '2026-03-02'"
        spoil(database, statement, trading.company_id)
        assert trading.rebuild("turnover").rows_changed == 1
        assert trading.verify("turnover").is_true

    def test_counts_what_is_wrong_of_a_read_model_that_nobody_follows_the_log_with(
        self, database: Any, trading: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        database.follow().step()
        statement = "UPDATE turnover SET sales = 99 WHERE company_id = %s AND business_date <= '2026-03-02'"
        spoil(database, statement, trading.company_id)
        for module in ("rebuild", "staging"):
            monkeypatch.setattr(f"infra.projections.{module}.BATCH", 3)
        for day in range(6, 12):
            trading.sell(trading.variants, day)
        report = trading.rebuild("turnover")
        assert (report.rows_changed, report.position) == (2, trading.head())
        assert trading.verify("turnover").is_true

    @pytest.mark.parametrize("processes", [1, 2])
    def test_goes_on_with_the_others_where_one_cannot_be_rebuilt(
        self, database: Any, trading: Any, open_shop: Callable[..., Any], processes: int
    ) -> None:
        cursed, forged = open_shop(), open_shop()
        cursed.register_brands("Arabica", "Cursed Beans")
        forged.register_brands("Arabica")
        statement = "UPDATE events SET state = replace(state, 'Arabica', 'Robusta') WHERE company_id = %s"
        spoil(database, statement, forged.company_id)
        outcome = rebuild_all(
            database.worker,
            EVENT_TYPES,
            [database.model("brand_initials"), database.model("settings")],
            [trading.company_id, cursed.company_id, forged.company_id],
            processes=processes,
        )
        assert {(done.projection, done.company_id) for done in outcome.reports} == {
            ("brand_initials", trading.company_id),
            ("settings", trading.company_id),
            ("settings", cursed.company_id),
        }
        reasons = {(one.projection, one.company_id): one.reason for one in outcome.failures}
        assert set(reasons) == {
            ("brand_initials", cursed.company_id),
            ("brand_initials", forged.company_id),
            ("settings", forged.company_id),
        }
        assert "could not fold the positions 1 to 2" in reasons["brand_initials", cursed.company_id]
        assert "at position 1 (brands.Brand.Registered)" in reasons["settings", forged.company_id]

    @pytest.mark.parametrize("processes", [1, 2])
    def test_rebuilds_many_also_in_processes_of_their_own(
        self, database: Any, trading: Any, open_shop: Callable[..., Any], processes: int
    ) -> None:
        other = open_shop()
        other.register_brands("Arabica", "Bourbon")
        companies = [trading.company_id, other.company_id]
        ticks: list[tuple[int, int]] = []
        stock = {"projection": "stock"}
        counted = REGISTRY.get_sample_value("mipos_rebuild_seconds_count", stock) or 0
        outcome = rebuild_all(
            database.worker,
            EVENT_TYPES,
            [database.model("stock"), database.model("settings")],
            companies,
            processes=processes,
            progress=lambda done, total: ticks.append((done, total)),
        )
        assert {(report.projection, report.company_id) for report in outcome.reports} == {
            (name, company) for name in ("stock", "settings") for company in companies
        }
        assert outcome.failures == []
        assert REGISTRY.get_sample_value("mipos_rebuild_seconds_count", stock) == counted + 2
        everything = 2 * (trading.head() + other.head())
        assert ticks[-1] == (everything, everything)

    def test_reads_the_log_once_for_all_of_a_company(
        self, database: Any, trading: Any, decoded: list[int]
    ) -> None:
        """Inline ones and others decode by themselves what was read; what is made from them reads again."""
        database.follow().step()
        trading.register_brands("Arabica", "Bourbon", "Catuai")
        outcome = rebuild_all(database.worker, EVENT_TYPES, database.models, [trading.company_id])
        assert outcome.failures == []
        assert {report.projection for report in outcome.reports} == {model.name for model in database.models}
        readings = {(bool(model.sources), model.mode) for model in database.models}
        assert sorted(decoded) == sorted([*range(1, trading.head() + 1)] * len(readings))
        for model in database.models:
            assert trading.verify(model.name).is_true

    def test_one_that_fails_on_the_way_leaves_the_others_in_step(
        self, database: Any, trading: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for module in (proved_log, staging):
            monkeypatch.setattr(module, "BATCH", 2)
        trading.register_brands("Arabica", "Cursed Beans", "Bourbon")
        outcome = rebuild_all(database.worker, EVENT_TYPES, database.models, [trading.company_id])
        assert {failure.projection for failure in outcome.failures} == {"brand_initials"}
        assert {report.projection for report in outcome.reports} == {
            model.name for model in database.models if model.name != "brand_initials"
        }
        assert {report.position for report in outcome.reports} == {trading.head()}


class TestWhileTheShopGoesOn:
    def test_writers_and_rebuilds_do_not_disturb_each_other(
        self, database: Any, trading: Any, open_shop: Callable[..., Any]
    ) -> None:
        troubles = []

        def work(seed: int) -> None:
            random, shop = Random(seed), open_shop(trading.company_id)
            try:
                for number in range(40):
                    variants = random.sample(shop.variants, 4)
                    shop.receive(variants, 3, random.randrange(100, 400))
                    shop.sell(variants, random.randrange(1, 28), UUID(int=seed))
                    shop.register_brands(f"Brand {seed} {number}")
            except Exception as error:  # noqa: BLE001 the test fails with whatever it was
                troubles.append(error)

        writers = [Thread(target=work, args=(seed,), daemon=True) for seed in (1, 2, 3)]
        with database.following(batch=50):
            for writer in writers:
                writer.start()
            while any(writer.is_alive() for writer in writers):
                for name in ("stock", "orders", "settings", "turnover", "brand_initials"):
                    trading.rebuild(name)
        database.follow().step()
        assert troubles == []
        assert len(database.rows("SELECT 1 FROM orders WHERE company_id = %s", trading.company_id)) == 125
        for model in database.models:
            assert trading.verify(model.name).differences == ()

    def test_nobody_records_while_inline_rows_are_swapped(
        self, trading: Any, open_shop: Callable[..., Any]
    ) -> None:
        teller = open_shop(trading.company_id)
        teller.connection.execute("SET lock_timeout = '100ms'")
        refused = []

        def try_to_sell(done: int, total: int) -> None:
            assert done == total
            with pytest.raises(psycopg.errors.LockNotAvailable) as caught:
                teller.register_brands("Arabica")
            refused.append(caught.value)

        model = trading.database.model("stock")
        rebuild(trading.database.worker, EVENT_TYPES, model, trading.company_id, try_to_sell)
        assert len(refused) == 1
        teller.register_brands("Arabica")

    def test_a_command_that_meets_a_rebuild_crosswise_is_not_the_one_to_give_way(
        self, trading: Any, open_shop: Callable[..., Any]
    ) -> None:
        teller = open_shop(trading.company_id)
        thread = Thread(target=trading.rebuild, args=("settings",), daemon=True)
        with transaction(teller.connection, trading.company_id) as db:
            brand = Brand.begin(Brand.Registered, uuid4(), name="Arabica", description=None)
            teller.record(brand, db=db)
            params = {"company_id": trading.company_id}
            db.ask("SELECT 1 FROM company_head WHERE company_id = %(company_id)s", params).rows()
            thread.start()
            # So long that the server would find the deadlock with us, the last to wait, for its victim.
            Event().wait(1.2)
            db.ask(_TOUCH, params).rows()
        thread.join(PATIENCE)
        assert not thread.is_alive()
        assert trading.verify("settings").is_true


def test_a_version_whose_tables_are_not_there_any_more_rebuilds_and_checks_nothing(
    database: Any, trading: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(database.model("stock")), "version", 99)
    for look in (trading.rebuild, trading.verify):
        with pytest.raises(ServerOutdated):
            look("stock")


_INDEXES_OF_LINES: LiteralString = """
    SELECT indexdef FROM pg_indexes WHERE tablename = 'sales_line_facts' AND schemaname LIKE 'pg_temp%'
"""


def test_what_is_filled_to_be_compared_has_no_index_for_readers(database: Any, trading: Any) -> None:
    model = database.model("report_sales")
    with staging_session(database.worker) as connection:
        made = Staging(connection, model, ProvedLog(EVENT_TYPES, [model], trading.company_id))
        kept = connection.execute(_INDEXES_OF_LINES).fetchall()
    assert "sales_line_facts_by_day" in model.reading_indexes
    assert "sales_line_facts" in {table.name for table in made.tables}
    assert [definition.partition(" USING ")[2] for (definition,) in kept] == [
        'btree (company_id, "position", line)'
    ]
