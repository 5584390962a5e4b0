"""The sales summary over HTTP agrees with a plain sum over the answers that the tills got."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

BASE = "/api/admin/reports/sales-summary"
MARCH = "from=2024-03-01&to=2024-03-31"


def rounded(exact: Decimal) -> int:
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def gross_of(line: Any) -> int:
    """The line before discounts and without tax, as the report defines it."""
    contained = sum(Decimal(tax["rate"]) for tax in line["taxes"] if tax["inclusive"])
    taxes = sum(
        rounded(line["gross_total"] * Decimal(tax["rate"]) / (100 + contained))
        for tax in line["taxes"]
        if tax["inclusive"]
    )
    return int(line["gross_total"]) - taxes


def measures_of(orders: Iterable[Any]) -> dict[str, Any]:
    """Every measure, summed from what the tills were answered."""
    orders = list(orders)
    lines = [line for order in orders for line in order["lines"]]
    measures: dict[str, Any] = {
        "orders": len(orders),
        "items": sum((Decimal(line["quantity"]) for line in lines), Decimal(0)),
        "gross_sales": sum(gross_of(line) for line in lines),
        "returns": 0,
        "net_sales": sum(line["total"] - line["tax_total"] for line in lines),
        "tax": sum(order["tax_total"] for order in orders),
        "tips": sum(order["tip_total"] for order in orders),
        "rounding": sum(order["rounding"] for order in orders),
        "cost_of_goods": sum(order["cost_total"] for order in orders),
    }
    measures["discounts"] = measures["gross_sales"] - measures["net_sales"]
    measures["gross_profit"] = measures["net_sales"] - measures["cost_of_goods"]
    measures["total_collected"] = sum(order["paid_total"] for order in orders)
    return measures


@dataclass
class Trade:
    """A company with two stores that has sold on several days, in every way."""

    stocked: Any
    other: Any
    orders: list[Any] = field(default_factory=list)
    position: str = "0"

    def sell(self, store: Any, day: str, lines: list[Any], **more: Any) -> None:
        body = {"store_id": store["id"], "occurred_at": f"{day}T11:30:00Z", "lines": lines, **more}
        basket = {key: body[key] for key in ("store_id", "lines", "discounts") if key in body}
        manager = self.stocked.shop.client("Manager")
        quote = manager.post("/api/pos/quote", basket).data
        paid = {"payments": [{"method": "card", "amount": quote["total"]}], **more}
        answer = manager.post("/api/pos/orders", {**body, **paid})
        self.orders.append(answer.data)
        self.position = answer.headers["x-event-position"]

    def report(self, section: str, query: str = MARCH, *, role: str = "Manager", **who: Any) -> Any:
        client = self.stocked.shop.client(role, **who)
        return client.get(f"{BASE}/{section}?{query}", X_Wait_For_Position=self.position)

    def in_march(self) -> list[Any]:
        return [order for order in self.orders if order["business_date"].startswith("2024-03")]


@pytest.fixture
def trade(make_shop: Callable[..., Any], stock: Callable[..., Any]) -> Trade:
    """Sales of two products with two taxes, discounts, tips, cash and cards."""
    stocked = stock(make_shop(cash_rounding=5))
    admin = stocked.shop.client()
    other = admin.post("/api/admin/stores", {"name": "Harbour", "code": "H"}).data
    admin.post("/api/admin/storages", {"name": "Cellar", "code": "C", "store_id": other["id"]})
    admin.patch(f"/api/admin/stores/{other['id']}", {"default_storage_id": stocked.storage["id"]})
    added = {"name": "City", "rate": "7.25", "inclusive": False}
    city = admin.post("/api/admin/settings/tax-rates", added).data["id"]
    variant = {"sku": "SERVICE", "name": "Large", "price": 333, "cost": 100}
    service = stocked.product_of(name="Service", variants=[variant], tax_rate_ids=[city], track_stock=False)
    milk = {"variant_id": stocked.variant_id, "quantity": 2}
    hours = {"variant_id": service["variants"][0]["id"], "quantity": "1.5"}
    ten = [{"type": "percent", "value": "10"}]
    trade = Trade(stocked, other)
    cash = {"payments": [{"method": "cash", "amount": 240, "tendered": 500}]}
    trade.sell(stocked.store, "2024-03-01", [milk], **cash)
    trade.sell(stocked.store, "2024-03-01", [milk, hours], discounts=ten)
    trade.sell(other, "2024-03-04", [hours, {**hours, "discounts": ten}])
    tipped = [{"method": "card", "amount": 119, "tip": 31}]
    trade.sell(other, "2024-03-31", [{**milk, "quantity": 1}], payments=tipped)
    trade.sell(stocked.store, "2024-02-29", [{**milk, "quantity": 1}])
    off = [{"type": "amount", "value": 57}]
    trade.sell(stocked.store, "2023-03-15", [{**milk, "quantity": 3}], discounts=off)
    return trade


def agrees(shown: Any, orders: Iterable[Any]) -> None:
    expected = measures_of(orders)
    measures = {name: Decimal(shown[name]) if name == "items" else shown[name] for name in expected}
    assert measures == expected


class TestTheSalesSummary:
    def test_the_overview_is_the_sum_of_the_orders(self, trade: Trade) -> None:
        answer = trade.report("overview")
        agrees(answer.data["overall"], trade.in_march())
        overall = answer.data["overall"]
        profit, net = overall["gross_profit"], overall["net_sales"]
        margin = (Decimal(profit) / net).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        assert Decimal(overall["margin"]) == margin
        assert overall["average_order"] == rounded(Decimal(net) / 4)
        assert (answer.data["from"], answer.data["to"]) == ("2024-03-01", "2024-03-31")
        assert answer.data["currency"] == "EUR"
        assert answer.data["read_position"] == int(answer.headers["x-read-position"])
        assert answer.data["computed_at"].endswith("Z")

    def test_what_was_collected_follows_from_the_definitions(self, trade: Trade) -> None:
        report = trade.report("overview").data["overall"]
        assert report["net_sales"] == report["gross_sales"] - report["discounts"] - report["returns"]
        assert report["total_collected"] == sum(
            report[name] for name in ("net_sales", "tax", "tips", "rounding")
        )

    @pytest.mark.parametrize(
        ("interval", "key"),
        [
            ("day", lambda day: day),
            ("week", lambda day: day - timedelta(days=day.weekday())),
            ("month", lambda day: day.replace(day=1)),
        ],
    )
    def test_each_period_is_the_sum_of_its_orders(
        self, trade: Trade, interval: str, key: Callable[[date], date]
    ) -> None:
        report = trade.report("by-period", f"from=2023-01-01&to=2024-12-31&interval={interval}").data
        by_period = defaultdict(list)
        for order in trade.orders:
            by_period[key(date.fromisoformat(order["business_date"])).isoformat()].append(order)
        periods = [row["period"] for row in report["rows"]]
        assert periods == sorted(periods)
        assert {*periods} >= {*by_period}
        for row in report["rows"]:
            agrees(row, by_period.get(row["period"], []))
        agrees(report["totals"], trade.orders)

    def test_hours_are_the_stores_own(self, trade: Trade) -> None:
        rows = trade.report("by-period", "from=2024-03-31&to=2024-03-31&interval=hour").data["rows"]
        assert [row["hour"] for row in rows if row["orders"]] == [13]
        assert [row["hour"] for row in rows] == [*range(24)]
        first = rows[0]
        assert (first["starts_at"], first["ends_at"]) == ("2024-03-30T23:00:00Z", "2024-03-31T00:00:00Z")

    def test_each_store_is_the_sum_of_its_orders(self, trade: Trade) -> None:
        report = trade.report("by-store").data
        assert {row["name"] for row in report["rows"]} == {"Main Street", "Harbour"}
        for row in report["rows"]:
            agrees(row, [order for order in trade.in_march() if order["store_id"] == row["store_id"]])
        agrees(report["totals"], trade.in_march())
        named = trade.report("overview", f"{MARCH}&store_id={trade.other['id']}").data["overall"]
        agrees(named, [order for order in trade.in_march() if order["store_id"] == trade.other["id"]])

    def test_each_product_is_the_sum_of_its_lines(self, trade: Trade) -> None:
        report = trade.report("by-product").data
        lines = defaultdict(list)
        for order in trade.in_march():
            for line in order["lines"]:
                lines[line["variant_id"]].append(line)
        assert {row["variant_id"] for row in report["rows"]} == lines.keys()
        for row in report["rows"]:
            own = lines[row["variant_id"]]
            assert Decimal(row["quantity"]) == sum(Decimal(line["quantity"]) for line in own)
            assert row["net_sales"] == sum(line["total"] - line["tax_total"] for line in own)
            assert row["gross_sales"] == sum(gross_of(line) for line in own)
            assert row["tax"] == sum(line["tax_total"] for line in own)
            assert row["cost_of_goods"] == sum(line["cost_total"] for line in own)
            assert (row["sku"], row["variant_name"]) == (own[0]["sku"], own[0]["variant_name"])
        net = [row["net_sales"] for row in report["rows"]]
        assert net == sorted(net, reverse=True)
        assert report["totals"]["net_sales"] == sum(net)
        page = trade.report("by-product", f"{MARCH}&limit=1&page=2").data
        assert (page["rows"], page["count"]) == (report["rows"][1:], 2)
        assert page["totals"]["net_sales"] == net[1]

    def test_each_method_is_the_sum_of_its_payments(self, trade: Trade) -> None:
        report = trade.report("by-payment-method").data
        payments = [payment for order in trade.in_march() for payment in order["payments"]]
        assert [row["method"] for row in report["rows"]] == ["card", "cash"]
        for row in report["rows"]:
            own = [payment for payment in payments if payment["method"] == row["method"]]
            assert row["payments"] == len(own)
            assert row["amount"] == sum(payment["amount"] for payment in own)
            assert row["tips"] == sum(payment["tip"] for payment in own)
        collected = trade.report("overview").data["overall"]["total_collected"]
        assert report["totals"]["amount"] + report["totals"]["tips"] == collected

    def test_opensourcepos_4112_footers_are_sums_of_the_rows_shown(self, trade: Trade) -> None:
        for section in ("by-period", "by-store", "by-product", "by-payment-method"):
            report = trade.report(section).data
            additive = [column["name"] for column in report["columns"] if column["additive"]]
            assert {"net_sales", "net"} & {*additive}
            for name in additive:
                shown = sum(Decimal(row[name]) for row in report["rows"])
                assert Decimal(report["totals"][name]) == shown, (section, name)

    def test_a_period_is_compared_with_the_one_before_or_a_year_earlier(self, trade: Trade) -> None:
        before = trade.report("overview", f"{MARCH}&compare_to=previous_period").data
        assert (before["comparison"]["from"], before["comparison"]["to"]) == ("2024-02-01", "2024-02-29")
        agrees(before["comparison"]["overall"], [trade.orders[4]])
        year = trade.report("overview", f"{MARCH}&compare_to=previous_year").data
        assert (year["comparison"]["from"], year["comparison"]["to"]) == ("2023-03-01", "2023-03-31")
        agrees(year["comparison"]["overall"], [trade.orders[5]])
        for name in ("net_sales", "orders", "tax"):
            measures = year["comparison"]["overall"]
            assert year["comparison"]["change"][name] == year["overall"][name] - measures[name]
        assert trade.report("overview", f"{MARCH}&compare_to=none").data["comparison"] is None

    def test_as_of_shows_what_was_known_then(self, trade: Trade) -> None:
        sold = [event for event in trade.stocked.shop.events() if event["type"] == "orders.Order.Sold"]
        then = sold[2]["recorded_at"].astimezone(UTC).isoformat().replace("+00:00", "Z")
        agrees(trade.report("overview", f"{MARCH}&as_of={then}").data["overall"], trade.in_march()[:3])
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        for section in ("by-period", "by-store", "by-product", "by-payment-method"):
            report = trade.report(section).data["rows"]
            assert trade.report(section, f"{MARCH}&as_of={now}").data["rows"] == report
            assert trade.report(section, f"{MARCH}&as_of={then}").data["rows"] != report
        long_ago = trade.report("overview", f"{MARCH}&as_of=2001-01-01T00:00:00Z").data["overall"]
        assert (long_ago["orders"], long_ago["margin"], long_ago["average_order"]) == (0, None, None)

    def test_as_of_knows_the_position_it_was_asked_to_wait_for(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        for number in range(1, 9):
            position = stocked.sell(role="Admin", occurred_at="2024-03-01T12:00:00Z").headers[
                "x-event-position"
            ]
            now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
            report = admin.get(f"{BASE}/overview?{MARCH}&as_of={now}", X_Wait_For_Position=position).data
            assert report["overall"]["orders"] == number

    def test_what_is_no_period_is_named(self, shop: Any) -> None:
        client = shop.client()
        for query, fields in (
            ("", {"from", "to"}),
            ("from=2024-03-01", {"to"}),
            ("from=yesterday&to=2024-13-01", {"from", "to"}),
            (f"{MARCH}&compare_to=ever", {"compare_to"}),
            (f"{MARCH}&store_id=1", {"store_id"}),
            (f"{MARCH}&colour=red", {"colour"}),
        ):
            refused = client.get(f"{BASE}/overview?{query}")
            assert (refused.status, refused.code, refused.fields) == (400, "invalid_parameter", fields)
        both, paging = {"from", "to"}, {"page", "limit"}
        too_early = "from=0001-01-01&to=0001-02-01&compare_to"
        for section, query, code, fields in (
            ("overview", "from=2024-03-02&to=2024-03-01", "period_not_valid", {"to"}),
            ("overview", f"{too_early}=previous_year", "period_not_valid", {"from"}),
            ("overview", f"{too_early}=previous_period", "period_not_valid", {"from"}),
            ("overview", "from=2014-01-01&to=2024-12-31", "range_too_long", both),
            ("by-period", "from=2024-01-01&to=2024-02-01&interval=hour", "range_too_long", both),
            ("by-product", f"{MARCH}&page=5001", "page_too_deep", paging),
            ("overview", f"{MARCH}&as_of=2999-01-01T00:00:00Z", "as_of_in_future", {"as_of"}),
            ("overview", f"{MARCH}&sort=colour", "unknown_column", {"sort"}),
        ):
            refused = client.get(f"{BASE}/{section}?{query}")
            assert (refused.status, refused.code, refused.fields) == (422, code, fields)
            assert refused.codes == {code}


class TestWhoSeesIt:
    def test_who_is_bound_to_a_store_sees_that_one(self, trade: Trade) -> None:
        bound: dict[str, Any] = {"stores": [trade.other["id"]]}
        own = [order for order in trade.in_march() if order["store_id"] == trade.other["id"]]
        agrees(trade.report("overview", **bound).data["overall"], own)
        assert [row["name"] for row in trade.report("by-store", **bound).data["rows"]] == ["Harbour"]
        agrees(trade.report("by-period", **bound).data["totals"], own)
        refused = trade.report("overview", f"{MARCH}&store_id={trade.stocked.store['id']}", **bound)
        assert (refused.status, refused.code) == (403, "forbidden")
        agrees(
            trade.report("overview", f"{MARCH}&store_id={trade.other['id']}", **bound).data["overall"], own
        )

    @pytest.mark.parametrize("role", ["Cashier", "Inventory Clerk"])
    def test_who_may_not_see_reports_sees_none(self, shop: Any, role: str) -> None:
        for section in ("overview", "by-period", "by-store", "by-product", "by-payment-method"):
            refused = shop.client(role).get(f"{BASE}/{section}?{MARCH}")
            assert (refused.status, refused.code) == (403, "forbidden")
