"""Money that goes back, over HTTP: rights, shapes, races; what is decided is tried in tests/commands."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

from api.receipt_addresses import ReceiptAddresses
from tests.conftest import PASSWORD

Stocked = Any
NOT_FOUND = str(uuid4())


def refunds_of(order: Any) -> str:
    return f"/api/pos/orders/{order['id']}/refunds"


def refund(order: Any, quantity: str = "1", amount: int = 119, **more: Any) -> dict[str, Any]:
    """A refund of so many of the order's only line, in cash."""
    return {
        "lines": [{"line_id": order["lines"][0]["id"], "quantity": quantity}],
        "payments": [{"method": "cash", "amount": amount}],
        "reason": "sour",
        **more,
    }


class TestT1:
    """Four refunds in cash give back what was paid, and the drawer is as it was."""

    def test_over_http(self, stocked: Stocked) -> None:
        shop, manager = stocked.shop, stocked.shop.client("Manager")
        admin = shop.client()
        rules = {"rounding_level": "order", "rounding_mode": "half_up", "cash_rounding": 5}
        assert admin.patch("/api/admin/settings/company", rules).status == 200
        tax = {"name": "Sales tax", "rate": "8.875", "inclusive": False}
        tax_id = admin.post("/api/admin/settings/tax-rates", tax).data["id"]
        none = {"name": "None", "rate": "0", "inclusive": False}
        none_id = admin.post("/api/admin/settings/tax-rates", none).data["id"]
        lines = [
            self.line(stocked, price, quantity, rate)
            for price, quantity, rate in ((695, 3, tax_id), (800, 2, tax_id), (202, 1, none_id))
        ]
        opening = {"register_id": stocked.register["id"], "opening_float": 10000}
        shift = f"/api/pos/shifts/{manager.post('/api/pos/shifts/open', opening).data['id']}"
        sale = {
            "register_id": stocked.register["id"],
            "lines": lines,
            "discounts": [{"type": "percent", "value": "10"}],
            "payments": [{"method": "cash", "amount": 3792, "tendered": 5000, "tip": 200}],
        }
        order = manager.post("/api/pos/orders", sale).data
        assert (order["total"], order["rounding"], order["change_total"]) == (3792, -2, 1010)
        assert manager.get(shift).data["expected_cash"] == 13990
        first, second, third = (line["id"] for line in order["lines"])
        paid = []
        for parts in ([(first, 1)], [(second, 2)], [(first, 1)], [(first, 1), (third, 1)]):
            body = {"lines": [{"line_id": one, "quantity": quantity} for one, quantity in parts]}
            quoted = manager.post(f"{refunds_of(order)}/quote", body).data
            payments = [{"method": one["method"], "amount": one["amount"]} for one in quoted["payments"]]
            back = manager.post(refunds_of(order), {**body, "payments": payments, "reason": "sour"}).data
            paid.append((back["total"], back["payments"][0]["amount"], back["rounding"]))
        assert paid == [(681, 680, -1), (1568, 1570, 2), (680, 680, 0), (863, 860, -3)]
        assert back["order"]["refunded_total"] == 3790
        assert (back["order"]["payment_status"], back["order"]["fulfilment_status"]) == (
            *("refunded", "returned"),
        )
        assert manager.get(shift).data["expected_cash"] == 10200

    def line(self, stocked: Stocked, price: int, quantity: int, rate_id: str) -> dict[str, Any]:
        """A line of something new, whose stock is not counted."""
        variant = {"sku": str(uuid4()), "price": price, "cost": 1}
        product = stocked.product_of(variants=[variant], tax_rate_ids=[rate_id], track_stock=False)
        return {"variant_id": product["variants"][0]["id"], "quantity": quantity}


class TestRefunding:
    def test_gives_money_and_goods_back(self, stocked: Stocked) -> None:
        order, manager = stocked.sell(3).data, stocked.shop.client("Manager")
        answer = manager.post(refunds_of(order), refund(order))
        assert answer.status == 201
        back = answer.data
        assert (back["number"], back["order_id"]) == ("MAIN-1-R000001", order["id"])
        assert (back["total"], back["tax_total"], back["rounding"], back["tip"]) == (119, 19, 0, 0)
        assert back["payments"] == [{"method": "cash", "amount": 119, "reference": None, "tip": 0}]
        assert back["lines"][0]["cost_total"] == 60
        left = back["order"]
        assert (left["payment_status"], left["fulfilment_status"], left["refunded_total"]) == (
            *("partially_refunded", "partially_returned", 119),
        )
        assert left["lines"][0]["returned_quantity"] == "1"
        assert [one["id"] for one in left["refunds"]] == [back["id"]]
        assert stocked.on_hand() == "8"

    def test_is_what_the_quote_said_and_tells_what_is_left(self, stocked: Stocked) -> None:
        order, manager = stocked.sell(3).data, stocked.shop.client("Manager")
        asked = {"lines": [{"line_id": order["lines"][0]["id"], "quantity": "1"}]}
        quoted = manager.post(f"{refunds_of(order)}/quote", asked)
        assert quoted.status == 200
        assert quoted.data["payments"] == [{"method": "cash", "amount": 119, "reference": None, "tip": 0}]
        assert (quoted.data["left_total"], quoted.data["left"][0]["quantity"]) == (238, "2")
        assert stocked.on_hand() == "7"
        back = manager.post(refunds_of(order), refund(order)).data
        assert {name: back[name] for name in ("lines", "taxes", "total")} == {
            name: quoted.data[name] for name in ("lines", "taxes", "total")
        }

    def test_takes_the_payments_of_the_quote_as_they_are_with_their_tips(self, stocked: Stocked) -> None:
        payments = [
            {"method": "cash", "amount": 57, "tip": 100},
            {"method": "card", "amount": 300, "tip": 50},
        ]
        order, manager = stocked.sell(3, payments=payments).data, stocked.shop.client("Manager")
        asked = refund(order, tip=120, payments=[{"method": "card", "amount": 119}])
        quoted = manager.post(f"{refunds_of(order)}/quote", asked).data["payments"]
        assert [(one["method"], one["amount"], one["tip"]) for one in quoted] == [
            ("card", 119, 50),
            ("cash", 0, 70),
        ]
        other = manager.post(refunds_of(order), refund(order, tip=119, payments=quoted))
        assert (other.status, other.fields) == (422, {"tip"})
        back = manager.post(refunds_of(order), refund(order, payments=quoted))
        assert (back.status, back.data["tip"], back.data["payments"]) == (201, 120, quoted)

    def test_is_rounded_as_its_sale_was(self, stocked: Stocked) -> None:
        admin, manager = stocked.shop.client(), stocked.shop.client("Manager")
        path = "/api/admin/settings/company"
        assert admin.patch(path, {"cash_rounding": 5}).status == 200
        order = stocked.sell(3).data
        assert order["paid_total"] == 355
        assert admin.patch(path, {"cash_rounding": 0}).status == 200
        paid = [manager.post(refunds_of(order), refund(order)).data["payments"] for _ in range(3)]
        assert [payments[0]["amount"] for payments in paid] == [120, 120, 115]

    def test_is_made_once_however_often_it_is_sent(self, stocked: Stocked) -> None:
        order, manager = stocked.sell(3).data, stocked.shop.client("Manager")
        body = refund(order, id=str(uuid4()))
        first, again = (manager.post(refunds_of(order), body) for _ in range(2))
        assert (first.status, again.status) == (201, 201)
        assert first.data == again.data
        other = manager.post(refunds_of(order), {**body, "reason": "sweet"})
        assert (other.status, other.code) == (409, "duplicate_id")
        assert stocked.on_hand() == "8"

    def test_of_the_last_piece_at_two_tills_at_once_is_made_once(self, stocked: Stocked) -> None:
        order, manager = stocked.sell(1).data, stocked.shop.client("Manager")
        with ThreadPoolExecutor(4) as tills:
            answers = list(tills.map(lambda _: manager.post(refunds_of(order), refund(order)), range(4)))
        assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
        assert {answer.code for answer in answers if answer.status == 409} == {"return_exceeds_sold"}
        assert stocked.on_hand() == "10"

    def test_of_different_orders_at_once_has_numbers_without_a_gap(self, stocked: Stocked) -> None:
        orders, manager = [stocked.sell(1).data for _ in range(6)], stocked.shop.client("Manager")
        with ThreadPoolExecutor(6) as tills:
            answers = list(tills.map(lambda one: manager.post(refunds_of(one), refund(one)), orders))
        assert sorted(one.data["number"] for one in answers) == [f"MAIN-1-R{n:06d}" for n in range(1, 7)]

    def test_takes_the_right_or_an_approval(self, stocked: Stocked) -> None:
        order, cashier = stocked.sell(1).data, stocked.shop.client("Cashier")
        refused = cashier.post(refunds_of(order), refund(order))
        assert (refused.status, refused.code) == (403, "forbidden")
        approval = approve(stocked, cashier, "orders.refund", order)
        done = cashier.post(refunds_of(order), refund(order), X_Approval=approval)
        assert done.status == 201
        assert done.data["approved_by"]
        assert "cost_total" not in done.data["lines"][0]
        assert "cost_total" not in done.data["order"]["refunds"][0]["lines"][0]

    def test_of_no_order_finds_none(self, stocked: Stocked) -> None:
        order = {"id": NOT_FOUND, "lines": [{"id": NOT_FOUND}]}
        assert stocked.shop.client("Manager").post(refunds_of(order), refund(order)).status == 404

    def test_refuses_what_is_too_much_and_writes_nothing(self, stocked: Stocked) -> None:
        order, manager = stocked.sell(1).data, stocked.shop.client("Manager")
        line_id = order["lines"][0]["id"]
        for body, code in (
            (refund(order, "2"), "return_exceeds_sold"),
            (refund(order, amount=118), "payment_insufficient"),
            (refund(order, amount=120), "payment_exceeds_total"),
            (refund(order, tip=1), "refund_exceeds_paid"),
            (refund(order, lines=[], goodwill=[{"line_id": line_id, "amount": 120}]), "refund_exceeds_paid"),
        ):
            answer = manager.post(refunds_of(order), body)
            assert (answer.status, answer.code) == (409, code)
        read = stocked.shop.client("Cashier").get(f"/api/cashier/orders/{order['id']}").data
        assert (read["version"], read["refunds"]) == (order["version"], [])

    def test_refuses_no_quantity_and_no_reason(self, stocked: Stocked) -> None:
        order, manager = stocked.sell(1).data, stocked.shop.client("Manager")
        for body in (refund(order, "0"), refund(order, "1000000000"), refund(order, reason=" ")):
            assert manager.post(refunds_of(order), body).status in (409, 422)
        assert manager.post(refunds_of(order), refund(order, lines=[])).status == 422


class TestVoiding:
    def test_lasts_until_the_shift_is_closed(self, stocked: Stocked) -> None:
        manager = stocked.shop.client("Manager")
        opening = {"register_id": stocked.register["id"], "opening_float": 1000}
        shift = f"/api/pos/shifts/{manager.post('/api/pos/shifts/open', opening).data['id']}"
        first, second = stocked.sell(1).data, stocked.sell(1).data
        assert manager.post(f"{shift}/end", {}).status == 200
        voided = manager.post(f"/api/pos/orders/{first['id']}/void", {"reason": "wrong customer"})
        assert voided.data["shift_id"] == shift.rpartition("/")[2]
        assert manager.get(shift).data["expected_cash"] == 1000 + 119
        assert manager.post(f"{shift}/close", {"counted_cash": 1119}).status == 200
        late = manager.post(f"/api/pos/orders/{second['id']}/void", {"reason": "wrong customer"})
        assert (late.status, late.code) == (409, "void_window_closed")

    def test_takes_the_sale_back_and_keeps_its_number(self, stocked: Stocked) -> None:
        order, manager = stocked.sell(3).data, stocked.shop.client("Manager")
        answer = manager.post(f"/api/pos/orders/{order['id']}/void", {"reason": "wrong customer"})
        assert answer.status == 200
        assert (answer.data["status"], answer.data["payment_status"]) == ("voided", "refunded")
        assert (answer.data["number"], answer.data["refunded_total"]) == (order["number"], 357)
        assert answer.data["voided"]["reason"] == "wrong customer"
        assert answer.data["voided"]["by"]
        assert stocked.on_hand() == "10"
        again = manager.post(f"/api/pos/orders/{order['id']}/void", {"reason": "wrong customer"})
        assert (again.status, again.code) == (409, "invalid_transition")

    def test_takes_the_right_or_an_approval(self, stocked: Stocked) -> None:
        order, cashier = stocked.sell(1).data, stocked.shop.client("Cashier")
        path, body = f"/api/pos/orders/{order['id']}/void", {"reason": "wrong customer"}
        assert cashier.post(path, body).status == 403
        approval = approve(stocked, cashier, "orders.void", order)
        done = cashier.post(path, body, X_Approval=approval)
        assert (done.status, bool(done.data["voided"]["approved_by"])) == (200, True)

    def test_and_refunding_at_once_gives_the_money_back_once(self, stocked: Stocked) -> None:
        order, manager = stocked.sell(1).data, stocked.shop.client("Manager")
        calls = (
            (refunds_of(order), refund(order)),
            (f"/api/pos/orders/{order['id']}/void", {"reason": "wrong customer"}),
        )
        with ThreadPoolExecutor(2) as tills:
            answers = list(tills.map(lambda call: manager.post(*call), calls))
        assert sorted(answer.status for answer in answers)[1:] == [409]
        assert stocked.on_hand() == "10"


class TestFindingBySlip:
    def found(self, client: Any, code: str) -> Any:
        return client.get(f"/api/pos/receipts/{quote(code, safe='')}")

    def test_by_the_number_of_the_sale_or_of_a_refund(self, stocked: Stocked) -> None:
        order, manager = stocked.sell(3).data, stocked.shop.client("Manager")
        back = manager.post(refunds_of(order), refund(order)).data
        cashier = stocked.shop.client("Cashier")
        for code in (order["number"], back["number"], order["id"], back["id"]):
            answer = self.found(cashier, code)
            assert (answer.status, answer.data["id"]) == (200, order["id"])
            assert answer.data["lines"][0]["returnable"] == {"quantity": "2", "total": 238}
            assert "cost_total" not in answer.data

    def test_by_what_the_qr_code_says(self, stocked: Stocked) -> None:
        order, cashier = stocked.sell(1).data, stocked.shop.client("Cashier")
        addresses = ReceiptAddresses(key=b"key", public_url="https://shop.example")
        text = addresses.of(stocked.shop.company_id, UUID(order["id"]))
        assert self.found(cashier, text).data["id"] == order["id"]

    def test_tells_no_more_of_the_customer_than_the_name(self, stocked: Stocked) -> None:
        order, cashier = stocked.sell(1, note="for Ada").data, stocked.shop.client("Cashier")
        found = self.found(cashier, order["number"]).data
        assert (found["customer_id"], found["customer_name"], found["note"]) == (None, None, None)

    def test_finds_nothing_of_others(self, stocked: Stocked) -> None:
        cashier = stocked.shop.client("Cashier")
        for code in ("MAIN-1-999999", NOT_FOUND, "no/such", "\0", "x" * 300):
            assert self.found(cashier, code).status == 404

    def test_is_not_for_whoever_neither_refunds_nor_exchanges(self, stocked: Stocked) -> None:
        order = stocked.sell(1).data
        assert self.found(stocked.shop.client("Inventory Clerk"), order["number"]).status == 403


def approve(stocked: Stocked, client: Any, key: str, order: Any) -> str:
    """A manager approves it on the client's till."""
    manager = {"username": stocked.shop.username("Manager"), "password": PASSWORD}
    given = client.post("/api/pos/approvals", {**manager, "key": key, "order_id": order["id"]})
    return str(given.data["approval"])
