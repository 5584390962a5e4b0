"""A shop's first day over HTTP: set up, receive, sell, and what must be refused on the way."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

Stocked = Any


class TestSelling:
    def test_a_sale_is_priced_taxed_paid_and_taken_from_stock(self, stocked: Stocked) -> None:
        payments = [{"method": "cash", "amount": 357, "tendered": 500}]
        sold = stocked.shop.client("Cashier").post("/api/pos/orders", stocked.sale(3, payments=payments))
        assert sold.status == 201
        order = sold.data
        assert (order["total"], order["tax_total"], order["change_total"]) == (357, 57, 143)
        assert order["number"] == "MAIN-1-000001"
        assert (order["status"], order["payment_status"], order["fulfilment_status"]) == (
            "completed",
            "paid",
            "fulfilled",
        )
        assert stocked.on_hand() == "7"

    def test_a_quote_is_what_the_sale_will_be(self, stocked: Stocked) -> None:
        basket = {
            "register_id": stocked.register["id"],
            "lines": [
                {
                    "variant_id": stocked.variant_id,
                    "quantity": "3",
                    "discounts": [{"type": "percent", "value": "10"}],
                }
            ],
            "discounts": [{"type": "amount", "value": 21}],
        }
        cashier = stocked.shop.client("Cashier")
        quote = cashier.post("/api/pos/quote", basket).data
        payments = [{"method": "card", "amount": quote["total"]}]
        order = cashier.post("/api/pos/orders", {**basket, "payments": payments}).data
        same = ("subtotal", "discount_total", "tax_total", "total", "taxes")
        assert {name: quote[name] for name in same} == {name: order[name] for name in same}

    def test_costs_are_hidden_from_a_cashier_and_shown_to_a_manager(self, stocked: Stocked) -> None:
        sold = stocked.shop.client("Cashier").post("/api/pos/orders", stocked.sale()).data
        assert "cost_total" not in sold
        assert "cost_total" not in sold["lines"][0]
        sold = stocked.shop.client("Manager").post("/api/pos/orders", stocked.sale()).data
        assert sold["lines"][0]["cost_total"] == 60

    def test_a_lost_answer_is_asked_for_again_and_nothing_is_sold_twice(self, stocked: Stocked) -> None:
        cashier = stocked.shop.client("Cashier")
        sale = stocked.sale(2, id=str(uuid4()))
        first, again = cashier.post("/api/pos/orders", sale), cashier.post("/api/pos/orders", sale)
        assert (first.status, again.status) == (201, 201)
        assert first.data == again.data
        assert stocked.on_hand() == "8"

    def test_an_idempotency_key_replays_the_first_outcome(self, stocked: Stocked) -> None:
        cashier, key = stocked.shop.client("Cashier"), str(uuid4())
        first = cashier.post("/api/pos/orders", stocked.sale(), Idempotency_Key=key)
        again = cashier.post("/api/pos/orders", stocked.sale(), Idempotency_Key=key)
        assert again.headers["idempotent-replayed"] == "true"
        assert again.body == first.body
        assert again.headers["x-event-position"] == first.headers["x-event-position"]
        assert stocked.on_hand() == "9"

    def test_an_idempotency_key_is_good_for_one_request_only(self, stocked: Stocked) -> None:
        cashier, key = stocked.shop.client("Cashier"), str(uuid4())
        cashier.post("/api/pos/orders", stocked.sale(), Idempotency_Key=key)
        other = cashier.post("/api/pos/orders", stocked.sale(2), Idempotency_Key=key)
        assert (other.status, other.code) == (422, "idempotency_key_reused")

    def test_eight_tills_after_the_last_ten_pieces_sell_exactly_ten(self, stocked: Stocked) -> None:
        cashier = stocked.shop.client("Cashier")
        with ThreadPoolExecutor(8) as tills:
            statuses = list(
                tills.map(lambda _: cashier.post("/api/pos/orders", stocked.sale()).status, range(24))
            )
        assert statuses.count(201) == 10
        assert statuses.count(409) == 14
        assert stocked.on_hand() == "0"
        numbers = [
            e["state"]["series_number"] for e in stocked.shop.events() if e["type"] == "orders.Order.Sold"
        ]
        assert sorted(numbers) == list(range(1, 11))


class TestRefusals:
    def test_more_than_there_is_names_the_line_and_writes_nothing(self, stocked: Stocked) -> None:
        before = len(stocked.shop.events())
        refused = stocked.shop.client("Cashier").post("/api/pos/orders", stocked.sale(11))
        assert (refused.status, refused.code) == (409, "insufficient_stock")
        assert refused.fields == {"lines.0.quantity"}
        assert len(stocked.shop.events()) == before

    def test_two_lines_of_one_variant_are_decided_together(self, stocked: Stocked) -> None:
        line = {"variant_id": stocked.variant_id, "quantity": 6}
        sale = stocked.sale(12, lines=[line, line])
        refused = stocked.shop.client("Cashier").post("/api/pos/orders", sale)
        assert refused.fields == {"lines.0.quantity", "lines.1.quantity"}

    def test_too_little_money(self, stocked: Stocked) -> None:
        sale = stocked.sale(payments=[{"method": "cash", "amount": 100}])
        refused = stocked.shop.client("Cashier").post("/api/pos/orders", sale)
        assert (refused.status, refused.code, refused.fields) == (409, "payment_insufficient", {"payments"})

    def test_another_price_takes_the_right_to_it(self, stocked: Stocked) -> None:
        line = {"variant_id": stocked.variant_id, "quantity": 1, "unit_price": 50}
        sale = stocked.sale(lines=[line], payments=[{"method": "cash", "amount": 50}])
        assert stocked.shop.client("Cashier").post("/api/pos/orders", sale).status == 403
        assert (
            stocked.shop.client("Manager").post("/api/pos/orders", sale).data["lines"][0]["price_overridden"]
        )

    def test_a_draft_is_not_for_sale(self, stocked: Stocked) -> None:
        admin = stocked.shop.client()
        body = {"name": "Draft", "variants": [{"sku": "D", "price": 1}]}
        draft = admin.post("/api/admin/products", body).data
        line = {"variant_id": draft["variants"][0]["id"], "quantity": 1}
        refused = admin.post("/api/pos/orders", stocked.sale(lines=[line]))
        assert (refused.status, refused.code) == (409, "not_for_sale")

    def test_another_companys_variant_does_not_exist(
        self, stocked: Stocked, stock: Callable[..., Any], make_shop: Callable[..., Any]
    ) -> None:
        theirs = stock(make_shop())
        line = {"variant_id": theirs.variant_id, "quantity": 1}
        refused = stocked.shop.client("Cashier").post("/api/pos/orders", stocked.sale(lines=[line]))
        assert (refused.status, refused.fields) == (422, {"lines.0.variant_id"})


def test_a_variant_without_a_name_of_its_own_is_called_by_its_options(stocked: Any) -> None:
    admin = stocked.shop.client()
    for name, values in (("Size", ["M"]), ("Color", ["Red"])):
        made = admin.post("/api/admin/settings/variant-types", {"name": name, "values": values})
        assert made.status == 201, made.body
    shirt = stocked.product_of(
        track_stock=False,
        variants=[{"sku": "SHIRT", "price": 900, "options": {"Size": "M", "Color": "Red"}}],
    )
    line = {"variant_id": shirt["variants"][0]["id"], "quantity": 1}
    till = stocked.shop.client("Cashier")
    body = {"register_id": stocked.register["id"], "lines": [line]}
    sold = till.post("/api/pos/orders", {**body, "payments": [{"method": "cash", "amount": 900}]}).data
    parked = till.post("/api/pos/orders/hold", body).data
    quoted = till.post("/api/pos/quote", body).data
    assert {one["lines"][0]["variant_name"] for one in (sold, parked, quoted)} == {"M / Red"}
    receipt = till.get(f"/api/cashier/orders/{sold['id']}/receipt?format=json")
    assert "M / Red" in receipt.body.decode()
    offered = till.get(f"/api/pos/products?store_id={stocked.store['id']}").data
    assert "M / Red" in {one["variant_name"] for one in offered}
