"""Exchanges over HTTP: rights, shapes, races, and reports; what is decided is tried in tests/commands."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from infra.projections.staging import ignore_progress
from infra.projections.verify_stock import verify_stock
from infra.runtime.models import EVENT_TYPES
from tests.conftest import PASSWORD

EXCHANGE = "/api/pos/exchange"
SUMMARY = "/api/admin/reports/sales-summary"


class Sizes:
    """Beside the one at 1.19, a large one at 2.38 and a small one at 0.60, ten of each bought at 0.60."""

    def __init__(self, stocked: Any) -> None:
        self.shop, self.variant_id, self.product = stocked.shop, stocked.variant_id, stocked.product
        self.register = stocked.register
        self.sell, self.level, self.on_hand = stocked.sell, stocked.level, stocked.on_hand
        self.large, self.small = (
            stocked.product_of(variants=[{"sku": sku, "price": price, "cost": 60}])
            for sku, price in (("LARGE", 238), ("SMALL", 60))
        )
        for product in (self.large, self.small):
            line = {"variant_id": product["variants"][0]["id"], "quantity": "10", "unit_cost": 60}
            body = {"storage_id": stocked.storage["id"], "lines": [line]}
            assert stocked.shop.client().post("/api/admin/inventory/receipts", body).status == 201


@pytest.fixture
def sizes(stocked: Any) -> Sizes:
    return Sizes(stocked)


def exchange(order: Any, product: Any, paid: int = 0, **more: Any) -> dict[str, Any]:
    """One of the order's only line for one of these, the difference paid in cash."""
    return {
        "order_id": order["id"],
        "returns": [{"line_id": order["lines"][0]["id"], "quantity": "1"}],
        "lines": [{"variant_id": product["variants"][0]["id"], "quantity": "1"}],
        "payments": [{"method": "cash", "amount": paid}] if paid else [],
        **more,
    }


def sale_of(product: Any, price: int, sizes: Sizes) -> dict[str, Any]:
    """A sale of one of these, in cash."""
    return {
        "register_id": sizes.register["id"],
        "lines": [{"variant_id": product["variants"][0]["id"], "quantity": "1"}],
        "payments": [{"method": "cash", "amount": price}],
    }


class TestExchanging:
    def test_answers_both_sides_and_the_difference(self, sizes: Sizes) -> None:
        order = sizes.sell(3).data
        answer = sizes.shop.client("Manager").post(EXCHANGE, exchange(order, sizes.large, 119, note="Bigger"))
        assert answer.status == 201
        refund, made = answer.data["refund"], answer.data["order"]
        assert (refund["number"], refund["total"], refund["reason"]) == ("MAIN-1-R000001", 119, "exchange")
        assert (made["number"], made["total"], made["note"]) == ("MAIN-1-000002", 238, "Bigger")
        assert answer.data["difference"] == 119
        assert refund["payments"] == [{"method": "exchange", "amount": 119, "reference": None, "tip": 0}]
        assert [(one["method"], one["amount"]) for one in made["payments"]] == [
            ("exchange", 119),
            ("cash", 119),
        ]
        assert refund["exchange_order_id"] == made["id"]
        assert made["exchange"] == {"refund_id": refund["id"], "order_id": None}
        original = sizes.shop.client("Cashier").get(f"/api/cashier/orders/{order['id']}").data
        assert original["exchange"] == {"refund_id": None, "order_id": made["id"]}
        assert (original["payment_status"], original["refunded_total"]) == ("partially_refunded", 119)
        assert sizes.on_hand() == "8"

    def test_is_made_once_however_often_it_is_sent(self, sizes: Sizes) -> None:
        order, manager = sizes.sell(3).data, sizes.shop.client("Manager")
        body = exchange(order, sizes.large, 119, id=str(uuid4()))
        first, again = (manager.post(EXCHANGE, body) for _ in range(2))
        assert (first.status, again.status) == (201, 201)
        assert first.data == again.data
        assert first.data["order"]["id"] == body["id"]
        assert again.headers["idempotent-replayed"] == "true"
        other = manager.post(EXCHANGE, {**body, "reason": "wrong colour"})
        assert (other.status, other.code) == (409, "duplicate_id")
        assert sizes.on_hand() == "8"

    def test_of_the_last_piece_at_several_tills_at_once_is_made_once(self, sizes: Sizes) -> None:
        order, manager = sizes.sell(1).data, sizes.shop.client("Manager")
        with ThreadPoolExecutor(4) as tills:
            answers = list(
                tills.map(lambda _: manager.post(EXCHANGE, exchange(order, sizes.large, 119)), range(4))
            )
        assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
        assert {answer.code for answer in answers if answer.status == 409} == {"return_exceeds_sold"}

    def test_of_many_at_once_has_numbers_without_a_gap(self, sizes: Sizes) -> None:
        orders, manager = [sizes.sell(1).data for _ in range(4)], sizes.shop.client("Manager")
        with ThreadPoolExecutor(4) as tills:
            answers = list(
                tills.map(lambda one: manager.post(EXCHANGE, exchange(one, sizes.large, 119)), orders)
            )
        assert sorted(one.data["refund"]["number"] for one in answers) == [
            f"MAIN-1-R{n:06d}" for n in range(1, 5)
        ]
        assert sorted(one.data["order"]["number"] for one in answers) == [
            f"MAIN-1-{n:06d}" for n in range(5, 9)
        ]

    def test_among_sales_and_exchanges_of_the_same_goods_adds_up(self, sizes: Sizes) -> None:
        """Back and forth between two goods, at one till: nobody waits for ever, and everything adds up."""
        manager = sizes.shop.client("Manager")
        up = [sizes.sell(1).data for _ in range(4)]
        down = [manager.post("/api/pos/orders", sale_of(sizes.large, 238, sizes)).data for _ in range(4)]
        half = [{"method": "cash", "amount": 119}]
        posts = [(EXCHANGE, exchange(order, sizes.large, 119)) for order in up]
        posts += [(EXCHANGE, exchange(order, sizes.product, refund_payments=half)) for order in down]
        posts += [("/api/pos/orders", sale_of(sizes.large, 238, sizes)) for _ in range(4)]
        with ThreadPoolExecutor(12) as tills:
            answers = list(tills.map(lambda post: manager.post(*post), posts))
        assert {answer.status for answer in answers} == {201}
        made = [answer.data.get("order", answer.data)["number"] for answer in answers]
        assert sorted(made) == [f"MAIN-1-{n:06d}" for n in range(9, 21)]
        assert sizes.on_hand() == "6"
        service = sizes.shop.service
        report = verify_stock(service.database.worker, EVENT_TYPES, sizes.shop.company_id, ignore_progress)
        assert report.differences == ()

    def test_a_cashier_gives_no_money_back_unless_it_is_approved(self, sizes: Sizes) -> None:
        order, cashier = sizes.sell(1).data, sizes.shop.client("Cashier")
        assert cashier.post(EXCHANGE, exchange(order, sizes.large, 119)).status == 201
        order = sizes.sell(1).data
        less = exchange(order, sizes.small, refund_payments=[{"method": "cash", "amount": 59}])
        refused = cashier.post(EXCHANGE, less)
        assert (refused.status, refused.code) == (403, "forbidden")
        approval = approve(sizes, cashier, order)
        done = cashier.post(EXCHANGE, less, X_Approval=approval)
        assert (done.status, done.data["difference"]) == (201, -59)
        assert done.data["refund"]["approved_by"]
        assert "cost_total" not in done.data["refund"]["lines"][0]
        assert "cost_total" not in done.data["order"]

    def test_refuses_what_does_not_add_up_and_writes_nothing(self, sizes: Sizes) -> None:
        order, manager = sizes.sell(1).data, sizes.shop.client("Manager")
        line_id = order["lines"][0]["id"]
        for body, code in (
            (exchange(order, sizes.large, 118), "payment_insufficient"),
            (exchange(order, sizes.small), "payment_insufficient"),
            (
                exchange(order, sizes.small, refund_payments=[{"method": "cash", "amount": 60}]),
                "payment_exceeds_total",
            ),
            (
                exchange(order, sizes.large, 0, returns=[{"line_id": line_id, "quantity": "2"}]),
                "return_exceeds_sold",
            ),
        ):
            answer = manager.post(EXCHANGE, body)
            assert (answer.status, answer.code) == (409, code)
        tied = exchange(order, sizes.large, payments=[{"method": "exchange", "amount": 119}])
        assert manager.post(EXCHANGE, tied).status == 422
        assert manager.post(EXCHANGE, exchange(order, sizes.large, 119, returns=[])).status == 422
        read = sizes.shop.client("Cashier").get(f"/api/cashier/orders/{order['id']}").data
        assert (read["version"], read["refunds"]) == (order["version"], [])


class TestReports:
    def test_an_exchange_nets_nothing_in_any_section(self, sizes: Sizes) -> None:
        """Property 10: the tender is what it pays and what it pays back, and the goods are what they are."""
        admin = sizes.shop.client()
        order = sizes.sell(3).data
        done = admin.post(EXCHANGE, exchange(order, sizes.large, 119))
        day = f"from={order['business_date']}&to={done.data['order']['business_date']}"
        position = done.headers["x-event-position"]

        def section(name: str) -> Any:
            return admin.get(f"{SUMMARY}/{name}?{day}", X_Wait_For_Position=position).data

        overview = section("overview")["overall"]
        assert (overview["orders"], overview["items"], overview["gross_sales"]) == (2, "4", 500)
        assert (overview["returns"], overview["net_sales"], overview["tax"]) == (100, 400, 76)
        assert overview["total_collected"] == 357 + 119
        assert overview["cost_of_goods"] == 180
        rows = {row["method"]: row for row in section("by-payment-method")["rows"]}
        assert rows["exchange"]["amount"] - rows["exchange"]["refunds"] == 0
        assert (rows["exchange"]["payments"], rows["exchange"]["refund_count"]) == (1, 1)
        assert (rows["cash"]["amount"], rows["cash"]["refunds"]) == (476, 0)
        [returned] = [row for row in section("by-product")["rows"] if Decimal(row["returned_quantity"])]
        assert (returned["quantity"], returned["returned_quantity"], returned["net_sales"]) == ("3", "1", 200)
        for name in ("by-period", "by-store"):
            totals = section(name)["totals"]
            same = totals.keys() & overview.keys()
            assert {one: totals[one] for one in same} == {one: overview[one] for one in same}

    def test_of_what_comes_and_goes_is_of_no_money_at_all(self, sizes: Sizes) -> None:
        admin = sizes.shop.client()
        order = sizes.sell(1).data
        done = admin.post(EXCHANGE, exchange(order, sizes.product))
        assert (done.status, done.data["difference"]) == (201, 0)
        day = f"from={order['business_date']}&to={done.data['order']['business_date']}"
        position = done.headers["x-event-position"]
        overview = admin.get(f"{SUMMARY}/overview?{day}", X_Wait_For_Position=position).data["overall"]
        assert (overview["net_sales"], overview["tax"], overview["total_collected"]) == (100, 19, 119)
        assert overview["cost_of_goods"] == 60

    def test_stock_is_what_its_ledger_says(self, sizes: Sizes) -> None:
        admin = sizes.shop.client()
        order = sizes.sell(3).data
        assert admin.post(EXCHANGE, exchange(order, sizes.large, 119)).status == 201
        back = {
            "lines": [{"line_id": order["lines"][0]["id"], "quantity": "1"}],
            "payments": [{"method": "cash", "amount": 119}],
            "reason": "sour",
        }
        done = admin.post(f"/api/pos/orders/{order['id']}/refunds", back)
        position = done.headers["x-event-position"]
        path = f"/api/admin/inventory/movements?variant_id={sizes.variant_id}&type=return"
        returns = admin.get(path, X_Wait_For_Position=position).data
        assert [(row["quantity"], row["value_change"], row["order_id"]) for row in returns] == [
            ("1", 60, order["id"])
        ] * 2
        level = sizes.level()
        assert (level["on_hand"], level["value"]) == ("9", 540)


def approve(sizes: Sizes, cashier: Any, order: Any) -> str:
    """A manager approves a refund of the order at the cashier's till."""
    manager = {"username": sizes.shop.username("Manager"), "password": PASSWORD}
    body = {**manager, "key": "orders.refund", "order_id": order["id"]}
    return str(cashier.post("/api/pos/approvals", body).data["approval"])
