"""What the installation holds, over HTTP, for whoever runs the platform."""

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from infra.jobs.log_counts import count_logs
from tests.conftest import WRITER
from tests.waiting import eventually

PATH = "/api/dev/stats"


@pytest.fixture
def stats(platform: Any) -> Any:
    """What is answered now."""
    return lambda: platform.get(PATH).data


def count(service: Any) -> None:
    """Count what the logs have, as a job does."""
    with psycopg.connect(service.database.worker, autocommit=True) as connection:
        count_logs(connection, WRITER, datetime.now(UTC))


def of_type(figures: Any, name: str) -> int:
    return sum(one["events"] for one in figures["by_type"] if one["type"] == name)


def test_every_event_is_counted_before_and_after_a_job_has_counted_it(stats: Any, stocked: Any) -> None:
    before = stats()
    stocked.sell()
    stocked.sell()
    sold = stats()
    assert of_type(sold, "orders.Order.Sold") >= of_type(before, "orders.Order.Sold") + 2
    assert sold["events"] >= before["events"] + 4
    assert sold["streams"] >= before["streams"] + 4
    count(stocked.shop.service)
    counted = stats()
    assert of_type(counted, "orders.Order.Sold") >= of_type(sold, "orders.Order.Sold")


def test_types_add_up_to_all_events_when_nobody_writes(stats: Any, shop: Any) -> None:
    def adds_up() -> bool:
        figures = stats()
        return bool(sum(one["events"] for one in figures["by_type"]) == figures["events"])

    eventually(adds_up)
    count(shop.service)
    eventually(adds_up)


def test_the_longest_streams_are_named_with_what_they_are(stats: Any, stocked: Any) -> None:
    product = f"/api/admin/products/{stocked.product['id']}"
    renamed = [f"Oat milk {number}" for number in range(40)]
    for name in renamed[:20]:
        assert stocked.shop.client().patch(product, {"name": name}).status == 200
    count(stocked.shop.service)
    for name in renamed[20:]:
        assert stocked.shop.client().patch(product, {"name": name}).status == 200
    own = [event for event in stocked.shop.events() if str(event["stream_id"]) == stocked.product["id"]]
    [longest] = [one for one in stats()["largest_streams"] if one["stream_id"] == stocked.product["id"]]
    assert longest["company_id"] == str(stocked.shop.company_id)
    assert (longest["type"], longest["events"]) == (own[0]["type"].rpartition(".")[0], len(own))


def test_tables_connections_and_the_epoch_are_told(stats: Any) -> None:
    figures = stats()
    [events] = [one for one in figures["tables"] if one["name"] == "events"]
    assert events["bytes"] > 0
    sizes = [one["bytes"] for one in figures["tables"]]
    assert sizes == sorted(sizes, reverse=True)
    assert 1 <= figures["pool"]["in_use"] <= figures["pool"]["size"] or figures["pool"]["idle"] >= 1
    assert figures["log_epoch"] == 1
    assert 0 <= figures["seals"]["behind"] <= figures["events"]
    assert figures["webhooks"].keys() == {"pending", "dead"}
    assert figures["companies"] >= 1


def test_jobs_say_when_they_were_done_and_when_they_follow(stats: Any) -> None:
    def noted() -> Any:
        return {one["name"]: one for one in stats()["jobs"]}.get("reservations")

    job = eventually(noted)
    assert job["last_error"] is None
    assert job["last_run"] < job["next_run"]


def test_nothing_is_told_to_companies(shop: Any) -> None:
    answer = shop.client().get(PATH)
    assert (answer.status, answer.code) == (403, "forbidden")


@pytest.mark.parametrize("function", ["events_by_type()", "longest_streams(10)"])
def test_a_company_cannot_ask_the_functions_either(shop: Any, function: str) -> None:
    with psycopg.connect(shop.service.database.app, autocommit=True) as connection, connection.transaction():
        connection.execute("SELECT set_config('app.company_id', %s, true)", [str(shop.company_id)])
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"SELECT * FROM {function}".encode())
