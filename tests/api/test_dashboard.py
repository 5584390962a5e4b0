"""The company's dashboard says what its reports say, of today if nobody names other dates."""

from datetime import UTC, datetime
from typing import Any

import pytest

from projections.reports.dashboards import Clock

BASE, REPORTS = "/api/admin/dashboard", "/api/admin/reports/sales-summary"
MARCH = "from=2024-03-01&to=2024-03-31"
TILES = (
    "summary",
    "sales-trend",
    "top-products",
    "top-customers",
    "payment-methods",
    "sales-by-hour",
    "low-stock",
    "recent-orders",
    "sales-by-store",
)


@pytest.fixture
def sold(stocked: Any) -> str:
    """Three sales in March, one of them the month before; the position of the last."""
    customer = stocked.shop.client().post("/api/admin/customers", {"name": "Ada"}).data["id"]
    for day, quantity, more in (
        ("2024-02-20", 1, {}),
        ("2024-03-02", 2, {}),
        ("2024-03-04", 3, {"customer_id": customer}),
    ):
        last = stocked.sell(quantity, role="Manager", occurred_at=f"{day}T10:00:00Z", **more)
        assert last.status == 201
    return str(last.headers["x-event-position"])


def ask(stocked: Any, tile: str, position: str, query: str = MARCH, role: str = "Manager") -> Any:
    answer = stocked.shop.client(role).get(f"{BASE}/{tile}?{query}", X_Wait_For_Position=position)
    assert answer.status == 200, answer.body
    return answer.data


def test_the_summary_is_what_the_reports_say(stocked: Any, sold: str) -> None:
    summary = ask(stocked, "summary", sold)
    report = stocked.shop.client().get(f"{REPORTS}/overview?{MARCH}", X_Wait_For_Position=sold).data
    for name, figure in summary["measures"].items():
        assert figure == (0 if name == "refunds" else report["overall"][name]), name
    assert (summary["measures"]["orders"], summary["measures"]["items"]) == (2, "5")
    assert summary["previous"] == {"from": "2024-02-01", "to": "2024-02-29"}
    assert summary["previous_measures"]["orders"] == 1
    assert (summary["change"]["orders"], summary["change_ratio"]["orders"]) == (1, "1.0000")
    assert summary["previous_same_time"] is None
    assert (summary["open_shifts"], summary["unsynced_tills"]) == (0, 0)


def test_without_dates_it_is_of_today(stocked: Any) -> None:
    position = stocked.sell(role="Manager").headers["x-event-position"]
    summary = ask(stocked, "summary", position, "")
    assert summary["from"] == summary["to"] == summary["period"]["to"]
    assert summary["measures"]["orders"] == 1
    assert summary["previous_same_time"]["orders"] == 0
    assert summary["change"]["orders"] == 1
    assert summary["change_ratio"]["orders"] is None


def test_tiles_show_the_same_sales(stocked: Any, sold: str) -> None:
    net = ask(stocked, "summary", sold)["measures"]["net_sales"]
    points = ask(stocked, "sales-trend", sold)["points"]
    assert len(points) == 31
    assert sum(point["net_sales"] for point in points) == net
    assert sum(point["previous_net_sales"] or 0 for point in points) == 100
    hours = ask(stocked, "sales-by-hour", sold)
    assert len(hours["hours"]) == 24
    assert sum(hour["net_sales"] for hour in hours["hours"]) == net
    assert [sum(day) for day in hours["weekday"]] == [300, 0, 0, 0, 0, 200, 0]
    [store] = ask(stocked, "sales-by-store", sold)["stores"]
    assert (store["net_sales"], store["orders"], store["change_ratio"]) == (net, 2, "4.0000")
    [product] = ask(stocked, "top-products", sold)["products"]
    assert (product["net_sales"], product["quantity"], product["share"]) == (net, "5", "1.0000")
    [customer] = ask(stocked, "top-customers", sold)["customers"]
    assert (customer["name"], customer["net_sales"], customer["last_visit"]) == ("Ada", 300, "2024-03-04")
    [method] = ask(stocked, "payment-methods", sold)["methods"]
    assert (method["amount"], method["share"]) == (595, "1.0000")
    newest = ask(stocked, "recent-orders", sold, "limit=2")["orders"]
    assert [order["occurred_at"][:10] for order in newest] == ["2024-03-04", "2024-03-02"]


def test_what_is_low_is_told_with_how_long_it_lasts(stocked: Any, sold: str) -> None:
    path = f"/api/admin/products/{stocked.product['id']}/variants/{stocked.variant_id}"
    assert stocked.shop.client().patch(path, {"reorder_level": "8"}).status == 200
    [low] = ask(stocked, "low-stock", sold, "")["levels"]
    assert (low["variant_id"], low["available"], low["reorder_level"]) == (stocked.variant_id, "4", "8")
    assert ask(stocked, "summary", sold)["low_stock_count"] == 1


@pytest.mark.parametrize("tile", TILES)
def test_costs_and_other_stores_are_told_to_nobody_else(stocked: Any, sold: str, tile: str) -> None:
    admin = stocked.shop.client()
    other = admin.post("/api/admin/stores", {"name": "Harbour", "code": "H"}).data["id"]
    query = "" if tile in {"low-stock", "recent-orders"} else MARCH
    bound = stocked.shop.client("Manager", stores=[other])
    answer = bound.get(f"{BASE}/{tile}?{query}", X_Wait_For_Position=sold)
    assert answer.status == 200
    assert stocked.store["id"] not in answer.body.decode()
    refused = bound.get(f"{BASE}/{tile}?{query}&store_id={stocked.store['id']}")
    assert (refused.status, refused.code) == (403, "forbidden")


def test_bad_input_is_named(stocked: Any) -> None:
    admin = stocked.shop.client()
    for path, status, code in (
        ("summary?from=2024-01-01", 400, "invalid_parameter"),
        ("summary?from=2024-02-01&to=2024-01-01", 422, "period_not_valid"),
        ("summary?from=2001-01-01&to=2024-01-01", 422, "range_too_long"),
        ("sales-trend?from=2024-01-01&to=2024-02-01&interval=hour", 422, "too_many_points"),
        ("top-products?by=luck", 400, "invalid_parameter"),
        ("summary?as_of=2024-01-01T00:00:00Z", 400, "invalid_parameter"),
    ):
        refused = admin.get(f"{BASE}/{path}")
        assert (refused.status, refused.code) == (status, code), path


def test_the_hour_that_runs_is_that_of_the_trading_day() -> None:
    """In Berlin it is 03:30 on a day that began at four o'clock the day before: its last hour."""
    now = datetime(2024, 3, 5, 2, 30, tzinfo=UTC)
    assert Clock.of({"timezone": "Europe/Berlin", "day_cut": "04:00"}, now) == Clock(cut=4, running=23)
    assert Clock.of({"timezone": "Europe/Berlin", "day_cut": "00:00"}, now) == Clock(cut=0, running=3)
