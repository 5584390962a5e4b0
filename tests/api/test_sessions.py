"""Sessions: refreshed, lost, stolen, ended; and rights that change while somebody is signed in."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import dict_row

from commands.ports import Caller
from infra.identity.refresh_tokens import RefreshToken, pepper_of
from infra.identity.tokens import Tokens
from infra.postgres.transactions import transaction
from projections.sessions import list_sessions

SECRET = "a secret that is only good for tests, and long enough"
OLD_SECRET = "the-secret-of-last-year-which-is-long-enough"
PASSWORD = "correct horse battery staple"
#: How many requests are enough to be sure that both processes of the server were asked.
SEVERAL = 20


def sign_in(shop: Any, role: str = "Cashier", **headers: str) -> Any:
    body = {"username": shop.username(role), "password": PASSWORD}
    return shop.service.client().post("/api/auth/login", body, **headers).data


def refresh(service: Any, token: str, **headers: str) -> Any:
    return service.client().post("/api/auth/refresh", {"refresh_token": token}, **headers)


def change(shop: Any, statement: Any, *params: Any) -> None:
    """Change a row of the company as no request would."""
    with psycopg.connect(shop.service.database.owner, autocommit=True) as connection:
        connection.execute(statement, [*params, shop.company_id])


LATER = "UPDATE sessions SET rotated_at = now() - interval '11 seconds' WHERE company_id = %s"
#: As if it was so at every moment of the test, however long that takes.
JUST_NOW = "UPDATE sessions SET rotated_at = now() + interval '1 hour' WHERE company_id = %s"
EXPIRE = "UPDATE sessions SET expires_at = now() - interval '1 second' WHERE company_id = %s"
FORGET = "DELETE FROM sessions WHERE company_id = %s"
BAR = "UPDATE users SET is_active = false WHERE id = %s AND company_id = %s"
SUSPEND = "UPDATE companies SET status = %s WHERE company_id = %s"
PROMOTE = (
    "UPDATE users SET role = 'Manager', rights_version = rights_version + 1 WHERE id = %s AND company_id = %s"
)


def rotations(shop: Any) -> list[Any]:
    """When each session's token was last exchanged."""
    with psycopg.connect(shop.service.database.owner) as connection:
        query = "SELECT id, rotated_at FROM sessions WHERE company_id = %s ORDER BY id"
        return connection.execute(query, [shop.company_id]).fetchall()


def me(shop: Any, token: str) -> Any:
    return shop.service.client(token).get("/api/auth/me")


class TestRefreshing:
    def test_gives_new_tokens_each_time(self, shop: Any) -> None:
        first = sign_in(shop)
        second = refresh(shop.service, first["refresh_token"])
        assert second.status == 200
        assert second.data["refresh_token"] != first["refresh_token"]
        assert me(shop, second.data["token"]).status == 200
        assert refresh(shop.service, second.data["refresh_token"]).status == 200

    def test_a_lost_answer_can_be_asked_for_again(self, shop: Any) -> None:
        first = sign_in(shop)["refresh_token"]
        answers = [refresh(shop.service, first)]
        change(shop, JUST_NOW)
        answers += [refresh(shop.service, first) for _ in range(2)]
        assert {answer.status for answer in answers} == {200}
        assert len({answer.data["refresh_token"] for answer in answers}) == 1
        for answer in answers:
            assert me(shop, answer.data["token"]).status == 200
            assert refresh(shop.service, answer.data["refresh_token"]).status == 200

    def test_but_not_later(self, shop: Any) -> None:
        first = sign_in(shop)["refresh_token"]
        second = refresh(shop.service, first).data
        change(shop, LATER)
        refused = refresh(shop.service, first)
        assert (refused.status, refused.code) == (401, "token_revoked")
        assert refresh(shop.service, second["refresh_token"]).code == "token_revoked"
        assert me(shop, second["token"]).code == "token_revoked"

    def test_asking_again_makes_the_moment_no_longer(self, shop: Any) -> None:
        first = sign_in(shop)["refresh_token"]
        second = refresh(shop.service, first).data["refresh_token"]
        change(shop, JUST_NOW)
        before = rotations(shop)
        assert refresh(shop.service, first).data["refresh_token"] == second
        assert refresh(shop.service, second).data["refresh_token"] == second
        assert rotations(shop) == before

    def test_an_older_one_ends_the_session(self, shop: Any) -> None:
        first = sign_in(shop)["refresh_token"]
        second = refresh(shop.service, first).data["refresh_token"]
        change(shop, LATER)
        third = refresh(shop.service, second).data
        assert third["refresh_token"] not in (first, second)
        assert refresh(shop.service, first).code == "token_revoked"
        assert refresh(shop.service, third["refresh_token"]).code == "token_revoked"

    def test_ends_no_other_session_of_the_user(self, shop: Any) -> None:
        stolen, other = sign_in(shop), sign_in(shop)
        refresh(shop.service, stolen["refresh_token"])
        change(shop, LATER)
        refresh(shop.service, stolen["refresh_token"])
        assert me(shop, stolen["token"]).code == "token_revoked"
        assert me(shop, other["token"]).status == 200
        assert refresh(shop.service, other["refresh_token"]).status == 200

    def test_tabs_that_refresh_at_once_all_stay_signed_in(self, shop: Any) -> None:
        token = sign_in(shop)["refresh_token"]

        def live(_: int) -> list[Any]:
            """A tab that goes on with whatever it was answered, and does not know of the others."""
            own, answers = token, []
            for _ in range(4):
                answers.append(refresh(shop.service, own))
                own = answers[-1].data["refresh_token"]
            return [*answers, me(shop, answers[-1].data["token"])]

        with ThreadPoolExecutor(8) as tabs:
            answers = [answer for tab in tabs.map(live, range(8)) for answer in tab]
        assert {answer.status for answer in answers} == {200}

    def test_a_successor_outlives_the_key_that_made_it(
        self, shop: Any, serve_here: Callable[..., Any]
    ) -> None:
        with serve_here(MIPOS_SECRET_KEY=OLD_SECRET) as old:
            body = {"username": shop.username("Cashier"), "password": PASSWORD}
            first = old.client().post("/api/auth/login", body).data["refresh_token"]
            second = refresh(old, first).data["refresh_token"]
        change(shop, JUST_NOW)
        with serve_here(MIPOS_FORMER_SECRET_KEYS=OLD_SECRET) as new:
            again = refresh(new, first)
            assert (again.status, refresh(new, second).status) == (200, 200)
            assert refresh(new, again.data["refresh_token"]).status == 200

    def test_a_made_up_one_is_refused_and_ends_nothing(self, shop: Any) -> None:
        signed_in = sign_in(shop)
        company, session, secret = signed_in["refresh_token"].split(".")
        for token in (
            "",
            "x",
            "a.b.c",
            "..",
            f"{uuid4().hex}.{session}.{secret}",
            f"{company}.{uuid4().hex}.{secret}",
            f"{company}.{session}.",
            f"{company}.{session}.{'0' * len(secret)}",
            f"{company}.{session}.ä\u0000",
        ):
            answer = refresh(shop.service, token)
            assert (answer.status, answer.code) == (401, "unauthenticated"), token
        assert refresh(shop.service, signed_in["refresh_token"]).status == 200

    def test_a_session_of_another_company_is_none(self, shop: Any, make_shop: Callable[..., Any]) -> None:
        signed_in = sign_in(shop)
        session_id = UUID(hex=signed_in["refresh_token"].split(".")[1])
        theirs = RefreshToken.fresh(make_shop().company_id, session_id).write(pepper_of(SECRET))
        assert refresh(shop.service, theirs).status == 401
        assert refresh(shop.service, signed_in["refresh_token"]).status == 200

    @pytest.mark.parametrize("end", [EXPIRE, FORGET])
    def test_past_its_time_it_has_expired(self, shop: Any, end: str) -> None:
        token = sign_in(shop)["refresh_token"]
        change(shop, end)
        answer = refresh(shop.service, token)
        assert (answer.status, answer.code) == (401, "token_expired")

    def test_of_somebody_who_left_it_is_revoked(self, shop: Any) -> None:
        signed_in = sign_in(shop)
        change(shop, BAR, shop.users["Cashier"])
        assert me(shop, signed_in["token"]).code == "token_revoked"
        assert refresh(shop.service, signed_in["refresh_token"]).code == "token_revoked"

    def test_in_a_suspended_company_it_waits(self, shop: Any) -> None:
        token = sign_in(shop)["refresh_token"]
        change(shop, SUSPEND, "suspended")
        answer = refresh(shop.service, token)
        assert (answer.status, answer.code) == (403, "company_suspended")
        change(shop, SUSPEND, "active")
        assert refresh(shop.service, token).status == 200

    def test_changed_rights_come_with_the_next_token(self, shop: Any) -> None:
        signed_in = sign_in(shop)
        change(shop, PROMOTE, shop.users["Cashier"])
        for _ in range(SEVERAL):
            assert me(shop, signed_in["token"]).code == "token_expired"
        fresh = refresh(shop.service, signed_in["refresh_token"]).data
        assert fresh["user"]["role"]["name"] == "Manager"
        assert shop.service.client(fresh["token"]).get("/api/admin/products").status == 200


class TestSigningOut:
    def test_stops_both_tokens_at_once_in_every_process(self, shop: Any) -> None:
        signed_in = sign_in(shop)
        client = shop.service.client(signed_in["token"])
        for _ in range(SEVERAL):
            assert client.get("/api/cashier/orders").status == 200
        assert client.post("/api/auth/logout").status == 200
        for _ in range(SEVERAL):
            assert client.get("/api/cashier/orders").code == "token_revoked"
        assert client.post("/api/auth/logout").code == "token_revoked"
        assert refresh(shop.service, signed_in["refresh_token"]).code == "token_revoked"

    def test_needs_no_body(self, shop: Any) -> None:
        client = shop.service.client(sign_in(shop)["token"])
        assert client.call("POST", "/api/auth/logout").status == 200

    def test_ends_one_session_and_no_other(self, shop: Any) -> None:
        here, there = sign_in(shop), sign_in(shop)
        shop.service.client(here["token"]).post("/api/auth/logout")
        assert me(shop, there["token"]).status == 200
        assert refresh(shop.service, there["refresh_token"]).status == 200

    def test_can_always_be_done(self, shop: Any) -> None:
        signed_in = sign_in(shop)
        change(shop, SUSPEND, "suspended")
        change(shop, PROMOTE, shop.users["Cashier"])
        assert shop.service.client(signed_in["token"]).post("/api/auth/logout").status == 200

    def test_a_stranger_cannot(self, shop: Any) -> None:
        assert shop.service.client().post("/api/auth/logout").code == "unauthenticated"


class TestSessionsOfAnotherCompany:
    def test_open_nothing_here(self, shop: Any, make_shop: Callable[..., Any]) -> None:
        theirs = make_shop()
        mixed = Caller(
            company_id=shop.company_id,
            user_id=shop.users["Admin"],
            session_id=theirs.users["Admin"],
            role="Admin",
        )
        client = shop.service.client(Tokens(SECRET, 600).issue(mixed))
        assert client.get("/api/admin/products").code == "token_revoked"

    def test_open_nothing_for_another_user_either(self, shop: Any) -> None:
        mixed = Caller(
            company_id=shop.company_id,
            user_id=shop.users["Admin"],
            session_id=shop.users["Cashier"],
            role="Admin",
        )
        client = shop.service.client(Tokens(SECRET, 600).issue(mixed))
        assert client.get("/api/admin/products").code == "token_revoked"


class TestTheList:
    def sessions(self, shop: Any, user_id: UUID, current: UUID | None = None) -> list[dict[str, Any]]:
        with (
            psycopg.connect(shop.service.database.app, autocommit=True, row_factory=dict_row) as connection,
            transaction(connection, shop.company_id, reading=True) as db,
        ):
            return list_sessions(db, user_id, current)

    def test_says_where_and_when_each_was_used(self, shop: Any) -> None:
        signed_in = sign_in(shop, User_Agent="Till 7/1.0")
        session_id = UUID(hex=signed_in["refresh_token"].split(".")[1])
        newest, oldest = self.sessions(shop, shop.users["Cashier"], session_id)
        assert newest["id"] == session_id
        assert (newest["address"], newest["user_agent"]) == ("127.0.0.1", "Till 7/1.0")
        assert newest["created_at"] == newest["last_used_at"] < newest["expires_at"]
        assert (newest["current"], oldest["current"]) == (True, False)
        assert newest.keys() == {
            "id",
            "created_at",
            "last_used_at",
            "expires_at",
            "address",
            "user_agent",
            "current",
        }

    def test_moves_with_each_refresh(self, shop: Any) -> None:
        signed_in = sign_in(shop, User_Agent="Till 7/1.0")
        before = self.sessions(shop, shop.users["Cashier"])[0]
        refresh(shop.service, signed_in["refresh_token"], User_Agent="x" * 1000)
        after = self.sessions(shop, shop.users["Cashier"])[0]
        assert after["user_agent"] == "x" * 300
        assert after["last_used_at"] > before["last_used_at"]
        assert after["expires_at"] > before["expires_at"]
        assert after["created_at"] == before["created_at"]

    def test_leaves_out_what_has_ended(self, shop: Any) -> None:
        signed_in = sign_in(shop)
        shop.service.client(signed_in["token"]).post("/api/auth/logout")
        assert [one["id"] for one in self.sessions(shop, shop.users["Cashier"])] == [shop.users["Cashier"]]
        change(shop, EXPIRE)
        assert self.sessions(shop, shop.users["Cashier"]) == []


class TestChangingTheKey:
    BRANDS = "/api/admin/settings/brands"

    def sign_in_at(self, service: Any, shop: Any) -> Any:
        body = {"username": shop.username("Admin"), "password": PASSWORD}
        return service.client().post("/api/auth/login", body).data

    def test_tills_go_on_while_the_former_key_is_named(
        self, shop: Any, serve_here: Callable[..., Any]
    ) -> None:
        brand = {"name": "Acme"}
        with serve_here(MIPOS_SECRET_KEY=OLD_SECRET) as old:
            signed_in = self.sign_in_at(old, shop)
            answer = old.client(signed_in["token"]).post(self.BRANDS, brand, Idempotency_Key="before")
        with serve_here(MIPOS_SECRET_KEY=SECRET, MIPOS_FORMER_SECRET_KEYS=OLD_SECRET) as renewed:
            client = renewed.client(signed_in["token"])
            again = client.post(self.BRANDS, brand, Idempotency_Key="before")
            assert again.headers["idempotent-replayed"] == "true"
            assert again.data == answer.data
            other = client.post(self.BRANDS, {"name": "Other"}, Idempotency_Key="before")
            assert other.code == "idempotency_key_reused"
            fresh = refresh(renewed, signed_in["refresh_token"])
            assert fresh.status == 200
        assert me(shop, fresh.data["token"]).status == 200
        assert refresh(shop.service, fresh.data["refresh_token"]).status == 200

    def test_without_it_everybody_signs_in_anew(self, shop: Any, serve_here: Callable[..., Any]) -> None:
        with serve_here(MIPOS_SECRET_KEY=OLD_SECRET) as old:
            signed_in = self.sign_in_at(old, shop)
        assert me(shop, signed_in["token"]).code == "unauthenticated"
        assert refresh(shop.service, signed_in["refresh_token"]).code == "unauthenticated"
        assert self.sign_in_at(shop.service, shop)


class TestTokensOfAnotherClock:
    def test_are_good_when_it_is_a_minute_ahead_and_not_when_it_is_further(self, shop: Any) -> None:
        admin = shop.users["Admin"]
        caller = Caller(company_id=shop.company_id, user_id=admin, session_id=admin, role="Admin")
        for ahead, status in ((50, 200), (-50, 200), (90, 401)):
            token = Tokens(SECRET, 600).issue(caller, now=time.time() + ahead)
            assert me(shop, token).status == status, ahead
