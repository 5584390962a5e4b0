"""Roles and permissions: what a role holds, and what one user holds beside it, over every route."""

from collections.abc import Callable
from typing import Any

import pytest

from domain.permissions import PERMISSIONS, permissions_of

SETTINGS = "/api/admin/settings"
USERS = f"{SETTINGS}/users"
PASSWORD = "correct horse battery staple"


@pytest.fixture
def hire(shop: Any) -> Callable[..., Any]:
    """Takes on a user in a role and gives a client signed in as them."""

    def hire_one(role: str, **rights: Any) -> Any:
        name = f"new-{role}@{shop.company_id}"
        body = {"username": name, "password": PASSWORD, "role_id": role, **rights}
        assert shop.client().post(USERS, body).status == 201
        signed_in = shop.service.client().post("/api/auth/login", {"username": name, "password": PASSWORD})
        return shop.service.client(signed_in.data["token"])

    return hire_one


def put(client: Any, path: str, body: Any) -> Any:
    return client.call("PUT", path, body)


class TestTheMatrix:
    def test_names_the_roles_of_a_company_with_their_keys(self, shop: Any) -> None:
        roles = shop.client().get(f"{SETTINGS}/roles").data
        assert [role["id"] for role in roles] == ["admin", "manager", "cashier", "inventory_clerk"]
        for role in roles:
            assert set(role["permissions"]) == permissions_of(role["name"])
            assert role["description"]

    def test_names_every_permission_with_what_it_allows(self, shop: Any) -> None:
        permissions = shop.client().get(f"{SETTINGS}/permissions").data
        assert [permission["action_key"] for permission in permissions] == list(PERMISSIONS)
        for permission in permissions:
            assert f"{permission['resource']}.{permission['action']}" == permission["action_key"]
            assert (permission["description"], tuple(permission["roles"])) == PERMISSIONS[
                permission["action_key"]
            ]

    def test_is_for_those_who_see_users(self, shop: Any) -> None:
        for name in ("roles", "permissions"):
            assert shop.client("Manager").get(f"{SETTINGS}/{name}").code == "forbidden"


class TestOneUser:
    def sources(self, answer: Any) -> dict[str, tuple[bool, str]]:
        permissions = answer.data["permissions"]
        assert [one["action_key"] for one in permissions] == list(PERMISSIONS)
        return {one["action_key"]: (one["allowed"], one["source"]) for one in permissions}

    def test_holds_keys_by_role_by_grant_or_not(self, shop: Any) -> None:
        admin, path = shop.client(), f"{USERS}/{shop.users['Cashier']}/permissions"
        body = {"granted": ["products.view", "audit.view"], "denied": ["pos.use", "costs.view"]}
        answer = put(admin, path, body)
        assert (answer.status, answer.headers["etag"]) == (200, '"2"')
        sources = self.sources(answer)
        assert sources["products.view"] == (True, "granted")
        assert sources["cashier.orders"] == (True, "role")
        assert sources["pos.use"] == sources["costs.view"] == (False, "denied")
        assert sources["stores.view"] == (False, "none")
        assert answer.data["granted"] == ["audit.view", "products.view"]
        assert answer.data["denied"] == ["costs.view", "pos.use"]
        assert admin.get(path).data == answer.data

    def test_the_order_of_keys_is_no_change_and_a_list_left_out_stays(self, shop: Any) -> None:
        admin, path = shop.client(), f"{USERS}/{shop.users['Cashier']}/permissions"
        put(admin, path, {"granted": ["stores.view", "brands.view"], "denied": ["pos.use"]})
        before = len(shop.events())
        for body in ({"granted": ["brands.view", "stores.view", "brands.view"]}, {}):
            assert put(admin, path, body).data["denied"] == ["pos.use"]
        assert len(shop.events()) == before
        assert put(admin, path, {"denied": []}).data["granted"] == ["brands.view", "stores.view"]

    def test_what_is_no_key_or_both_is_named(self, shop: Any) -> None:
        admin, path = shop.client(), f"{USERS}/{shop.users['Cashier']}/permissions"
        put(admin, path, {"granted": ["stores.view"]})
        before = len(shop.events())
        for body, fields in (
            ({"granted": ["stores.view", "stores.rob"], "denied": ["x"]}, {"granted.1", "denied.0"}),
            ({"denied": ["stores.view"]}, {"denied"}),
            ({"granted": ["x" * 10_000]}, {"granted.0"}),
            ({"granted": None}, {"granted"}),
        ):
            answer = put(admin, path, body)
            assert (answer.status, answer.fields) == (422, fields)
        assert len(shop.events()) == before


class TestWhatKeysOpen:
    def test_a_granted_key_opens_its_routes_and_no_others(self, hire: Callable[..., Any]) -> None:
        cashier = hire("cashier", granted=["products.view", "brands.create", "reports.sales.view"])
        assert cashier.get("/api/admin/products").status == 200
        assert cashier.post(f"{SETTINGS}/brands", {"name": "Acme"}).status == 201
        period = "from=2026-01-01&to=2026-01-02"
        report = cashier.get(f"/api/admin/reports/sales-summary/overview?{period}")
        assert report.status == 200
        assert "gross_profit" not in report.data["overall"]
        assert cashier.get(f"{SETTINGS}/brands").code == "forbidden"
        assert cashier.post("/api/admin/products", {}).code == "forbidden"

    def test_a_denied_key_closes_its_routes_and_no_others(self, hire: Callable[..., Any]) -> None:
        manager = hire("manager", denied=["products.view", "orders.view"])
        assert manager.get("/api/admin/products").code == "forbidden"
        assert manager.get(f"{SETTINGS}/brands").status == 200

    def test_a_granted_key_reaches_no_further_than_the_stores(
        self, stocked: Any, hire: Callable[..., Any]
    ) -> None:
        admin = stocked.shop.client()
        other = admin.post("/api/admin/stores", {"name": "Airport", "code": "AIR"}).data
        cashier = hire("cashier", granted=["stores.view", "inventory.view"], store_ids=[other["id"]])
        assert [store["code"] for store in cashier.get("/api/admin/stores").data] == ["AIR"]
        assert cashier.get("/api/admin/inventory/levels").data == []

    def test_a_cashier_may_be_let_override_prices(self, stocked: Any, hire: Callable[..., Any]) -> None:
        line = {"variant_id": stocked.variant_id, "quantity": 1, "unit_price": 100}
        sale = stocked.sale(lines=[line], payments=[{"method": "cash", "amount": 100}])
        assert stocked.shop.client("Cashier").post("/api/pos/orders", sale).status == 403
        assert hire("cashier", granted=["pos.price_override"]).post("/api/pos/orders", sale).status == 201

    def test_a_denial_counts_at_once(self, shop: Any, hire: Callable[..., Any]) -> None:
        manager = hire("manager")
        user_id = manager.get("/api/auth/me").data["user"]["id"]
        put(shop.client(), f"{USERS}/{user_id}/permissions", {"denied": ["products.view"]})
        assert manager.get("/api/admin/products").code == "token_expired"
