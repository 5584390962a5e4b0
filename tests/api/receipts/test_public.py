"""Receipts for whoever holds one: anybody, who is not signed in."""

import json
from typing import Any

import pytest

from infra.seals.verify_log import verify_proof
from tests.api.slips.reading import LINES_OF


@pytest.fixture
def admin(stocked: Any) -> Any:
    return stocked.shop.client()


@pytest.fixture
def holder(service: Any) -> Any:
    """Somebody who is not signed in."""
    return service.client()


def address_of(admin: Any, sale: Any, *, gift: bool = False) -> str:
    """What the QR code of the receipt says."""
    path = f"/api/admin/orders/{sale['id']}/receipt{'?gift=true' if gift else ''}"
    return str(admin.get(path).data["qr_text"])


def proof_address(address: str) -> str:
    return address.replace("?id=", "/proof?id=")


class TestTheHolder:
    def test_sees_what_was_bought_and_nobody_s_name(self, stocked: Any, admin: Any, holder: Any) -> None:
        ada = admin.post("/api/admin/customers", {"name": "Ada Lovelace"}).data
        sale = stocked.sell(2, customer_id=ada["id"]).data
        shown = holder.get(address_of(admin, sale))
        assert shown.status == 200, shown.json
        assert (shown.data["number"], shown.data["total"]) == (sale["number"], sale["total"])
        assert shown.data["cashier"] is shown.data["customer"] is None
        body = shown.body.decode()
        for hidden in (
            "Ada",
            "Lovelace",
            "cost",
            "order_id",
            sale["id"],
            sale["cashier_id"],
            ada["id"],
            "salt",
        ):
            assert hidden not in body
        assert shown.headers.get("x-read-position") is None, "it says how much a shop sells"
        assert shown.data["recorded"]["sealed"] is False

    def test_reads_a_page_of_it_with_the_way_to_the_proof(
        self, stocked: Any, admin: Any, holder: Any
    ) -> None:
        address = address_of(admin, stocked.sell(1).data)
        browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8", "accept_language": "de"}
        page = holder.get(address, **browser)
        assert page.headers["content-type"].startswith("text/html")
        text = page.body.decode()
        assert "Noch nicht versiegelt" in text
        assert "<a " not in text
        assert admin.post("/api/audit/seals").status == 201
        text = holder.get(address, **browser).body.decode()
        assert "Versiegelt" in text
        assert f'<a href="{proof_address(address)}&amp;format=tlog-proof">' in text
        assert page.headers["x-robots-tag"] == "noindex"

    def test_may_have_it_as_a_document(self, stocked: Any, admin: Any, holder: Any) -> None:
        sale = stocked.sell(1).data
        document = holder.get(f"{address_of(admin, sale)}&format=pdf")
        assert any(sale["number"] in line for line in LINES_OF["pdf"](document.body))

    def test_sees_what_was_given_back(self, stocked: Any, admin: Any, holder: Any) -> None:
        sale = stocked.sell(2).data
        body = {
            "lines": [{"line_id": sale["lines"][0]["id"], "quantity": "1"}],
            "payments": [{"method": "cash", "amount": 119}],
            "reason": "sour",
        }
        refund = stocked.shop.client("Manager").post(f"/api/pos/orders/{sale['id']}/refunds", body).data
        shown = holder.get(address_of(admin, sale)).data
        assert [(one["number"], one["paid_out"]) for one in shown["refunds"]] == [(refund["number"], 119)]
        page = holder.get(f"{address_of(admin, sale)}&format=html").body.decode()
        assert refund["number"] in page

    def test_is_led_by_a_gift_receipt_to_no_price(self, stocked: Any, admin: Any, holder: Any) -> None:
        sale = stocked.sell(2).data
        gift = address_of(admin, sale, gift=True)
        assert gift != address_of(admin, sale)
        shown = holder.get(gift).data
        assert (shown["gift"], shown["total"], shown["taxes"], shown["tenders"]) == (True, None, [], [])
        assert all(line["unit_price"] is line["amount"] is None for line in shown["lines"])
        assert shown["qr_text"] == gift
        # At a till it is the sale's receipt like the other one.
        found = admin.get(f"/api/pos/receipts/{gift.replace('/', '%2F').replace('?', '%3F')}")
        assert found.data["id"] == sale["id"]


class TestAProof:
    def test_is_checked_by_anybody_with_the_key(self, stocked: Any, admin: Any, holder: Any) -> None:
        sale = stocked.sell(1).data
        address = proof_address(address_of(admin, sale))
        refused = holder.get(address)
        assert (refused.status, refused.code) == (409, "not_sealed_yet")
        admin.post("/api/audit/seals")
        proof = holder.get(address).data
        assert (proof["event"]["type"], proof["event"]["stream_id"]) == ("orders.Order.Sold", sale["id"])
        assert {"state", "metadata"}.isdisjoint(proof["event"])
        text = holder.get(f"{address}&format=tlog-proof").body
        said = verify_proof(text, admin.get("/api/audit/key").data["vkey"])
        assert "orders.Order.Sold" in said
        assert sale["id"] in said

    def test_gives_no_cost_away_to_whoever_knows_the_rest(self, stocked: Any) -> None:
        sale = stocked.sell(1).data
        (sold,) = [one for one in stocked.shop.events() if one["type"] == "orders.Order.Sold"]
        assert sold["state"]["salt"], "a digest of all but this could be tried out"
        assert sold["state"]["salt"] not in json.dumps(sale)


class TestAStranger:
    def test_finds_nothing_by_another_name(self, stocked: Any, admin: Any, holder: Any) -> None:
        first, second = (address_of(admin, stocked.sell(1).data) for _ in range(2))
        mixed = f"{first.partition('?')[0]}?{second.partition('?')[2]}"
        cut = first.partition("?")[0]
        for address in (mixed, f"{cut}?id=AAAA", f"{cut}?id={'A' * 52}", "/api/receipts/X?id=Y"):
            for one in (address, proof_address(address)):
                assert (holder.get(one).status, holder.get(one).code) == (404, "not_found"), one
        for address in (cut, f"{first}&format=xml", f"{first}&page=2", f"{cut}?id={'A' * 61}"):
            assert holder.get(address).status in (400, 422), address

    def test_is_let_in_so_often_a_minute(self, stocked: Any, admin: Any, holder: Any) -> None:
        shown = holder.get(address_of(admin, stocked.sell(1).data))
        assert int(shown.headers["ratelimit-remaining"]) < int(shown.headers["ratelimit-limit"])
