"""Pins: set by who knows the password, good for approving at a till, never for signing in."""

from typing import Any

import psycopg
import pytest

PASSWORD = "correct horse battery staple"
PIN = "7306"
PATH = "/api/auth/pin"


def set_pin(client: Any, pin: str = PIN, password: str = PASSWORD, **headers: str) -> Any:
    return client.put(PATH, {"current_password": password, "pin": pin}, **headers)


def kept(shop: Any, role: str = "Manager") -> Any:
    with psycopg.connect(shop.service.database.owner) as connection:
        query = "SELECT pin_hash FROM credentials WHERE company_id = %s AND id = %s"
        (row,) = connection.execute(query, [shop.company_id, shop.users[role]]).fetchall()
        return row[0]


def sign_in(shop: Any, password: str) -> Any:
    body = {"username": shop.username("Manager"), "password": password}
    return shop.service.client().post("/api/auth/login", body)


class TestSetting:
    def test_is_a_fact_that_says_nothing_of_the_pin(self, shop: Any) -> None:
        answer = set_pin(shop.client("Manager"))
        assert answer.status == 200
        fact = shop.events()[-1]
        assert fact["type"] == "users.User.PinSet"
        assert str(fact["position"]) == answer.headers["x-event-position"]
        assert PIN not in str(fact["state"])
        assert kept(shop).startswith("$argon2id$")

    def test_needs_the_password(self, shop: Any) -> None:
        refused = set_pin(shop.client("Manager"), password="wrong")
        assert (refused.status, refused.fields) == (422, {"current_password"})
        assert kept(shop) is None

    def test_holds_back_whoever_guesses_the_password(self, shop: Any) -> None:
        client = shop.client("Manager")
        for _ in range(10):
            assert set_pin(client, password="wrong").status == 422
        assert set_pin(client).code == "too_many_requests"
        assert sign_in(shop, PASSWORD).code == "too_many_requests"

    @pytest.mark.parametrize("weak", ["", "730", "730673067", "73O6", "0000", "1234", "1212"])
    def test_refuses_a_weak_one(self, shop: Any, weak: str) -> None:
        refused = set_pin(shop.client("Manager"), weak)
        assert (refused.status, refused.fields, refused.codes) == (422, {"pin"}, {"weak_pin"})
        assert not weak or weak.encode() not in refused.body
        assert kept(shop) is None

    def test_refuses_a_number(self, shop: Any) -> None:
        body = {"current_password": PASSWORD, "pin": 7306}
        assert shop.client("Manager").put(PATH, body).fields == {"pin"}

    def test_again_replaces_the_one_before(self, shop: Any) -> None:
        client = shop.client("Manager")
        set_pin(client)
        first = kept(shop)
        assert set_pin(client, "90417").status == 200
        assert kept(shop) not in (None, first)

    def test_that_is_repeated_gets_the_first_answer(self, shop: Any) -> None:
        client = shop.client("Manager")
        first, again = (set_pin(client, Idempotency_Key="once") for _ in range(2))
        assert (again.status, again.headers["idempotent-replayed"]) == (200, "true")
        assert again.headers["x-event-position"] == first.headers["x-event-position"]


class TestAPin:
    def test_never_signs_in(self, shop: Any) -> None:
        set_pin(shop.client("Manager"))
        assert sign_in(shop, PIN).code == "unauthenticated"
        assert sign_in(shop, PASSWORD).status == 200

    def test_is_not_the_same_for_two(self, shop: Any) -> None:
        for role in ("Manager", "Admin"):
            assert set_pin(shop.client(role)).status == 200
        assert kept(shop) != kept(shop, "Admin")

    def test_ends_with_the_password(self, shop: Any) -> None:
        set_pin(shop.client("Manager"))
        body = {"current_password": PASSWORD, "new_password": "purple monkey dishwasher"}
        assert shop.client("Manager").post("/api/auth/change-password", body).status == 200
        assert kept(shop) is None

    def test_ends_when_the_password_is_set_by_others(self, shop: Any) -> None:
        set_pin(shop.client("Manager"))
        path = f"/api/admin/settings/users/{shop.users['Manager']}/reset-password"
        assert shop.client().post(path, {"new_password": "purple monkey dishwasher"}).status == 200
        assert kept(shop) is None
