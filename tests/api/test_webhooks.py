"""Webhooks over HTTP: set up, shown, changed, disabled and archived; secrets are told once."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from domain.webhooks import MOST_WEBHOOKS

PATH = "/api/admin/webhooks"
BODY = {"url": "https://hooks.shop.example/mipos", "types": ["orders.*"]}


def register(shop: Any, *, role: str = "Admin", **more: Any) -> Any:
    """The answer to a server that is to be told of events."""
    return shop.client(role).post(PATH, {**BODY, **more})


def kept(shop: Any, query: Any) -> list[Any]:
    """What the database keeps for the company."""
    with psycopg.connect(shop.service.database.owner) as connection:
        return connection.execute(query, [shop.company_id]).fetchall()


class TestRegistering:
    def test_answers_with_the_webhook_and_its_secret(self, shop: Any) -> None:
        answer = register(shop)
        webhook = answer.data
        assert (answer.status, answer.headers["etag"]) == (201, '"1"')
        shown = {
            **BODY,
            "store_ids": [],
            "description": "",
            "ordered": False,
            "signature": "hmac",
            "public_key": None,
            "in_full": True,
            "status": "active",
            "failing_since": None,
            "version": 1,
        }
        assert {name: webhook[name] for name in shown} == shown
        assert webhook["secret"].startswith("whsec_")

    def test_begins_at_the_end_of_the_log(self, shop: Any) -> None:
        before = shop.client().post("/api/admin/settings/brands", {"name": "Acme"})
        assert register(shop).data["position"] == int(before.headers["x-event-position"])

    def test_with_ed25519_shows_the_public_key_and_no_secret(self, shop: Any) -> None:
        webhook = register(shop, signature="ed25519").data
        assert (webhook["public_key"][:5], webhook["secret"]) == ("whpk_", None)
        assert shop.client().get(f"{PATH}/{webhook['id']}").data["public_key"] == webhook["public_key"]

    def test_again_gives_the_same_without_the_secret(self, shop: Any) -> None:
        own_id = str(uuid4())
        first, second = register(shop, id=own_id).data, register(shop, id=own_id)
        assert (second.status, second.headers["idempotent-replayed"]) == (201, "true")
        assert second.data == {**first, "secret": None, "lag": 1}
        assert register(shop, id=own_id, ordered=True).code == "duplicate_id"

    def test_under_a_key_keeps_no_secret_to_be_told_again(self, shop: Any) -> None:
        client, key = shop.client(), uuid4().hex
        first, second = (client.post(PATH, BODY, Idempotency_Key=key) for _ in range(2))
        assert first.data["secret"].startswith("whsec_")
        assert second.data == {**first.data, "secret": None}
        stored = kept(shop, "SELECT body FROM idempotency_keys WHERE company_id = %s")
        assert first.data["secret"].encode() not in b"".join(bytes(body) for (body,) in stored)

    def test_leaves_the_secret_in_no_event_and_in_no_table_in_clear(self, shop: Any) -> None:
        secret = register(shop).data["secret"]
        events = kept(shop, "SELECT state || metadata FROM events WHERE company_id = %s")
        assert secret not in json.dumps([state for (state,) in events])
        keys = kept(shop, "SELECT wrapped FROM subject_keys WHERE company_id = %s AND kind = 'webhook'")
        assert [len(wrapped) for (wrapped,) in keys] == [4 + 12 + 32 + 16]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"url": None},
            {"url": 7},
            {"url": ""},
            {"types": None},
            {"types": []},
            {"types": "orders.*"},
            {"types": [7]},
            {"types": ["orders.*"] * 101},
            {"store_ids": ["1"]},
            {"store_ids": None},
            {"description": "a" * 501},
            {"description": None},
            {"ordered": "yes"},
            {"signature": "rsa"},
            {"id": "1"},
            {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
            {"status": "active"},
        ],
    )
    def test_is_refused_with_every_wrong_field(self, shop: Any, wrong: dict[str, Any]) -> None:
        answer = register(shop, **wrong)
        fields = {field.partition(".")[0] for field in answer.fields}
        assert (answer.status, answer.code, fields) == (422, "validation_failed", set(wrong))
        assert shop.client().get(PATH).data == []

    @pytest.mark.parametrize(
        "url",
        [
            "http://hooks.shop.example/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://localhost/",
            "https://user:password@hooks.shop.example/",
            "https://hooks.shop.example:8443/",
        ],
    )
    def test_is_refused_where_nothing_may_be_sent(self, shop: Any, url: str) -> None:
        for answer in (
            register(shop, url=url),
            shop.client().patch(f"{PATH}/{register(shop).data['id']}", {"url": url}),
        ):
            assert (answer.status, answer.code, answer.fields) == (422, "url_not_allowed", {"url"})

    @pytest.mark.parametrize("unknown", ["orders", "orders.Order.Eaten", "nothing.*", "orders.Ord*", "**"])
    def test_is_refused_for_events_that_there_are_not(self, shop: Any, unknown: str) -> None:
        answer = register(shop, types=["orders.Order.Sold", unknown])
        assert (answer.status, answer.code, answer.fields) == (422, "validation_failed", {"types"})

    def test_is_refused_for_stores_that_are_not_there_or_of_others(
        self, shop: Any, make_shop: Callable[..., Any]
    ) -> None:
        theirs = make_shop().client().post("/api/admin/stores", {"name": "There", "code": "T"}).data["id"]
        answer = register(shop, store_ids=[theirs, str(uuid4())])
        assert (answer.status, answer.fields) == (422, {"store_ids.0", "store_ids.1"})

    def test_is_refused_for_one_too_many(self, shop: Any) -> None:
        ids = [register(shop).data["id"] for _ in range(MOST_WEBHOOKS)]
        answer = register(shop)
        assert (answer.status, answer.code) == (422, "too_many_webhooks")
        assert shop.client().delete(f"{PATH}/{ids[0]}").status == 200
        assert register(shop).status == 201


class TestTheList:
    def test_has_the_oldest_first_by_status(self, shop: Any) -> None:
        admin = shop.client()
        first, second, third = (register(shop, description=str(number)).data["id"] for number in range(3))
        admin.post(f"{PATH}/{second}/disable")
        admin.delete(f"{PATH}/{third}")

        def ids(query: str = "") -> list[str]:
            return [webhook["id"] for webhook in admin.get(f"{PATH}{query}").data]

        assert ids() == [first, second]
        assert ids("?status=active") == [first]
        assert ids("?status=disabled") == [second]
        assert ids("?status=archived") == [third]
        assert ids("?status=failing") == []
        assert all("secret" not in webhook for webhook in admin.get(PATH).data)
        page = admin.get(f"{PATH}?page=2&limit=1").json
        assert [webhook["id"] for webhook in page["data"]] == [second]
        assert page["pagination"] == {"page": 2, "limit": 1, "total": 2, "pages": 2}

    def test_has_for_somebody_bound_to_a_store_what_is_about_nothing_else(self, shop: Any) -> None:
        admin = shop.client()
        ours, other = (
            admin.post("/api/admin/stores", {"name": name, "code": name}).data["id"] for name in "AB"
        )
        register(shop)
        register(shop, store_ids=[ours, other])
        own = register(shop, store_ids=[ours]).data["id"]
        bound = shop.client("Admin", stores=[ours])
        assert [webhook["id"] for webhook in bound.get(PATH).data] == [own]
        assert bound.post(PATH, BODY).code == "forbidden"
        assert bound.post(PATH, {**BODY, "store_ids": [ours]}).status == 201


class TestOne:
    def test_is_shown_as_it_is_and_as_it_was(self, shop: Any) -> None:
        admin, webhook = shop.client(), register(shop).data
        path = f"{PATH}/{webhook['id']}"
        changes = {"url": "https://b.example/", "types": ["stock.*"], "description": "Stock", "ordered": True}
        changed = admin.patch(path, changes)
        assert (changed.status, changed.data["version"]) == (200, 3)
        assert admin.get(path).data.items() >= changes.items()
        before = admin.get(f"{path}?as_of={webhook['created_at']}").data
        assert (before["url"], before["version"]) == (BODY["url"], 1)
        assert admin.patch(path, {"ordered": False}, If_Match='"1"').status == 412
        assert admin.patch(path, {"signature": "ed25519"}).fields == {"signature"}

    def test_is_disabled_and_goes_on_at_the_end_of_the_log(self, shop: Any) -> None:
        admin, path = shop.client(), f"{PATH}/{register(shop).data['id']}"
        disabled = admin.post(f"{path}/disable").data
        assert (disabled["status"], disabled["disabled_for"]) == ("disabled", "asked")
        brand = admin.post("/api/admin/settings/brands", {"name": "Acme"})
        enabled = admin.post(f"{path}/enable").data
        assert (enabled["status"], enabled["disabled_for"]) == ("active", None)
        assert enabled["position"] >= int(brand.headers["x-event-position"])
        assert admin.post(f"{path}/enable").data["version"] == enabled["version"]

    def test_is_archived_with_its_secrets(self, shop: Any) -> None:
        admin, path = shop.client(), f"{PATH}/{register(shop).data['id']}"
        assert admin.delete(path).data["status"] == "archived"
        for answer in (
            admin.patch(path, {"ordered": True}),
            admin.post(f"{path}/enable"),
            admin.delete(path),
        ):
            assert (answer.status, answer.code) == (409, "invalid_transition")
        assert kept(shop, "SELECT id FROM webhook_secrets WHERE company_id = %s") == []
        assert kept(shop, "SELECT kind FROM subject_keys WHERE company_id = %s AND kind = 'webhook'") == []

    def test_has_a_new_secret_beside_the_one_of_before(self, shop: Any) -> None:
        admin, webhook = shop.client(), register(shop).data
        path = f"{PATH}/{webhook['id']}/rotate-secret"
        secrets = [webhook["secret"], *(admin.post(path).data["secret"] for _ in range(2))]
        assert len(set(secrets)) == 3
        ends = kept(
            shop, "SELECT good_until - made_at FROM webhook_secrets WHERE company_id = %s ORDER BY id"
        )
        assert [end is None for (end,) in ends] == [False, True]
        assert "secret" not in admin.get(f"{PATH}/{webhook['id']}").data

    def test_of_another_company_is_not_there(self, shop: Any, make_shop: Callable[..., Any]) -> None:
        path, theirs = f"{PATH}/{register(shop).data['id']}", make_shop().client()
        assert theirs.get(path).status == 404
        assert theirs.patch(path, {"ordered": True}).status == 404
        assert theirs.delete(path).status == 404
        for action in ("enable", "disable", "rotate-secret"):
            assert theirs.post(f"{path}/{action}").status == 404
        assert shop.client().get(path).data["version"] == 1

    def test_of_the_platform_is_about_its_own_log(self, platform: Any, shop: Any) -> None:
        answer = platform.post(PATH, {**BODY, "types": ["companies.*"]})
        assert answer.status == 201
        assert shop.client().get(f"{PATH}/{answer.data['id']}").status == 404
        assert platform.delete(f"{PATH}/{answer.data['id']}").status == 200
