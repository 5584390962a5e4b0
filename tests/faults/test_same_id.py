"""Tills that send sales under the same id all at once: one is made, and nobody is told of another."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any
from uuid import uuid4

import pytest

TILLS = 6


@pytest.fixture
def sale_of(shop: Any) -> Callable[[int], dict[str, Any]]:
    """A sale of so many of something that need not be in stock, paid by card."""
    admin = shop.client()
    store = admin.post("/api/admin/stores", {"name": "Main Street", "code": "MAIN"}).data
    variant = {"sku": "TEA", "price": 100}
    product = {"name": "Tea", "track_stock": False, "variants": [variant]}
    registered = admin.post("/api/admin/products", product).data
    assert admin.post(f"/api/admin/products/{registered['id']}/status", {"status": "active"}).status == 200
    variant_id = registered["variants"][0]["id"]

    def sale(quantity: int) -> dict[str, Any]:
        return {
            "store_id": store["id"],
            "lines": [{"variant_id": variant_id, "quantity": quantity}],
            "payments": [{"method": "card", "amount": 100 * quantity}],
        }

    return sale


def test_one_sale_is_made_and_every_till_learns_which(
    shop: Any, sale_of: Callable[[int], dict[str, Any]], rounds: Callable[[int, int], int]
) -> None:
    cashier, random = shop.client("Cashier"), Random(7)
    turns = rounds(15, 500)
    with ThreadPoolExecutor(TILLS) as tills:
        for _ in range(turns):
            chosen = str(uuid4())
            sales = [{"id": chosen, **sale_of(random.randint(1, 3))} for _ in range(TILLS)]
            answers = list(tills.map(lambda sale: cashier.post("/api/pos/orders", sale), sales))

            created = [answer for answer in answers if answer.status == 201]
            refused = [answer for answer in answers if answer.status != 201]
            assert {answer.code for answer in refused} <= {"duplicate_id"}
            assert sum("idempotent-replayed" not in answer.headers for answer in created) == 1
            assert len({answer.body for answer in created if "idempotent-replayed" in answer.headers}) <= 1
            won = next(answer for answer in created if "idempotent-replayed" not in answer.headers).data
            assert all(answer.data == won for answer in created)
            for sale, answer in zip(sales, answers, strict=True):
                is_the_same = sale["payments"][0]["amount"] == won["total"]
                assert (answer.status == 201) == is_the_same

    sold = [event for event in shop.events() if event["type"] == "orders.Order.Sold"]
    assert len(sold) == turns
    assert sorted(event["state"]["series_number"] for event in sold) == list(range(1, turns + 1))


def test_a_hundred_times_the_same_key_at_once_make_one_sale(
    shop: Any, sale_of: Callable[[int], dict[str, Any]], rounds: Callable[[int, int], int]
) -> None:
    cashier, turns = shop.client("Cashier"), rounds(1, 50)
    with ThreadPoolExecutor(20) as tills:
        for turn in range(turns):
            named = {"id": str(uuid4())} if turn % 2 else {}
            body, key = {**named, **sale_of(2)}, str(uuid4())

            def send(_: int, body: Any = body, key: str = key) -> Any:
                return cashier.post("/api/pos/orders", body, Idempotency_Key=key)

            answers = list(tills.map(send, range(100)))
            assert {(one.status, one.code if one.status != 201 else "") for one in answers} <= {
                (201, ""),
                (409, "idempotency_in_progress"),
            }
            done = [one for one in answers if one.status == 201]
            assert sum("idempotent-replayed" not in one.headers for one in done) == 1
            assert {one.body for one in done} == {send(0).body}
    sold = [event for event in shop.events() if event["type"] == "orders.Order.Sold"]
    assert [event["state"]["series_number"] for event in sold] == list(range(1, turns + 1))
