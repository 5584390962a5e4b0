"""Passwords changed, forgotten and set anew; what is sent, and what is never told."""

import email
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email import policy
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.waiting import eventually

PASSWORD = "correct horse battery staple"
NEW = "purple monkey dishwasher"
TOKEN = re.compile(r"^[A-Za-z0-9_-]{86}$", re.MULTILINE)


def sign_in(shop: Any, role: str = "Cashier", password: str = PASSWORD) -> Any:
    body = {"username": shop.username(role), "password": password}
    return shop.service.client().post("/api/auth/login", body)


def signed_in(shop: Any, role: str = "Cashier", password: str = PASSWORD) -> Any:
    return shop.service.client(sign_in(shop, role, password).data["token"])


def change(shop: Any, statement: Any, *params: Any) -> None:
    """Change a row of the company as no request would."""
    with psycopg.connect(shop.service.database.owner, autocommit=True) as connection:
        connection.execute(statement, [*params, shop.company_id])


def stored_resets(shop: Any) -> list[Any]:
    with psycopg.connect(shop.service.database.owner) as connection:
        query = "SELECT user_id, token_hash FROM password_resets WHERE company_id = %s"
        return connection.execute(query, [shop.company_id]).fetchall()


SUSPEND = "UPDATE companies SET status = %s WHERE company_id = %s"
EXPIRE = "UPDATE companies SET subscription_status = 'expired' WHERE company_id = %s"
BAR = "UPDATE users SET is_active = false WHERE id = %s AND company_id = %s"
WRITE_TO = "UPDATE users SET email = %s WHERE id = %s AND company_id = %s"
RENAME = "UPDATE users SET username = 'no address' WHERE id = %s AND company_id = %s"
LATER = "UPDATE password_resets SET expires_at = now() - interval '1 second' WHERE company_id = %s"


class TestChanging:
    def change(self, client: Any, current: str, new: str, **headers: str) -> Any:
        body = {"current_password": current, "new_password": new}
        return client.post("/api/auth/change-password", body, **headers)

    def test_the_new_one_opens_and_the_old_one_no_longer_does(self, shop: Any) -> None:
        client = signed_in(shop)
        assert self.change(client, PASSWORD, NEW).status == 200
        assert sign_in(shop, password=PASSWORD).code == "unauthenticated"
        assert sign_in(shop, password=NEW).status == 200

    def test_ends_every_other_session_and_keeps_this_one(self, shop: Any) -> None:
        here, there = signed_in(shop), signed_in(shop)
        colleague = shop.client("Admin")
        self.change(here, PASSWORD, NEW)
        assert here.get("/api/auth/me").status == 200
        assert there.get("/api/auth/me").code == "token_revoked"
        assert shop.client("Cashier").get("/api/auth/me").code == "token_revoked"
        assert colleague.get("/api/auth/me").status == 200

    def test_is_a_fact_that_says_nothing_of_the_password(self, shop: Any) -> None:
        answer = self.change(signed_in(shop), PASSWORD, NEW)
        fact = shop.events()[-1]
        assert fact["type"] == "users.User.PasswordReset"
        assert fact["metadata"]["actor"] == str(shop.users["Cashier"])
        assert answer.headers["x-event-position"] == str(fact["position"])
        assert NEW not in str(shop.events())

    def test_needs_the_current_one(self, shop: Any) -> None:
        refused = self.change(signed_in(shop), "wrong", NEW)
        assert (refused.status, refused.code) == (422, "validation_failed")
        assert refused.fields == {"current_password"}
        assert sign_in(shop).status == 200
        assert shop.events()[-1]["type"] != "users.User.PasswordReset"

    @pytest.mark.parametrize("weak", ["short", "aaaaaaaaaaaa", "password1", "username", "local part"])
    def test_refuses_a_weak_one(self, shop: Any, weak: str) -> None:
        username = shop.username("Cashier")
        password = {"username": username, "local part": username.partition("@")[0] * 2}.get(weak, weak)
        password = "cashier" if weak == "local part" else password
        refused = self.change(signed_in(shop), PASSWORD, password)
        assert (refused.status, refused.code) == (422, "validation_failed")
        (detail,) = refused.json["error"]["details"]
        assert (detail["field"], detail["code"]) == ("new_password", "weak_password")
        assert password.encode() not in refused.body

    def test_whoever_guesses_the_current_one_is_held_back(self, shop: Any) -> None:
        client = signed_in(shop)
        for _ in range(10):
            assert self.change(client, "wrong", NEW).status == 422
        refused = self.change(client, PASSWORD, NEW)
        assert (refused.status, refused.code) == (429, "too_many_requests")
        assert sign_in(shop).status == 429

    def test_in_a_suspended_company_nothing_is_written(self, shop: Any) -> None:
        client = signed_in(shop)
        change(shop, SUSPEND, "suspended")
        assert self.change(client, PASSWORD, NEW).code == "company_suspended"
        change(shop, SUSPEND, "active")
        assert sign_in(shop).status == 200

    def test_a_repetition_gets_the_first_answer(self, shop: Any) -> None:
        client = signed_in(shop)
        first = self.change(client, PASSWORD, NEW, Idempotency_Key="once")
        again = self.change(client, PASSWORD, NEW, Idempotency_Key="once")
        assert (again.status, again.headers["idempotent-replayed"]) == (200, "true")
        assert again.headers["x-event-position"] == first.headers["x-event-position"]
        assert self.change(client, NEW, PASSWORD, Idempotency_Key="once").code == "idempotency_key_reused"

    def test_what_is_kept_of_a_request_cannot_be_tried_out(self, shop: Any) -> None:
        self.change(signed_in(shop), PASSWORD, NEW, Idempotency_Key="once")
        with psycopg.connect(shop.service.database.owner) as connection:
            query = "SELECT fingerprint, body FROM idempotency_keys WHERE company_id = %s"
            ((fingerprint, body),) = connection.execute(query, [shop.company_id]).fetchall()
        assert len(fingerprint) == 32
        assert NEW.encode() not in body
        assert fingerprint != plain_fingerprint(shop)


def plain_fingerprint(shop: Any) -> bytes:
    """The fingerprint of that request as anybody could make it."""
    from commands.outcomes import IdempotencyKey  # noqa: PLC0415

    body = f'{{"current_password": "{PASSWORD}", "new_password": "{NEW}"}}'.encode()
    parts = (str(shop.users["Cashier"]).encode(), b"POST", b"/api/auth/change-password", body)
    return IdempotencyKey.of("once", *parts).fingerprint


def messages_to(folder: Path, address: str, number: int = 1) -> list[Any]:
    """The messages to an address, oldest first, as soon as there are so many."""

    def own() -> list[Any]:
        files = sorted(folder.glob("*.eml"))
        messages = [email.message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
        return [message for message in messages if message["To"] == address]

    eventually(lambda: len(own()) >= number)
    return own()


def ask_for_token(shop: Any, role: str = "Cashier", number: int = 1) -> str:
    body = {"username": shop.username(role)}
    assert shop.service.client().post("/api/auth/forgot-password", body).status == 200
    message = messages_to(shop.service.outbox, shop.username(role), number)[-1]
    return str(TOKEN.findall(message.get_content())[0])


def reset(shop: Any, token: str, new: str = NEW) -> Any:
    body = {"token": token, "new_password": new}
    return shop.service.client().post("/api/auth/reset-password", body)


class TestForgetting:
    def forget(self, shop: Any, **who: Any) -> Any:
        return shop.service.client().post("/api/auth/forgot-password", who)

    def test_the_answer_is_the_same_whether_there_is_such_a_user(self, shop: Any) -> None:
        answers = [
            self.forget(shop, username=shop.username("Cashier")),
            self.forget(shop, username=f"nobody-{uuid4()}"),
            self.forget(shop, email=shop.username("Cashier")),
            self.forget(shop, email=f"nobody-{uuid4()}@shop.example"),
        ]
        assert {(answer.status, answer.body) for answer in answers} == {(200, answers[0].body)}

    def test_one_name_is_needed(self, shop: Any) -> None:
        for who in ({}, {"username": "a", "email": "a"}, {"username": ""}, {"email": 1}):
            assert self.forget(shop, **who).status == 422, who

    def test_a_file_that_only_its_owner_may_read_holds_the_message(self, shop: Any) -> None:
        token = ask_for_token(shop)
        file = next(one for one in shop.service.outbox.glob("*.eml") if token in one.read_text())
        assert file.stat().st_mode & 0o777 == 0o600

    def test_the_token_is_kept_as_a_hash(self, shop: Any) -> None:
        token = ask_for_token(shop)
        ((user_id, token_hash),) = stored_resets(shop)
        assert user_id == shop.users["Cashier"]
        assert len(token_hash) == 32
        assert token.encode() not in token_hash
        assert token not in str(shop.events())

    def test_the_message_goes_to_the_email_if_there_is_one(self, shop: Any) -> None:
        address = f"{uuid4().hex}@mail.example"
        change(shop, WRITE_TO, address, shop.users["Cashier"])
        self.forget(shop, username=shop.username("Cashier"))
        assert len(messages_to(shop.service.outbox, address)) == 1

    def test_whoever_has_no_address_or_may_not_come_in_gets_nothing(self, shop: Any) -> None:
        change(shop, RENAME, shop.users["Manager"])
        change(shop, BAR, shop.users["Cashier"])
        for role in ("Manager", "Cashier"):
            assert self.forget(shop, username=shop.username(role)).status == 200
        ask_for_token(shop, "Admin")
        assert [user_id for user_id, _ in stored_resets(shop)] == [shop.users["Admin"]]

    def test_nobody_is_flooded_with_messages(self, shop: Any) -> None:
        for name in (shop.username("Cashier"), f"nobody-{uuid4()}"):
            statuses = [self.forget(shop, username=name).status for _ in range(11)]
            assert statuses == [200] * 10 + [429]
        assert sign_in(shop).status == 200

    def test_a_link_is_added_for_a_shop_with_pages(self, shop: Any, serve_here: Callable[..., Any]) -> None:
        with serve_here(MIPOS_PUBLIC_URL="https://shop.example/") as pages:
            body = {"username": shop.username("Cashier")}
            pages.client().post("/api/auth/forgot-password", body)
            (message,) = messages_to(pages.outbox, shop.username("Cashier"))
        text = message.get_content()
        assert f"https://shop.example/reset-password?token={TOKEN.findall(text)[0]}" in text


class TestResetting:
    def test_sets_the_password_and_ends_every_session(self, shop: Any) -> None:
        client = signed_in(shop)
        assert reset(shop, ask_for_token(shop)).status == 200
        assert client.get("/api/auth/me").code == "token_revoked"
        assert sign_in(shop, password=PASSWORD).status == 401
        assert sign_in(shop, password=NEW).status == 200
        assert shop.events()[-1]["type"] == "users.User.PasswordReset"
        assert stored_resets(shop) == []

    def refused(self, answer: Any) -> None:
        assert (answer.status, answer.code, answer.fields) == (422, "invalid_token", {"token"})

    def test_a_token_is_good_once(self, shop: Any) -> None:
        token = ask_for_token(shop)
        assert reset(shop, token).status == 200
        self.refused(reset(shop, token, "another good password"))
        assert sign_in(shop, password=NEW).status == 200

    def test_of_many_at_once_one_succeeds(self, shop: Any) -> None:
        token = ask_for_token(shop)
        passwords = [f"a good password {number}" for number in range(4)]
        with ThreadPoolExecutor(4) as many:
            answers = list(many.map(lambda new: reset(shop, token, new), passwords))
        assert sorted(answer.status for answer in answers) == [200, 422, 422, 422]
        winner = next(new for new, answer in zip(passwords, answers, strict=True) if answer.status == 200)
        assert sign_in(shop, password=winner).status == 200

    def test_a_newer_token_replaces_an_older_one(self, shop: Any) -> None:
        older = ask_for_token(shop)
        newer = ask_for_token(shop, number=2)
        self.refused(reset(shop, older))
        assert reset(shop, newer).status == 200

    def test_a_token_ends_with_its_time(self, shop: Any) -> None:
        token = ask_for_token(shop)
        change(shop, LATER)
        self.refused(reset(shop, token))

    def test_a_made_up_token_is_refused(self, shop: Any) -> None:
        token = ask_for_token(shop)
        for wrong in ("", "x", token[:-1], token + "A", token.swapcase(), "A" * 86, "ä" * 86, "=" * 86):
            self.refused(reset(shop, wrong))
        assert reset(shop, token).status == 200

    def test_a_weak_password_does_not_use_it_up(self, shop: Any) -> None:
        token = ask_for_token(shop)
        weak = reset(shop, token, "password")
        assert (weak.status, weak.fields) == (422, {"new_password"})
        assert weak.json["error"]["details"][0]["code"] == "weak_password"
        assert reset(shop, token).status == 200

    def test_somebody_who_left_meanwhile_stays_outside(self, shop: Any) -> None:
        token = ask_for_token(shop)
        change(shop, BAR, shop.users["Cashier"])
        self.refused(reset(shop, token))

    def test_in_a_suspended_company_it_waits(self, shop: Any) -> None:
        token = ask_for_token(shop)
        change(shop, SUSPEND, "suspended")
        assert reset(shop, token).code == "company_suspended"
        change(shop, SUSPEND, "active")
        assert reset(shop, token).status == 200

    def test_a_company_that_has_not_paid_may_still_come_in(self, shop: Any) -> None:
        token = ask_for_token(shop)
        change(shop, EXPIRE)
        assert reset(shop, token).status == 200
        assert sign_in(shop, password=NEW).status == 200

    def test_lets_somebody_in_who_was_held_back(self, shop: Any) -> None:
        for _ in range(10):
            sign_in(shop, password="wrong")
        assert sign_in(shop).status == 429
        assert reset(shop, ask_for_token(shop)).status == 200
        assert sign_in(shop, password=NEW).status == 200


def test_neither_answers_nor_log_lines_tell_a_secret(
    shop: Any, serve: Callable[..., Any], capfd: pytest.CaptureFixture[str]
) -> None:
    with serve(MIPOS_LOG_LEVEL="debug") as talkative:
        client = talkative.client()
        name = {"username": shop.username("Cashier")}
        answers = [client.post("/api/auth/login", {**name, "password": PASSWORD})]
        tokens = answers[0].data
        client.post("/api/auth/forgot-password", name)
        (message,) = messages_to(talkative.outbox, shop.username("Cashier"))
        token = TOKEN.findall(message.get_content())[0]
        body = {"token": token, "new_password": NEW}
        answers += [client.post("/api/auth/reset-password", body) for _ in range(2)]
        answers.append(client.post("/api/auth/refresh", {"refresh_token": tokens["refresh_token"]}))
    log = capfd.readouterr().out
    assert "message sent" in log
    for secret in (PASSWORD, NEW, token, tokens["token"], tokens["refresh_token"], "argon2"):
        assert secret not in log
        assert all(secret.encode() not in answer.body for answer in answers[1:])
    assert shop.username("Cashier") not in log
