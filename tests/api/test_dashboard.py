"""The dashboard over HTTP: what its tiles show is what their sections say."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from commands.ports import Caller
from infra.identity.tokens import Tokens
from tests.conftest import SECRET

DASHBOARD = "/api/admin/dashboard"
REPORTS = "/api/admin/reports"
DAYS = "from=2024-02-01&to=2024-03-31"
ROUTES = (
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


@dataclass
class Business:
    """A company with two stores that sold in February and March of 2024, and has little left."""

    stocked: Any
    other: Any
    customer: Any
    orders: list[Any]
    position: str

    def get(self, route: str, query: str = DAYS, *, role: str = "Manager", **who: Any) -> Any:
        client = self.stocked.shop.client(role, **who)
        return client.get(f"{DASHBOARD}/{route}?{query}", X_Wait_For_Position=self.position)

    def shown(self, route: str, query: str = DAYS, **who: Any) -> Any:
        answer = self.get(route, query, **who)
        assert answer.status == 200, answer.body
        return answer.data

    def section(self, path: str, query: str = DAYS) -> Any:
        client = self.stocked.shop.client()
        answer = client.get(f"{REPORTS}/{path}?{query}", X_Wait_For_Position=self.position)
        assert answer.status == 200, answer.body
        return answer.data


def sell(stocked: Any, at: str, quantity: int = 1, **more: Any) -> Any:
    answer = stocked.sell(quantity, role="Admin", occurred_at=at, **more)
    assert answer.status == 201, answer.body
    return answer


@pytest.fixture
def business(stocked: Any) -> Business:
    """Five sales, one of them given back; eight of ten are sold, and five were to be left."""
    admin = stocked.shop.client()
    other = admin.post("/api/admin/stores", {"name": "Harbour", "code": "H"}).data
    till = admin.post(f"/api/admin/stores/{other['id']}/registers", {"name": "Till", "code": "1"}).data
    admin.patch(f"/api/admin/stores/{other['id']}", {"default_storage_id": stocked.storage["id"]})
    variant = f"/api/admin/products/{stocked.product['id']}/variants/{stocked.variant_id}"
    assert admin.patch(variant, {"reorder_level": "5"}).status == 200
    customer = admin.post("/api/admin/customers", {"name": "Ada"}).data
    answers = [
        sell(stocked, "2024-02-05T09:30:00Z", 1),
        sell(stocked, "2024-03-04T09:15:00Z", 2, customer_id=customer["id"]),
        sell(stocked, "2024-03-04T17:45:00Z", 1),
        sell(stocked, "2024-03-09T09:00:00Z", 3, register_id=till["id"]),
        sell(stocked, "2024-03-11T09:00:00Z", 1),
    ]
    last = admin.post(
        f"/api/pos/orders/{answers[-1].data['id']}/refunds",
        {
            "lines": [{"line_id": answers[-1].data["lines"][0]["id"], "quantity": "1"}],
            "payments": [{"method": "cash", "amount": 119}],
            "reason": "sour",
        },
    )
    assert last.status == 201, last.body
    position = last.headers["x-event-position"]
    return Business(stocked, other, customer, [answer.data for answer in answers], position)


class TestTheSummary:
    def test_has_the_figures_of_the_overview(self, business: Business) -> None:
        march = "from=2024-03-01&to=2024-03-31"
        summary, overview = (
            business.shown("summary", march),
            business.section("sales-summary/overview", march),
        )
        names = {**{name: name for name in summary["measures"]}, "refunds": "returns"}
        assert summary["measures"] == {name: overview["overall"][names[name]] for name in names}
        assert summary["previous"]["measures"]["net_sales"] == 100
        assert summary["period"] == {"from": "2024-03-01", "to": "2024-03-31"}
        assert (summary["previous"]["from"], summary["previous"]["to"]) == ("2024-02-01", "2024-02-29")
        assert summary["previous_same_time"] is None
        assert (summary["change"]["net_sales"], summary["change_ratio"]["net_sales"]) == (600, "6.0000")

    def test_is_of_today_unless_dates_are_named(self, business: Business) -> None:
        sold = business.stocked.sell(1)
        business.position = sold.headers["x-event-position"]
        summary = business.shown("summary", "")
        day = sold.data["business_date"]
        # Midnight may pass in between.
        assert summary["period"]["from"] == summary["period"]["to"] >= day
        assert summary["previous_same_time"]["from"] == summary["previous"]["from"] < day
        if summary["period"]["from"] == day:
            assert summary["measures"]["orders"] == 1

    def test_counts_what_stands_in_the_stores_now(self, business: Business) -> None:
        stocked = business.stocked
        before = business.shown("summary")
        counts = ("low_stock_count", "out_of_stock_count", "open_shifts", "unsynced_tills")
        assert [before[name] for name in counts] == [1, 0, 0, 0]
        opening = {"register_id": stocked.register["id"], "opening_float": 0}
        assert stocked.shop.client("Cashier").post("/api/pos/shifts/open", opening).status == 201
        left = int(float(stocked.on_hand()))
        assert stocked.sell(left).status == 201
        assert _deliver_with_a_gap(stocked).status == 200
        assert [business.shown("summary")[name] for name in counts] == [1, 1, 1, 1]
        other = business.shown("summary", f"{DAYS}&store_id={business.other['id']}")
        assert [other[name] for name in counts] == [0, 0, 0, 0]


def _deliver_with_a_gap(stocked: Any) -> Any:
    """A device delivers the second thing that it did, and not the first."""
    device = {"id": str(uuid4()), "register_id": stocked.register["id"], "name": "Tablet"}
    assert stocked.shop.client().post("/api/pos/devices", device).status == 201
    operation = {
        "id": str(uuid4()),
        "seq": 2,
        "type": "shift.open",
        "occurred_at": "2026-01-01T09:00:00Z",
        "body": {"register_id": stocked.register["id"], "opening_float": 0},
    }
    body = {"device_id": device["id"], "operations": [operation]}
    return stocked.shop.client("Cashier").post("/api/pos/sync", body)


class TestTheTiles:
    def test_the_trend_has_a_point_for_each_day_beside_the_one_before(self, business: Business) -> None:
        trend = business.shown("sales-trend", "from=2024-03-04&to=2024-03-10")
        assert [point["net_sales"] for point in trend["points"]] == [300, 0, 0, 0, 0, 300, 0]
        assert [point["orders"] for point in trend["points"]] == [2, 0, 0, 0, 0, 1, 0]
        assert (trend["from"], trend["to"], trend["currency"]) == ("2024-03-04", "2024-03-10", "EUR")
        months = business.shown("sales-trend", "from=2024-03-01&to=2024-03-31&interval=month")
        [march] = months["points"]
        assert (march["net_sales"], march["previous_net_sales"]) == (700, 100)

    def test_the_trend_by_the_hour_begins_with_the_cut_of_days(self, business: Business) -> None:
        store = business.stocked.store["id"]
        assert (
            business.stocked.shop.client().patch(f"/api/admin/stores/{store}", {"day_cut": "04:00"}).status
            == 200
        )
        day = f"from=2024-03-04&to=2024-03-04&store_id={store}"
        points = business.shown("sales-trend", f"{day}&interval=hour")["points"]
        assert [point["hour"] for point in points] == [*range(4, 24), *range(4)]
        # The store's clock is one hour ahead of these sales' times.
        assert {point["hour"]: point["net_sales"] for point in points if point["orders"]} == {
            10: 200,
            18: 100,
        }
        hours = business.shown("sales-by-hour", day)["hours"]
        assert [(hour["hour"], hour["net_sales"]) for hour in hours] == [
            (point["hour"], point["net_sales"]) for point in points
        ]

    def test_products_are_those_of_the_section(self, business: Business) -> None:
        march = "from=2024-03-01&to=2024-03-31"
        [best] = business.shown("top-products", march)["rows"]
        [row] = business.section("sales-summary/by-product", march)["rows"]
        for name in ("sku", "name", "quantity", "net_sales", "gross_profit", "share"):
            assert best[name] == row[name], name
        assert (best["id"], best["change_ratio"]) == (business.stocked.variant_id, "6.0000")

    def test_products_are_ranked_by_what_is_asked_for(self, business: Business) -> None:
        stocked = business.stocked
        variant = {"sku": "GIFT", "price": 1_190, "cost": 1_000}
        gift = stocked.product_of(name="Gift", variants=[variant], track_stock=False)
        line = {"variant_id": gift["variants"][0]["id"], "quantity": 1}
        paid = [{"method": "card", "amount": 1_190}]
        sold = sell(stocked, "2024-03-05T09:00:00Z", lines=[line], payments=paid)
        business.position = sold.headers["x-event-position"]
        for by, expected in (("net_sales", "GIFT"), ("quantity", "OAT-1"), ("gross_profit", "OAT-1")):
            rows = business.shown("top-products", f"{DAYS}&by={by}", role="Admin")["rows"]
            assert rows[0]["sku"] == expected, by
            assert len(rows) == 2
        assert len(business.shown("top-products", f"{DAYS}&limit=1")["rows"]) == 1

    def test_customers_are_those_who_are_known(self, business: Business) -> None:
        [row] = business.shown("top-customers", f"{DAYS}&limit=1")["rows"]
        assert row == {
            "id": business.customer["id"],
            "name": "Ada",
            "orders": 1,
            "net_sales": 200,
            "last_visit": "2024-03-04",
        }

    def test_methods_and_stores_are_those_of_the_sections(self, business: Business) -> None:
        [cash] = business.shown("payment-methods")["rows"]
        [row] = business.section("sales-summary/by-payment-method")["rows"]
        assert cash == {name: row[name] for name in ("method", "amount", "refunds", "share")}
        march = "from=2024-03-01&to=2024-03-31"
        stores = business.shown("sales-by-store", march)["rows"]
        assert [(row["store"], row["net_sales"], row["orders"]) for row in stores] == [
            ("Main Street", 400, 3),
            ("Harbour", 300, 1),
        ]
        assert [row["change_ratio"] for row in stores] == ["3.0000", None]

    def test_hours_are_told_of_each_weekday(self, business: Business) -> None:
        shown = business.shown("sales-by-hour", "from=2024-03-04&to=2024-03-10")
        assert [hour["hour"] for hour in shown["hours"]] == [*range(24)]
        assert shown["hours"][10] == {"hour": 10, "net_sales": 500, "orders": 2, "average": 71}
        monday, saturday = shown["weekday"][0], shown["weekday"][5]
        assert (monday["weekday"], monday["net_sales"][10], monday["net_sales"][18]) == (1, 200, 100)
        assert (saturday["weekday"], saturday["net_sales"][10], saturday["orders"][10]) == (6, 300, 1)
        assert sum(sum(day["net_sales"]) for day in shown["weekday"]) == 600

    def test_weeks_begin_where_the_company_says(self, business: Business) -> None:
        admin = business.stocked.shop.client()
        assert admin.patch("/api/admin/settings/company", {"week_start": "saturday"}).status == 200
        days = "from=2024-03-04&to=2024-03-10"
        weekdays = business.shown("sales-by-hour", days)["weekday"]
        assert [day["weekday"] for day in weekdays] == [6, 7, 1, 2, 3, 4, 5]
        trend = business.shown("sales-trend", f"{days}&interval=week")["points"]
        assert [(point["period"], point["net_sales"], point["is_partial"]) for point in trend] == [
            ("2024-03-02", 300, True),
            ("2024-03-09", 300, True),
        ]
        weeks = f"{days}&interval=week"
        rows = business.section("sales-summary/by-period", weeks)["rows"]
        assert [row["period"] for row in rows] == ["2024-03-02", "2024-03-09"]
        explained = f"{weeks}&section=by-period&column=net_sales&row={rows[1]['key']}"
        assert business.section("sales-summary/explain", explained)["figure"] == 300

    def test_low_stock_is_that_of_the_section(self, business: Business) -> None:
        [row] = business.shown("low-stock", "")["rows"]
        assert (row["variant_id"], row["storage_id"]) == (
            business.stocked.variant_id,
            business.stocked.storage["id"],
        )
        assert (row["available"], row["reorder_level"], row["days_left"]) == ("3", "5", None)

    def test_orders_are_the_newest_recorded_first(self, business: Business) -> None:
        rows = business.shown("recent-orders", "")["rows"]
        assert [row["number"] for row in rows] == [order["number"] for order in reversed(business.orders)]
        [first, *_] = rows
        assert (first["store"], first["total"], first["status"]) == ("Main Street", 119, "completed")
        assert first["timezone"] == business.stocked.store["timezone"]
        assert first["cashier"] == business.stocked.shop.username("Admin").split("@")[0]
        [only] = business.shown("recent-orders", f"store_id={business.other['id']}")["rows"]
        assert only["store"] == "Harbour"
        assert len(business.shown("recent-orders", "limit=2")["rows"]) == 2
        february = business.shown("recent-orders", "from=2024-02-01&to=2024-02-29")["rows"]
        assert [row["number"] for row in february] == [business.orders[0]["number"]]


class TestWhoMayLook:
    def test_managers_and_admins_alone(self, business: Business) -> None:
        for role, status in (("Admin", 200), ("Manager", 200), ("Cashier", 403), ("Inventory Clerk", 403)):
            assert {business.get(route, "", role=role).status for route in ROUTES} == {status}, role

    def test_who_is_bound_to_a_store_sees_that_alone(self, business: Business) -> None:
        bound: dict[str, Any] = {"role": "Manager", "stores": [business.other["id"]]}
        assert business.shown("summary", **bound)["measures"]["net_sales"] == 300
        assert [row["store"] for row in business.shown("sales-by-store", **bound)["rows"]] == ["Harbour"]
        assert [row["store"] for row in business.shown("recent-orders", "", **bound)["rows"]] == ["Harbour"]
        assert business.shown("low-stock", "", **bound)["rows"] == []
        for route in ROUTES:
            answer = business.get(route, f"store_id={business.stocked.store['id']}", **bound)
            assert answer.status == 403, route

    def test_costs_are_told_to_nobody_who_may_not_see_them(self, business: Business) -> None:
        shop = business.stocked.shop
        user_id = shop.users["Manager"]
        caller = Caller(company_id=shop.company_id, user_id=user_id, session_id=user_id, role="Manager")
        client = shop.service.client(Tokens(SECRET, 3600).issue(caller, denied=["costs.view"]))
        business.shown("summary")
        summary, today = (client.get(f"{DASHBOARD}/summary?{query}").data for query in (DAYS, ""))
        [product] = client.get(f"{DASHBOARD}/top-products?{DAYS}").data["rows"]
        shown = (
            *(summary[part] for part in ("measures", "change", "change_ratio")),
            summary["previous"]["measures"],
            today["previous_same_time"]["measures"],
            product,
        )
        for figures in shown:
            assert "net_sales" in figures
            assert figures.keys().isdisjoint({"gross_profit", "margin"})
        answer = client.get(f"{DASHBOARD}/top-products?{DAYS}&by=gross_profit")
        assert (answer.status, answer.code, answer.fields) == (422, "unknown_column", {"by"})


@pytest.mark.parametrize("route", ROUTES)
def test_what_cannot_be_asked_is_refused(shop: Any, route: str) -> None:
    for query, status, code, fields in (
        ("from=2024-03-02&to=2024-03-01", 422, "period_not_valid", {"to"}),
        ("from=2024-03-02", 422, "period_not_valid", {"to"}),
        ("to=2024-03-02", 422, "period_not_valid", {"from"}),
        ("from=2001-01-01&to=2024-03-01", 422, "range_too_long", {"from", "to"}),
        ("from=yesterday&to=2024-03-01", 400, "invalid_parameter", {"from"}),
        ("as_of=2024-03-01T00:00:00Z", 400, "invalid_parameter", {"as_of"}),
        ("limit=0", 400, "invalid_parameter", {"limit"}),
        ("store_id=none", 400, "invalid_parameter", {"store_id"}),
    ):
        answer = shop.client().get(f"{DASHBOARD}/{route}?{query}")
        assert (answer.status, answer.code, answer.fields) == (status, code, fields), query


def test_before_our_era_there_is_nothing_to_compare_with(shop: Any) -> None:
    compares = {"summary", "sales-trend", "sales-by-store", "top-products"}
    for day in ("0001-01-01", "9999-12-31"):
        for route in ROUTES:
            answer = shop.client().get(f"{DASHBOARD}/{route}?from={day}&to={day}")
            is_refused = day == "0001-01-01" and route in compares
            assert answer.status == (422 if is_refused else 200), (route, day)


def test_a_trend_has_400_points_at_most(shop: Any) -> None:
    days, hours = "from=2023-01-01&to=2024-02-0", "interval=hour&from=2024-01-01&to=2024-01-1"
    for query, points in ((f"{days}4", 400), (f"{hours}6", 384)):
        assert len(shop.client().get(f"{DASHBOARD}/sales-trend?{query}").data["points"]) == points
    for query in (f"{days}5", f"{hours}7"):
        answer = shop.client().get(f"{DASHBOARD}/sales-trend?{query}")
        assert (answer.status, answer.code, answer.fields) == (422, "range_too_long", {"interval"})


def test_a_company_without_stores_has_an_empty_dashboard(shop: Any) -> None:
    for route in ROUTES:
        answer = shop.client().get(f"{DASHBOARD}/{route}")
        assert answer.status == 200, (route, answer.body)
        assert answer.data["currency"] == "EUR"
