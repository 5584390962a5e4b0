"""The service in numbers: exact over all its processes, by templates of routes, of no company."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import Service, fresh_database, serving
from tests.waiting import eventually

BRANDS = "/api/admin/settings/brands"
Figures = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


def figures(service: Service) -> Figures:
    """Every figure of the page, by its name and labels. Fails for a page that Prometheus would not take."""
    page = service.client().get("/metrics").body.decode()
    families = list(text_string_to_metric_families(page))
    names = [family.name for family in families]
    assert sorted(names) == sorted(set(names)), "a family stands in two places"
    samples = [
        ((sample.name, frozenset(sample.labels.items())), sample.value)
        for family in families
        for sample in family.samples
    ]
    assert len(samples) == len(dict(samples)), "a figure is there twice"
    return dict(samples)


def figure(known: Figures, name: str, /, **labels: str) -> float:
    return known.get((name, frozenset(labels.items())), 0.0)


def named(known: Figures, name: str) -> list[dict[str, str]]:
    return [dict(labels) for one, labels in known if one == name]


@pytest.fixture
def grown(service: Service) -> Callable[..., float]:
    """By how much a figure has grown since the test began."""
    before = figures(service)
    return lambda name, /, **labels: figure(figures(service), name, **labels) - figure(before, name, **labels)


class TestRequests:
    def test_are_counted_exactly_whichever_process_answers_and_whichever_is_asked(
        self, shop: Any, grown: Callable[..., float]
    ) -> None:
        admin = shop.client()
        with ThreadPoolExecutor(8) as many:
            assert {one.status for one in many.map(lambda _: admin.get(BRANDS), range(60))} == {200}
        labels = {"method": "GET", "route": BRANDS}
        # Eight times, as every look asks one of two processes.
        assert {grown("mipos_http_requests_total", status="200", **labels) for _ in range(8)} == {60}
        assert grown("mipos_http_request_seconds_count", **labels) == 60
        assert grown("mipos_http_request_seconds_bucket", le="+Inf", **labels) == 60
        assert 0 < grown("mipos_http_request_seconds_sum", **labels) < 60 * 10

    def test_are_told_by_their_route_and_never_by_what_a_client_makes_up(
        self, service: Service, shop: Any, grown: Callable[..., float]
    ) -> None:
        admin = shop.client()
        for _ in range(3):
            assert admin.get(f"{BRANDS}/{uuid4()}").status == 404
            assert admin.get(f"/api/{uuid4()}").status == 404
        assert admin.call("BREW", BRANDS).status in {400, 405, 501}
        seen = named(figures(service), "mipos_http_requests_total")
        template = f"{BRANDS}/{{brand_id:uuid}}"
        routes = {labels["route"] for labels in seen}
        assert {template, "unknown"} <= routes, routes
        assert grown("mipos_http_requests_total", method="GET", route=template, status="404") == 3
        assert grown("mipos_http_requests_total", method="GET", route="unknown", status="404") == 3
        assert "BREW" not in {labels["method"] for labels in seen}

    def test_that_a_route_does_not_take_are_one_series_of_it(
        self, service: Service, shop: Any, grown: Callable[..., float]
    ) -> None:
        for method in ("PUT", "TRACE", "PROPFIND", "MKCOL", "DELETE"):
            assert shop.client().call(method, BRANDS).status == 405
        assert grown("mipos_http_requests_total", method="other", route=BRANDS, status="405") == 5
        seen = named(figures(service), "mipos_http_requests_total")
        assert "PROPFIND" not in {labels["method"] for labels in seen}

    def test_name_no_company_and_no_user(self, service: Service, shop: Any) -> None:
        shop.client().post(BRANDS, {"name": f"Brand {uuid4()}"})
        page = service.client().get("/metrics").body.decode()
        for secret in (str(shop.company_id), *map(str, shop.users.values()), shop.username("Admin")):
            assert secret not in page


class TestCommands:
    def test_are_counted_by_name_and_outcome_with_what_they_append(
        self, service: Service, shop: Any, grown: Callable[..., float]
    ) -> None:
        admin, own_id, name = shop.client(), str(uuid4()), f"Brand {uuid4()}"
        for number in range(3):
            assert admin.post(BRANDS, {"name": f"{number} {name}"}).status == 201
        for _ in range(2):
            assert admin.post(BRANDS, {"id": own_id, "name": name}).status == 201
        assert admin.post(BRANDS, {"name": name}).code == "duplicate_name"
        command = {"command": "RegisterSetting"}
        outcomes = {
            outcome: grown("mipos_commands_total", outcome=outcome, **command)
            for outcome in ("done", "repeated", "refused", "failed", "unavailable")
        }
        assert outcomes == {"done": 4, "repeated": 1, "refused": 1, "failed": 0, "unavailable": 0}
        # A first failure would not be seen to grow if there were nothing before.
        assert {**command, "outcome": "failed"} in named(figures(service), "mipos_commands_total")
        assert grown("mipos_command_seconds_count", **command) == 6
        assert grown("mipos_events_appended_total", type="brands.Brand.Registered", process="web") == 4
        assert grown("mipos_appends_total", process="web") == 4


class TestConnections:
    def test_of_all_processes_are_added_up(self, service: Service) -> None:
        known = figures(service)
        # Two processes, and in each one connection more than threads for messages and one for who watches.
        assert figure(known, "mipos_pool_size", process="web") == 2 * (6 + 2)
        assert figure(known, "mipos_pool_waiting", process="web") == 0
        eventually(lambda: figure(figures(service), "mipos_pool_connections_in_use", process="web") == 0)


class TestWorkers:
    def test_are_heard_of_through_the_database(
        self, service: Service, shop: Any, grown: Callable[..., float]
    ) -> None:
        for _ in range(3):
            shop.client().post(BRANDS, {"name": f"Brand {uuid4()}"})

        def known(name: str, /, **labels: str) -> float:
            return figure(figures(service), name, **labels)

        # Other tests' events may be among them. A worker hands over what it counts now and then.
        eventually(lambda: grown("mipos_projection_events_total", projection="report_sales") >= 3)
        eventually(lambda: known("mipos_projection_batch_seconds_count", outcome="done") > 0)
        for job in ("subscriptions", "stock-verification"):
            eventually(partial(_is_done, known, job))


def _is_done(known: Callable[..., float], job: str) -> bool:
    return (
        known("mipos_job_runs_total", name=job, outcome="done") > 0
        and known("mipos_job_last_success_timestamp_seconds", name=job) > 1.7e9
    )


class TestWhatTheDatabaseKnows:
    @pytest.fixture
    def running(self, server: Any) -> Iterator[Service]:
        with serving(fresh_database(server, "mipos_metrics"), ("serve",)) as service:
            yield service

    def test_is_left_out_part_by_part_where_it_cannot_be_asked(self, running: Service) -> None:
        assert figure(figures(running), "mipos_scrape_failed", part="log") == 0
        with psycopg.connect(running.database.owner, autocommit=True) as owner:
            owner.execute("DROP FUNCTION log_size()")
            owner.execute("DROP FUNCTION projection_lag()")

        def broken() -> Figures | None:
            known = figures(running)
            is_seen = all(figure(known, "mipos_scrape_failed", part=part) for part in ("log", "projections"))
            return known if is_seen else None

        known = eventually(broken)
        assert known is not None
        names = {name for name, _ in known}
        assert not names & {"mipos_log_events", "mipos_projection_lag_events"}
        assert {"mipos_http_requests_total", "mipos_workers", "mipos_rebuilds_running"} <= names
        failed = {one["part"] for one in named(known, "mipos_scrape_failed")}
        assert failed >= {"log", "projections", "workers", "worker_metrics", "stock"}
        assert sum(value for (name, _), value in known.items() if name == "mipos_scrape_failed") == 2

        def codes() -> set[str]:
            ready = running.client().get("/ready")
            assert (ready.status, ready.data["status"]) == (200, "degraded")
            return {fault["code"] for fault in ready.data["degraded"]}

        eventually(lambda: "state_unknown" in codes())

    def test_tells_up_to_where_read_models_were_compared(self, running: Service) -> None:
        with psycopg.connect(running.database.owner, autocommit=True) as owner:
            for head, verified, differing in ((100, 90, 0), (500, 400, 3)):
                company = uuid4()
                owner.execute(
                    "INSERT INTO company_head (company_id, position, hash, recorded_at)"
                    " VALUES (%s, %s, '', now())",
                    [company, head],
                )
                owner.execute(
                    "INSERT INTO projection_verifications (company_id, projection, position, differing,"
                    "                                      verified_at)"
                    " VALUES (%s, 'stock', %s, %s, to_timestamp(%s))",
                    [company, verified, differing, 1_000_000_000 + head],
                )
                owner.execute(
                    "INSERT INTO skipped_events (company_id, projection, position, error, reason, skipped_at)"
                    " VALUES (%s, 'stock', 1, 'x', 'y', now())",
                    [company],
                )
        stock = {"projection": "stock"}
        eventually(lambda: figure(figures(running), "mipos_projection_events_skipped", **stock) == 2)
        eventually(lambda: figure(figures(running), "mipos_projection_rows_differing", **stock) == 3)
        known = figures(running)
        assert figure(known, "mipos_projection_verified_position", **stock) == 400
        assert figure(known, "mipos_projection_verified_lag_events", **stock) == 100
        assert figure(known, "mipos_projection_verified_timestamp_seconds", **stock) == 1_000_000_100
        assert figure(known, "mipos_projection_verified_companies", **stock) == 2

    def test_tells_the_size_of_the_log_and_rebuilds_that_run(self, running: Service) -> None:
        with psycopg.connect(running.database.owner, autocommit=True) as owner:
            [(companies, events)] = owner.execute(
                "SELECT count(*), coalesce(sum(position), 0) FROM company_head"
            ).fetchall()
        known = figures(running)
        assert figure(known, "mipos_companies") == companies
        assert figure(known, "mipos_log_events") == events
        assert figure(known, "mipos_rebuilds_running") == 0
        with psycopg.connect(running.database.worker, application_name="mipos rebuild"):
            eventually(lambda: figure(figures(running), "mipos_rebuilds_running") == 1)
