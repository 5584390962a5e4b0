"""The history of an order: a story that whoever runs the shop can read."""

from typing import Any

import pytest


def story(stocked: Any, order_id: str) -> list[dict[str, Any]]:
    answer = stocked.shop.client("Admin").get(f"/api/admin/orders/{order_id}/history")
    assert answer.status == 200, answer.body
    steps: list[dict[str, Any]] = answer.data
    return steps


@pytest.fixture
def order(stocked: Any) -> Any:
    """An order of four, by telephone."""
    body = {
        "store_id": stocked.store["id"],
        "channel": "phone",
        "lines": [{"variant_id": stocked.variant_id, "quantity": "4"}],
    }
    return stocked.shop.client("Admin").post("/api/admin/orders", body).data


def test_an_order_is_told_from_its_beginning_to_its_end(stocked: Any, order: Any) -> None:
    admin, path = stocked.shop.client("Admin"), f"/api/admin/orders/{order['id']}"
    line = order["lines"][0]["id"]
    admin.patch(path, {"lines": [{"id": line, "quantity": "3"}], "reason": "they rang"})
    admin.post(f"{path}/payments", {"payments": [{"method": "card", "amount": 119}]})
    admin.post(f"{path}/fulfil", {"lines": [{"line_id": line, "quantity": "1"}], "tracking": "DHL 1"})
    admin.post(f"{path}/cancel", {"reason": "enough"})
    steps = story(stocked, order["id"])
    assert [step["event"].rpartition(".")[2] for step in steps] == [
        *("Placed", "Amended", "Paid", "Fulfilled", "Cancelled", "Completed")
    ]
    told = [step["sentence"].split(" ", 1)[1] for step in steps]
    name = order["lines"][0]["name"]
    assert told[0].startswith("placed the order by telephone: 1 line, EUR 4.76, reserved until ")
    assert told[1] == "changed the order (they rang); it is 1 line, EUR 3.57."
    assert told[2] == "took EUR 1.19 by card; EUR 2.38 is due."
    assert told[3] == f"handed over 1 of 3 {name}, tracking DHL 1."
    assert told[4] == f"cancelled 2 \u00d7 {name} (enough)."
    assert steps[0]["changes"] == []
    assert {"field": f"lines.{line}.quantity", "before": "4", "after": "3"} in steps[1]["changes"]
    assert {"field": "payment_status", "before": "unpaid", "after": "partially_paid"} in steps[2]["changes"]
    assert {"field": "status", "before": "open", "after": "completed"} in steps[5]["changes"]


def test_so_is_a_sale_at_a_till(stocked: Any) -> None:
    sale = stocked.sell().data
    first, *_ = story(stocked, sale["id"])
    assert " sold 1 line, " in first["sentence"]


def test_nobody_sees_that_of_another_store(stocked: Any, order: Any) -> None:
    other = stocked.shop.client("Admin").post("/api/admin/stores", {"name": "North", "code": "N"}).data
    bound = stocked.shop.client("Manager", stores=[other["id"]])
    assert bound.get(f"/api/admin/orders/{order['id']}/history").status == 404
