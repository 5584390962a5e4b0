"""Signing in, tokens, and who may do what: every operation with every role."""

import base64
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast
from uuid import uuid4

import jwt
import pytest

from api.app import create_app
from api.gateway import House
from api.openapi.document import Route, routes_of
from api.operations import PUBLIC, SIGNED_IN
from domain.permissions import PERMISSIONS, permissions_of

SECRET = "a secret that is only good for tests, and long enough"
PASSWORD = "correct horse battery staple"
ROLES = ("Admin", "Manager", "Cashier", "Inventory Clerk")
NOTHING = cast("Any", None)


def routes() -> list[Route]:
    """Every operation there is; nobody stands behind these routes, they are only read."""
    house = House(gateway=NOTHING, authentication=NOTHING, health=NOTHING, now=NOTHING)
    return list(routes_of(create_app(house)))


def path_of(route: Route) -> str:
    """The route's path with ids that nothing has."""
    parts = route.template.split("/")
    return "/".join(str(uuid4()) if part.startswith("{") else part for part in parts)


def call(client: Any, route: Route) -> Any:
    return client.call(route.method, path_of(route), None if route.method == "GET" else {})


def sign_in(shop: Any, username: str, password: str = PASSWORD) -> Any:
    body = {"username": username, "password": password}
    return shop.service.client().post("/api/auth/login", body)


def refresh(shop: Any, token: str) -> Any:
    return shop.service.client().post("/api/auth/refresh", {"refresh_token": token})


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
        told = set()
        for answer in refused:
            body = answer.json
            assert answer.status == 401
            assert body.pop("request_id")
            told.add(json.dumps(body))
        assert len(told) == 1
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


class TestRefreshing:
    def test_each_token_is_good_once(self, shop: Any) -> None:
        first = sign_in(shop, shop.username("Cashier")).data
        second = refresh(shop, first["refresh_token"])
        assert second.status == 200
        assert second.data["refresh_token"] != first["refresh_token"]
        assert shop.service.client(second.data["token"]).get("/api/auth/me").status == 200
        assert refresh(shop, first["refresh_token"]).code == "unauthenticated"

    def test_a_used_one_ends_the_whole_family(self, shop: Any) -> None:
        first = sign_in(shop, shop.username("Cashier")).data["refresh_token"]
        second = refresh(shop, first).data["refresh_token"]
        assert refresh(shop, first).status == 401
        assert refresh(shop, second).status == 401

    def test_of_many_at_once_one_succeeds(self, shop: Any) -> None:
        token = sign_in(shop, shop.username("Cashier")).data["refresh_token"]
        with ThreadPoolExecutor(4) as many:
            statuses = sorted(many.map(lambda _: refresh(shop, token).status, range(4)))
        assert statuses == [200, 401, 401, 401]

    def test_a_made_up_one_is_refused(self, shop: Any) -> None:
        real = sign_in(shop, shop.username("Cashier")).data["refresh_token"]
        company, session, secret = real.split(".")
        for token in (
            "",
            "x",
            "a.b.c",
            "..",
            f"{uuid4().hex}.{session}.{secret}",
            f"{company}.{uuid4().hex}.{secret}",
            f"{company}.{session}.",
            f"{company}.{session}.ä\u0000",
        ):
            answer = refresh(shop, token)
            assert (answer.status, answer.code) == (401, "unauthenticated"), token


class TestTokens:
    def claims(self, shop: Any, **more: Any) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": "mipos",
            "aud": "mipos-api",
            "iat": now,
            "nbf": now,
            "exp": now + 600,
            "jti": str(uuid4()),
            "sub": str(shop.users["Admin"]),
            "cid": str(shop.company_id),
            "sid": str(uuid4()),
            "role": "Admin",
            "stores": [],
            **more,
        }

    def answer(self, shop: Any, token: str) -> Any:
        return shop.service.client(token).get("/api/auth/me")

    def test_a_token_made_with_our_key_is_good(self, shop: Any) -> None:
        assert self.answer(shop, jwt.encode(self.claims(shop), SECRET, "HS256")).status == 200

    def test_an_old_one_has_expired(self, shop: Any) -> None:
        old = self.claims(shop, exp=int(time.time()) - 1)
        answer = self.answer(shop, jwt.encode(old, SECRET, "HS256"))
        assert (answer.status, answer.code) == (401, "token_expired")

    def forged(self, shop: Any) -> Iterator[str]:
        good = self.claims(shop)
        for name, value in (
            ("aud", "others"),
            ("iss", "others"),
            ("nbf", int(time.time()) + 600),
            ("sub", "x"),
            ("cid", None),
            ("role", ["Admin"]),
            ("stores", "x"),
            ("exp", "soon"),
        ):
            yield jwt.encode({**good, name: value}, SECRET, "HS256")
        for name in ("aud", "iss", "exp", "nbf", "jti", "sub", "cid", "sid", "role"):
            kept = {key: value for key, value in good.items() if key != name}
            yield jwt.encode(kept, SECRET, "HS256")
        yield jwt.encode(good, "some other secret that is long enough, too", "HS256")
        yield jwt.encode(good, SECRET, "HS384")
        yield jwt.encode(good, None, "none")
        real = jwt.encode(good, SECRET, "HS256")
        head, body, signature = real.split(".")
        loose = base64.urlsafe_b64encode(json.dumps({**good, "role": "Super Admin"}).encode())
        yield f"{head}.{loose.decode().rstrip('=')}.{signature}"
        yield f"{head}.{body}."
        yield f"{head}.{body}"
        yield f"{real}x"
        yield from ("x", "a.b.c", "Ä", "." * 10, "x" * 4000)

    def test_what_is_not_ours_is_refused(self, shop: Any) -> None:
        for token in self.forged(shop):
            answer = self.answer(shop, token)
            assert (answer.status, answer.code) == (401, "unauthenticated"), token

    def test_other_schemes_are_refused(self, shop: Any) -> None:
        client, token = shop.service.client(), shop.token()
        for given in ("", "Bearer", "Bearer ", "Basic YTpi", token, f"Token {token}", "Bearer  "):
            answer = client.get("/api/auth/me", Authorization=given)
            assert (answer.status, answer.code) == (401, "unauthenticated"), given
        assert client.get("/api/auth/me", Authorization=f"bearer {token}").status == 200

    def test_a_token_for_a_company_that_is_not_there_sees_nothing(self, shop: Any) -> None:
        token = jwt.encode(self.claims(shop, cid=str(uuid4())), SECRET, "HS256")
        client = shop.service.client(token)
        assert client.get("/api/admin/products").data == []
        assert client.get(f"/api/admin/stores/{uuid4()}").status == 404


class TestRights:
    @pytest.mark.parametrize("role", ROLES)
    def test_a_role_is_refused_exactly_what_it_lacks_the_key_for(self, shop: Any, role: str) -> None:
        client, keys = shop.client(role), permissions_of(role)
        wrong = []
        for route in routes():
            needed = route.operation.permission
            is_refused = call(client, route).status == 403
            if is_refused != (needed in PERMISSIONS and needed not in keys):
                wrong.append((route.method, route.template))
        assert wrong == []

    def test_nobody_unknown_gets_past_the_door(self, shop: Any) -> None:
        client = shop.service.client()
        for route in routes():
            answer = call(client, route)
            if route.operation.permission == PUBLIC:
                assert answer.status != 403, route.template
            else:
                assert (answer.status, answer.code) == (401, "unauthenticated"), route.template

    def test_no_role_that_we_do_not_know_may_do_anything(self, shop: Any) -> None:
        claims = TestTokens().claims(shop, role="Owner")
        client = shop.service.client(jwt.encode(claims, SECRET, "HS256"))
        for route in routes():
            if route.operation.permission not in (PUBLIC, SIGNED_IN):
                assert call(client, route).status == 403, route.template

    def test_the_document_says_the_same(self, shop: Any) -> None:
        document = shop.service.client().get("/api/openapi.json").json
        for route in routes():
            told = document["paths"][route.path][route.method.lower()]
            assert told["x-permission"] == route.operation.permission
