"""Goods without their order, over HTTP: rights, shapes, races; what is decided is tried in tests/commands."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

from tests.conftest import PASSWORD

RETURNS = "/api/pos/returns"


def back(stocked: Any, quantity: str = "1", unit_price: int = 119, **more: Any) -> dict[str, Any]:
    """So many of the shop's product, paid out in cash."""
    return {
        "register_id": stocked.register["id"],
        "lines": [{"variant_id": stocked.variant_id, "quantity": quantity, "unit_price": unit_price}],
        "payments": [{"method": "cash", "amount": unit_price * int(quantity)}],
        "reason": "no receipt",
        **more,
    }


class TestTakingBack:
    def test_answers_what_came_back_and_what_was_given(self, stocked: Any) -> None:
        manager = stocked.shop.client("Manager")
        answer = manager.post(RETURNS, back(stocked, "2", external_reference="OLD-7"))
        assert answer.status == 201
        data = answer.data
        assert (data["number"], data["currency"]) == ("MAIN-1-R000001", "EUR")
        assert (data["total"], data["tax_total"], data["rounding"]) == (238, 38, 0)
        assert data["external_reference"] == "OLD-7"
        assert data["payments"] == [{"method": "cash", "amount": 238, "reference": None, "tip": 0}]
        [line] = data["lines"]
        assert (line["quantity"], line["unit_price"], line["list_price"]) == ("2", 119, 119)
        assert (line["net_sales"], line["cost_total"]) == (200, 120)
        assert stocked.on_hand() == "12"

    def test_is_taken_once_however_often_it_is_sent(self, stocked: Any) -> None:
        manager, body = stocked.shop.client("Manager"), back(stocked, id=str(uuid4()))
        first, again = (manager.post(RETURNS, body) for _ in range(2))
        assert (first.status, again.status) == (201, 201)
        assert first.data == again.data
        other = manager.post(RETURNS, {**body, "reason": "other"})
        assert (other.status, other.code) == (409, "duplicate_id")
        assert stocked.on_hand() == "11"

    def test_of_many_at_once_has_the_numbers_of_refunds_without_a_gap(self, stocked: Any) -> None:
        manager, order = stocked.shop.client("Manager"), stocked.sell(1).data
        refund = {
            "lines": [{"line_id": order["lines"][0]["id"], "quantity": "1"}],
            "payments": [{"method": "cash", "amount": 119}],
            "reason": "sour",
        }
        posts = [(RETURNS, back(stocked))] * 4 + [(f"/api/pos/orders/{order['id']}/refunds", refund)]
        with ThreadPoolExecutor(5) as tills:
            answers = list(tills.map(lambda post: manager.post(*post), posts))
        assert sorted(one.data["number"] for one in answers) == [f"MAIN-1-R{n:06d}" for n in range(1, 6)]

    def test_takes_the_right_or_an_approval(self, stocked: Any) -> None:
        cashier = stocked.shop.client("Cashier")
        refused = cashier.post(RETURNS, back(stocked))
        assert (refused.status, refused.code) == (403, "forbidden")
        manager = {"username": stocked.shop.username("Manager"), "password": PASSWORD}
        given = cashier.post("/api/pos/approvals", {**manager, "key": "orders.return_unlinked"})
        done = cashier.post(RETURNS, back(stocked), X_Approval=given.data["approval"])
        assert (done.status, bool(done.data["approved_by"])) == (201, True)
        assert "cost_total" not in done.data["lines"][0]

    def test_of_an_order_or_a_refund_of_ours_is_refused(self, stocked: Any) -> None:
        manager, order = stocked.shop.client("Manager"), stocked.sell(1).data
        taken = manager.post(RETURNS, back(stocked)).data
        for reference in (
            order["number"],
            taken["number"],
            f" {order['number'].lower()} ",
            taken["number"].lower(),
            order["id"],
            taken["id"].upper(),
        ):
            answer = manager.post(RETURNS, back(stocked, external_reference=reference))
            assert (answer.status, answer.code) == (409, "linked_return_exists")
        assert stocked.on_hand() == "10"

    def test_refuses_what_is_not_valid_and_writes_nothing(self, stocked: Any) -> None:
        manager = stocked.shop.client("Manager")
        for body, status in (
            (back(stocked, payments=[{"method": "cash", "amount": 118}]), 409),
            (back(stocked, payments=[{"method": "exchange", "amount": 119}]), 422),
            (back(stocked, lines=[]), 422),
            (back(stocked, reason=" "), 422),
            (back(stocked, "0"), 422),
            (back(stocked, unit_price=-1), 422),
            (back(stocked, external_reference=""), 422),
        ):
            assert manager.post(RETURNS, body).status == status
        assert stocked.on_hand() == "10"

    def test_lowers_sales_of_its_own_day(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        done = admin.post(RETURNS, back(stocked, "2"))
        day = done.data["business_date"]
        overview = admin.get(
            f"/api/admin/reports/sales-summary/overview?from={day}&to={day}",
            X_Wait_For_Position=done.headers["x-event-position"],
        ).data["overall"]
        assert (overview["orders"], overview["returns"], overview["net_sales"]) == (0, 200, -200)
        assert (overview["tax"], overview["total_collected"], overview["cost_of_goods"]) == (-38, -238, -120)
