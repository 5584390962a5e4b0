"""What comes back of an order of the back office, over HTTP: as of any sale, once it is completed."""

from typing import Any

import pytest

from infra.projections.rebuild import rebuild
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from tests.api.test_order_lists import ORDERS, place

REPORT = "/api/admin/reports/sales-summary"


@pytest.fixture
def order(stocked: Any) -> Any:
    """An order of two at 119 that was paid by card and handed over."""
    placed = place(stocked, paid=238)
    handed_over = stocked.shop.client().post(f"{ORDERS}/{placed['id']}/fulfil", {})
    assert handed_over.data["status"] == "completed"
    return handed_over.data


def back(order: Any, quantity: str = "1", amount: int = 119, **more: Any) -> dict[str, Any]:
    return {
        "lines": [{"line_id": order["lines"][0]["id"], "quantity": quantity}],
        "payments": [{"method": "card", "amount": amount}],
        "reason": "sour",
        **more,
    }


def position_of(stocked: Any) -> str:
    """Where the log ends."""
    return str(stocked.shop.events()[-1]["position"])


def measures(stocked: Any, order: Any) -> dict[str, Any]:
    day, position = order["business_date"], position_of(stocked)
    answer = stocked.shop.client().get(f"{REPORT}/overview?from={day}&to={day}", X_Wait_For_Position=position)
    assert answer.status == 200, answer.body
    names = ("orders", "gross_sales", "returns", "net_sales", "tax", "cost_of_goods")
    return {name: answer.data["overall"][name] for name in names}


#: What reads of orders, their money and their goods.
MODELS = ("orders", "accounts", "refunds", "stock", "report_sales", "customer_totals")


def test_what_is_read_of_them_is_what_the_log_says(stocked: Any) -> None:
    admin = stocked.shop.client()
    ada = admin.post("/api/admin/customers", {"name": "Ada", "credit_limit": 1000}).data
    order = place(stocked, paid=50, customer_id=ada["id"], on_account=True)
    one = {"lines": [{"line_id": order["lines"][0]["id"], "quantity": "1"}]}
    path, dues = f"{ORDERS}/{order['id']}", f"/api/admin/customers/{ada['id']}/payments"
    answers = [
        admin.post(f"{path}/fulfil", one),
        admin.post(dues, {"amount": 40, "method": "cash"}),
        admin.post(f"{path}/cancel", {"reason": "one is enough"}),
        admin.post(f"{path}/refunds", back(order, amount=50, payments=[*by("card", 50), *by("account", 69)])),
        admin.post(
            f"{ORDERS}/{place(stocked, paid=238)['id']}/cancel", {"reason": "no", "refund": by("card", 238)}
        ),
    ]
    assert [answer.status for answer in answers] == [200, 201, 200, 201, 200], answers
    assert admin.get(path).data["payment_status"] == "refunded"
    spent = admin.get(f"/api/admin/customers/{ada['id']}", X_Wait_For_Position=position_of(stocked)).data[
        "totals"
    ]
    assert (spent["visits"], spent["spent"], spent["returned"]) == (1, 0, 119)
    measures(stocked, order)
    for model in PROJECTIONS:
        if model.name in MODELS:
            worker = stocked.shop.service.database.worker
            report = rebuild(worker, EVENT_TYPES, model, stocked.shop.company_id)
            assert (model.name, report.rows_changed) == (model.name, 0)


def by(method: str, amount: int) -> list[dict[str, Any]]:
    return [{"method": method, "amount": amount}]


@pytest.mark.parametrize("area", ["admin", "pos"])
def test_goods_are_given_back_in_the_office_and_at_a_till(stocked: Any, order: Any, area: str) -> None:
    admin = stocked.shop.client()
    till = {"register_id": stocked.register["id"]} if area == "pos" else {}
    answer = admin.post(f"/api/{area}/orders/{order['id']}/refunds", back(order, **till))
    assert answer.status == 201, answer.body
    then = answer.data["order"]
    assert (then["payment_status"], then["fulfilment_status"]) == ("partially_refunded", "partially_returned")
    assert (then["refunded_total"], then["due_total"]) == (119, 0)
    assert measures(stocked, order) == {
        "orders": 1,
        "gross_sales": 200,
        "returns": 100,
        "net_sales": 100,
        "tax": 19,
        "cost_of_goods": 60,
    }
    receipt = f"/api/pos/orders/{order['id']}/refunds/{answer.data['id']}/receipt"
    for written_as in ("json", "html", "pdf", "escpos"):
        assert admin.get(f"{receipt}?format={written_as}").status == 200


def test_all_of_it_leaves_nothing(stocked: Any, order: Any) -> None:
    admin = stocked.shop.client()
    assert admin.post(f"{ORDERS}/{order['id']}/refunds", back(order)).status == 201
    assert admin.post(f"{ORDERS}/{order['id']}/refunds", back(order)).status == 201
    assert admin.post(f"{ORDERS}/{order['id']}/refunds", back(order)).code == "return_exceeds_sold"
    left = measures(stocked, order)
    assert (left["orders"], left["net_sales"], left["tax"], left["cost_of_goods"]) == (1, 0, 0, 0)
    listed = admin.get(f"{ORDERS}?payment_status=refunded&fulfilment_status=returned").data
    assert [one["id"] for one in listed] == [order["id"]]


def test_it_is_found_by_its_number_at_a_till(stocked: Any, order: Any) -> None:
    cashier = stocked.shop.client("Cashier")
    found = cashier.get(f"/api/pos/receipts/{order['number']}").data
    assert (found["id"], found["lines"][0]["returnable"]) == (order["id"], {"quantity": "2", "total": 238})


def test_nothing_comes_back_of_what_is_open(stocked: Any) -> None:
    admin, order = stocked.shop.client(), place(stocked, paid=238)
    found = admin.get(f"/api/pos/receipts/{order['number']}").data
    assert found["lines"][0]["returnable"] == {"quantity": "0", "total": 0}
    refused = admin.post(f"{ORDERS}/{order['id']}/refunds", back(order))
    assert (refused.status, refused.code) == (409, "invalid_transition")


def test_it_is_not_voided(stocked: Any, order: Any) -> None:
    refused = stocked.shop.client().post(f"/api/pos/orders/{order['id']}/void", {"reason": "mistake"})
    assert (refused.status, refused.code) == (409, "invalid_transition")


def test_it_is_exchanged(stocked: Any, order: Any) -> None:
    body = {
        "order_id": order["id"],
        "returns": [{"line_id": order["lines"][0]["id"], "quantity": "1"}],
        "register_id": stocked.register["id"],
        "lines": [{"variant_id": stocked.variant_id, "quantity": "1"}],
        "payments": [],
        "reason": "another one",
    }
    answer = stocked.shop.client().post("/api/pos/exchange", body)
    assert answer.status == 201, answer.body
    shown = stocked.shop.client().get(f"{ORDERS}/{order['id']}").data
    assert shown["exchange"]["order_id"] == answer.data["order"]["id"]
