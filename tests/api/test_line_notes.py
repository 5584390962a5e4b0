"""What is said about a line goes with it: from the till that parks it to the order that somebody amends."""

from typing import Any

import pytest

from tests.api.conftest import Stocked
from tests.api.test_accounts import customer_of

NOTE = "Gift wrap"
POS, ORDERS = "/api/pos/orders", "/api/admin/orders"


@pytest.fixture
def basket(stocked: Stocked) -> Any:
    """Two lines, of which one has a note."""
    line = {"variant_id": stocked.variant_id, "quantity": "1"}
    return {"register_id": stocked.register["id"], "lines": [{**line, "note": NOTE}, line]}


def notes(answer: Any) -> list[str | None]:
    return [line["note"] for line in answer["lines"]]


def test_a_sale_keeps_it(stocked: Stocked, basket: Any) -> None:
    sold = stocked.shop.client("Cashier").post(
        POS, {**basket, "payments": [{"method": "card", "amount": 238}]}
    )
    assert (sold.status, notes(sold.data)) == (201, [NOTE, None])
    manager = stocked.shop.client("Manager")
    assert notes(manager.get(f"{ORDERS}/{sold.data['id']}").data) == [NOTE, None]
    assert notes(manager.get(ORDERS).data[0]) == [NOTE, None]


def test_who_takes_goods_back_is_not_told(stocked: Stocked, basket: Any) -> None:
    till = stocked.shop.client("Cashier")
    sold = till.post(POS, {**basket, "payments": [{"method": "card", "amount": 238}]}).data
    assert notes(till.get(f"/api/pos/receipts/{sold['id']}").data) == [None, None]


def test_a_basket_is_parked_and_taken_up_with_it(stocked: Stocked, basket: Any) -> None:
    till = stocked.shop.client("Cashier")
    held = till.post(f"{POS}/hold", basket).data
    assert notes(held) == [NOTE, None]
    resumed = till.post(f"{POS}/{held['id']}/resume", {"register_id": stocked.register["id"]}).data
    assert notes(resumed["basket"]) == [NOTE, None]
    sale = {**resumed["basket"], "held_id": held["id"], "payments": [{"method": "card", "amount": 238}]}
    assert notes(till.post(POS, sale).data) == [NOTE, None]


def test_one_that_is_too_long_is_refused(stocked: Stocked, basket: Any) -> None:
    basket["lines"][0]["note"] = "x" * 1001
    refused = stocked.shop.client("Cashier").post(f"{POS}/hold", basket)
    assert (refused.status, refused.fields) == (422, {"lines.0.note"})


class TestAnOrder:
    @pytest.fixture
    def order(self, stocked: Stocked, basket: Any) -> Any:
        body = {"store_id": stocked.store["id"], "channel": "phone", "lines": basket["lines"]}
        return stocked.shop.client("Manager").post(ORDERS, body).data

    def amend(self, stocked: Stocked, order: Any, **changes: Any) -> Any:
        return stocked.shop.client("Manager").patch(f"{ORDERS}/{order['id']}", changes).data

    def test_keeps_it_unless_another_is_said(self, stocked: Stocked, order: Any) -> None:
        first, second = ({"id": line["id"], "quantity": "2"} for line in order["lines"])
        assert notes(order) == [NOTE, None]
        assert notes(self.amend(stocked, order, lines=[first, second])) == [NOTE, None]
        said = [{**first, "note": None}, {**second, "note": "No nuts"}]
        assert notes(self.amend(stocked, order, lines=said)) == [None, "No nuts"]
        history = stocked.shop.client("Manager").get(f"{ORDERS}/{order['id']}/history").data
        (change,) = (one for one in history[-1]["changes"] if one["before"] == NOTE)
        assert (change["field"], change["after"]) == (f"lines.{first['id']}.note", None)

    def test_keeps_it_when_some_was_handed_over(self, stocked: Stocked, order: Any) -> None:
        manager, (first, second) = stocked.shop.client("Manager"), order["lines"]
        units = {"lines": [{"line_id": first["id"], "quantity": "1"}]}
        assert manager.post(f"{ORDERS}/{order['id']}/fulfil", units).status == 200
        lines = [{"id": first["id"], "quantity": "1"}, {"id": second["id"], "quantity": "2", "note": "Soon"}]
        assert notes(self.amend(stocked, order, lines=lines)) == [NOTE, "Soon"]

    def test_says_nothing_of_one_customer_when_it_is_for_another(self, stocked: Stocked, order: Any) -> None:
        ada, eve = (customer_of(stocked.shop) for _ in range(2))
        first, second = ({"id": line["id"], "quantity": "1"} for line in order["lines"])
        assert notes(self.amend(stocked, order, customer_id=ada)) == [NOTE, None]
        lines = [first, {**second, "note": "For Eve"}]
        assert notes(self.amend(stocked, order, customer_id=eve, lines=lines)) == [None, "For Eve"]
