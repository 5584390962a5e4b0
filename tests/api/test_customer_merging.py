"""Customers who turned out to be one, over HTTP: what they bought, have and owe is one's."""

import threading
from typing import Any
from uuid import uuid4

import pytest

from tests.waiting import eventually

Stocked = Any
PATH = "/api/admin/customers"


def register(shop: Any, **fields: Any) -> str:
    answer = shop.client().post(PATH, {"name": uuid4().hex, **fields})
    assert answer.status == 201, answer.body
    return str(answer.data["id"])


def merge(shop: Any, into: str, *absorb: str, keep: Any = None, **headers: Any) -> Any:
    return shop.client().post(f"{PATH}/{into}/merge", {"absorb": absorb, "keep": keep or {}}, **headers)


@pytest.fixture
def marias(stocked: Stocked) -> tuple[str, str]:
    """Two customers, each of whom bought something."""
    ids = register(stocked.shop, name="Maria"), register(stocked.shop, name="María", phone="+49 30 1234")
    for quantity, customer_id in enumerate(ids, start=1):
        assert stocked.sell(quantity, customer_id=customer_id).status == 201
    return ids


class TestAMerge:
    def test_lets_one_have_what_both_bought(self, stocked: Stocked, marias: tuple[str, str]) -> None:
        first, second = marias
        admin = stocked.shop.client()
        eventually(lambda: admin.get(f"{PATH}/{second}").data["totals"]["spent"] == 238)

        merged = merge(stocked.shop, first, second, keep={"phone": second})
        assert (merged.status, merged.data["phone"]) == (200, "+49 30 1234")
        assert merged.data["totals"]["spent"] == 357

        position = merged.headers["x-event-position"]
        shown = admin.get(f"{PATH}/{first}", X_Wait_For_Position=position).data
        assert (shown["totals"]["visits"], shown["totals"]["spent"]) == (2, 357)
        absorbed = admin.get(f"{PATH}/{second}")
        assert (absorbed.status, absorbed.data["merged_into"]) == (200, first)
        assert len(admin.get(f"{PATH}/{first}/orders").data) == 2
        assert len(admin.get(f"/api/admin/orders?customer_id={first}").data) == 2
        (kept,) = admin.get(f"{PATH}/{second}/orders").data
        assert kept["customer_id"] == second

    def test_counts_what_comes_back_of_an_absorbed_ones_order(
        self, stocked: Stocked, marias: tuple[str, str]
    ) -> None:
        first, second = marias
        (order,) = stocked.shop.client().get(f"{PATH}/{second}/orders").data
        merge(stocked.shop, first, second)
        refund = {
            "lines": [{"line_id": order["lines"][0]["id"], "quantity": 1}],
            "payments": [{"method": "cash", "amount": 119}],
            "reason": "sour",
        }
        refunded = stocked.shop.client().post(f"/api/pos/orders/{order['id']}/refunds", refund)
        assert refunded.status == 201, refunded.body
        path = f"{PATH}/{first}"
        eventually(lambda: stocked.shop.client().get(path).data["totals"]["returned"] == 119)
        assert stocked.shop.client().get(path).data["totals"]["spent"] == 238

    def test_moves_credit(self, stocked: Stocked, marias: tuple[str, str]) -> None:
        first, second = marias
        admin = stocked.shop.client()
        admin.post(f"{PATH}/{second}/store-credit", {"amount": 500, "reason": "sorry"})
        assert merge(stocked.shop, first, second).status == 200
        entries = {one: admin.get(f"{PATH}/{one}/store-credit").data for one in marias}
        assert [entries[one][0]["balance"] for one in marias] == [500, 0]

    @pytest.mark.parametrize("direction", [1, -1])
    def test_has_no_circles(self, stocked: Stocked, marias: tuple[str, str], direction: int) -> None:
        first, second = marias[::direction]
        assert merge(stocked.shop, first, second).status == 200
        refused = merge(stocked.shop, second, first)
        assert (refused.status, refused.code) == (409, "invalid_transition")

    def test_refuses_itself_and_strangers(self, shop: Any, make_shop: Any) -> None:
        own, stranger = register(shop), register(make_shop())
        refused = merge(shop, own, own)
        assert (refused.status, refused.code) == (422, "merge_with_itself")
        refused = merge(shop, own, stranger)
        assert (refused.status, refused.json["error"]["details"][0]["code"]) == (422, "not_found")
        refused = merge(shop, own, register(shop), keep={"phone": stranger})
        assert (refused.status, refused.json["error"]["details"][0]["field"]) == (422, "keep.phone")
        assert merge(shop, stranger, own).status == 404

    def test_of_each_other_at_once_is_one_merge(self, shop: Any) -> None:
        first, second = register(shop), register(shop)
        answers: list[Any] = []
        pairs = ((first, second), (second, first))
        threads = [
            threading.Thread(target=lambda pair=pair: answers.append(merge(shop, *pair))) for pair in pairs
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answer.status for answer in answers) == [200, 409]
