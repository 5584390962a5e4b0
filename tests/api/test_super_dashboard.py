"""The platform's dashboard: numbers over all companies, for nobody but whoever runs the platform."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from domain.permissions import ROLES, SUPER_ADMIN

SUMMARY = "/api/super/dashboard/summary"


def summary(platform: Any) -> Any:
    answer = platform.get(SUMMARY)
    assert answer.status == 200, answer.body
    return answer.data


def add_package(platform: Any, **fields: Any) -> Any:
    body = {"name": f"Dashboard {uuid4().hex}", "currency": "EUR", "trial_days": 0, **fields}
    answer = platform.post("/api/admin/packages", body)
    assert answer.status == 201, answer.body
    return answer.data


def add_company(platform: Any, package: Any = None, **fields: Any) -> str:
    body = {"name": f"Company {uuid4().hex}", "currency": "EUR", "timezone": "Europe/Berlin", **fields}
    answer = platform.post("/api/admin/companies", {**body, "package_id": package and package["id"]})
    assert answer.status == 201, answer.body
    return str(answer.data["id"])


def of_package(data: Any, package: Any) -> Any:
    [row] = [row for row in data["subscriptions"] if row["package_id"] == package["id"]]
    return row


def revenue(data: Any, currency: str) -> int:
    return sum(row["amount"] for row in data["mrr"] if row["currency"] == currency)


def sales(data: Any, currency: str) -> dict[str, tuple[int, int]]:
    """Orders and net sales by business date, in that currency."""
    [days] = [row["days"] for row in data["sales"] if row["currency"] == currency]
    return {day["date"]: (day["orders"], day["net_sales"]) for day in days}


def sold(stocked: Any) -> str:
    """Sell one of which the reports know; returns the business date."""
    order = stocked.sell().data
    position = str(stocked.shop.events()[-1]["position"])
    report = (
        f"/api/admin/reports/sales-summary/overview?from={order['business_date']}&to={order['business_date']}"
    )
    assert stocked.shop.client().get(report, X_Wait_For_Position=position).status == 200
    return str(order["business_date"])


class TestBusiness:
    def test_counts_companies_by_where_they_stand(self, platform: Any) -> None:
        before = summary(platform)["companies"]
        companies = [add_company(platform) for _ in range(3)]
        path = "/api/admin/companies"
        assert platform.post(f"{path}/{companies[0]}/suspend", {"reason": "unpaid"}).status == 200
        assert platform.delete(f"{path}/{companies[1]}").status == 200
        after = summary(platform)["companies"]
        assert {name: after[name] - before[name] for name in after} == {
            "active": 1,
            "suspended": 1,
            "archived": 1,
        }

    def test_counts_subscriptions_by_package(self, platform: Any) -> None:
        package = add_package(platform, price=2900, trial_days=14)
        companies = [add_company(platform, package) for _ in range(3)]
        paths = [f"/api/admin/companies/{company}" for company in companies]
        assert platform.put(f"{paths[0]}/subscription", {"status": "active"}).status == 200
        assert platform.delete(paths[1]).status == 200
        assert of_package(summary(platform), package) == {
            "package_id": package["id"],
            "name": package["name"],
            "trial": 1,
            "active": 1,
            "past_due": 0,
            "expired": 0,
        }

    def test_adds_up_what_active_subscriptions_pay_a_month(self, platform: Any) -> None:
        """Two years at 100.09 and a month at 1.00: 16.68166… and 1.00, rounded once."""
        monthly = add_package(platform, price=100, currency="NOK")
        yearly = add_package(platform, price=10_009, currency="NOK", billing_period="yearly")
        once = add_package(platform, price=99_900, currency="NOK", billing_period="none")
        trial = add_package(platform, price=5_000, currency="NOK", trial_days=14)
        other = add_package(platform, price=700, currency="DKK")
        for package in (monthly, yearly, yearly, once, trial, other):
            add_company(platform, package)
        data = summary(platform)
        assert (revenue(data, "NOK"), revenue(data, "DKK")) == (1_768, 700)

    def test_counts_what_a_suspended_company_pays_and_nothing_of_an_archived_one(self, platform: Any) -> None:
        package = add_package(platform, price=300, currency="SEK")
        suspended, archived = add_company(platform, package), add_company(platform, package)
        path = "/api/admin/companies"
        assert platform.post(f"{path}/{suspended}/suspend", {"reason": "unpaid"}).status == 200
        assert platform.delete(f"{path}/{archived}").status == 200
        assert revenue(summary(platform), "SEK") == 300


class TestSales:
    def test_are_added_up_within_each_currency_and_never_over_several(
        self, platform: Any, make_shop: Callable[..., Any], stock: Callable[..., Any]
    ) -> None:
        first, second = (stock(make_shop(currency="CHF")) for _ in range(2))
        other = stock(make_shop(currency="PLN"))
        dates = {sold(stocked) for stocked in (first, second, other)}
        data = summary(platform)
        for currency, total in (("CHF", (2, 200)), ("PLN", (1, 100))):
            days = sales(data, currency)
            assert tuple(map(sum, zip(*(days[day] for day in dates), strict=True))) == total

    def test_are_of_thirty_days_that_all_stand_there(
        self, platform: Any, make_shop: Callable[..., Any], stock: Callable[..., Any]
    ) -> None:
        stocked = stock(make_shop(currency="CZK"))
        long_ago = (datetime.now(UTC) - timedelta(days=40)).isoformat()
        assert stocked.sell(role="Admin", occurred_at=long_ago).status == 201
        sold(stocked)
        days = sales(summary(platform), "CZK")
        assert len(days) == 30
        dates = [date.fromisoformat(day) for day in days]
        assert dates == [dates[0] + timedelta(days=number) for number in range(30)]
        assert sorted(days.values())[-2:] == [(0, 0), (1, 100)]


class TestLoad:
    def test_counts_events_and_those_of_the_last_minute(self, platform: Any, stocked: Any) -> None:
        before = summary(platform)
        recorded = len(stocked.shop.events())
        stocked.sell()
        added = len(stocked.shop.events()) - recorded
        after = summary(platform)
        assert after["events"] - before["events"] >= added > 0
        assert after["events_per_s"] >= round(added / 60, 3)
        assert after["disk_bytes"] > 1_000_000

    def test_counts_exactly_what_was_recorded_since_a_moment(self, stocked: Any, service: Any) -> None:
        stocked.sell()
        with psycopg.connect(service.database.owner) as connection:
            [(moment,)] = connection.execute(
                "SELECT recorded_at FROM events WHERE company_id = %s"
                " ORDER BY position DESC OFFSET 3 LIMIT 1",
                [stocked.shop.company_id],
            ).fetchall()
            [counted] = connection.execute("SELECT * FROM recorded_events(%s)", [moment]).fetchall()
            [truth] = connection.execute(
                "SELECT count(*), count(*) FILTER (WHERE recorded_at > %s) FROM events", [moment]
            ).fetchall()
        assert counted == truth

    def test_says_how_far_read_models_are_behind(self, platform: Any, stocked: Any, service: Any) -> None:
        lag = "SELECT max_events, p99_events, parked FROM projection_lag_of_all()"
        with psycopg.connect(service.database.owner) as connection:
            connection.execute(
                "UPDATE projection_checkpoints SET position = position - 5000"
                " WHERE company_id = %s AND projection = 'report_sales'",
                [stocked.shop.company_id],
            )
            [(most, usual, parked)] = connection.execute(lag).fetchall()
            assert (most >= 5_000, usual < 5_000) == (True, True)
            connection.execute(
                "UPDATE projection_checkpoints SET parked_at = now()"
                " WHERE company_id = %s AND projection = 'report_sales'",
                [stocked.shop.company_id],
            )
            [(most, _, waiting)] = connection.execute(lag).fetchall()
            assert (most < 5_000, waiting - parked) == (True, 1)
            connection.rollback()
        shown = summary(platform)["projection_lag"]
        assert shown["max_events"] >= shown["p99_events"] >= 0
        assert shown["max_seconds"] >= shown["p99_seconds"] >= 0


class TestRights:
    @pytest.mark.parametrize("role", [role for role in ROLES if role != SUPER_ADMIN])
    def test_nobody_of_a_company_sees_it(self, shop: Any, role: str) -> None:
        answer = shop.client(role).get(SUMMARY)
        assert (answer.status, answer.code) == (403, "forbidden")

    def test_names_no_company(self, platform: Any, stocked: Any) -> None:
        sold(stocked)
        name = f"Company {uuid4().hex}"
        company_id = add_company(platform, add_package(platform, price=100), name=name)
        answer = str(platform.get(SUMMARY).body)
        for secret in (name, company_id, str(stocked.shop.company_id), stocked.store["id"]):
            assert secret not in answer

    def test_the_database_tells_no_company_what_others_sold(self, shop: Any, service: Any) -> None:
        with psycopg.connect(service.database.app) as connection:
            connection.execute(
                sql.SQL("SET LOCAL app.company_id = {}").format(sql.Literal(str(shop.company_id)))
            )
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("SELECT * FROM sales_of_all_companies('2026-01-01', '2026-12-31')")

    def test_says_which_log_it_knows(self, platform: Any) -> None:
        answer = platform.get(SUMMARY)
        assert answer.headers["x-read-position"] == str(answer.data["read_position"])
        assert answer.data["computed_at"]
