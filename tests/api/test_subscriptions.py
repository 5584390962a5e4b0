"""Subscriptions: what a company has of a package, from its trial to the day it expires."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

COMPANIES = "/api/admin/companies"
PACKAGES = "/api/admin/packages"


def package_of(platform: Any, **fields: Any) -> Any:
    body = {"name": uuid4().hex, "price": 2900, "billing_period": "monthly", "trial_days": 14}
    return platform.post(PACKAGES, {**body, **fields}).data


def company_of(platform: Any, package: Any = None) -> str:
    body = {"name": "Bakery", "currency": "EUR", "timezone": "Europe/Berlin"}
    answer = platform.post(COMPANIES, {**body, "package_id": package and package["id"]})
    assert answer.status == 201, answer.body
    return str(answer.data["id"])


def path_of(company_id: Any) -> str:
    return f"{COMPANIES}/{company_id}/subscription"


def days_from_now(text: str) -> float:
    return (datetime.fromisoformat(text) - datetime.now(UTC)) / timedelta(days=1)


def in_days(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


class TestTheFirstPackage:
    def test_begins_with_its_trial(self, platform: Any) -> None:
        company_id = company_of(platform, package_of(platform, limits={"stores": 2}))
        shown = platform.get(path_of(company_id)).data
        assert (shown["status"], shown["period_ends_at"]) == ("trial", None)
        assert 13.9 < days_from_now(shown["trial_ends_at"]) < 14
        assert shown["changes_at"] == shown["trial_ends_at"]
        assert shown["limits"]["stores"] == 2
        assert shown["usage"] == {
            "stores": 0,
            "storages": 0,
            "users": 0,
            "products": 0,
            "orders_per_month": 0,
        }

    def test_is_changed_from_the_version_that_was_seen(self, platform: Any) -> None:
        path = path_of(company_of(platform, package_of(platform)))
        seen = platform.get(path).headers["etag"]
        assert platform.get(path, If_None_Match=seen).status == 200
        assert platform.put(path, {"status": "active"}, If_Match=seen).status == 200
        assert platform.put(path, {"status": "active"}, If_Match=seen).code == "precondition_failed"

    @pytest.mark.parametrize(("period", "least", "most"), [("monthly", 27, 31), ("yearly", 364, 366)])
    def test_without_a_trial_begins_with_a_period(
        self, platform: Any, period: str, least: int, most: int
    ) -> None:
        package = package_of(platform, trial_days=0, billing_period=period)
        shown = platform.get(path_of(company_of(platform, package))).data
        assert (shown["status"], shown["trial_ends_at"]) == ("active", None)
        assert least < days_from_now(shown["period_ends_at"]) <= most

    @pytest.mark.parametrize("free", [{"price": 0}, {"billing_period": "none"}])
    def test_what_has_no_period_to_pay_for_has_no_end(self, platform: Any, free: dict[str, Any]) -> None:
        package = package_of(platform, trial_days=0, **free)
        shown = platform.get(path_of(company_of(platform, package))).data
        assert (shown["status"], shown["period_ends_at"], shown["changes_at"]) == ("active", None, None)

    def test_a_company_without_one_has_no_limits(self, platform: Any) -> None:
        path = path_of(company_of(platform))
        shown = platform.get(path).data
        assert (shown["package_id"], shown["status"]) == (None, None)
        assert set(shown["limits"].values()) == {None}
        refused = platform.put(path, {"status": "active"})
        assert (refused.status, refused.fields) == (422, {"package_id"})
        package = package_of(platform)
        assert platform.put(path, {"package_id": package["id"]}).data["status"] == "trial"

    def test_an_admin_sees_the_own(self, platform: Any, stocked: Any) -> None:
        package = package_of(platform, limits={"products": 7})
        platform.put(path_of(stocked.shop.company_id), {"package_id": package["id"]})
        stocked.sell()
        shown = stocked.shop.client().get(path_of(stocked.shop.company_id)).data
        assert (shown["package_name"], shown["limits"]["products"]) == (package["name"], 7)
        assert shown["usage"] == {
            "stores": 1,
            "storages": 1,
            "users": 4,
            "products": 1,
            "orders_per_month": 1,
        }


class TestGoingOn:
    def test_what_is_changed_is_answered_as_it_is_shown(self, platform: Any) -> None:
        path = path_of(company_of(platform, package_of(platform)))
        changed = platform.put(path, {"status": "active"})
        assert changed.data == platform.get(path).data
        assert changed.headers["etag"] == f'"{changed.data["version"]}"'

    def test_paying_begins_a_period_and_again_changes_nothing(self, platform: Any) -> None:
        path = path_of(company_of(platform, package_of(platform)))
        paid = platform.put(path, {"status": "active"}).data
        assert (paid["status"], paid["trial_ends_at"]) == ("active", None)
        assert 27 < days_from_now(paid["period_ends_at"]) <= 31
        assert platform.put(path, {"status": "active"}).data == paid
        assert platform.put(path, {}).data == paid

    def test_until_when_can_be_said(self, platform: Any) -> None:
        path = path_of(company_of(platform, package_of(platform)))
        until = platform.put(path, {"period_ends_at": in_days(100)}).data
        assert (until["status"], round(days_from_now(until["period_ends_at"]))) == ("active", 100)
        for_ever = platform.put(path, {"status": "active", "period_ends_at": None}).data
        assert (for_ever["status"], for_ever["period_ends_at"]) == ("active", None)
        tried = platform.put(path, {"trial_ends_at": in_days(3)}).data
        assert (tried["status"], round(days_from_now(tried["trial_ends_at"]))) == ("trial", 3)

    def test_what_does_not_go_together_is_refused(self, platform: Any) -> None:
        path = path_of(company_of(platform, package_of(platform, trial_days=0)))
        for body, field in (
            ({"status": "active", "trial_ends_at": in_days(1)}, "trial_ends_at"),
            ({"status": "trial", "period_ends_at": in_days(1)}, "period_ends_at"),
            ({"trial_ends_at": in_days(1), "period_ends_at": in_days(1)}, "status"),
            ({"status": "trial"}, "trial_ends_at"),
            ({"status": "expired"}, "status"),
            ({"package_id": str(uuid4())}, "package_id"),
        ):
            answer = platform.put(path, body)
            assert (answer.status, answer.fields) == (422, {field}), body

    def test_a_stale_change_is_refused(self, platform: Any) -> None:
        path = path_of(company_of(platform, package_of(platform)))
        assert platform.put(path, {"status": "active"}, If_Match='"1"').status == 412


class TestMoving:
    def test_who_has_paid_pays_on_unless_it_is_said(self, platform: Any) -> None:
        path = path_of(company_of(platform, package_of(platform, trial_days=0)))
        other = package_of(platform, billing_period="yearly")
        moved = platform.put(path, {"package_id": other["id"]}).data
        assert (moved["status"], moved["package_name"]) == ("active", other["name"])
        assert 364 < days_from_now(moved["period_ends_at"]) <= 366
        third = package_of(platform)
        assert platform.put(path, {"package_id": third["id"], "status": "trial"}).data["status"] == "trial"

    def test_to_a_package_too_small_is_refused(self, platform: Any, stocked: Any) -> None:
        path = path_of(stocked.shop.company_id)
        small = package_of(platform, limits={"stores": 0, "users": 3, "products": 1})
        answer = platform.put(path, {"package_id": small["id"]})
        assert (answer.status, answer.code) == (409, "limit_below_usage")
        assert answer.fields == {"limits.stores", "limits.users"}
        assert "4 are used" in str(answer.json["error"]["details"])
        assert platform.get(path).data["package_id"] is None

    def test_to_an_inactive_one_is_refused(self, platform: Any) -> None:
        path, package = path_of(company_of(platform)), package_of(platform)
        platform.post(f"{PACKAGES}/{package['id']}/deactivate")
        assert platform.put(path, {"package_id": package["id"]}).code == "package_inactive"


class TestRunningOut:
    def test_within_the_days_of_grace_one_goes_on(self, platform: Any, stocked: Any) -> None:
        path = path_of(stocked.shop.company_id)
        package = package_of(platform)
        body = {"package_id": package["id"], "trial_ends_at": in_days(-2)}
        overdue = platform.put(path, body).data
        assert overdue["status"] == "past_due"
        assert round(days_from_now(overdue["overdue_since"])) == -2
        assert round(days_from_now(overdue["changes_at"])) == 5
        assert stocked.sell().status == 201
        paid = platform.put(path, {"status": "active"}).data
        assert (paid["status"], paid["overdue_since"]) == ("active", None)
        assert 25 < days_from_now(paid["period_ends_at"]) <= 29

    def test_after_them_one_reads_but_does_not_write(self, platform: Any, stocked: Any) -> None:
        path = path_of(stocked.shop.company_id)
        body = {"package_id": package_of(platform)["id"], "period_ends_at": in_days(-8)}
        assert platform.put(path, body).data["status"] == "expired"
        admin = stocked.shop.client()
        for answer in (
            stocked.sell(),
            admin.post("/api/admin/stores", {"name": "New", "code": "N"}),
            stocked.receive(1, 1),
        ):
            assert (answer.status, answer.code) == (403, "subscription_expired")
        assert admin.get("/api/admin/products").data
        assert admin.get(path).data["status"] == "expired"
        assert platform.put(path, {"status": "active"}).data["status"] == "active"
        assert stocked.sell().status == 201

    def test_each_step_is_a_fact_with_its_own_time(self, platform: Any, shop: Any) -> None:
        ended = datetime(2026, 1, 31, 12, tzinfo=UTC)
        body = {"package_id": package_of(platform)["id"], "trial_ends_at": ended.isoformat()}
        platform.put(path_of(shop.company_id), body)
        steps = [(event["type"].rpartition(".")[2], event["state"].get("due_at")) for event in shop.events()]
        assert steps[-3:] == [
            ("Subscribed", None),
            ("TrialEnded", "2026-01-31T12:00:00Z"),
            ("Expired", "2026-02-07T12:00:00Z"),
        ]
