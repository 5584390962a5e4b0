"""What a package allows is allowed, and not one more, however many ask at once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.waiting import eventually

PACKAGES = "/api/admin/packages"


@pytest.fixture
def limit(platform: Any) -> Any:
    """Puts a company on a package of its own with these limits; answers the path of the package."""

    def give(shop: Any, **limits: int) -> str:
        package = platform.post(PACKAGES, {"name": uuid4().hex, "trial_days": 14, "limits": limits}).data
        path = f"/api/admin/companies/{shop.company_id}/subscription"
        answer = platform.put(path, {"package_id": package["id"]})
        assert answer.status == 200, answer.body
        return f"{PACKAGES}/{package['id']}"

    return give


def is_full(answer: Any, resource: str) -> bool:
    assert (answer.status, answer.code) == (403, "plan_limit_reached"), answer.body
    return bool(answer.fields == {f"limits.{resource}"})


def store(name: Any) -> dict[str, Any]:
    return {"name": f"Store {name}", "code": f"S{name}"}


def wait_for_whom_it_holds_up(connection: psycopg.Connection[Any]) -> None:
    waiting = "SELECT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    eventually(lambda: connection.execute(waiting).fetchall())


class TestEachLimit:
    def test_stores(self, shop: Any, limit: Any) -> None:
        limit(shop, stores=2)
        admin = shop.client()
        first, second = (admin.post("/api/admin/stores", store(name)) for name in (1, 2))
        assert (first.status, second.status) == (201, 201)
        refused = admin.post("/api/admin/stores", store(3))
        assert is_full(refused, "stores")
        assert "its limit is 2" in refused.json["message"]
        assert admin.delete(f"/api/admin/stores/{first.data['id']}").status == 200
        assert admin.post("/api/admin/stores", store(3)).status == 201

    def test_a_closed_store_makes_room_and_needs_it_to_reopen(self, shop: Any, limit: Any) -> None:
        limit(shop, stores=1)
        admin = shop.client()
        first = admin.post("/api/admin/stores", store(1)).data["id"]
        assert admin.post(f"/api/admin/stores/{first}/deactivate").status == 200
        second = admin.post("/api/admin/stores", store(2)).data["id"]
        assert is_full(admin.post(f"/api/admin/stores/{first}/activate"), "stores")
        assert admin.post(f"/api/admin/stores/{second}/deactivate").status == 200
        assert admin.post(f"/api/admin/stores/{first}/activate").status == 200
        assert admin.post(f"/api/admin/stores/{first}/activate").status == 200

    def test_sales_in_a_month(self, stocked: Any, limit: Any) -> None:
        package = limit(stocked.shop, orders_per_month=2)
        sale = {"id": str(uuid4())}
        sold = [stocked.sell(**sale), stocked.sell()]
        assert [answer.status for answer in sold] == [201, 201]
        assert is_full(stocked.sell(), "orders_per_month")
        assert stocked.on_hand() == "8"
        assert stocked.sell(**sale).data == sold[0].data
        assert is_full(stocked.sell(role="Manager", occurred_at="2020-01-31T12:00:00Z"), "orders_per_month")
        assert package


class TestChangingThePackage:
    def test_more_room_is_there_at_once_for_all_its_companies(
        self, platform: Any, shop: Any, limit: Any
    ) -> None:
        package, admin = limit(shop, stores=1), shop.client()
        admin.post("/api/admin/stores", store(1))
        assert is_full(admin.post("/api/admin/stores", store(2)), "stores")
        assert platform.patch(package, {"limits": {"stores": 2}}).status == 200
        assert admin.post("/api/admin/stores", store(2)).status == 201
        assert is_full(admin.post("/api/admin/stores", store(3)), "stores")
        assert platform.patch(package, {"limits": {"stores": None}}).status == 200
        assert admin.post("/api/admin/stores", store(3)).status == 201

    def test_less_than_a_company_uses_is_refused_whole(
        self, platform: Any, stocked: Any, make_shop: Any, limit: Any
    ) -> None:
        package = limit(stocked.shop, users=9)
        stocked.sell()
        other = make_shop()
        subscription = f"/api/admin/companies/{other.company_id}/subscription"
        platform.put(subscription, {"package_id": package.rpartition("/")[2]})
        answer = platform.patch(package, {"price": 1, "limits": {"users": 3, "stores": 0, "products": 1}})
        assert (answer.status, answer.code) == (409, "limit_below_usage")
        assert answer.fields == {"limits.users", "limits.stores"}
        assert "3 are allowed, 4 are used." in {
            detail["message"] for detail in answer.json["error"]["details"]
        }
        shown = platform.get(package).data
        assert (shown["price"], shown["limits"]["users"], shown["version"]) == (0, 9, 1)
        fitting = {"users": 4, "stores": 1, "storages": 1, "products": 1, "orders_per_month": 1}
        assert platform.patch(package, {"limits": fitting}).data["limits"] == fitting


class TestManyAtOnce:
    def test_stores(self, shop: Any, limit: Any) -> None:
        limit(shop, stores=3)
        admin = shop.client()
        with ThreadPoolExecutor(8) as many:
            answers = list(many.map(lambda n: admin.post("/api/admin/stores", store(n)), range(16)))
        assert sorted(answer.status for answer in answers) == [201] * 3 + [403] * 13
        assert admin.get("/api/admin/stores").json["pagination"]["total"] == 3

    def test_a_storage_holds_the_company_before_its_store_as_whoever_switches_that(
        self, shop: Any, limit: Any
    ) -> None:
        limit(shop, storages=9)
        admin = shop.client()
        body = {"name": "Back", "code": "B", "store_id": admin.post("/api/admin/stores", store(1)).data["id"]}
        with ThreadPoolExecutor(1) as somebody, psycopg.connect(shop.service.database.owner) as switching:
            company = "SELECT FROM companies WHERE company_id = %s FOR NO KEY UPDATE"
            switching.execute(company, [shop.company_id])
            adding = somebody.submit(admin.post, "/api/admin/storages", body)
            wait_for_whom_it_holds_up(switching)
            free = "SELECT FROM settings WHERE company_id = %s AND id = %s FOR UPDATE NOWAIT"
            switching.execute(free, [shop.company_id, body["store_id"]])
        assert adding.result().status == 201

    def test_sales(self, stocked: Any, limit: Any) -> None:
        limit(stocked.shop, orders_per_month=5)
        with ThreadPoolExecutor(8) as many:
            answers = list(many.map(lambda _: stocked.sell(), range(10)))
        assert sorted(answer.status for answer in answers) == [201] * 5 + [403] * 5
        assert stocked.on_hand() == "5"

    def test_stores_while_the_package_gets_smaller(self, platform: Any, shop: Any, limit: Any) -> None:
        package, admin = limit(shop, stores=6), shop.client()

        def ask(number: int) -> int:
            if number == 4:
                return int(platform.patch(package, {"limits": {"stores": 2}}).status)
            return int(admin.post("/api/admin/stores", store(number)).status)

        with ThreadPoolExecutor(8) as many:
            statuses = list(many.map(ask, range(9)))
        open_stores = admin.get("/api/admin/stores").json["pagination"]["total"]
        agreed = platform.get(package).data["limits"]["stores"]
        assert statuses[4] in (200, 409)
        assert open_stores <= agreed == (2 if statuses[4] == 200 else 6)
