"""Packages: the platform's price list, whose terms hold for all companies that have them."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

PATH = "/api/admin/packages"


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def unique(name: str) -> str:
    return f"{name} {uuid4().hex[:12]}"


def add(platform: Any, **fields: Any) -> Any:
    body = {"name": unique("Starter"), "price": 2900, "currency": "EUR", "trial_days": 14, **fields}
    answer = platform.post(PATH, body)
    assert answer.status == 201, answer.body
    return answer.data


def subscriber(platform: Any, package: Any) -> Any:
    """A company that has the package."""
    body = {"name": unique("Company"), "currency": "EUR", "timezone": "Europe/Berlin"}
    answer = platform.post("/api/admin/companies", {**body, "package_id": package["id"]})
    assert answer.status == 201, answer.body
    return answer.data


class TestAdding:
    def test_says_back_what_was_agreed(self, platform: Any) -> None:
        limits = {"stores": 3, "users": 0, "orders_per_month": 5000}
        package = add(
            platform, limits=limits, features=["Reports", "Reports", "Audit"], billing_period="yearly"
        )
        assert package["limits"] == {"stores": 3, "storages": None, "users": 0, "products": None} | {
            "orders_per_month": 5000
        }
        assert package["features"] == ["Reports", "Audit"]
        assert (package["status"], package["billing_period"]) == ("active", "yearly")
        shown = platform.get(f"{PATH}/{package['id']}")
        assert shown.data == package
        assert shown.headers["etag"] == '"1"'

    def test_a_key_answers_with_the_first_outcome(self, platform: Any) -> None:
        body, key = {"name": unique("Once")}, str(uuid4())
        first = platform.post(PATH, body, Idempotency_Key=key)
        again = platform.post(PATH, body, Idempotency_Key=key)
        assert again.data == first.data
        assert again.headers["idempotent-replayed"] == "true"

    def test_names_are_unique_whatever_their_case(self, platform: Any) -> None:
        package = add(platform)
        answer = platform.post(PATH, {"name": f"  {package['name'].upper()} "})
        assert (answer.status, answer.code) == (409, "duplicate_name")
        (detail,) = answer.json["error"]["details"]
        holder = {"field": "name", "id": package["id"], "name": package["name"], "status": "active"}
        assert holder.items() <= detail.items()
        assert platform.delete(f"{PATH}/{package['id']}").status == 200
        assert platform.post(PATH, {"name": package["name"]}).status == 201

    def test_every_wrong_field_is_named(self, platform: Any) -> None:
        body = {
            "name": "",
            "price": -1,
            "currency": "EURO",
            "billing_period": "weekly",
            "trial_days": 366,
            "limits": {"stores": -1, "tills": 3},
            "features": [""],
        }
        answer = platform.post(PATH, body)
        assert (answer.status, answer.code) == (422, "validation_failed")
        assert answer.fields == {
            *("name", "price", "currency", "billing_period", "trial_days"),
            *("limits.stores", "limits.tills", "features.0"),
        }


class TestEditing:
    def test_changes_what_is_named_and_no_more(self, platform: Any) -> None:
        package = add(platform, limits={"stores": 3, "users": 9})
        path = f"{PATH}/{package['id']}"
        changed = platform.patch(path, {"limits": {"users": None, "products": 50}, "price": 3900}).data
        assert changed["limits"] == {**package["limits"], "users": None, "products": 50}
        assert changed["price"] == 3900
        assert {**changed, **package} == package | {"limits": package["limits"]}

    def test_a_stale_edit_is_refused(self, platform: Any) -> None:
        path = f"{PATH}/{add(platform)['id']}"
        assert platform.patch(path, {"price": 1}, If_Match='"1"').status == 200
        answer = platform.patch(path, {"price": 2}, If_Match='"1"')
        assert (answer.status, answer.code) == (412, "precondition_failed")

    def test_the_past_is_still_to_be_seen(self, platform: Any) -> None:
        package = add(platform)
        path, before = f"{PATH}/{package['id']}", now()
        platform.patch(path, {"price": 1})
        past = platform.get(f"{path}?as_of={before}")
        assert past.data["price"] == 2900


class TestItsLife:
    def test_an_inactive_one_is_given_to_no_further_company(self, platform: Any) -> None:
        package = add(platform)
        company = subscriber(platform, package)
        path = f"{PATH}/{package['id']}"
        assert platform.post(f"{path}/deactivate").data["status"] == "inactive"
        body = {"name": "Too late", "currency": "EUR", "timezone": "UTC", "package_id": package["id"]}
        answer = platform.post("/api/admin/companies", body)
        assert (answer.status, answer.code) == (409, "package_inactive")
        subscription = f"/api/admin/companies/{company['id']}/subscription"
        assert platform.put(subscription, {"status": "active"}).status == 200
        assert platform.post(f"{path}/activate").data["status"] == "active"
        assert platform.post("/api/admin/companies", body).status == 201

    def test_one_that_companies_have_cannot_be_archived(self, platform: Any) -> None:
        package = add(platform)
        company = subscriber(platform, package)
        answer = platform.delete(f"{PATH}/{package['id']}")
        assert (answer.status, answer.code) == (409, "in_use")
        platform.delete(f"/api/admin/companies/{company['id']}")
        assert platform.delete(f"{PATH}/{package['id']}").data["status"] == "archived"

    def test_an_unknown_one_is_not_found(self, platform: Any) -> None:
        path = f"{PATH}/{uuid4()}"
        answers = [platform.get(path), platform.patch(path, {"price": 1}), platform.delete(path)]
        assert {answer.status for answer in answers} == {404}


class TestListing:
    def test_finds_sorts_and_pages(self, platform: Any) -> None:
        mark = uuid4().hex
        names = [
            add(platform, name=f"{letter} {mark}", price=price)["name"]
            for letter, price in zip("BAC", (2, 1, 3), strict=True)
        ]
        listed = platform.get(f"{PATH}?search={mark}")
        assert [one["name"] for one in listed.data] == sorted(names)
        assert listed.json["pagination"] == {"page": 1, "limit": 20, "total": 3, "pages": 1}
        page = platform.get(f"{PATH}?search={mark}&sort=-price&limit=1&page=2").data
        assert [one["price"] for one in page] == [2]
        shown = platform.get(f"{PATH}/{page[0]['id']}").data
        assert page[0] == shown

    def test_filters_by_status(self, platform: Any) -> None:
        mark = uuid4().hex
        active, inactive, archived = (add(platform, name=f"{n} {mark}") for n in range(3))
        platform.post(f"{PATH}/{inactive['id']}/deactivate")
        platform.delete(f"{PATH}/{archived['id']}")

        def ids_of(status: str) -> list[str]:
            return [one["id"] for one in platform.get(f"{PATH}?search={mark}{status}").data]

        assert ids_of("") == [active["id"], inactive["id"]]
        assert ids_of("&status=active") == [active["id"]]
        assert ids_of("&status=inactive") == [inactive["id"]]
        assert ids_of("&status=archived") == [archived["id"]]
        assert len(ids_of("&status=all")) == 3


@pytest.mark.parametrize("role", ["Admin", "Manager", "Cashier", "Inventory Clerk"])
def test_nobody_in_a_shop_sees_or_makes_any(shop: Any, role: str) -> None:
    client = shop.client(role)
    assert client.get(PATH).status == 403
    assert client.post(PATH, {"name": "Free lunch"}).status == 403
