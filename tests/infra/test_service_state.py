"""How the service is: what lags, what is parked, who is there to work; in `/ready`, and in numbers."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from domain.catalog.brands import Brand
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.postgres.heartbeats import Heart
from infra.postgres.transactions import transaction
from infra.projections.worker import Worker
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from tests.conftest import Service, fresh_database, serving
from tests.waiting import eventually

OLDEST = re.compile(r"mipos_oldest_snapshot_seconds ([0-9.]+)\n")


@pytest.fixture(scope="module")
def running(server: Any) -> Iterator[Service]:
    """A web server of this module's own, over a database that no worker looks after."""
    limits = {"MIPOS_READY_MAX_LAG_EVENTS": "5", "MIPOS_READY_MAX_LAG_SECONDS": "3600"}
    with serving(fresh_database(server, "mipos_state"), ("serve",), **limits) as service:
        yield service


@pytest.fixture
def company_id(running: Service) -> Any:
    """A company without events; all others are forgotten."""
    company = uuid4()
    with psycopg.connect(running.database.owner, autocommit=True) as owner:
        owner.execute("DELETE FROM projection_checkpoints")
        owner.execute("DELETE FROM worker_heartbeats")
    with (
        psycopg.connect(running.database.app, autocommit=True) as connection,
        transaction(connection, company) as db,
    ):
        db.execute("SELECT found_company(%(company_id)s)", {"company_id": company})
    return company


def register_brands(service: Service, company_id: Any, number: int) -> None:
    brands = [Brand.begin(Brand.Registered, uuid4(), name=f"Brand {uuid4()}") for _ in range(number)]
    events = [event for brand in brands for event in brand.new_events()]
    with (
        psycopg.connect(service.database.app, autocommit=True) as connection,
        transaction(connection, company_id) as db,
    ):
        EventWriter(EVENT_TYPES, PROJECTIONS).record(db, events, Metadata(at=datetime.now(UTC)))


def ready_until(service: Service, is_so: Callable[[Any], bool]) -> Any:
    """What `/ready` says once it says so; each process looks once a second."""

    def ready() -> Any:
        answer = service.client().get("/ready")
        assert answer.status == 200
        return answer.data if is_so(answer.data) else None

    return eventually(ready)


def metrics_until(service: Service, is_so: Callable[[str], object]) -> str:
    """The metrics, once the process that answers has looked."""

    def metrics() -> str:
        metrics_page = service.client().get("/metrics").body.decode()
        return metrics_page if is_so(metrics_page) else ""

    return eventually(metrics)


def codes(data: Any) -> list[str]:
    return sorted({fault["code"] for fault in data["degraded"]})


def test_without_a_worker_the_shop_sells_and_says_so(running: Service, company_id: Any) -> None:
    del company_id
    data = ready_until(running, lambda data: codes(data) == ["no_worker"])
    assert (data["ready"], data["status"], data["workers"]) == (True, "degraded", {"alive": 0, "silent": 0})


def test_with_a_worker_all_is_well_and_one_that_ends_is_forgotten(running: Service, company_id: Any) -> None:
    del company_id
    heart = Heart(running.database.worker, uuid4().hex[:12], beat=0.1)
    heart.start()
    data = ready_until(running, lambda data: data["status"] == "ok")
    assert (data["degraded"], data["workers"]) == ([], {"alive": 1, "silent": 0})
    heart.stop()
    data = ready_until(running, lambda data: data["status"] == "degraded")
    assert data["workers"] == {"alive": 0, "silent": 0}


def test_a_worker_that_is_silent_is_told(running: Service, company_id: Any) -> None:
    del company_id
    with psycopg.connect(running.database.worker, autocommit=True) as worker:
        Heart(running.database.worker, "one").beat(worker)
        Heart(running.database.worker, "two").beat(worker)
        worker.execute(
            "UPDATE worker_heartbeats SET beat_at = now() - interval '20 seconds' WHERE process = 'one'"
        )
    data = ready_until(running, lambda data: data["workers"]["silent"] == 1)
    assert "worker_silent" in codes(data)


def test_a_lag_is_told_beyond_its_limit_and_gone_when_it_is_made_up_for(
    running: Service, company_id: Any
) -> None:
    register_brands(running, company_id, 5)
    data = ready_until(running, lambda data: data["projections"][0]["greatest_lag"] == 5)
    assert "projection_behind" not in codes(data)
    register_brands(running, company_id, 1)
    data = ready_until(running, lambda data: "projection_behind" in codes(data))
    assert all(model["lag_seconds"] > 0 for model in data["projections"])
    Worker(running.database.worker, EVENT_TYPES, PROJECTIONS).step()
    ready_until(
        running,
        lambda data: (
            "projection_behind" not in codes(data)
            and {model["greatest_lag"] for model in data["projections"]} == {0}
        ),
    )


def test_an_old_event_that_waits_is_told_by_its_age(running: Service, company_id: Any) -> None:
    register_brands(running, company_id, 1)
    with psycopg.connect(running.database.owner, autocommit=True) as owner:
        owner.execute(
            "UPDATE events SET recorded_at = now() - interval '2 hours' WHERE company_id = %s", [company_id]
        )
    sentence = "is behind; events: 1, seconds: 7,2"
    ready_until(running, lambda data: any(sentence in fault["message"] for fault in data["degraded"]))


def test_what_is_parked_is_told_and_does_not_count_as_lag(running: Service, company_id: Any) -> None:
    register_brands(running, company_id, 10)
    with psycopg.connect(running.database.owner, autocommit=True) as owner:
        owner.execute(
            "UPDATE projection_checkpoints SET parked_at = now(), error = 'secret of a company'"
            " WHERE company_id = %s",
            [company_id],
        )
    ready_until(
        running,
        lambda data: "projection_parked" in codes(data) and "projection_behind" not in codes(data),
    )
    answer = running.client().get("/ready").body.decode()
    assert "secret" not in answer
    assert str(company_id) not in answer


def test_the_metrics_have_the_same_in_numbers(running: Service, company_id: Any) -> None:
    register_brands(running, company_id, 3)
    lag = 'mipos_projection_lag_events{projection="report_sales"} 3.0'
    page = metrics_until(running, lambda text: lag in text)
    assert 'mipos_projections_parked{projection="report_sales"} 0.0' in page
    assert 'mipos_projections_filling{projection="report_sales"} 0.0' in page
    assert 'mipos_workers{state="alive"} 0.0' in page
    assert re.search(r'mipos_projection_lag_seconds\{projection="report_sales"\} [0-9.e-]+\n', page)


def test_differences_of_stock_are_told_in_numbers(running: Service, company_id: Any) -> None:
    register_brands(running, company_id, 4)
    with psycopg.connect(running.database.owner, autocommit=True) as owner:
        owner.execute("DELETE FROM company_head WHERE company_id <> %s", [company_id])
        owner.execute(
            "INSERT INTO stock_verifications VALUES (%s, now(), 3, NULL, NULL, 3, now() - interval '1 hour')",
            [company_id],
        )
        owner.execute(
            "INSERT INTO stock_differences VALUES (%s, %s, %s, 'value', 1, 2, 3, now())",
            [company_id, uuid4(), uuid4()],
        )
    data = ready_until(running, lambda data: "stock_differs" in codes(data))
    assert data["stock"].pop("lag_seconds") >= 3600
    assert data["stock"] == {"companies": 1, "verified_position": 3, "lag_events": 1, "differences": 1}
    page = metrics_until(running, lambda text: "mipos_stock_differences 1.0" in text)
    assert "mipos_stock_verified_position 3.0" in page
    with psycopg.connect(running.database.owner, autocommit=True) as owner:
        owner.execute("DELETE FROM stock_differences")
    ready_until(running, lambda data: "stock_differs" not in codes(data))


def test_differences_of_reports_are_told_in_numbers(running: Service, company_id: Any) -> None:
    register_brands(running, company_id, 4)
    with psycopg.connect(running.database.owner, autocommit=True) as owner:
        owner.execute("DELETE FROM company_head WHERE company_id <> %s", [company_id])
        owner.execute(
            "INSERT INTO report_reconciliations VALUES (%s, now(), 3, NULL, 3, now() - interval '1 hour')",
            [company_id],
        )
        owner.execute(
            "INSERT INTO report_differences"
            " VALUES (%s, '2026-03-01', 'R2', NULL, 'sales_store_day', 'orders', 1, 2, 3, now())",
            [company_id],
        )
    data = ready_until(running, lambda data: "reports_differ" in codes(data))
    assert data["reports"].pop("lag_seconds") >= 3600
    assert data["reports"] == {"companies": 1, "verified_position": 3, "lag_events": 1, "differences": 1}
    page = metrics_until(running, lambda text: "mipos_reports_differences 1.0" in text)
    assert "mipos_reports_verified_position 3.0" in page
    with psycopg.connect(running.database.owner, autocommit=True) as owner:
        owner.execute("DELETE FROM report_differences")
    ready_until(running, lambda data: "reports_differ" not in codes(data))


def test_the_oldest_open_transaction_is_measured(running: Service, company_id: Any) -> None:
    del company_id
    with psycopg.connect(running.database.owner) as forgotten:
        forgotten.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        forgotten.execute("SELECT 1 FROM company_head LIMIT 1")
        ready_until(running, lambda data: data["oldest_snapshot_seconds"] > 1)
        metrics_until(running, lambda page: float(OLDEST.findall(page)[0]) > 1)
    ready_until(running, lambda data: data["oldest_snapshot_seconds"] < 1)
