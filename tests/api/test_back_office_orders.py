"""Orders of the back office over HTTP: rights, shapes, bad input, reservations, and two requests at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.api.conftest import Stocked
from tests.api.test_accounts import customer_of, give, path, statement

ORDERS = "/api/admin/orders"


class Desk:
    """Somebody at the desk of a stocked shop."""

    def __init__(self, stocked: Stocked) -> None:
        self.stocked = stocked

    def client(self, role: str = "Manager", **bounds: Any) -> Any:
        return self.stocked.shop.client(role, **bounds)

    def body(self, quantity: Any = 4, **more: Any) -> dict[str, Any]:
        line = {"variant_id": self.stocked.variant_id, "quantity": quantity}
        return {"store_id": self.stocked.store["id"], "channel": "phone", "lines": [line], **more}

    def place(self, quantity: Any = 4, *, role: str = "Manager", **more: Any) -> Any:
        return self.client(role).post(ORDERS, self.body(quantity, **more))

    def do(self, order: Any, what: str, body: Any, *, role: str = "Manager", **headers: str) -> Any:
        return self.client(role).post(f"{ORDERS}/{order['id']}/{what}", body, **headers)

    def amend(self, order: Any, body: Any, **headers: str) -> Any:
        return self.client().patch(f"{ORDERS}/{order['id']}", body, **headers)

    def pay(self, order: Any, amount: int, method: str = "card") -> Any:
        return self.do(order, "payments", {"payments": [{"method": method, "amount": amount}]})

    def stock(self) -> tuple[str, str, str]:
        """What there is of it, what of that is promised, and what can be sold."""
        level = self.stocked.level()
        return level["on_hand"], level["reserved"], level["available"]


@pytest.fixture
def desk(stocked: Stocked) -> Desk:
    """Somebody at the desk; there are ten, at 1.19."""
    return Desk(stocked)


@pytest.fixture
def ada(stocked: Stocked) -> str:
    """A customer who may owe 10.00."""
    return customer_of(stocked.shop)


def units(order: Any, quantity: str) -> list[dict[str, str]]:
    return [{"line_id": order["lines"][0]["id"], "quantity": quantity}]


def standing(answer: Any) -> tuple[str, str, str, int]:
    assert answer.status in (200, 201), answer.body
    data = answer.data
    return data["status"], data["payment_status"], data["fulfilment_status"], data["due_total"]


def test_an_order_from_the_call_to_the_counter(desk: Desk) -> None:
    placed = desk.place()
    order = placed.data
    assert standing(placed) == ("open", "unpaid", "unfulfilled", 476)
    assert (order["number"], order["channel"], order["back_office"]["has_lapsed"]) == (
        *("MAIN-SO000001", "phone"),
        False,
    )
    assert desk.stock() == ("10", "4", "6")
    line = {"id": order["lines"][0]["id"], "quantity": "5"}
    assert standing(desk.amend(order, {"lines": [line]})) == ("open", "unpaid", "unfulfilled", 595)
    assert desk.stock() == ("10", "5", "5")
    assert standing(desk.pay(order, 200)) == ("open", "partially_paid", "unfulfilled", 395)
    handed = desk.do(order, "fulfil", {"lines": units(order, "2"), "tracking": "DHL"}, role="Inventory Clerk")
    assert standing(handed) == ("open", "partially_paid", "partially_fulfilled", 395)
    assert desk.stock() == ("8", "3", "5")
    assert desk.do(order, "cancel", {"reason": "one less", "lines": units(order, "1")}).status == 200
    assert desk.stock() == ("8", "2", "6")
    cash = {"payments": [{"method": "cash", "amount": 276, "tendered": 300}]}
    paid = desk.do(order, "payments", cash)
    assert (standing(paid), paid.data["change_total"]) == (("open", "paid", "partially_fulfilled", 0), 24)
    done = desk.do(order, "fulfil", {})
    assert standing(done) == ("completed", "paid", "fulfilled", 0)
    assert desk.stock() == ("6", "0", "6")
    assert [one["quantity"] for one in done.data["back_office"]["cancelled"]] == ["1"]
    shown = desk.client("Admin").get(f"{ORDERS}/{order['id']}")
    assert (shown.data["cost_total"], shown.data["lines"][0]["fulfilled_quantity"]) == (240, "4")
    assert shown.headers["etag"] == f'"{shown.data["version"]}"'


def test_a_refund_is_as_at_the_till(desk: Desk) -> None:
    order = desk.place(2, payments=[{"method": "card", "amount": 238}]).data
    early = {"lines": units(order, "1"), "payments": [{"method": "card", "amount": 119}], "reason": "sour"}
    assert desk.do(order, "refunds", early).code == "invalid_transition"
    desk.do(order, "fulfil", {})
    refund = desk.do(order, "refunds", early)
    assert (refund.status, refund.data["order"]["payment_status"]) == (201, "partially_refunded")
    assert desk.stock() == ("9", "0", "9")


def test_a_quote_is_what_the_order_comes_to(desk: Desk) -> None:
    body = {name: value for name, value in desk.body().items() if name != "channel"}
    assert desk.client().post(f"{ORDERS}/quote", body).data["total"] == desk.place().data["total"]


def test_whoever_sells_may_ask_what_an_order_would_come_to(desk: Desk) -> None:
    body = {name: value for name, value in desk.body().items() if name != "channel"}
    quoted = desk.client("Cashier").post(f"{ORDERS}/quote", body)
    assert (quoted.status, quoted.data["total"]) == (200, 476)
    assert desk.client("Inventory Clerk").post(f"{ORDERS}/quote", body).status == 403
    assert desk.place(role="Cashier").status == 403


def test_the_same_order_is_placed_once(desk: Desk) -> None:
    own = str(uuid4())
    first, again = desk.place(id=own), desk.place(id=own)
    assert (first.status, again.status, again.headers["idempotent-replayed"]) == (201, 201, "true")
    assert desk.place(3, id=own).code == "duplicate_id"
    assert desk.stock() == ("10", "4", "6")


def test_a_step_that_is_sent_twice_under_one_key_is_done_once(desk: Desk) -> None:
    order = desk.place().data
    key = {"Idempotency_Key": str(uuid4())}
    first, again = (desk.do(order, "fulfil", {"lines": units(order, "1")}, **key) for _ in range(2))
    assert (first.data, again.headers["idempotent-replayed"]) == (again.data, "true")
    assert desk.stock() == ("9", "3", "6")


class TestRights:
    def test_only_managers_and_admins_take_orders_and_cashiers_take_none_further(self, desk: Desk) -> None:
        order = desk.place().data
        assert [desk.place(role=role).status for role in ("Cashier", "Inventory Clerk")] == [403, 403]
        for what in ("fulfil", "cancel", "payments", "refunds"):
            assert desk.do(order, what, {}, role="Cashier").status == 403
        for what in ("cancel", "payments", "refunds"):
            assert desk.do(order, what, {}, role="Inventory Clerk").status == 403
        for role in ("Cashier", "Inventory Clerk"):
            assert desk.client(role).patch(f"{ORDERS}/{order['id']}", {"note": "mine"}).status == 403

    def test_those_of_another_store_are_not_there(self, desk: Desk) -> None:
        order = desk.place().data
        other = desk.client("Admin").post("/api/admin/stores", {"name": "North", "code": "N"}).data
        bound = desk.client(stores=[other["id"]])
        assert bound.patch(f"{ORDERS}/{order['id']}", {"note": "mine"}).status == 404
        card = [{"method": "card", "amount": 119}]
        for what, body in (("fulfil", {}), ("cancel", {"reason": "no"}), ("payments", {"payments": card})):
            assert bound.post(f"{ORDERS}/{order['id']}/{what}", body).status == 404
        for what in ("", "/history", "/receipt"):
            assert bound.get(f"{ORDERS}/{order['id']}{what}").status == 404
        assert bound.post(ORDERS, desk.body()).status == 403


_UNKNOWN = str(uuid4())
#: What cannot be ordered, by the field that is wrong.
_WRONG: dict[str, dict[str, Any]] = {
    "channel": {"channel": "pos"},
    "lines": {"lines": []},
    "coupon_codes": {"coupon_codes": ["SUMMER"]},
    "storage_id": {"storage_id": _UNKNOWN},
    "customer_id": {"customer_id": _UNKNOWN},
    "reserve_until": {"reserve_until": "2020-01-01T00:00:00Z"},
    "due_on": {"due_on": "2031-01-01"},
    "expected_total": {"expected_total": "476"},
    "payments.0.method": {"payments": [{"method": "store_credit", "amount": 1}]},
}


class TestBadInput:
    def test_is_named_and_leaves_no_trace(self, desk: Desk) -> None:
        before = len(desk.stocked.shop.events())
        for field, more in _WRONG.items():
            answer = desk.client().post(ORDERS, {**desk.body(), **more})
            assert (answer.status, answer.fields) == (422, {field}), answer.body
        assert len(desk.stocked.shop.events()) == before
        assert desk.stock() == ("10", "0", "10")

    def test_another_total_is_told(self, desk: Desk) -> None:
        answer = desk.place(expected_total=1)
        assert (answer.status, answer.code, answer.fields) == (409, "total_changed", {"expected_total"})
        assert (answer.json["error"]["expected"], answer.json["error"]["actual"]) == (1, 476)
        assert answer.json["error"]["quote"]["total"] == 476

    def test_more_than_there_is_is_refused(self, desk: Desk) -> None:
        order = desk.place().data
        quantity = "lines.0.quantity"
        for what, body, code, field in (
            (
                "payments",
                {"payments": [{"method": "card", "amount": 477}]},
                "payment_exceeds_due",
                "payments",
            ),
            ("fulfil", {"lines": units(order, "5")}, "fulfil_exceeds_ordered", quantity),
            ("cancel", {"reason": "no", "lines": units(order, "5")}, "cancel_exceeds_ordered", quantity),
        ):
            answer = desk.do(order, what, body)
            assert (answer.status, answer.code, answer.fields) == (409, code, {field})

    def test_less_than_was_handed_over_or_paid_is_refused(self, desk: Desk) -> None:
        order = desk.place(payments=[{"method": "card", "amount": 400}]).data
        desk.do(order, "fulfil", {"lines": units(order, "2")})
        line = order["lines"][0]["id"]
        below = desk.amend(order, {"lines": [{"id": line, "quantity": "1"}]})
        assert (below.status, below.code) == (409, "line_fulfilled")
        paid = desk.amend(order, {"lines": [{"id": line, "quantity": "2"}]})
        assert (paid.code, paid.json["error"]["overpaid"]) == ("refund_required", 162)
        cancelled = desk.do(order, "cancel", {"reason": "no"})
        assert (cancelled.code, cancelled.fields) == ("refund_required", {"refund"})

    def test_money_goes_back_by_payments_or_as_credit(self, desk: Desk) -> None:
        order = desk.place().data
        wrong: list[Any] = ["cash", 5, {}, [{"method": "card"}]]
        for refund in wrong:
            assert desk.do(order, "cancel", {"reason": "no", "refund": refund}).status == 422

    def test_a_stale_edit_is_refused(self, desk: Desk) -> None:
        order = desk.place().data
        assert desk.amend(order, {"note": "one"}, If_Match='"1"').status == 200
        assert desk.amend(order, {"note": "two"}, If_Match='"1"').status == 412


class TestOnAccount:
    def test_what_is_handed_over_is_owed(self, desk: Desk, ada: str) -> None:
        order = desk.place(customer_id=ada, on_account=True).data
        assert statement(desk.stocked, ada)["closing"] == 0
        done = desk.do(order, "fulfil", {})
        assert standing(done) == ("completed", "unpaid", "fulfilled", 476)
        assert statement(desk.stocked, ada)["closing"] == 476
        dues = desk.client().get(path(ada, "statement")).data["entries"]
        assert [(one["type"], one["number"], one["amount"]) for one in dues] == [
            ("charge", order["number"], 476)
        ]

    def test_the_limit_is_told(self, desk: Desk, ada: str) -> None:
        answer = desk.place(9, customer_id=ada, on_account=True)
        assert (answer.status, answer.code) == (409, "credit_limit_exceeded")
        assert {name: answer.json["error"][name] for name in ("limit", "due", "asked")} == {
            "limit": 1000,
            "due": 0,
            "asked": 1071,
        }

    def test_who_has_an_open_order_is_not_erased_or_archived(self, desk: Desk, ada: str) -> None:
        order = desk.place(customer_id=ada).data
        admin = desk.client("Admin")
        assert admin.post(path(ada, "erase"), {"reason": "asked"}).code == "open_orders"
        assert admin.delete(f"/api/admin/customers/{ada}").code == "in_use"
        desk.do(order, "cancel", {"reason": "no"})
        assert admin.post(path(ada, "erase"), {"reason": "asked"}).status == 200

    def test_credit_pays_and_comes_back(self, desk: Desk, ada: str) -> None:
        give(desk.stocked, ada, 300)
        order = desk.place(customer_id=ada).data
        assert standing(desk.pay(order, 300, "store_credit"))[3] == 176
        assert desk.pay(order, 100, "store_credit").code == "insufficient_credit"
        assert desk.do(order, "cancel", {"reason": "no", "refund": "store_credit"}).status == 200
        assert desk.client().get(f"/api/admin/customers/{ada}").data["balances"]["store_credit"] == 300


def at_once(*requests: Callable[[], Any]) -> list[Any]:
    """What requests at the same moment are answered."""
    with ThreadPoolExecutor(len(requests)) as together:
        return [future.result() for future in [together.submit(one) for one in requests]]


def codes(answers: list[Any]) -> list[Any]:
    return sorted(answer.code if answer.status >= 400 else "" for answer in answers)


class TestTwoAtOnce:
    def test_the_whole_is_paid_once(self, desk: Desk) -> None:
        order = desk.place().data
        answers = at_once(*[lambda: desk.pay(order, 476)] * 3)
        assert codes(answers) == ["", "payment_exceeds_due", "payment_exceeds_due"]
        assert desk.client().get(f"{ORDERS}/{order['id']}").data["paid_total"] == 476

    def test_all_of_it_is_handed_over_once(self, desk: Desk) -> None:
        order = desk.place().data
        answers = at_once(*[lambda: desk.do(order, "fulfil", {"lines": units(order, "4")})] * 3)
        assert codes(answers) == ["", "fulfil_exceeds_ordered", "fulfil_exceeds_ordered"]
        assert desk.stock() == ("6", "0", "6")

    def test_the_last_goods_are_promised_once(self, desk: Desk) -> None:
        answers = at_once(*[lambda: desk.place(6)] * 3)
        assert codes(answers) == ["", "insufficient_stock", "insufficient_stock"]
        assert desk.stock() == ("10", "6", "4")

    def test_two_orders_do_not_pass_the_limit_together(self, desk: Desk, ada: str) -> None:
        orders = [desk.place(5, customer_id=ada, on_account=True).data for _ in range(2)]
        answers = at_once(*[lambda one=one: desk.do(one, "fulfil", {}) for one in orders])
        assert codes(answers) == ["", "credit_limit_exceeded"]
        assert statement(desk.stocked, ada)["closing"] == 595

    def test_credit_is_spent_once(self, desk: Desk, ada: str) -> None:
        give(desk.stocked, ada, 300)
        orders = [desk.place(2, customer_id=ada).data for _ in range(2)]
        answers = at_once(*[lambda one=one: desk.pay(one, 200, "store_credit") for one in orders])
        assert codes(answers) == ["", "insufficient_credit"]

    def test_it_is_cancelled_or_handed_over(self, desk: Desk) -> None:
        order = desk.place().data
        answers = at_once(
            lambda: desk.do(order, "cancel", {"reason": "no"}), lambda: desk.do(order, "fulfil", {})
        )
        assert codes(answers) == ["", "invalid_transition"]
        assert desk.stock() in (("10", "0", "10"), ("6", "0", "6"))

    def test_amendments_follow_each_other(self, desk: Desk) -> None:
        order = desk.place().data
        line = order["lines"][0]["id"]
        answers = at_once(
            *[
                lambda quantity=quantity: desk.amend(order, {"lines": [{"id": line, "quantity": quantity}]})
                for quantity in ("2", "7")
            ]
        )
        assert codes(answers) == ["", ""]
        quantity = desk.client().get(f"{ORDERS}/{order['id']}").data["lines"][0]["quantity"]
        assert desk.stock()[1] == quantity
