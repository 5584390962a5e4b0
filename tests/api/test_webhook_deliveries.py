"""Webhooks over the real server and a real worker: what arrives, and what is answered of it."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from standardwebhooks import Webhook as Checker

from infra.postgres.embedded import EmbeddedServer
from tests.api.conftest import stock_shop
from tests.conftest import Service, found_shop, fresh_database, serving
from tests.infra.receivers import Receiver, Reply, receiver
from tests.waiting import eventually

PATH = "/api/admin/webhooks"


@pytest.fixture(scope="module")
def theirs() -> Iterator[Receiver]:
    """A server that is told of events."""
    with receiver() as running:
        yield running


@pytest.fixture(scope="module")
def service(server: EmbeddedServer, theirs: Receiver) -> Iterator[Service]:
    """A server and a worker that may send to this machine, and trust the authority of the test."""
    allowed = {
        "MIPOS_WEBHOOK_PORTS": str(theirs.port),
        "MIPOS_WEBHOOK_ALLOW": "127.0.0.0/8,::1/128",
        "SSL_CERT_FILE": str(theirs.certificate),
    }
    database = fresh_database(server, "mipos_webhooks_api")
    with serving(database, ("serve", "worker"), **allowed) as running:
        yield running


@pytest.fixture
def shop(service: Service, password_hash: str, theirs: Receiver) -> Any:
    """A company of the test's own, whose server has received nothing yet."""
    theirs.received.clear()
    theirs.replies.clear()
    return found_shop(service, password_hash, {})


@pytest.fixture
def told(shop: Any, theirs: Receiver) -> Callable[..., Any]:
    """Sets up a webhook that is told of something."""

    def register(*types: str, **more: Any) -> Any:
        body = {"url": f"https://localhost:{theirs.port}/mipos", "types": types or ("*",), **more}
        return shop.client().post(PATH, body).data

    return register


def deliveries(shop: Any, webhook: Any, query: str = "") -> Any:
    return shop.client().get(f"{PATH}/{webhook['id']}/deliveries{query}").data


def brand(shop: Any, name: str) -> None:
    assert shop.client().post("/api/admin/settings/brands", {"name": name}).status == 201


class TestASale:
    def test_arrives_as_the_row_of_the_feed_with_a_timestamp(
        self, shop: Any, told: Callable[..., Any], theirs: Receiver
    ) -> None:
        stocked = stock_shop(shop)
        webhook = told("orders.Order.Sold")
        stocked.sell()
        (got,) = eventually(lambda: list(theirs.received))
        body = Checker(webhook["secret"]).verify(got.body, got.headers)
        (row,) = shop.client().get("/api/feed?types=orders.Order.Sold").data
        assert body == {**row, "timestamp": row["at"]}
        assert got.id == f"{shop.company_id}-{row['id']}"
        assert "." not in got.id
        (delivery,) = eventually(lambda: deliveries(shop, webhook, "?status=delivered"))
        assert (delivery["position"], delivery["type"]) == (row["position"], "orders.Order.Sold")
        assert (delivery["attempt"], delivery["response_status"], delivery["message_id"]) == (1, 204, got.id)
        assert (delivery["error"], delivery["next_attempt_at"]) == (None, None)
        shown = eventually(lambda: is_at_the_end(shop, webhook))
        assert (shown["status"], shown["failing_since"]) == ("active", None)


class TestASeal:
    def test_arrives_once_with_its_checkpoint(
        self, shop: Any, told: Callable[..., Any], theirs: Receiver
    ) -> None:
        admin = shop.client()
        before = admin.post("/api/audit/seals").data
        webhook = told("audit.sealed")
        seals = []
        for name in "AB":
            brand(shop, name)
            seals.append(admin.post("/api/audit/seals").data)
        assert admin.post("/api/audit/seals").data == seals[-1] != before
        eventually(lambda: len(deliveries(shop, webhook, "?status=delivered")) == 2)
        bodies = [Checker(webhook["secret"]).verify(got.body, got.headers) for got in theirs.received]
        told_of = sorted(bodies, key=lambda body: body["data"]["size"])
        for body, seal in zip(told_of, seals, strict=True):
            origin = seal["checkpoint"].partition("\n")[0]
            names = ("size", "root", "head_hash", "epoch", "checkpoint")
            assert body["type"] == "audit.sealed"
            assert body["id"] == f"seal-{seal['epoch']}-{seal['size']}"
            assert body["data"] == {
                **{name: seal[name] for name in names},
                "origin": origin,
                "sealed_at": body["timestamp"],
            }
        assert {one["position"] for one in deliveries(shop, webhook)} == {None}

    def test_is_told_to_none_who_did_not_ask_or_may_see_some_stores_only(
        self, shop: Any, told: Callable[..., Any]
    ) -> None:
        store = shop.client().post("/api/admin/stores", {"name": "Main", "code": "M"}).data
        webhooks = [told("brands.*"), told("*", store_ids=[store["id"]])]
        shop.client().post("/api/audit/seals")
        brand(shop, "A")
        eventually(lambda: deliveries(shop, webhooks[0], "?status=delivered"))
        assert [one["type"] for one in deliveries(shop, webhooks[0])] == ["brands.Brand.Registered"]
        assert "audit.sealed" not in [one["type"] for one in deliveries(shop, webhooks[1])]


def is_at_the_end(shop: Any, webhook: Any) -> Any:
    shown = shop.client().get(f"{PATH}/{webhook['id']}").data
    return shown if shown["lag"] == 0 else None


class TestDeliveries:
    def test_are_listed_by_status_and_type_a_stretch_at_a_time(
        self, shop: Any, told: Callable[..., Any], theirs: Receiver
    ) -> None:
        webhook = told("brands.*", ordered=True)
        theirs.replies.extend([Reply(204), Reply(500)])
        for name in "ABC":
            brand(shop, name)
        eventually(lambda: deliveries(shop, webhook, "?status=failed"))
        assert [one["status"] for one in deliveries(shop, webhook)] == ["delivered", "failed", "pending"]
        assert len(deliveries(shop, webhook, "?type=brands.Brand")) == 3
        assert deliveries(shop, webhook, "?type=brands.Bra") == []
        page = shop.client().get(f"{PATH}/{webhook['id']}/deliveries?limit=1&after=1").json
        assert [one["status"] for one in page["data"]] == ["failed"]
        assert page["pagination"] == {"next_after": 2, "has_more": True}
        failing = shop.client().get(f"{PATH}?status=failing").data
        assert [one["id"] for one in failing] == [webhook["id"]]
        eventually(lambda: len(deliveries(shop, webhook, "?status=delivered")) == 3)
        assert [got.json["data"]["name"] for got in theirs.received] == ["A", "B", "B", "C"]

    def test_are_sent_again_on_request(self, shop: Any, told: Callable[..., Any], theirs: Receiver) -> None:
        webhook = told("brands.*")
        brand(shop, "A")
        (delivery,) = eventually(lambda: deliveries(shop, webhook, "?status=delivered"))
        path = f"{PATH}/{webhook['id']}/deliveries/{delivery['id']}/retry"
        answer = shop.client().post(path)
        assert (answer.status, answer.data["status"], answer.data["attempt"]) == (200, "pending", 0)
        eventually(lambda: len(theirs.received) == 2)
        assert len(set(theirs.ids)) == 1

    def test_of_tests_say_whether_one_arrives(
        self, shop: Any, told: Callable[..., Any], theirs: Receiver
    ) -> None:
        webhook = told("brands.*")
        answer = shop.client().post(f"{PATH}/{webhook['id']}/test")
        assert (answer.status, answer.data["type"], answer.data["position"]) == (200, "webhooks.test", None)
        (got,) = eventually(lambda: list(theirs.received))
        assert got.id == answer.data["message_id"]


class TestReplaying:
    def test_sends_the_past_once_more(self, shop: Any, told: Callable[..., Any], theirs: Receiver) -> None:
        brand(shop, "Before")
        webhook = told("orders.*")
        path = f"{PATH}/{webhook['id']}/replay"
        answer = shop.client().post(path, {"from_position": 1, "types": ["brands.*"]})
        assert (answer.status, answer.data["status"], answer.data["error"]) == (202, "queued", None)
        done = eventually(lambda: is_done(shop, f"{path}/{answer.data['id']}"))
        assert done["done"] == done["total"]
        (got,) = eventually(lambda: list(theirs.received))
        assert got.json["data"]["name"] == "Before"

    def test_from_a_time_up_to_a_time(self, shop: Any, told: Callable[..., Any], theirs: Receiver) -> None:
        brand(shop, "A")
        brand(shop, "B")
        recorded = [row["recorded_at"] for row in shop.client().get("/api/feed?types=brands.*").data]
        webhook = told("brands.*")
        body = {"from_time": recorded[0], "to": recorded[0]}
        assert shop.client().post(f"{PATH}/{webhook['id']}/replay", body).status == 202
        (got,) = eventually(lambda: list(theirs.received))
        assert got.json["data"]["name"] == "A"
        # The last moment that can be named is followed by none.
        body["to"] = "9999-12-31T23:59:59.999999Z"
        assert shop.client().post(f"{PATH}/{webhook['id']}/replay", body).status == 202

    @pytest.mark.parametrize(
        ("body", "fields"),
        [
            ({}, {"from_position"}),
            ({"from_position": 1, "from_time": "2026-03-01T00:00:00Z"}, {"from_position"}),
            ({"from_position": 0}, {"from_position"}),
            ({"from_position": "one"}, {"from_position"}),
            ({"from_position": 10**12}, {"from_position"}),
            ({"from_time": "yesterday"}, {"from_time"}),
            ({"from_time": "2999-01-01T00:00:00Z"}, {"from_time"}),
            ({"from_position": 1, "to": "2026-03-01T00:00:00Z"}, {"to"}),
            ({"from_position": 1, "to": 0}, {"to"}),
            ({"from_position": 1, "to": True}, {"to"}),
            ({"from_time": "2026-03-01T00:00:00Z", "to": 7}, {"to"}),
            ({"from_position": 1, "types": []}, {"types"}),
            ({"from_position": 1, "types": ["nothing.*"]}, {"types"}),
            ({"from_position": 1, "upto": 7}, {"upto"}),
        ],
    )
    def test_is_refused_with_every_wrong_field(
        self, shop: Any, told: Callable[..., Any], body: dict[str, Any], fields: set[str]
    ) -> None:
        answer = shop.client().post(f"{PATH}/{told()['id']}/replay", body)
        assert (answer.status, answer.code, answer.fields) == (422, "validation_failed", fields)

    def test_is_refused_where_several_are_under_way_or_nothing_is_sent(
        self, shop: Any, told: Callable[..., Any]
    ) -> None:
        webhook = told("brands.*")
        path = f"{PATH}/{webhook['id']}"
        shop.client().post(f"{path}/disable")
        for action, body in (("replay", {"from_position": 1}), ("test", {})):
            answer = shop.client().post(f"{path}/{action}", body)
            assert (answer.status, answer.code) == (409, "invalid_transition")


def is_done(shop: Any, path: str) -> Any:
    replay = shop.client().get(path).data
    return replay if replay["status"] == "done" else None


@pytest.mark.parametrize("query", ["after=-1", "limit=0", "limit=101", "status=lost", "type=", "page=2"])
def test_a_wrong_question_is_refused(shop: Any, told: Callable[..., Any], query: str) -> None:
    answer = shop.client().get(f"{PATH}/{told()['id']}/deliveries?{query}")
    assert (answer.status, answer.code) == (400, "invalid_parameter")


def test_nothing_of_another_company_is_there(
    shop: Any, service: Service, password_hash: str, told: Callable[..., Any]
) -> None:
    webhook = told("brands.*")
    brand(shop, "A")
    (delivery,) = eventually(lambda: deliveries(shop, webhook, "?status=delivered"))
    replay = shop.client().post(f"{PATH}/{webhook['id']}/replay", {"from_position": 1}).data["id"]
    other = found_shop(service, password_hash, {}).client()
    path = f"{PATH}/{webhook['id']}"
    assert other.get(f"{path}/deliveries").status == 404
    assert other.get(f"{path}/replay/{replay}").status == 404
    assert other.post(f"{path}/test").status == 404
    assert other.post(f"{path}/replay", {"from_position": 1}).status == 404
    assert other.post(f"{path}/deliveries/{delivery['id']}/retry").status == 404
    own = shop.client()
    assert own.post(f"{path}/deliveries/{uuid4()}/retry").status == 404
    assert own.get(f"{path}/replay/{uuid4()}").status == 404
