"""Webhooks as they are sent: signed, again after a failure, once by any number of workers, and safely."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from standardwebhooks import Webhook as Checker

from commands.webhooks import (
    DisableWebhook,
    EnableWebhook,
    ReplayEvents,
    RetryDelivery,
    RotateSecret,
    TryWebhook,
    disable_webhook,
    enable_webhook,
    replay_events,
    retry_delivery,
    rotate_secret,
    try_webhook,
)
from domain.companies import Company
from domain.customers import Customer
from domain.stores import Store
from domain.users import User
from domain.webhooks.attempts import PAUSES
from infra.outbox.messages import Enclosure
from infra.postgres.embedded import EmbeddedServer
from infra.projections.rebuild import rebuild
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.webhooks.alarms import Alarms
from infra.webhooks.forgetting import forget_old_deliveries
from infra.webhooks.leases import LEASE, lease_due
from infra.webhooks.queue import fill_queues
from tests.commands.samples import product
from tests.conftest import Database, fresh_database
from tests.infra.receivers import NAME, WRITER, Receiver, Reply, Sender, receiver
from tests.waiting import eventually


@pytest.fixture(scope="module")
def database(server: EmbeddedServer) -> Database:
    """A database of these tests' own."""
    return fresh_database(server, "mipos_webhooks")


@pytest.fixture(scope="module")
def running() -> Iterator[Receiver]:
    with receiver() as one:
        yield one


@pytest.fixture
def server_of_theirs(running: Receiver) -> Receiver:
    """A server that has received nothing yet."""
    running.received.clear()
    running.replies.clear()
    return running


@pytest.fixture
def sender(database: Database, server_of_theirs: Receiver) -> Iterator[Sender]:
    """The company, which is in business; what it leaves waiting is no other's to send."""
    sender = Sender(database.owner, database.app, database.worker, server_of_theirs)
    fields = {"name": "Harbour", "currency": "EUR", "timezone": "Europe/Berlin"}
    with sender.transaction() as db:
        db.execute("SELECT found_company(%(company)s)", {"company": sender.company_id})
    sender.record(Company.begin(Company.Registered, sender.company_id, **fields))
    yield sender
    sender.ask("DELETE FROM webhook_deliveries")
    sender.ask("DELETE FROM webhook_cursors")


class TestWhatIsSent:
    def test_is_an_event_signed_by_the_secret(self, sender: Sender) -> None:
        webhook = sender.webhook()
        brand_id = sender.brand()
        assert sender.send() == 1
        (got,) = sender.receiver.received
        assert (got.method, got.path) == ("POST", "/mipos?shop=1")
        assert got.headers["host"] == f"{NAME}:{sender.receiver.port}"
        body = Checker(webhook.secret.text or "").verify(got.body, got.headers)  # type: ignore[union-attr]
        epoch = got.id.removeprefix(f"{sender.company_id}-").partition("-")[0]
        assert got.id == f"{sender.company_id}-{body['id']}" == f"{sender.company_id}-{epoch}-3"
        assert (body["position"], body["type"], body["data"]["name"]) == (
            3,
            "brands.Brand.Registered",
            "Acme",
        )
        assert (body["stream_id"], body["timestamp"]) == (str(brand_id), body["at"])
        (row,) = sender.rows()
        assert (row["status"], row["attempts"], row["response_status"], row["error"]) == (
            "delivered",
            1,
            204,
            None,
        )

    def test_begins_with_what_is_recorded_after_it_was_set_up(self, sender: Sender) -> None:
        sender.brand("Before")
        sender.webhook()
        sender.brand("After")
        sender.send()
        assert [got.json["data"]["name"] for got in sender.receiver.received] == ["After"]

    def test_is_of_the_types_that_are_asked_for_and_never_of_webhooks(self, sender: Sender) -> None:
        sender.webhook(types=("stores.*",))
        everything = sender.webhook()
        sender.decide(rotate_secret, RotateSecret(id=everything.webhook.id))
        sender.brand()
        assert sender.send() == 1
        assert sender.receiver.received[0].json["type"] == "brands.Brand.Registered"

    def test_is_of_the_stores_that_are_asked_for(self, sender: Sender) -> None:
        ours, other = a_store("A"), a_store("B")
        sender.webhook(store_ids=())
        sender.record(ours, other)
        webhook = sender.webhook(store_ids=(ours.id,))
        sender.brand()
        for store in (ours, other):
            store.revise({"name": f"New {store.values['name']}"})
        sender.record(ours, other)
        sender.send()
        (row,) = sender.rows(webhook.webhook.id)
        assert row["type"] == "stores.Store.Renamed"
        renamed = next(got.json for got in sender.receiver.received if got.id == row["message_id"])
        assert renamed["data"]["name"] == "New A"

    def test_tells_nothing_about_a_person(self, sender: Sender) -> None:
        sender.webhook()
        sender.record(a_customer("Ada Lovelace"))
        sender.send()
        (got,) = sender.receiver.received
        assert got.json["type"] == "customers.Customer.Registered"
        assert b"Lovelace" not in got.body

    def test_tells_costs_only_if_whoever_set_it_up_sees_them(self, sender: Sender) -> None:
        sender.webhook(url=f"https://{NAME}:{sender.receiver.port}/seeing")
        sender.webhook(url=f"https://{NAME}:{sender.receiver.port}/blind", without=["costs.view"])
        sender.record(product(one=uuid4()))
        sender.send()
        telling = {got.path for got in sender.receiver.received if b'"cost"' in got.body}
        assert telling == {"/seeing"}

    def test_has_two_signatures_for_a_day_after_a_rotation(self, sender: Sender) -> None:
        first = sender.webhook()
        second = sender.decide(rotate_secret, RotateSecret(id=first.webhook.id))
        secrets = [first.secret.text, second.secret.text]  # type: ignore[union-attr]
        sender.brand()
        sender.send()
        (got,) = sender.receiver.received
        assert len(got.headers["webhook-signature"].split()) == 2
        for secret in secrets:
            Checker(secret).verify(got.body, got.headers)
        sender.brand("Later")
        sender.send(hours=24, seconds=1)
        assert len(sender.receiver.received[-1].headers["webhook-signature"].split()) == 1

    def test_is_signed_by_a_key_of_which_the_receiver_has_half(self, sender: Sender) -> None:
        assert sender.webhook(signature="ed25519").secret.text is None  # type: ignore[union-attr]
        sender.brand()
        sender.send()
        assert sender.receiver.received[0].headers["webhook-signature"].startswith("v1a,")

    def test_may_be_a_test(self, sender: Sender) -> None:
        webhook = sender.webhook()
        delivery = sender.decide(try_webhook, TryWebhook(id=webhook.webhook.id))
        assert sender.send() == 1
        (got,) = sender.receiver.received
        assert (got.id, got.json["type"], got.json["data"]) == (delivery.message_id, "webhooks.test", {})
        assert "." not in got.id


class TestAfterAFailure:
    def test_it_is_sent_again_under_the_same_id(self, sender: Sender) -> None:
        sender.webhook()
        sender.brand()
        sender.receiver.replies.append(Reply(500, body=b'{"error": "no disk left"}'))
        assert sender.send() == 1
        (row,) = sender.rows()
        assert (row["status"], row["response_status"], row["error"]) == (
            "failed",
            500,
            '{"error": "no disk left"}',
        )
        assert sender.send(seconds=4) == 0
        assert sender.send(seconds=2) == 1
        assert (sender.statuses(), len(set(sender.receiver.ids))) == (["delivered"], 1)
        times = [got.headers["webhook-timestamp"] for got in sender.receiver.received]
        assert times[0] < times[1]

    def test_it_is_dead_after_the_tenth_attempt(self, sender: Sender) -> None:
        sender.webhook()
        sender.brand()
        for pause in PAUSES:
            sender.receiver.replies.append(Reply(503))
            assert sender.send(seconds=1.1 * pause.total_seconds()) == 1
        (row,) = sender.rows()
        assert (row["status"], row["attempts"], row["next_attempt_at"]) == ("dead", 10, None)
        assert sender.send(days=30) == 0

    def test_who_asks_for_more_time_gets_it(self, sender: Sender) -> None:
        sender.webhook()
        sender.brand()
        sender.receiver.replies.append(Reply(429, {"Retry-After": "3600"}))
        sender.send()
        (row,) = sender.rows()
        assert row["next_attempt_at"] - sender.now == timedelta(hours=1)

    def test_no_more_is_kept_of_an_answer_than_two_hundred_bytes(self, sender: Sender) -> None:
        sender.webhook()
        sender.brand()
        sender.receiver.replies.append(Reply(500, body=b"\x00\n" + "ü".encode() * 100_000))
        sender.send()
        (row,) = sender.rows()
        assert 190 < len(row["error"].encode()) <= 200

    def test_a_redirect_is_one_and_is_not_followed(self, sender: Sender) -> None:
        sender.webhook()
        sender.brand()
        sender.receiver.replies.append(
            Reply(307, {"Location": f"https://{NAME}:{sender.receiver.port}/else"})
        )
        assert sender.send() == 1
        (row,) = sender.rows()
        assert (row["status"], row["response_status"]) == ("failed", 307)
        assert [got.path for got in sender.receiver.received] == ["/mipos?shop=1"]

    def test_a_slow_answer_is_one_however_it_drips(self, sender: Sender) -> None:
        sender.webhook()
        sender.brand()
        never = Event()
        sender.receiver.replies.append(Reply(wait=never))
        try:
            assert sender.send(sender.receiver.wire(patience=0.5)) == 1
        finally:
            never.set()
        (row,) = sender.rows()
        assert (row["status"], row["error"]) == ("failed", "There was no answer in time.")

    def test_the_others_go_on(self, sender: Sender) -> None:
        broken = sender.webhook(url=f"https://{NAME}:{sender.receiver.port + 1}/")
        good = sender.webhook()
        sender.brand()
        assert sender.send() == 2
        assert [row["status"] for row in sender.rows(broken.webhook.id)] == ["failed"]
        assert [row["status"] for row in sender.rows(good.webhook.id)] == ["delivered"]

    def test_in_order_later_ones_wait(self, sender: Sender) -> None:
        sender.webhook(ordered=True)
        for name in "ABC":
            sender.brand(name)
        sender.receiver.replies.append(Reply(500))
        assert sender.send() == 1
        assert sender.statuses() == ["failed", "pending", "pending"]
        assert sender.send(seconds=6) == 3
        assert [got.json["data"]["name"] for got in sender.receiver.received] == ["A", "A", "B", "C"]

    def test_out_of_order_the_others_do_not(self, sender: Sender) -> None:
        sender.webhook()
        for name in "ABC":
            sender.brand(name)
        sender.receiver.replies.append(Reply(500))
        sender.send()
        assert sorted(sender.statuses()) == ["delivered", "delivered", "failed"]


class TestWhereItGoes:
    @pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "::1", "64:ff9b::a00:1", "fec0::1"])
    def test_is_nowhere_in_the_own_network(self, sender: Sender, address: str) -> None:
        sender.webhook()
        sender.brand()
        assert sender.send(sender.receiver.wire(address)) == 1
        (row,) = sender.rows()
        assert (row["status"], row["response_status"]) == ("failed", None)
        assert row["error"] == "The name leads to an address where nothing may be sent."
        assert sender.receiver.received == []

    def test_is_not_here_unless_the_operator_allows_it(self, sender: Sender) -> None:
        sender.webhook()
        sender.brand()
        sender.send(sender.receiver.wire(allow=False))
        assert sender.receiver.received == []
        assert sender.statuses() == ["failed"]

    def test_is_what_was_looked_at_once(self, sender: Sender) -> None:
        """A name that leads elsewhere at the second look gains nothing: there is none."""
        sender.webhook()
        sender.brand()
        wire = sender.receiver.wire("127.0.0.1", "10.0.0.1")
        assert sender.send(wire) == 1
        assert sender.statuses() == ["delivered"]
        sender.brand("Next")
        assert sender.send(sender.receiver.wire("10.0.0.1", "127.0.0.1")) == 1
        assert sender.statuses() == ["delivered", "failed"]

    def test_is_no_proxy(self, sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")
        sender.webhook()
        sender.brand()
        sender.send()
        assert sender.statuses() == ["delivered"]

    def test_is_no_server_whose_certificate_nobody_vouches_for(self, sender: Sender) -> None:
        sender.webhook()
        sender.brand()
        sender.send(sender.receiver.wire(trust=ssl.create_default_context()))
        (row,) = sender.rows()
        assert (row["status"], row["error"][:27]) == ("failed", "The certificate is not good")
        assert sender.receiver.received == []

    def test_is_no_server_of_another_name(self, sender: Sender) -> None:
        sender.webhook(url=f"https://elsewhere.example:{sender.receiver.port}/")
        sender.brand()
        sender.send()
        assert sender.statuses() == ["failed"]
        assert sender.receiver.received == []


class TestDisabling:
    def test_stops_what_waits(self, sender: Sender) -> None:
        webhook = sender.webhook().webhook
        sender.brand()
        sender.receiver.replies.append(Reply(500))
        sender.send()
        sender.decide(disable_webhook, DisableWebhook(id=webhook.id))
        sender.brand("Meanwhile")
        assert sender.send(days=1) == 0
        (row,) = sender.rows()
        assert (row["status"], row["error"]) == ("dead", "The webhook was disabled.")
        sender.decide(enable_webhook, EnableWebhook(id=webhook.id))
        sender.brand("Again")
        assert sender.send() == 1
        assert sender.receiver.received[-1].json["data"]["name"] == "Again"

    def test_follows_from_an_answer_that_it_is_gone(self, sender: Sender) -> None:
        webhook = sender.webhook(ordered=True).webhook
        sender.brand()
        sender.brand("Never sent")
        sender.receiver.replies.append(Reply(410))
        assert sender.send() == 1
        assert sender.statuses() == ["dead", "dead"]
        (row,) = sender.ask("SELECT disabled_for FROM webhooks WHERE id = %s", webhook.id)
        assert row["disabled_for"] == "gone"
        (event,) = sender.ask(
            "SELECT state, metadata FROM events WHERE type = 'webhooks.Webhook.Disabled' AND stream_id = %s",
            webhook.id,
        )
        assert ('"gone"' in event["state"], "actor" in event["metadata"]) == (True, False)

    def test_follows_from_five_days_of_failure_and_the_admins_are_told_once(self, sender: Sender) -> None:
        an_admin(sender, "ada@example.org")
        webhook = sender.webhook().webhook
        sender.brand()
        sender.receiver.replies.extend(Reply(500) for _ in PAUSES)
        for pause in PAUSES:
            sender.send(seconds=1.1 * pause.total_seconds())
        desk = Desk()
        assert look(sender, desk) == 0
        sender.now += timedelta(days=2)
        assert look(sender, desk) == 0
        sender.now += timedelta(days=2)
        assert look(sender, desk) == 1
        assert look(sender, desk) == 0
        ((address, text),) = desk.letters
        assert address == "ada@example.org"
        assert f"/webhooks/{webhook.id}/enable" in text
        assert "from position" in text
        assert "shop=1" not in text
        (row,) = sender.ask("SELECT disabled_for FROM webhooks WHERE id = %s", webhook.id)
        assert row["disabled_for"] == "failing"

    def test_is_told_as_soon_as_the_mail_server_is_there(self, sender: Sender) -> None:
        an_admin(sender, "ada@example.org")
        sender.webhook()
        sender.brand()
        sender.receiver.replies.append(Reply(410))
        sender.send()
        desk = Desk(trouble=ConnectionRefusedError())
        assert look(sender, desk) == 0
        desk.trouble = None
        assert look(sender, desk) == 1
        ((_, text),) = desk.letters
        assert "from position" in text
        assert look(sender, desk) == 0

    def test_does_not_follow_where_something_arrives_now_and_then(self, sender: Sender) -> None:
        sender.webhook()
        for status in (500, 204):
            sender.brand(str(status))
            sender.receiver.replies.append(Reply(status))
            sender.send()
        (row,) = sender.ask(
            "SELECT failing_since FROM webhook_cursors WHERE company_id = %s", sender.company_id
        )
        assert row["failing_since"] is None


class TestSendingAgain:
    def test_a_stretch_of_the_log_keeps_its_ids(self, sender: Sender) -> None:
        webhook = sender.webhook().webhook
        for name in "ABC":
            sender.brand(name)
        sender.send()
        first = set(sender.receiver.ids)
        replay = ReplayEvents(id=uuid4(), webhook_id=webhook.id, from_position=3, to_position=4)
        assert sender.decide(replay_events, replay).total == 2
        assert sender.send() == 2
        names = sorted(got.json["data"]["name"] for got in sender.receiver.received)
        assert (names, set(sender.receiver.ids)) == (["A", "A", "B", "B", "C"], first)
        (row,) = sender.ask("SELECT status, position FROM webhook_replays WHERE id = %s", replay.id)
        assert (row["status"], row["position"]) == ("done", 4)

    def test_from_a_time_takes_chosen_types_of_before_it_was_set_up(self, sender: Sender) -> None:
        sender.record(a_store("A"))
        sender.brand("Before")
        webhook = sender.webhook(types=("orders.*",)).webhook
        replay = ReplayEvents(
            id=uuid4(),
            webhook_id=webhook.id,
            from_time=datetime(2000, 1, 1, tzinfo=UTC),
            types=("brands.*",),
        )
        sender.decide(replay_events, replay)
        assert sender.send() == 1
        assert sender.receiver.received[0].json["data"]["name"] == "Before"

    def test_leaves_out_what_is_on_its_way(self, sender: Sender) -> None:
        webhook = sender.webhook().webhook
        sender.brand()
        sender.receiver.replies.append(Reply(500))
        sender.send()
        sender.decide(replay_events, ReplayEvents(id=uuid4(), webhook_id=webhook.id, from_position=1))
        sender.send()
        positions = [row["position"] for row in sender.rows()]
        assert positions.count(3) == 1

    def test_one_delivery_begins_anew(self, sender: Sender) -> None:
        webhook = sender.webhook().webhook
        sender.brand()
        for pause in PAUSES:
            sender.receiver.replies.append(Reply(503))
            sender.send(seconds=1.1 * pause.total_seconds())
        (dead,) = sender.rows()
        delivery = sender.decide(retry_delivery, RetryDelivery(webhook_id=webhook.id, id=dead["id"]))
        assert (delivery.status, delivery.attempt) == ("pending", 0)
        assert sender.send() == 1
        assert (sender.statuses(), len(set(sender.receiver.ids))) == (["delivered"], 1)


class TestWorkers:
    def test_two_deliver_each_event_once(self, sender: Sender) -> None:
        sender.webhook()
        for number in range(40):
            sender.brand(f"Brand {number}")
        stop = Event()
        desks = [sender.deliveries() for _ in range(2)]
        threads = [Thread(target=desk.run, args=(stop,)) for desk in desks]
        for thread in threads:
            thread.start()
        try:
            eventually(lambda: sender.statuses() == ["delivered"] * 40)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        assert len(sender.receiver.received) == len(set(sender.receiver.ids)) == 40

    def test_that_die_leave_what_they_had_to_others(self, sender: Sender) -> None:
        sender.webhook()
        sender.brand()
        with psycopg.connect(sender.worker, autocommit=True) as connection:
            fill_queues(connection, sender.now)
            assert len(lease_due(connection, WRITER, sender.now, 5)) == 1
        assert sender.send() == 0
        assert sender.send(seconds=LEASE.total_seconds() + 1) == 1

    def test_come_first_to_whom_the_fewest_are_on_their_way(self, sender: Sender) -> None:
        for _ in range(2):
            sender.webhook()
        for number in range(8):
            sender.brand(f"Brand {number}")
        with psycopg.connect(sender.worker, autocommit=True) as connection:
            fill_queues(connection, sender.now)
            taken = [lease_due(connection, WRITER, sender.now, 5) for _ in range(2)]
        of_each = [{one.webhook_id for one in some} for some in taken]
        assert [len(some) for some in taken] == [5, 5]
        assert of_each[0].isdisjoint(of_each[1])

    def test_deliver_nothing_again_when_read_models_are_made_anew(self, sender: Sender) -> None:
        sender.webhook()
        sender.brand()
        sender.send()
        for model in PROJECTIONS:
            rebuild(sender.worker, EVENT_TYPES, model, sender.company_id)
        assert sender.send(days=1) == 0
        assert len(sender.receiver.received) == 1

    def test_take_no_more_from_the_log_than_fits(
        self, sender: Sender, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("infra.webhooks.queue.MOST_OPEN", 3)
        sender.webhook(url=f"https://{NAME}:{sender.receiver.port + 1}/")
        for number in range(5):
            sender.brand(str(number))
        sender.send()
        assert sender.statuses() == ["failed"] * 3


def test_deliveries_are_kept_for_thirty_days(sender: Sender) -> None:
    sender.webhook()
    sender.brand()
    sender.send()
    with psycopg.connect(sender.worker, autocommit=True) as connection:
        assert forget_old_deliveries(connection, sender.now + timedelta(days=30)) == 0
        assert forget_old_deliveries(connection, sender.now + timedelta(days=30, seconds=1)) == 1
    assert sender.rows() == []


class Desk:
    """Somebody's desk: what is mailed arrives here, unless the mail server is away."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self.letters: list[tuple[str, str]] = []
        self.trouble = trouble

    def send(self, address: str, subject: str, text: str, enclosure: Enclosure | None = None) -> None:
        del enclosure
        if self.trouble:
            raise self.trouble
        assert subject == "Harbour: a webhook was disabled"
        self.letters.append((address, text))


def look(sender: Sender, desk: Desk) -> int:
    with psycopg.connect(sender.worker, autocommit=True) as connection:
        return Alarms(desk).look(connection, WRITER, sender.now)


def an_admin(sender: Sender, email: str) -> None:
    sender.record(User.begin(User.Registered, uuid4(), username=f"ada-{uuid4()}", role="Admin", email=email))


def a_store(name: str) -> Store:
    values: dict[str, Any] = {"timezone": "Europe/Berlin", "day_cut": "00:00", "currency": "EUR"}
    return Store.begin(Store.Registered, uuid4(), name=name, code=name, **values)


def a_customer(name: str) -> Customer:
    return Customer.begin(Customer.Registered, uuid4(), name=name)
