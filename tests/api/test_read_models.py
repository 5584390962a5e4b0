"""The read models over HTTP, for whoever runs the platform: how far they are, and whether they are sound."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from domain.companies import PLATFORM_ID
from infra.jobs.projection_paces import note_paces
from infra.projections.rebuild import rebuild
from infra.projections.verify_all import verify_all
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from tests.conftest import WRITER
from tests.waiting import eventually

PATH = "/api/dev/projections"
PUT_BACK = """
    UPDATE projection_checkpoints SET position = position - 3
     WHERE company_id = %s AND projection = 'stock_movements'
"""
LAG = """
    SELECT lag_events, lag_seconds FROM projection_standing(%s) WHERE projection = 'stock_movements'
"""
SLOWER_BEFORE = """
    UPDATE projection_paces SET events = events - 1000000
     WHERE noted_at = %s AND projection = 'stock_movements'
"""


def standing(platform: Any, name: str) -> dict[str, Any]:
    [one] = [one for one in platform.get(PATH).data if one["name"] == name]
    return dict(one)


def model_called(name: str) -> Any:
    return next(model for model in PROJECTIONS if model.name == name)


@pytest.fixture
def workers(service: Any) -> Iterator[psycopg.Connection[Any]]:
    """The database as workers see it."""
    with psycopg.connect(service.database.worker, autocommit=True) as connection:
        yield connection


def test_every_read_model_is_listed_as_this_version_declares_it(platform: Any) -> None:
    listed = platform.get(PATH).data
    assert [(one["name"], one["mode"], one["version"], one["tables"]) for one in listed] == [
        (model.name, model.mode, model.version, list(model.tables)) for model in PROJECTIONS
    ]
    assert {one["definition"] for one in listed} == {"current"}
    assert all(one["companies"] >= 1 for one in listed)


def test_a_read_model_that_follows_comes_to_where_the_log_ends(platform: Any, stocked: Any) -> None:
    head = len(stocked.shop.events())
    eventually(lambda: standing(platform, "stock_movements")["lag"] == {"events": 0, "seconds": 0.0})
    assert standing(platform, "stock_movements")["position"]["greatest"] >= head
    assert standing(platform, "products")["lag"]["events"] == 0


def test_what_is_not_known_yet_is_counted_and_dated(
    platform: Any, shop: Any, workers: psycopg.Connection[Any]
) -> None:
    eventually(lambda: standing(platform, "stock_movements")["lag"]["events"] == 0)
    # No worker follows it as long as this transaction holds it; a look from within sees it behind.
    with workers.transaction():
        workers.execute(PUT_BACK, [shop.company_id])
        workers.execute("SELECT set_config('app.company_id', %s, true)", [str(PLATFORM_ID)])
        [(events, seconds)] = workers.execute(LAG, [shop.company_id]).fetchall()
        assert events == 3
        assert seconds > 0
        raise psycopg.Rollback


def test_a_pace_is_what_was_folded_between_two_notes(platform: Any, workers: psycopg.Connection[Any]) -> None:
    now = datetime.now(UTC)
    workers.execute("DELETE FROM projection_paces")
    note_paces(workers, WRITER, now - timedelta(seconds=20))
    note_paces(workers, WRITER, datetime.now(UTC))
    workers.execute(SLOWER_BEFORE, [now - timedelta(seconds=20)])
    assert standing(platform, "stock_movements")["rate"] >= 10_000
    assert standing(platform, "products")["rate"] >= 0.0


def test_what_a_check_finds_to_differ_is_unsound_until_it_is_made_anew(
    platform: Any, stocked: Any, workers: psycopg.Connection[Any]
) -> None:
    company_id, model = stocked.shop.company_id, model_called("stock_movements")
    conninfo = stocked.shop.service.database.worker
    eventually(lambda: standing(platform, "stock_movements")["lag"]["events"] == 0)
    head = len(stocked.shop.events())
    workers.execute("DELETE FROM stock_movements WHERE company_id = %s", [company_id])
    verify_all(conninfo, EVENT_TYPES, [model], {company_id: head}, lambda *_: None)
    damaged = standing(platform, "stock_movements")
    assert damaged["sound"] is False
    assert damaged["last_verified_at"] is not None
    rebuild(conninfo, EVENT_TYPES, model, company_id)
    assert standing(platform, "stock_movements")["sound"] is True


@pytest.mark.parametrize("role", ["Admin", "Manager", "Cashier", "Inventory Clerk"])
def test_nobody_of_a_company_sees_them(shop: Any, role: str) -> None:
    answer = shop.client(role).get(PATH)
    assert (answer.status, answer.code) == (403, "forbidden")


def test_a_company_cannot_ask_the_function_either(shop: Any) -> None:
    with psycopg.connect(shop.service.database.app, autocommit=True) as connection, connection.transaction():
        connection.execute("SELECT set_config('app.company_id', %s, true)", [str(shop.company_id)])
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM projection_standing(NULL)")


def test_an_unknown_parameter_is_refused(platform: Any) -> None:
    answer = platform.get(f"{PATH}?company=x")
    assert (answer.status, answer.code) == (400, "invalid_parameter")


REBUILD, VERIFY = f"{PATH}/stock_movements/rebuild", f"{PATH}/stock_movements/verify"


class TestJobs:
    def test_a_worker_makes_it_anew_and_everybody_sees_how_far_it_is(
        self, platform: Any, stocked: Any
    ) -> None:
        asked = platform.post(REBUILD, {"company_id": str(stocked.shop.company_id)})
        assert (asked.status, asked.data["status"]) == (202, "queued")
        job = eventually(lambda: over(platform, REBUILD))
        assert job["id"] == asked.data["id"]
        assert (job["status"], job["rows_changed"], job["error"]) == ("done", 0, None)
        assert job["done"] == job["total"] > 0
        assert job["started_at"] is not None

    def test_a_worker_compares_it_with_the_log(self, platform: Any, stocked: Any) -> None:
        assert platform.post(VERIFY, {"company_id": str(stocked.shop.company_id)}).status == 202
        assert eventually(lambda: over(platform, VERIFY))["status"] == "done"
        assert standing(platform, "stock_movements")["last_verified_at"] is not None

    def test_there_is_one_at_a_time(self, platform: Any, shop: Any, workers: psycopg.Connection[Any]) -> None:
        name, body = "customer_totals", {"company_id": str(shop.company_id)}
        path = f"{PATH}/{name}/rebuild"
        with workers.transaction():
            # The worker waits for this row.
            workers.execute(
                "SELECT 1 FROM projection_checkpoints WHERE projection = %s AND company_id = %s FOR UPDATE",
                [name, shop.company_id],
            )
            assert platform.post(path, body).status == 202
            again = platform.post(path, body)
            assert (again.status, again.code) == (409, "rebuild_running")
        eventually(lambda: over(platform, path))
        assert platform.post(path, body).status == 202
        eventually(lambda: over(platform, path))

    def test_of_one_that_was_never_made_anew_there_is_nothing_to_show(self, platform: Any) -> None:
        answer = platform.get(f"{PATH}/brands/rebuild")
        assert (answer.status, answer.code) == (404, "not_found")

    def test_a_repeated_request_with_its_key_is_answered_as_before(self, platform: Any, shop: Any) -> None:
        body, key = {"company_id": str(shop.company_id)}, {"Idempotency-Key": f"rebuild {shop.company_id}"}
        first, second = (platform.post(f"{PATH}/shifts/rebuild", body, **key) for _ in range(2))
        assert (first.status, second.status, first.data["id"]) == (202, 202, second.data["id"])
        eventually(lambda: over(platform, f"{PATH}/shifts/rebuild"))


class TestPauses:
    def test_one_that_rests_knows_nothing_new_until_it_goes_on(self, platform: Any, stocked: Any) -> None:
        body = {"company_id": str(stocked.shop.company_id)}
        assert platform.post(f"{PATH}/report_sales/pause", body).data["paused"] is True
        assert standing(platform, "report_sales")["paused"] is True
        stocked.sell()
        eventually(lambda: standing(platform, "report_sales")["lag"]["events"] > 0)
        resumed = platform.post(f"{PATH}/report_sales/resume", body)
        assert (resumed.status, resumed.data["paused"]) == (200, False)
        eventually(lambda: standing(platform, "report_sales")["lag"]["events"] == 0)
        assert standing(platform, "report_sales")["paused"] is False

    def test_what_decisions_are_made_on_cannot_rest(self, platform: Any) -> None:
        answer = platform.post(f"{PATH}/products/pause")
        assert (answer.status, answer.code) == (409, "inline_cannot_pause")


@pytest.mark.parametrize("act", ["rebuild", "verify", "pause", "resume"])
class TestBadInput:
    def test_an_unknown_read_model_is_not_found(self, platform: Any, act: str) -> None:
        answer = platform.post(f"{PATH}/weather/{act}")
        assert (answer.status, answer.code) == (404, "not_found")

    def test_an_unknown_company_is_named(self, platform: Any, act: str) -> None:
        answer = platform.post(f"{PATH}/report_sales/{act}", {"company_id": str(uuid4())})
        assert (answer.status, answer.code, answer.fields) == (422, "validation_failed", {"company_id"})

    @pytest.mark.parametrize("company", ["x", 7, ["a"], ""])
    def test_a_malformed_company_is_named(self, platform: Any, act: str, company: Any) -> None:
        answer = platform.post(f"{PATH}/report_sales/{act}", {"company_id": company})
        assert (answer.status, answer.fields) == (422, {"company_id"})

    def test_what_it_does_not_take_is_named(self, platform: Any, act: str) -> None:
        answer = platform.post(f"{PATH}/report_sales/{act}", {"companies": []})
        assert (answer.status, answer.fields) == (422, {"companies"})

    def test_nobody_of_a_company_may(self, shop: Any, act: str) -> None:
        answer = shop.client().post(f"{PATH}/report_sales/{act}")
        assert (answer.status, answer.code) == (403, "forbidden")


def over(platform: Any, path: str) -> Any:
    """The latest job, once it is over."""
    job = platform.get(path).data
    return job if job["status"] in {"done", "failed"} else None
