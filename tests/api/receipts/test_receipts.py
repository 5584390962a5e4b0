"""What is printed for a customer, in every format, and how often."""

import email
from concurrent.futures import ThreadPoolExecutor
from email import policy
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from api.receipt_addresses import order_of
from tests.api.slips.reading import LINES_OF
from tests.waiting import eventually

#: What makes a printer open the drawer.
PULSE = b"\x1bp\x00"


class TestTheReceipt:
    def test_names_the_shop_the_store_and_the_sale_and_no_cost(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        texts = {"receipt_header": "Welcome\nto Main Street", "receipt_footer": "Thank you", "phone": "030 1"}
        admin.patch(f"/api/admin/stores/{stocked.store['id']}", texts)
        sold = stocked.sell(2, role="Manager").data
        printed = stocked.shop.client("Manager").get(f"/api/cashier/orders/{sold['id']}/receipt")
        receipt = printed.data
        assert receipt["store"].items() >= {**texts, "code": "MAIN", "timezone": "Europe/Berlin"}.items()
        assert receipt["company"]["name"] == f"Shop {stocked.shop.company_id}"
        assert receipt["order"]["number"] == "MAIN-1-000001"
        assert receipt["order"]["total"] == 238
        assert b"cost" not in printed.body

    def test_the_sale_on_it_is_the_sale_that_was_made(self, stocked: Any) -> None:
        sold = stocked.sell(2).data
        path = f"/api/cashier/orders/{sold['id']}/receipt"
        assert stocked.shop.client("Cashier").get(path).data["order"] == sold

    def test_a_later_edit_of_the_catalog_does_not_reach_it(self, stocked: Any) -> None:
        sold = stocked.sell(2).data
        admin = stocked.shop.client()
        product = f"/api/admin/products/{stocked.product['id']}"
        admin.patch(product, {"name": "Renamed", "tax_rate_ids": []})
        admin.patch(f"{product}/variants/{stocked.variant_id}", {"price": 1, "sku": "NEW"})
        admin.patch(f"/api/admin/settings/tax-rates/{stocked.tax['id']}", {"rate": "7", "name": "Other"})
        path = f"/api/cashier/orders/{sold['id']}/receipt"
        assert stocked.shop.client("Cashier").get(path).data["order"] == sold

    def test_the_figures_say_how_it_comes_to_what_was_paid(self, stocked: Any) -> None:
        sold = stocked.sell(2, payments=[{"method": "cash", "amount": 238, "tendered": 500}]).data
        printed = stocked.shop.client("Cashier").get(f"/api/cashier/orders/{sold['id']}/receipt").data
        assert [(line["name"], line["amount"], line["tax_letters"]) for line in printed["lines"]] == [
            ("Oat milk", 238, "A")
        ]
        assert (printed["subtotal"], printed["total"], printed["paid_total"]) == (238, 238, 238)
        assert printed["tenders"] == [{"method": "cash", "name": "Cash", "tendered": 500, "change": 262}]
        assert (printed["register"], printed["cashier"], printed["copy"]) == ("Till 1", "cashier", 0)
        assert order_of(printed["qr_text"]) == UUID(sold["id"])

    def test_a_manager_sees_those_of_all_in_the_own_stores(self, stocked: Any) -> None:
        sold = stocked.sell().data
        path = f"/api/admin/orders/{sold['id']}/receipt"
        assert stocked.shop.client("Manager", stores=[stocked.store["id"]]).get(path).status == 200
        assert stocked.shop.client("Manager", stores=[str(uuid4())]).get(path).status == 404
        assert stocked.shop.client("Cashier").get(path).status == 403
        assert stocked.shop.client("Admin").get(f"/api/cashier/orders/{sold['id']}/receipt").status == 404


def receipt_path(stocked: Any, **more: Any) -> str:
    """The path of the receipt of a new sale."""
    return f"/api/cashier/orders/{stocked.sell(**more).data['id']}/receipt"


def prints(stocked: Any) -> list[Any]:
    """The prints that the log tells of."""
    return [event for event in stocked.shop.events() if event["type"] == "orders.Order.ReceiptPrinted"]


class TestFormats:
    @pytest.mark.parametrize(
        ("format_", "media_type"),
        [
            ("html", "text/html; charset=utf-8"),
            ("pdf", "application/pdf"),
            ("escpos", "application/octet-stream"),
        ],
    )
    def test_it_is_written_as_what_is_asked_for(self, stocked: Any, format_: str, media_type: str) -> None:
        path, cashier = receipt_path(stocked), stocked.shop.client("Cashier")
        answer = cashier.get(f"{path}?format={format_}&paper=58mm")
        assert (answer.status, answer.headers["content-type"]) == (200, media_type)
        assert answer.headers["content-disposition"] == f'inline; filename="MAIN-1-000001.{format_}"'
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        lines = [line.split() for line in LINES_OF[format_](answer.body)]
        assert ["Total", "EUR", "1.19"] in lines
        assert ["A", "19%", "1.00", "0.19", "1.19"] in lines
        assert prints(stocked) == []

    def test_it_is_for_the_paper_of_the_company_unless_another_is_named(self, stocked: Any) -> None:
        path, cashier = receipt_path(stocked), stocked.shop.client("Cashier")
        stocked.shop.client().patch("/api/admin/settings/company", {"receipt_paper": "58mm"})
        lines = LINES_OF["escpos"](cashier.get(f"{path}?format=escpos").body)
        assert max(map(len, lines)) == 32
        lines = LINES_OF["escpos"](cashier.get(f"{path}?format=escpos&paper=80mm").body)
        assert max(map(len, lines)) == 48

    @pytest.mark.parametrize(
        ("parameters", "headers", "language", "total"),
        [
            ("&lang=de", {}, "de", "Summe EUR"),
            ("&lang=fr-CH", {"Accept-Language": "de"}, "fr", "Total EUR"),
            ("", {"Accept-Language": "es, en;q=0.2, de;q=0.9"}, "de", "Summe EUR"),
            ("&lang=tlh", {"Accept-Language": "*;q=0.1, ;;"}, "en", "Total EUR"),
            ("", {}, "en", "Total EUR"),
        ],
    )
    def test_its_texts_are_in_the_language_of_the_till(
        self, stocked: Any, parameters: str, headers: dict[str, str], language: str, total: str
    ) -> None:
        path, cashier = receipt_path(stocked), stocked.shop.client("Cashier")
        answer = cashier.call("GET", f"{path}?format=html{parameters}", headers=headers)
        assert answer.headers["content-language"] == language
        assert total in answer.body.decode()

    @pytest.mark.parametrize("format_", ["json", "html", "pdf", "escpos"])
    def test_a_gift_receipt_has_no_prices(self, stocked: Any, format_: str) -> None:
        path, cashier = receipt_path(stocked, quantity=2), stocked.shop.client("Cashier")
        answer = cashier.get(f"{path}?format={format_}&gift=true")
        if format_ == "json":
            assert (answer.data["order"], answer.data["total"], answer.data["tenders"]) == (None, None, [])
            text = answer.body.decode()
        else:
            text = "\n".join(LINES_OF[format_](answer.body))
        # What the store is called may hold any digits.
        text = text.partition("Main Street")[2]
        assert "Oat milk" in text
        for price in ("1.19", "2.38", "119", "238", "0.38"):
            assert price not in text

    @pytest.mark.parametrize("query", ["format=word", "paper=a3", "gift=perhaps", "lang=", "size=1"])
    def test_what_is_unknown_is_refused(self, stocked: Any, query: str) -> None:
        answer = stocked.shop.client("Cashier").get(f"{receipt_path(stocked)}?{query}")
        assert answer.status == 400


class TestPrinting:
    def test_the_first_print_is_the_original_and_the_others_are_copies(self, stocked: Any) -> None:
        path, cashier = receipt_path(stocked), stocked.shop.client("Cashier")
        texts = []
        for _ in range(3):
            answer = cashier.post(f"{path}/prints", {"format": "escpos", "paper": "80mm"})
            assert answer.status == 200
            texts.append("\n".join(LINES_OF["escpos"](answer.body)))
        assert ["COPY" in text for text in texts] == [False, True, True]
        assert "COPY 1" in texts[1]
        assert "COPY 2" in texts[2]
        states = [event["state"] for event in prints(stocked)]
        assert [(state["copy"], state["format"], state["paper"]) for state in states] == [
            (0, "escpos", "80mm"),
            (1, "escpos", "80mm"),
            (2, "escpos", "80mm"),
        ]
        assert cashier.get(path).data["copy"] == 3

    def test_a_till_that_prints_by_itself_is_told_which_copy_it_is(self, stocked: Any) -> None:
        path, cashier = receipt_path(stocked), stocked.shop.client("Cashier")
        first, second = (cashier.post(f"{path}/prints", {"format": "json"}) for _ in range(2))
        assert (first.data["copy"], second.data["copy"]) == (0, 1)
        assert first.headers["etag"] != second.headers["etag"]
        assert b"cost" not in first.body

    @pytest.mark.parametrize("format_", ["pdf", "escpos", "json"])
    def test_a_print_whose_answer_was_lost_is_the_same_print(self, stocked: Any, format_: str) -> None:
        path, cashier = f"{receipt_path(stocked)}/prints", stocked.shop.client("Cashier")
        body = {"format": format_}
        first, again = (cashier.post(path, body, Idempotency_Key="print") for _ in range(2))
        assert again.headers["idempotent-replayed"] == "true"
        assert (again.body, again.headers["content-type"]) == (first.body, first.headers["content-type"])
        assert len(prints(stocked)) == 1

    def test_two_at_once_are_an_original_and_a_copy(self, stocked: Any) -> None:
        path, cashier = f"{receipt_path(stocked)}/prints", stocked.shop.client("Cashier")
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: cashier.post(path, {"format": "json"}), range(4)))
        assert sorted(answer.data["copy"] for answer in answers) == [0, 1, 2, 3]

    def test_it_waits_for_nobody_who_decides_about_the_drawer(self, stocked: Any) -> None:
        cashier, register_id = stocked.shop.client("Cashier"), stocked.register["id"]
        body = {"register_id": register_id, "opening_float": 0}
        shift = cashier.post("/api/pos/shifts/open", body).data
        path = f"{receipt_path(stocked)}/prints"
        with psycopg.connect(stocked.shop.service.database.owner) as other:
            held = other.execute(
                "SELECT 1 FROM drawers WHERE register_id = %s FOR UPDATE", [register_id]
            ).fetchall()
            assert len(held) == 1
            assert cashier.post(path, {"format": "pdf"}).status == 200
        (printed,) = prints(stocked)
        assert printed["state"]["shift_id"] == shift["id"]

    def test_the_drawer_opens_with_the_original_of_what_was_paid_in_cash(self, stocked: Any) -> None:
        path, cashier = f"{receipt_path(stocked)}/prints", stocked.shop.client("Cashier")
        first, second = (cashier.post(path, {"format": "escpos"}).body for _ in range(2))
        assert (PULSE in first, PULSE in second) == (True, False)

    def test_it_stays_closed_for_who_says_so_for_a_card_and_at_a_register_without_one(
        self, stocked: Any
    ) -> None:
        cashier = stocked.shop.client("Cashier")
        body = {"format": "escpos", "open_drawer": False}
        assert PULSE not in cashier.post(f"{receipt_path(stocked)}/prints", body).body
        by_card = [{"method": "card", "amount": 119}]
        path = receipt_path(stocked, payments=by_card)
        assert PULSE not in cashier.post(f"{path}/prints", {"format": "escpos"}).body
        register = f"/api/admin/stores/{stocked.store['id']}/registers/{stocked.register['id']}"
        stocked.shop.client().patch(register, {"has_drawer": False})
        assert PULSE not in cashier.post(f"{receipt_path(stocked)}/prints", {"format": "escpos"}).body

    def test_it_opens_for_a_method_of_the_company_that_needs_it(self, stocked: Any) -> None:
        method = {"name": "Cheque", "code": "cheque", "kind": "other", "opens_drawer": True}
        stocked.shop.client().post("/api/admin/settings/payment-methods", method)
        path = receipt_path(stocked, payments=[{"method": "cheque", "amount": 119}])
        printed = stocked.shop.client("Cashier").post(f"{path}/prints", {"format": "escpos"}).body
        assert PULSE in printed
        assert any("Cheque" in line for line in LINES_OF["escpos"](printed))

    def test_copies_are_counted_in_the_report_of_the_open_shift(self, stocked: Any) -> None:
        cashier, float_ = stocked.shop.client("Cashier"), {"opening_float": 0}
        shift = cashier.post("/api/pos/shifts/open", {"register_id": stocked.register["id"], **float_}).data
        path = f"{receipt_path(stocked)}/prints"
        for _ in range(3):
            assert cashier.post(path, {"format": "escpos"}).status == 200
        report = cashier.get(f"/api/pos/shifts/{shift['id']}/report?format=json").data
        assert report["counts"]["reprints"]["count"] == 2

    def test_others_cannot_print_it(self, stocked: Any) -> None:
        path = f"{receipt_path(stocked)}/prints"
        assert stocked.shop.client("Manager").post(path, {"format": "json"}).status == 404
        assert prints(stocked) == []

    @pytest.mark.parametrize("body", [{}, {"format": "word"}, {"format": "pdf", "paper": "a3"}])
    def test_what_is_unknown_is_refused(self, stocked: Any, body: Any) -> None:
        path = f"{receipt_path(stocked)}/prints"
        assert stocked.shop.client("Cashier").post(path, body).status == 422


class TestSending:
    def test_it_is_mailed_as_a_document_in_the_language_that_was_asked_for(self, stocked: Any) -> None:
        address = f"{uuid4().hex}@example.com"
        path = f"{receipt_path(stocked)}/send"
        answer = stocked.shop.client("Cashier").post(path, {"email": address, "lang": "de"})
        assert (answer.status, answer.data["email"], answer.data["status"]) == (200, address, "waiting")
        mail = eventually(lambda: mail_to(stocked, address))
        assert "Beleg MAIN-1-000001" in mail["Subject"]
        (enclosed,) = mail.iter_attachments()
        lines = [line.split() for line in LINES_OF["pdf"](enclosed.get_content())]
        assert ["Summe", "EUR", "1,19"] in lines

    def test_the_order_does_not_say_to_whom(self, stocked: Any) -> None:
        path = f"{receipt_path(stocked)}/send"
        stocked.shop.client("Cashier").post(path, {"email": "ada@example.com"})
        sent = [event for event in stocked.shop.events() if event["type"] == "orders.Order.ReceiptSent"]
        assert len(sent) == 1
        assert "ada" not in str(sent[0]["state"])

    @pytest.mark.parametrize("email_", [None, "", "ada", "a@b, c@d"])
    def test_it_takes_exactly_one_address(self, stocked: Any, email_: Any) -> None:
        path = f"{receipt_path(stocked)}/send"
        assert stocked.shop.client("Cashier").post(path, {"email": email_}).status == 422


def mail_to(stocked: Any, address: str) -> Any:
    """The mail to this address, or None."""
    for file in stocked.shop.service.outbox.glob("*.eml"):
        mail = email.message_from_bytes(file.read_bytes(), policy=policy.default)
        if mail["To"] == address:
            return mail
    return None


class TestRefunds:
    """Receipts of money that was given back."""

    def test_a_refund_has_a_receipt_of_its_own(self, stocked: Any) -> None:
        path = refund_path(stocked)
        receipt = stocked.shop.client("Manager").get(path).data
        assert (receipt["kind"], receipt["number"], receipt["sale_number"]) == (
            "refund",
            "MAIN-1-R000001",
            "MAIN-1-000001",
        )
        assert [(line["name"], line["quantity"], line["amount"]) for line in receipt["lines"]] == [
            ("Oat milk", "1", 119)
        ]
        assert (receipt["total"], receipt["paid_total"]) == (119, 119)
        assert receipt["tenders"] == [{"method": "cash", "name": "Cash", "tendered": 119, "change": 0}]
        assert receipt["refund_id"] == path.split("/")[-2]

    @pytest.mark.parametrize("format_", ["html", "pdf", "escpos"])
    def test_it_is_printed_once_and_then_copied_and_opens_the_drawer(
        self, stocked: Any, format_: str
    ) -> None:
        path, manager = f"{refund_path(stocked)}/prints", stocked.shop.client("Manager")
        first, second = (manager.post(path, {"format": format_}).body for _ in range(2))
        texts = ["\n".join(LINES_OF[format_](body)) for body in (first, second)]
        assert ["COPY 1" in text for text in texts] == [False, True]
        assert all("MAIN-1-R000001" in text for text in texts)
        if format_ == "escpos":
            assert (PULSE in first, PULSE in second) == (True, False)

    def test_it_is_mailed(self, stocked: Any) -> None:
        address = f"{uuid4().hex}@example.com"
        path = f"{refund_path(stocked)}/send"
        assert stocked.shop.client("Manager").post(path, {"email": address}).status == 200
        mail = eventually(lambda: mail_to(stocked, address))
        assert "Refund MAIN-1-R000001" in mail["Subject"]

    def test_others_see_it_only_with_the_right_to_see_every_order_of_that_store(self, stocked: Any) -> None:
        path, shop = refund_path(stocked), stocked.shop
        assert shop.client("Admin").get(path).status == 200
        assert shop.client("Cashier").get(path).status == 404
        assert shop.client("Manager", stores=[str(uuid4())]).get(path).status == 404
        assert shop.client("Manager").get(path.replace(path.split("/")[-2], str(uuid4()))).status == 404


def refund_path(stocked: Any) -> str:
    """The path of the receipt of a new refund of one of two."""
    sold = stocked.sell(2).data
    body = {
        "lines": [{"line_id": sold["lines"][0]["id"], "quantity": "1"}],
        "payments": [{"method": "cash", "amount": 119}],
        "reason": "defective",
    }
    refund = stocked.shop.client("Manager").post(f"/api/pos/orders/{sold['id']}/refunds", body).data
    return f"/api/pos/orders/{sold['id']}/refunds/{refund['id']}/receipt"
