"""Documents are mailed by themselves: each once, however often it fails, and never after it was withdrawn."""

import email
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import policy
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.pq import TransactionStatus

from api.app import create_app
from api.receipt_addresses import ReceiptAddresses
from infra.decisions.unit_of_work import EventWriter
from infra.jobs.mail import PATIENCE, Post
from infra.outbox.messages import AddressRefused, Enclosure, Messenger, NotAnAddress, Outbox
from infra.postgres.embedded import EmbeddedServer
from infra.runtime import mail
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.runtime.services import open_pool
from infra.runtime.settings import load_settings
from tests.api.conftest import stock_shop
from tests.buying import ORDERS, SETTINGS, Buyer, open_buyer
from tests.conftest import KEYS, Service, build_hasty_services, found_shop, fresh_database
from tests.waiting import eventually

WRITER = EventWriter(EVENT_TYPES, PROJECTIONS)
COMPOSE = partial(mail.compose, addresses=ReceiptAddresses())


@dataclass
class Jammed:
    """A mail server that fails for some time, with one error."""

    outbox: Outbox
    error: Exception
    tries: list[str] = field(default_factory=list)
    is_jammed: bool = True

    def send(self, address: str, subject: str, text: str, enclosure: Enclosure | None = None) -> None:
        self.tries.append(address)
        if self.is_jammed:
            raise self.error
        self.outbox.send(address, subject, text, enclosure)


@pytest.fixture(scope="module")
def here(server: EmbeddedServer, looped: Callable[..., Any]) -> Iterator[Service]:
    """A service over a database of its own, where no worker does the job by itself."""
    database = fresh_database(server, "mipos_mail")
    settings = load_settings({**KEYS, "MIPOS_APP_DATABASE_URL": database.app})
    with (
        open_pool(database.app, 4) as pool,
        looped(create_app(build_hasty_services(pool, settings))) as (host, port),
    ):
        yield Service(host, port, database, Path())


@pytest.fixture
def buyer(here: Service, password_hash: str) -> Buyer:
    """A shop that buys by the case."""
    return buyer_of(found_shop(here, password_hash, {}))


def buyer_of(shop: Any) -> Buyer:
    """A shop that buys by the case, from a supplier whose address nobody else has."""
    buyer = open_buyer(shop, stock_shop)
    own = {"email": f"{uuid4().hex}@hill.example"}
    assert buyer.admin.patch(f"{SETTINGS}/suppliers/{buyer.supplier['id']}", own).status == 200
    buyer.supplier.update(own)
    return buyer


@pytest.fixture
def send(here: Service) -> Iterator[Callable[..., None]]:
    """Does the job once."""
    with psycopg.connect(here.database.worker, autocommit=True) as connection:

        def once(post: Post, now: datetime | None = None) -> None:
            post.send(connection, WRITER, now or datetime.now(UTC))

        yield once


def mails(folder: Path, buyer: Buyer) -> list[Any]:
    """What lies in the folder for the supplier."""
    messages = [
        email.message_from_bytes(file.read_bytes(), policy=policy.default) for file in folder.glob("*.eml")
    ]
    return [message for message in messages if message["To"] == buyer.supplier["email"]]


def order(buyer: Buyer) -> Any:
    drafted = buyer.draft()
    answer = buyer.admin.post(f"{ORDERS}/{drafted['id']}/order?send=true")
    assert answer.status == 200, answer.body
    return answer.data


def post_to(messenger: Messenger) -> Post:
    return Post(messenger, COMPOSE)


def test_the_supplier_gets_the_order_once(buyer: Buyer, send: Any, tmp_path: Path) -> None:
    ordered = order(buyer)
    assert ordered["mail"] == {"address": buyer.supplier["email"], "status": "waiting", "sent_at": None}
    post = post_to(Outbox(tmp_path))
    send(post)
    send(post)
    (mail,) = mails(tmp_path, buyer)
    assert ordered["number"] in mail["Subject"]
    (enclosure,) = mail.iter_attachments()
    assert (enclosure.get_filename(), enclosure.get_content_type()) == ("PO-000001.pdf", "application/pdf")
    assert enclosure.get_content().startswith(b"%PDF-")
    shown = buyer.show(ordered)
    assert shown["mail"]["status"] == "sent"
    assert shown["version"] == ordered["version"]


def test_the_worker_does_it_by_itself(shop: Any, service: Service) -> None:
    buyer = buyer_of(shop)
    ordered = order(buyer)
    (mail,) = eventually(lambda: mails(service.outbox, buyer))
    assert ordered["number"] in mail["Subject"]
    eventually(lambda: buyer.show(ordered)["mail"]["status"] == "sent")


def test_an_order_that_is_not_sent_is_not_mailed(buyer: Buyer, send: Any, tmp_path: Path) -> None:
    assert buyer.order()["mail"] is None
    send(post_to(Outbox(tmp_path)))
    assert mails(tmp_path, buyer) == []


def test_an_order_is_mailed_later_and_again(buyer: Buyer, send: Any, tmp_path: Path) -> None:
    ordered = buyer.order()
    path = f"{ORDERS}/{ordered['id']}/order?send=true"
    waiting = {"address": buyer.supplier["email"], "status": "waiting", "sent_at": None}
    for copies in (1, 2):
        answer = buyer.admin.post(path)
        assert (answer.status, answer.data["mail"]) == (200, waiting)
        assert answer.data["version"] == ordered["version"]
        send(post_to(Outbox(tmp_path)))
        assert len(mails(tmp_path, buyer)) == copies
        assert buyer.show(ordered)["mail"]["status"] == "sent"
    assert buyer.admin.post(path.removesuffix("?send=true")).status == 409


def test_a_request_that_is_repeated_with_its_key_mails_once(buyer: Buyer, send: Any, tmp_path: Path) -> None:
    path = f"{ORDERS}/{buyer.order()['id']}/order?send=true"
    first, second = (buyer.admin.post(path, **{"Idempotency-Key": "again"}) for _ in range(2))
    assert (first.status, second.status, second.data) == (200, 200, first.data)
    send(post_to(Outbox(tmp_path)))
    assert len(mails(tmp_path, buyer)) == 1


def test_a_mail_is_shown_as_it_was_known_then(buyer: Buyer, send: Any, tmp_path: Path) -> None:
    ordered = buyer.order()
    moments = [datetime.now(UTC)]
    buyer.admin.post(f"{ORDERS}/{ordered['id']}/order?send=true")
    moments.append(datetime.now(UTC))
    send(post_to(Outbox(tmp_path)))
    sent = buyer.show(ordered)["mail"]
    moments.append(datetime.now(UTC))
    buyer.admin.post(f"{ORDERS}/{ordered['id']}/order?send=true")

    def mail_by(moment: datetime) -> Any:
        as_of = moment.isoformat().replace("+00:00", "Z")
        return buyer.admin.get(f"{ORDERS}/{ordered['id']}?as_of={as_of}").data["mail"]

    waiting = {**sent, "status": "waiting", "sent_at": None}
    assert [mail_by(moment) for moment in moments] == [None, waiting, sent]
    assert buyer.show(ordered)["mail"] == waiting


def test_no_transaction_is_open_while_a_document_is_written(
    buyer: Buyer, here: Service, tmp_path: Path
) -> None:
    """A long one takes longer than the database lets a transaction be idle."""
    order(buyer)
    states = []
    with psycopg.connect(here.database.worker, autocommit=True) as connection:

        def watched(db: Any, writer: EventWriter, waiting: Any) -> Any:
            letter = COMPOSE(db, writer, waiting)
            assert letter is not None

            def enclose() -> Enclosure:
                states.append(connection.info.transaction_status)
                return letter.enclose()

            return replace(letter, enclose=enclose)

        Post(Outbox(tmp_path), watched).send(connection, WRITER, datetime.now(UTC))
    assert set(states) == {TransactionStatus.IDLE}
    assert len(mails(tmp_path, buyer)) == 1


def test_a_supplier_without_an_address_is_refused_and_nothing_is_ordered(buyer: Buyer) -> None:
    buyer.admin.patch(f"{SETTINGS}/suppliers/{buyer.supplier['id']}", {"email": None})
    drafted = buyer.draft()
    refused = buyer.admin.post(f"{ORDERS}/{drafted['id']}/order?send=true")
    assert (refused.status, refused.codes) == (422, {"no_address"})
    shown = buyer.show(drafted)
    assert (shown["status"], shown["version"], shown["mail"]) == ("draft", 1, None)


def test_a_mail_that_fails_is_tried_again_later(buyer: Buyer, send: Any, tmp_path: Path) -> None:
    ordered = order(buyer)
    jammed = Jammed(Outbox(tmp_path), ConnectionRefusedError())
    post = post_to(jammed)
    send(post)
    send(post)
    # The pause holds, so that a server that is down is not knocked at all the time.
    assert jammed.tries.count(buyer.supplier["email"]) == 1
    assert buyer.show(ordered)["mail"]["status"] == "waiting"
    jammed.is_jammed = False
    send(post_to(jammed))
    assert len(mails(tmp_path, buyer)) == 1


def test_a_copy_that_is_sent_again_is_known_as_the_same(buyer: Buyer, send: Any, tmp_path: Path) -> None:
    """As it is when a worker dies between the mail server's answer and its own note."""
    ordered = order(buyer)

    class Dying(Exception):
        pass

    jammed = Jammed(Outbox(tmp_path), Dying())

    class SentAndDead:
        def send(self, address: str, subject: str, text: str, enclosure: Enclosure | None = None) -> None:
            jammed.outbox.send(address, subject, text, enclosure)
            raise Dying

    send(post_to(SentAndDead()))
    assert buyer.show(ordered)["mail"]["status"] == "waiting"
    send(post_to(jammed.outbox))
    (mail,) = mails(tmp_path, buyer)
    assert mail["Message-ID"].startswith("<")


@pytest.mark.parametrize(
    ("error", "after"),
    [
        (AddressRefused(), timedelta()),
        (NotAnAddress(), timedelta()),
        (TimeoutError(), PATIENCE + timedelta(hours=1)),
    ],
)
def test_what_will_never_arrive_is_given_up(
    buyer: Buyer, send: Any, tmp_path: Path, error: Exception, after: timedelta
) -> None:
    ordered = order(buyer)
    jammed = Jammed(Outbox(tmp_path), error)
    send(post_to(jammed), datetime.now(UTC) + after)
    assert buyer.show(ordered)["mail"]["status"] == "failed"
    tries = len(jammed.tries)
    send(post_to(jammed))
    assert len(jammed.tries) == tries


def test_an_order_that_was_cancelled_meanwhile_is_not_mailed(buyer: Buyer, send: Any, tmp_path: Path) -> None:
    ordered = order(buyer)
    assert buyer.admin.post(f"{ORDERS}/{ordered['id']}/cancel").status == 200
    send(post_to(Outbox(tmp_path)))
    assert mails(tmp_path, buyer) == []
    assert buyer.show(ordered)["mail"]["status"] == "failed"
