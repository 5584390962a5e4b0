"""Signing in, at a desk and at a till, and who may do what: every operation with every role."""

import json
from typing import Any, cast
from uuid import uuid4

import psycopg
import pytest
from argon2 import PasswordHasher

from api.app import create_app
from api.openapi.document import Route, routes_of
from api.operations import PUBLIC, SIGNED_IN
from api.services import Services
from domain.permissions import PERMISSIONS, permissions_of
from tests.conftest import CHEAP

PASSWORD = "correct horse battery staple"
ROLES = ("Admin", "Manager", "Cashier", "Inventory Clerk")
NOTHING = cast("Any", None)


def routes() -> list[Route]:
    """Every operation there is; nobody stands behind these routes, they are only read."""
    services = Services(
        application=NOTHING, authentication=NOTHING, health=NOTHING, pictures=NOTHING, now=NOTHING
    )
    return list(routes_of(create_app(services)))


def path_of(route: Route) -> str:
    """The route's path with ids that nothing has."""
    parts = route.template.replace("{size:int}", "1").replace("{position:int}", "1").split("/")
    return "/".join(str(uuid4()) if part.startswith("{") else part for part in parts)


def call(client: Any, route: Route) -> Any:
    return client.call(route.method, path_of(route), None if route.method == "GET" else {})


def sign_in(shop: Any, username: str, password: str = PASSWORD) -> Any:
    body = {"username": username, "password": password}
    return shop.service.client().post("/api/auth/login", body)


def refresh(shop: Any, token: str) -> Any:
    return shop.service.client().post("/api/auth/refresh", {"refresh_token": token})


def change(shop: Any, statement: Any, *params: Any) -> Any:
    """Change a row of the company as no request would, and answer with what it returns."""
    with psycopg.connect(shop.service.database.owner, autocommit=True) as connection:
        done = connection.execute(statement, [*params, shop.company_id])
        return done.fetchone() if done.description else None


SUSPEND = "UPDATE companies SET status = %s WHERE company_id = %s"
EXPIRE = "UPDATE companies SET subscription_status = %s WHERE company_id = %s"
BAR = "UPDATE users SET is_active = false WHERE id = %s AND company_id = %s"
ARCHIVE = "UPDATE users SET is_active = false, is_archived = true WHERE id = %s AND company_id = %s"
KEEP_HASH = "UPDATE credentials SET password_hash = %s WHERE id = %s AND company_id = %s"
STORED_HASH = "SELECT password_hash FROM credentials WHERE id = %s AND company_id = %s"


class TestSigningIn:
    def test_answers_who_one_is_and_what_one_may_do(self, stocked: Any) -> None:
        shop = stocked.shop
        answer = sign_in(shop, shop.username("Manager"))
        assert answer.status == 200
        user = answer.data["user"]
        assert user["id"] == str(shop.users["Manager"])
        assert user["role"] == {"id": "manager", "name": "Manager"}
        assert user["company"]["id"] == str(shop.company_id)
        assert [store["code"] for store in user["stores"]] == ["MAIN"]
        keys = {permission["action_key"] for permission in answer.data["permissions"]}
        assert keys == permissions_of("Manager")
        assert answer.data["expires_in"] == 900

    def test_the_token_opens_what_the_role_may_see(self, shop: Any) -> None:
        token = sign_in(shop, shop.username("Cashier")).data["token"]
        client = shop.service.client(token)
        me = client.get("/api/auth/me")
        assert me.data["user"]["username"] == shop.username("Cashier")
        assert client.get("/api/cashier/orders").status == 200
        assert client.get("/api/admin/products").code == "forbidden"

    def test_the_name_is_known_whatever_its_case(self, shop: Any) -> None:
        assert sign_in(shop, f"  {shop.username('Cashier').upper()} ").status == 200

    def test_the_last_sign_in_is_remembered(self, shop: Any) -> None:
        first = sign_in(shop, shop.username("Cashier")).data
        assert first["user"]["last_login"] is None
        assert sign_in(shop, shop.username("Cashier")).data["user"]["last_login"].endswith("Z")

    def test_a_wrong_name_and_a_wrong_password_look_the_same(self, shop: Any) -> None:
        refused = [
            sign_in(shop, shop.username("Cashier"), "wrong"),
            sign_in(shop, f"nobody-{uuid4()}"),
            sign_in(shop, shop.username("Cashier"), PASSWORD.upper()),
            sign_in(shop, shop.username("Cashier"), PASSWORD + " "),
            sign_in(shop, shop.username("Cashier"), ""),
        ]
        bodies = set()
        for answer in refused:
            body = answer.json
            assert answer.status == 401
            assert body.pop("request_id")
            bodies.add(json.dumps(body))
        assert len(bodies) == 1
        assert refused[0].headers["www-authenticate"] == "Bearer"

    def test_what_is_no_name_or_password_is_named(self, shop: Any) -> None:
        client = shop.service.client()
        refused = client.post("/api/auth/login", {"username": 1, "password": [], "otp": "1"})
        assert (refused.status, refused.fields) == (422, {"username", "password", "otp"})
        assert client.post("/api/auth/login", {"username": "x", "password": "x" * 1001}).status == 422

    def test_no_answer_carries_a_hash(self, shop: Any) -> None:
        signed_in = sign_in(shop, shop.username("Admin"))
        client = shop.service.client(signed_in.data["token"])
        refreshed = refresh(shop, signed_in.data["refresh_token"])
        for answer in (signed_in, refreshed, client.get("/api/auth/me")):
            assert b"argon2" not in answer.body
            assert b"hash" not in answer.body
            assert b"correct horse" not in answer.body

    def test_passwords_and_tokens_never_reach_the_log(self, shop: Any) -> None:
        signed_in = sign_in(shop, shop.username("Admin")).data
        log = str(shop.events())
        assert "argon2" not in log
        assert signed_in["token"] not in log

    def test_me_is_the_user_the_company_and_what_one_may_do(self, stocked: Any) -> None:
        me = stocked.shop.client("Cashier").get("/api/auth/me")
        assert me.headers["x-read-position"].isdigit()
        assert me.data["user"]["username"] == stocked.shop.username("Cashier")
        assert me.data["company"]["id"] == str(stocked.shop.company_id)
        assert {"action_key": "pos.use"} in me.data["permissions"]
        assert "use" in me.data["access"]["pos"]


class TestWhoMayNotComeIn:
    @pytest.mark.parametrize("gone", [BAR, ARCHIVE])
    def test_somebody_who_left_is_told_what_a_stranger_is_told(self, shop: Any, gone: str) -> None:
        change(shop, gone, shop.users["Cashier"])
        gone_person, stranger = (
            sign_in(shop, name) for name in (shop.username("Cashier"), f"nobody-{uuid4()}")
        )
        assert (gone_person.status, gone_person.json["error"]) == (401, stranger.json["error"])
        assert gone_person.json["message"] == stranger.json["message"]

    @pytest.mark.parametrize("status", ["suspended", "archived"])
    def test_a_company_that_is_closed_lets_nobody_in(self, shop: Any, status: str) -> None:
        change(shop, SUSPEND, status)
        answer = sign_in(shop, shop.username("Admin"))
        assert (answer.status, answer.code) == (403, "company_suspended")
        assert sign_in(shop, shop.username("Admin"), "wrong").code == "unauthenticated"
        change(shop, SUSPEND, "active")
        assert sign_in(shop, shop.username("Admin")).status == 200

    def test_a_company_that_has_not_paid_may_come_in_and_look(self, shop: Any) -> None:
        change(shop, EXPIRE, "expired")
        client = shop.service.client(sign_in(shop, shop.username("Admin")).data["token"])
        assert client.get("/api/admin/products").status == 200
        brand = client.post("/api/admin/settings/brands", {"name": "Acme"})
        assert (brand.status, brand.code) == (403, "subscription_expired")


class TestHashes:
    def test_an_old_hash_is_made_anew_by_the_next_sign_in(self, shop: Any) -> None:
        admin = shop.users["Admin"]
        change(
            shop, KEEP_HASH, PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD), admin
        )
        assert sign_in(shop, shop.username("Admin")).status == 200
        stored = change(shop, STORED_HASH, admin)[0]
        assert stored.startswith("$argon2id$")
        assert not CHEAP.check_needs_rehash(stored)
        assert sign_in(shop, shop.username("Admin")).status == 200

    def test_a_hash_that_is_none_opens_nothing(self, shop: Any) -> None:
        change(shop, KEEP_HASH, "", shop.users["Admin"])
        assert sign_in(shop, shop.username("Admin"), "").status == 401


class TestTheTill:
    def login(self, shop: Any, role: str, password: str = PASSWORD) -> Any:
        body = {"username": shop.username(role), "password": password}
        return shop.service.client().post("/api/auth/pos/login", body)

    def test_learns_its_store_and_its_registers_with_the_sign_in(self, stocked: Any) -> None:
        shop = stocked.shop
        stocked.shop.client().patch(
            f"/api/admin/stores/{stocked.store['id']}", {"receipt_header": "Hello", "receipt_footer": "Bye"}
        )
        answer = self.login(shop, "Cashier")
        assert answer.status == 200
        store = answer.data["store"]
        assert (store["id"], store["code"], store["name"]) == (stocked.store["id"], "MAIN", "Main Street")
        assert (store["timezone"], store["currency"]) == ("Europe/Berlin", "EUR")
        assert (store["receipt_header"], store["receipt_footer"]) == ("Hello", "Bye")
        till = {"id": stocked.register["id"], "name": "Till 1", "code": "1", "store_id": store["id"]}
        assert answer.data["registers"] == [till]
        assert answer.data["open_shift"] is None
        sale = stocked.sale()
        assert shop.service.client(answer.data["token"]).post("/api/pos/orders", sale).status == 201

    def test_learns_which_shift_it_goes_on_with(self, stocked: Any) -> None:
        shop, opening = stocked.shop, {"register_id": stocked.register["id"], "opening_float": 5000}
        shift = shop.client("Cashier").post("/api/pos/shifts/open", opening).data
        assert self.login(shop, "Manager").data["open_shift"] is None
        told = self.login(shop, "Cashier").data["open_shift"]
        assert told == {
            name: shift[name] for name in ("id", "register_id", "store_id", "status", "opened_at")
        }
        path = f"/api/pos/shifts/{shift['id']}/close"
        assert shop.client("Cashier").post(path, {"counted_cash": 5000}).status == 200
        assert self.login(shop, "Cashier").data["open_shift"] is None

    def test_of_several_stores_the_first_by_name_that_is_ones_own(self, stocked: Any) -> None:
        shop, admin = stocked.shop, stocked.shop.client()
        for name in ("Zoo", "Annex"):
            store = admin.post("/api/admin/stores", {"name": name, "code": name.upper()}).data
            admin.post(f"/api/admin/stores/{store['id']}/registers", {"name": f"{name} till", "code": "1"})
        unbound = self.login(shop, "Cashier").data
        assert unbound["store"]["name"] == "Annex"
        assert [register["name"] for register in unbound["registers"]] == ["Annex till", "Till 1", "Zoo till"]
        bind = "UPDATE users SET store_ids = ARRAY[%s::uuid] WHERE id = %s AND company_id = %s"
        change(shop, bind, stocked.store["id"], shop.users["Cashier"])
        bound = self.login(shop, "Cashier").data
        assert bound["store"]["name"] == "Main Street"
        assert [register["name"] for register in bound["registers"]] == ["Till 1"]

    def test_a_company_without_stores_has_none(self, shop: Any) -> None:
        answer = self.login(shop, "Cashier").data
        assert (answer["store"], answer["registers"]) == (None, [])

    def test_is_only_for_those_who_may_sell(self, shop: Any) -> None:
        refused = self.login(shop, "Inventory Clerk")
        assert (refused.status, refused.code, refused.fields) == (403, "forbidden", {"pos.use"})
        assert self.login(shop, "Inventory Clerk", "wrong").code == "unauthenticated"
        denied = "UPDATE users SET denied = ARRAY['pos.use'] WHERE id = %s AND company_id = %s"
        change(shop, denied, shop.users["Cashier"])
        assert self.login(shop, "Cashier").code == "forbidden"


class TestRights:
    @pytest.mark.parametrize("role", ROLES)
    def test_a_role_is_refused_exactly_what_it_lacks_the_key_for(self, shop: Any, role: str) -> None:
        client, keys = shop.client(role), permissions_of(role)
        wrong = []
        # Signing out would end the session, and nobody lacks the key for it.
        for route in routes():
            if route.template == "/api/auth/logout":
                continue
            needed = route.operation.permission
            answer = call(client, route)
            is_refused = answer.status == 403 and answer.code == "forbidden"
            if is_refused != (needed in PERMISSIONS and needed not in keys):
                wrong.append((route.method, route.template))
            elif is_refused:
                assert needed in answer.fields, route.template
        assert wrong == []

    def test_nobody_unknown_gets_past_the_door(self, shop: Any) -> None:
        client = shop.service.client()
        for route in routes():
            answer = call(client, route)
            if route.operation.permission == PUBLIC:
                assert answer.status != 403 or answer.code != "forbidden", route.template
            else:
                assert (answer.status, answer.code) == (401, "unauthenticated"), route.template

    def test_no_role_that_we_do_not_know_may_do_anything(self, shop: Any) -> None:
        client = shop.service.guest(shop.company_id, "Owner")
        for route in routes():
            if route.operation.permission not in (PUBLIC, SIGNED_IN):
                assert call(client, route).status == 403, route.template

    def test_the_document_says_the_same(self, shop: Any) -> None:
        document = shop.service.client().get("/api/openapi.json").json
        for route in routes():
            operation = document["paths"][route.path][route.method.lower()]
            assert operation["x-permission"] == route.operation.permission
