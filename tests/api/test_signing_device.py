"""A signing device: it signs what a till hands out before that is recorded, and its outage stops no sale."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import pytest

from tests.api.conftest import LINE, ORDER, REFUND, Stocked
from tests.signing import TROUBLES, Signer, dripping, signer
from tests.waiting import eventually

TOKEN = "a-token-of-tests"


@pytest.fixture
def device() -> Iterator[Signer]:
    with signer() as service:
        yield service


@pytest.fixture
def serve_signing(stocked: Stocked, serve_here: Callable[..., Any]) -> Iterator[Callable[..., Stocked]]:
    """The shop at another server, which has its receipts signed at this address."""
    with ExitStack() as stack:

        def serve(url: str, **more: str) -> Stocked:
            settings = {"MIPOS_FISCAL_DEVICE_URL": url, "MIPOS_FISCAL_DEVICE_SECONDS": "1", **more}
            service = stack.enter_context(serve_here(**settings))
            return replace(stocked, shop=replace(stocked.shop, service=service))

        yield serve


@pytest.fixture
def signing(serve_signing: Callable[..., Stocked], device: Signer) -> Stocked:
    return serve_signing(device.url, MIPOS_FISCAL_DEVICE_TOKEN=TOKEN)


def test_a_sale_is_signed_before_it_is_recorded(signing: Stocked, device: Signer) -> None:
    order = signing.sell(2, role="Admin", payments=[{"method": "card", "amount": 238, "tip": 12}]).data
    assert order["fiscal"] == {
        "serial": "TSE-0815",
        "counter": 1,
        "started_at": "2026-03-14T08:26:53Z",
        "ended_at": "2026-03-14T08:26:54.500000Z",
        "signature": "signature-1",
        "qr": "V0;sale;238;1",
        "outage_since": None,
    }
    [asked] = device.asked
    assert device.tokens == [f"Bearer {TOKEN}"]
    assert asked == {
        "company_id": str(signing.shop.company_id),
        "kind": "sale",
        "transaction_id": order["id"],
        "number": order["number"],
        "store_id": signing.store["id"],
        "register_id": signing.register["id"],
        "currency": order["currency"],
        "total": 238,
        "taxes": [{"name": "VAT", "rate": "19", "inclusive": True, "taxable": 200, "amount": 38}],
        "payments": [{"method": "card", "amount": 238, "tip": 12}],
        "occurred_at": asked["occurred_at"],
    }
    sold = next(event for event in signing.shop.events() if event["type"] == "orders.Order.Sold")
    assert sold["state"]["fiscal"]["signature"] == "signature-1"


@pytest.mark.parametrize("written_as", ["json", "html", "pdf", "escpos"])
def test_what_the_device_says_is_on_every_receipt(signing: Stocked, written_as: str) -> None:
    signing.sold()
    receipt = signing.shop.client().get(receipt_at(written_as))
    if written_as == "json":
        assert receipt.data["fiscal"]["qr"] == "V0;sale;119;1"
    elif written_as == "escpos":
        assert b"TSE-0815" in receipt.body
        assert b"V0;sale;119;1" in receipt.body
    elif written_as == "html":
        assert "TSE-0815" in receipt.body.decode()
    else:
        assert receipt.body.startswith(b"%PDF")
    gift = signing.shop.client().get(f"{receipt_at('html')}&gift=true")
    assert b"TSE-0815" not in gift.body


def receipt_at(written_as: str, language: str = "en") -> str:
    return f"/api/admin/orders/{ORDER}/receipt?format={written_as}&lang={language}"


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_device_that_answers_wrongly_stops_no_sale(signing: Stocked, device: Signer, trouble: str) -> None:
    device.trouble = trouble
    signed = signing.sold()["fiscal"]
    assert signed.pop("outage_since")
    assert set(signed.values()) == {None}


def test_an_outage_is_printed_in_the_language_of_the_receipt(signing: Stocked, device: Signer) -> None:
    device.trouble = "an error"
    signing.sold()
    client = signing.shop.client()
    for language, words in (
        ("en", "Signing device out of order since"),
        ("de", "Sicherheitseinrichtung ausgefallen seit"),
        ("fr", "Dispositif de signature hors service depuis"),
    ):
        assert words in client.get(receipt_at("html", language)).body.decode()


def test_a_device_that_is_out_of_order_is_left_alone(signing: Stocked, device: Signer) -> None:
    device.trouble = "an error"
    first = signing.sell(role="Admin").data["fiscal"]
    second = signing.sell(role="Admin").data["fiscal"]
    assert len(device.asked) == 1
    assert first["outage_since"] == second["outage_since"]


def test_a_device_that_is_not_there_stops_no_sale(serve_signing: Callable[..., Stocked]) -> None:
    signing = serve_signing("http://127.0.0.1:9/sign")
    assert signing.sold()["fiscal"]["outage_since"]


def test_a_device_that_is_slow_stops_no_sale(signing: Stocked, device: Signer) -> None:
    answered = Event()
    device.before = answered.wait
    assert signing.sold()["fiscal"]["outage_since"]
    answered.set()


def test_a_device_that_never_stops_to_answer_stops_no_sale(serve_signing: Callable[..., Stocked]) -> None:
    with dripping(b" " * 1000, Event()) as url:
        assert serve_signing(url).sold()["fiscal"]["outage_since"]


def test_refunds_voids_and_returns_are_signed_as_given_back(signing: Stocked, device: Signer) -> None:
    admin = signing.shop.client()
    signing.sold()
    refunded = admin.post(f"/api/pos/orders/{ORDER}/refunds", REFUND).data
    voided = signing.sell(role="Admin").data
    voided = admin.post(f"/api/pos/orders/{voided['id']}/void", {"reason": "wrong"}).data
    line = {"variant_id": signing.variant_id, "quantity": 1, "unit_price": 119, "restock": True}
    body = {"register_id": signing.register["id"], "lines": [line], "reason": "gift"}
    returned = admin.post("/api/pos/returns", {**body, "payments": [{"method": "cash", "amount": 119}]}).data
    asked = {one["kind"]: one for one in device.asked}
    assert [one["kind"] for one in device.asked] == ["sale", "refund", "sale", "void", "return"]
    for kind in ("refund", "void", "return"):
        assert asked[kind]["total"] == -119
        assert asked[kind]["taxes"][0]["amount"] == -19
        assert asked[kind]["payments"] == [{"method": "cash", "amount": -119, "tip": 0}]
    [refund] = refunded["order"]["refunds"]
    assert (refund["fiscal"]["counter"], voided["voided"]["fiscal"]["counter"]) == (2, 4)
    assert (returned["fiscal"]["counter"], asked["return"]["transaction_id"]) == (5, returned["id"])
    receipt = admin.get(f"/api/admin/orders/{voided['id']}/receipt").data
    assert receipt["fiscal"]["counter"] == 4


def test_both_sides_of_an_exchange_are_signed(signing: Stocked, device: Signer) -> None:
    signing.sold()
    other = signing.product_of(variants=[{"sku": "OAT-2", "price": 219, "cost": 60}], track_stock=False)
    exchange = {
        "order_id": ORDER,
        "register_id": signing.register["id"],
        "returns": [{"line_id": LINE, "quantity": "1", "restock": True}],
        "lines": [{"variant_id": other["variants"][0]["id"], "quantity": 1}],
        "payments": [{"method": "cash", "amount": 100}],
    }
    answer = signing.shop.client().post("/api/pos/exchange", exchange).data
    assert [(one["kind"], one["total"]) for one in device.asked[1:]] == [("refund", -119), ("sale", 219)]
    assert (answer["refund"]["fiscal"]["counter"], answer["order"]["fiscal"]["counter"]) == (2, 3)


def test_a_sale_that_is_sent_again_is_signed_once(signing: Stocked, device: Signer) -> None:
    sale = {**signing.sale(1), "id": str(uuid4())}
    first, again = (signing.shop.client().post("/api/pos/orders", sale) for _ in range(2))
    assert again.headers["idempotent-replayed"] == "true"
    assert first.data["fiscal"] == again.data["fiscal"]
    assert len(device.asked) == 1


def test_what_is_refused_is_not_signed(signing: Stocked, device: Signer) -> None:
    assert signing.sell(11, role="Admin").code == "insufficient_stock"
    assert signing.sell(payments=[{"method": "cash", "amount": 1}]).code == "payment_insufficient"
    assert device.asked == []


def test_nothing_is_locked_while_a_device_signs(signing: Stocked, stocked: Stocked, device: Signer) -> None:
    go_on, signed = Event(), []
    device.before = lambda: go_on.wait(1)
    selling = Thread(target=lambda: signed.append(signing.sell(role="Admin").data))
    selling.start()
    eventually(lambda: len(device.asked) == 1)
    # The same goods at the same till, of a server that has no device.
    between = stocked.sell(role="Admin").data
    go_on.set()
    selling.join()
    [order] = signed
    # Its number was taken meanwhile, so that what it says was signed anew.
    assert [one["number"] for one in device.asked] == [between["number"], order["number"]]
    assert {one["transaction_id"] for one in device.asked} == {order["id"]}
    assert order["fiscal"]["counter"] == 2


def test_only_what_is_listed_is_signed(serve_signing: Callable[..., Stocked], device: Signer) -> None:
    elsewhere = serve_signing(device.url, MIPOS_FISCAL_PLACES=str(uuid4()))
    assert elsewhere.sell(role="Admin").data["fiscal"] is None
    here = serve_signing(device.url, MIPOS_FISCAL_PLACES=f"{uuid4()},{elsewhere.store['id']}")
    assert here.sell(role="Admin").data["fiscal"]["counter"] == 1


def test_what_a_till_did_alone_is_not_signed_here(signing: Stocked, device: Signer) -> None:
    admin = signing.shop.client()
    body = {"register_id": signing.register["id"], "name": "Tablet"}
    enrolled = admin.post("/api/pos/devices", body).data
    sale = {"id": ORDER, "seq": 1, "type": "order.sale", "occurred_at": "2026-03-14T09:26:53Z"}
    operation = {**sale, "body": {**signing.sale(1)}}
    [result] = admin.post("/api/pos/sync", {"device_id": enrolled["id"], "operations": [operation]}).data[
        "results"
    ]
    assert result["status"] == "applied", result
    assert device.asked == []
    assert admin.get(f"/api/admin/orders/{ORDER}").data["fiscal"] is None
