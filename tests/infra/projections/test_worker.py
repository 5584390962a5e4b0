"""The worker: every event once, in order, whoever works and whatever cannot be applied."""

import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from infra.projections.checkpoints import unpark
from infra.projections.worker import LONGEST_PAUSE
from tests.waiting import eventually

BEGAN_EARLIER = """
    UPDATE company_activity SET active_at = now() - interval '10 seconds' WHERE company_id = %s
    RETURNING company_id
"""
INITIALS = "SELECT initial, brands FROM brand_initials WHERE company_id = %s ORDER BY initial"


class TestFollowing:
    def test_applies_what_was_recorded(self, database: Any, shop: Any) -> None:
        shop.register_brands("Arabica", "Altura", "Bourbon")
        assert database.follow().step() >= 3
        assert database.rows(INITIALS, shop.company_id) == [("A", 2), ("B", 1)]
        assert shop.checkpoint("brand_initials") == (3, False, None)

    def test_moves_on_past_events_that_a_read_model_does_not_read(self, database: Any, shop: Any) -> None:
        shop.register_brands("Arabica")
        database.follow().step()
        assert shop.checkpoint("turnover") == (1, False, None)
        assert database.rows("SELECT 1 FROM turnover WHERE company_id = %s", shop.company_id) == []

    def test_continues_where_it_stopped(self, database: Any, shop: Any) -> None:
        worker = database.follow()
        for name in ("Arabica", "Altura", "Bourbon"):
            shop.register_brands(name)
            worker.step()
        assert worker.step() == 0
        assert database.rows(INITIALS, shop.company_id) == [("A", 2), ("B", 1)]

    def test_takes_a_long_log_in_batches_and_brings_stragglers_level(self, database: Any, shop: Any) -> None:
        shop.register_brands(*(f"Brand {number}" for number in range(25)))
        worker = database.follow(batch=10)
        while worker.step():
            pass
        database_reset(database, shop, "turnover")
        shop.register_brands("Last")
        steps = 0
        while shop.checkpoint("turnover")[0] < 26:
            worker.step()
            steps += 1
        assert steps == 3
        assert shop.checkpoint("brand_initials")[0] == 26
        assert database.rows(INITIALS, shop.company_id) == [("B", 25), ("L", 1)]

    def test_finds_what_a_long_transaction_recorded(
        self, database: Any, shop: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("infra.projections.worker.FULL_LOOK_SECONDS", 3600)
        worker = database.follow()
        for _ in range(3):
            worker.step()
        shop.register_brands("Arabica")
        database.rows(BEGAN_EARLIER, shop.company_id)
        eventually(worker.step)
        assert shop.checkpoint("brand_initials") == (1, False, None)

    def test_real_read_models_are_what_a_rebuild_makes_of_the_log(self, database: Any, shop: Any) -> None:
        shop.open_doors()
        shop.receive(shop.variants, 10, 250)
        for day in range(1, 6):
            shop.sell(shop.variants[day:], day)
        database.follow().step()
        for model in database.models:
            assert shop.verify(model.name).differences == ()


class TestSharing:
    def test_two_workers_at_once_double_nothing(self, database: Any, open_shop: Callable[..., Any]) -> None:
        shops = [open_shop() for _ in range(4)]
        with database.following(workers=2, batch=7):
            for number in range(40):
                for shop in shops:
                    shop.register_brands(f"A{number}", f"B{number}")
            eventually(lambda: all(shop.checkpoint("brand_initials")[0] == 80 for shop in shops))
        for shop in shops:
            assert database.rows(INITIALS, shop.company_id) == [("A", 40), ("B", 40)]

    def test_passes_over_a_company_that_another_worker_holds(self, database: Any, shop: Any) -> None:
        shop.register_brands("Arabica")
        with psycopg.connect(database.worker) as other:
            other.execute(
                "SELECT 1 FROM projection_checkpoints WHERE company_id = %s FOR UPDATE", [shop.company_id]
            )
            database.follow().step()
            assert shop.checkpoint("brand_initials")[0] == 0
        database.follow().step()
        assert shop.checkpoint("brand_initials")[0] == 1


class TestPoison:
    def test_parks_the_read_model_before_the_event_and_names_it(self, database: Any, shop: Any) -> None:
        shop.register_brands("Arabica", "Bourbon", "Cursed Beans", "Dalat", "Excelsa")
        database.follow().step()
        position, is_parked, error = shop.checkpoint("brand_initials")
        assert (position, is_parked) == (2, True)
        assert error.startswith("CheckViolation: ")
        assert "brands.Brand.Registered at position 3" in error
        assert database.rows(INITIALS, shop.company_id) == [("A", 1), ("B", 1)]

    def test_leaves_the_others_running(self, database: Any, shop: Any, open_shop: Callable[..., Any]) -> None:
        other = open_shop()
        shop.register_brands("Cursed Beans")
        other.register_brands("Arabica")
        worker = database.follow()
        worker.step()
        shop.register_brands("Dalat")
        worker.step()
        assert shop.checkpoint("brand_initials")[:2] == (0, True)
        assert shop.checkpoint("turnover") == (2, False, None)
        assert other.checkpoint("brand_initials") == (1, False, None)

    @pytest.mark.parametrize("index", [0, 1, 6, 12, 13])
    def test_finds_the_event_wherever_it_is_in_a_batch(self, database: Any, shop: Any, index: int) -> None:
        names = [f"A{number}" for number in range(14)]
        names[index] = "Cursed Beans"
        shop.register_brands(*names)
        database.follow().step()
        assert shop.checkpoint("brand_initials")[:2] == (index, True)

    def test_goes_on_after_the_fault_is_mended(
        self, database: Any, shop: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shop.register_brands("Arabica", "Cursed Beans", "Dalat")
        worker = database.follow()
        worker.step()
        monkeypatch.setattr(type(database.model("brand_initials")), "is_faulty", False)
        with psycopg.connect(database.worker, autocommit=True) as connection:
            assert unpark(connection, "brand_initials", shop.company_id)
            assert not unpark(connection, "brand_initials", shop.company_id)
        worker.step()
        assert shop.checkpoint("brand_initials") == (3, False, None)
        assert database.rows(INITIALS, shop.company_id) == [("A", 1), ("C", 1), ("D", 1)]

    def test_a_state_that_cannot_be_read_parks_only_its_readers(self, database: Any, shop: Any) -> None:
        shop.register_brands("Arabica")
        with psycopg.connect(database.owner, autocommit=True) as owner:
            owner.execute("UPDATE events SET state = '{}' WHERE company_id = %s", [shop.company_id])
        database.follow().step()
        position, is_parked, error = shop.checkpoint("brand_initials")
        assert (position, is_parked) == (0, True)
        assert error.startswith("DamagedEvent: ")
        stream_id = stream_at(database, shop, 1)
        assert error.endswith(
            f"; ValidationError (event brands.Brand.Registered at position 1, stream {stream_id})"
        )
        assert shop.checkpoint("turnover") == (1, False, None)

    @pytest.mark.parametrize(
        "newer", ["type = 'brands.Brand.Rebranded'", """state = '{"class_version":2}'"""]
    )
    def test_an_event_of_a_newer_version_stops_its_readers_instead_of_being_passed_over(
        self, database: Any, shop: Any, open_shop: Callable[..., Any], newer: str
    ) -> None:
        shop.register_brands("Arabica", "Bourbon", "Catimor")
        other = open_shop()
        other.register_brands("Arabica")
        become(database, shop, 2, newer)
        database.follow().step()
        position, is_parked, error = shop.checkpoint("brand_initials")
        assert (position, is_parked) == (1, True)
        assert error.startswith("NewerEvent: ")
        assert f"at position 2, stream {stream_at(database, shop, 2)}" in error
        assert other.checkpoint("brand_initials") == (1, False, None)

    def test_a_type_that_nobody_knows_stops_every_read_model_of_the_company(
        self, database: Any, shop: Any
    ) -> None:
        shop.register_brands("Arabica", "Bourbon")
        become(database, shop, 2, "type = 'drawers.Drawer.Opened'")
        database.follow().step()
        for model in database.models:
            if model.mode == "async":
                assert shop.checkpoint(model.name)[:2] == (1, True)

    def test_a_worker_that_knows_the_event_goes_on_by_itself(self, database: Any, shop: Any) -> None:
        shop.register_brands("Arabica", "Bourbon")
        become(database, shop, 2, "type = 'brands.Brand.Rebranded'")
        older = database.follow()
        older.step()
        become(database, shop, 2, "type = 'brands.Brand.Registered'")
        older.step()
        assert shop.checkpoint("brand_initials")[:2] == (1, True)
        database.follow().step()
        assert shop.checkpoint("brand_initials") == (2, False, None)
        assert database.rows(INITIALS, shop.company_id) == [("A", 1), ("B", 1)]


class TestRunning:
    def test_follows_until_it_is_told_to_stop_through_lost_connections(
        self, database: Any, shop: Any
    ) -> None:
        with database.following():
            shop.register_brands("Arabica")
            eventually(lambda: shop.checkpoint("brand_initials")[0] == 1)
            with psycopg.connect(database.owner, autocommit=True) as owner:
                owner.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name LIKE 'mipos projections %'"
                )
            shop.register_brands("Bourbon")
            eventually(lambda: shop.checkpoint("brand_initials")[0] == 2)
        assert database.rows(INITIALS, shop.company_id) == [("A", 1), ("B", 1)]

    def test_gathers_what_is_recorded_once_it_has_kept_up(
        self, database: Any, shop: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("infra.projections.worker.ROUND_SECONDS", 3600)
        shop.register_brands("Arabica", "Altura", "Bourbon")
        with database.following(batch=1):
            eventually(lambda: shop.checkpoint("brand_initials")[0] == 3)
            shop.register_brands("Dalat")
            time.sleep(2 * LONGEST_PAUSE)
            assert shop.checkpoint("brand_initials")[0] == 3


def become(database: Any, shop: Any, position: int, change: str) -> None:
    """Make an event what a newer version might have recorded."""
    with psycopg.connect(database.owner, autocommit=True) as owner:
        statement = "UPDATE events SET {change} WHERE company_id = %s AND position = %s"
        owner.execute(statement.replace("{change}", change).encode(), [shop.company_id, position])


def stream_at(database: Any, shop: Any, position: int) -> Any:
    """Whose event that is."""
    query = "SELECT stream_id FROM events WHERE company_id = %s AND position = %s"
    return database.rows(query, shop.company_id, position)[0][0]


def database_reset(database: Any, shop: Any, projection: str) -> None:
    """Put a checkpoint back to the beginning, as a migration does."""
    with psycopg.connect(database.worker, autocommit=True) as connection:
        connection.execute(
            "UPDATE projection_checkpoints SET position = 0 WHERE company_id = %s AND projection = %s",
            [shop.company_id, projection],
        )
