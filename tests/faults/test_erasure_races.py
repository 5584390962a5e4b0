"""Erases customers while something is sold to them, and while read models are made anew."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

from infra.projections.rebuild_all import heads_of, rebuild_all
from infra.projections.verify_all import verify_all
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from tests.faults.marked_customer import tables_with
from tests.waiting import eventually

PATH = "/api/admin/customers"
#: How many tills sell to the customer, each how often.
TILLS, SALES = 3, 4


def register(shop: Any, mark: str) -> str:
    answer = shop.client().post(PATH, {"name": mark})
    assert answer.status == 201, answer.body
    return str(answer.data["id"])


def sell(stocked: Any, customer_id: str, mark: str) -> list[int]:
    """The statuses of some sales to the customer, one after another."""
    return [stocked.sell(1, role="Admin", customer_id=customer_id, note=mark).status for _ in range(SALES)]


def erase(shop: Any, customer_id: str) -> Any:
    return shop.client().post(f"{PATH}/{customer_id}/erase", {"reason": "asked for it"})


def differences(stocked: Any) -> list[str]:
    """The read models that are not what the log makes of them."""
    worker = stocked.shop.service.database.worker
    heads = heads_of(worker, [stocked.shop.company_id])
    outcome = verify_all(worker, EVENT_TYPES, PROJECTIONS, heads, lambda *_: None)
    return [str(one) for one in (*outcome.false, *outcome.gaps)]


def test_a_sale_commits_before_the_erasure_or_is_refused(
    stocked: Any, rounds: Callable[[int, int], int]
) -> None:
    stocked.receive("100000", 60)
    owner = stocked.shop.service.database.owner
    for _ in range(rounds(2, 40)):
        mark = f"quixote{uuid4().hex[:12]}"
        customer_id = register(stocked.shop, mark)
        with ThreadPoolExecutor(TILLS + 2) as pool:
            selling = [pool.submit(sell, stocked, customer_id, mark) for _ in range(TILLS)]
            erasing = [pool.submit(erase, stocked.shop, customer_id) for _ in range(2)]
        answers = [erased.result() for erased in erasing]
        assert [answer.status for answer in answers] == [200, 200]
        assert answers[0].data == answers[1].data
        assert {status for sales in selling for status in sales.result()} <= {201, 422}
        assert tables_with(owner, (mark,)) == []
    eventually(lambda: differences(stocked) == [])


def test_read_models_that_are_made_anew_meanwhile_forget_them_as_well(
    stocked: Any, rounds: Callable[[int, int], int]
) -> None:
    database, company_id = stocked.shop.service.database, stocked.shop.company_id
    for _ in range(rounds(1, 10)):
        mark = f"quixote{uuid4().hex[:12]}"
        customer_id = register(stocked.shop, mark)
        with ThreadPoolExecutor(2) as pool:
            rebuilding = pool.submit(rebuild_all, database.worker, EVENT_TYPES, PROJECTIONS, [company_id])
            erasing = pool.submit(erase, stocked.shop, customer_id)
        assert rebuilding.result().failures == []
        assert erasing.result().status == 200
        assert tables_with(database.owner, (mark,)) == []
    eventually(lambda: differences(stocked) == [])


def send_receipt(stocked: Any, order_id: str) -> int:
    body, key = {"email": "somebody@example.com"}, str(uuid4())
    path = f"/api/admin/orders/{order_id}/receipt/send"
    return int(stocked.shop.client().post(path, body, Idempotency_Key=key).status)


def refund(stocked: Any, order: Any, mark: str) -> int:
    line = {"line_id": order["lines"][0]["id"], "quantity": 1}
    paid = {"method": "cash", "amount": 119}
    body = {"lines": [line], "payments": [paid], "reason": "sour"}
    path, key = f"/api/pos/orders/{order['id']}/refunds", str(uuid4())
    answer = stocked.shop.client().post(path, body, Idempotency_Key=key)
    assert answer.status < 500, (answer.body, mark)
    return int(answer.status)


def test_what_was_read_before_the_erasure_is_not_told_after_it(
    stocked: Any, rounds: Callable[[int, int], int]
) -> None:
    """The answers that are stored for keys tell of the sale, whose note has the mark."""
    stocked.receive("100000", 60)
    owner = stocked.shop.service.database.owner
    for _ in range(rounds(4, 60)):
        mark = f"quixote{uuid4().hex[:12]}"
        customer_id = register(stocked.shop, mark)
        sales = [stocked.sell(1, role="Admin", customer_id=customer_id, note=mark).data for _ in range(3)]
        with ThreadPoolExecutor(5) as pool:
            others = [pool.submit(refund, stocked, sale, mark) for sale in sales]
            sending = pool.submit(send_receipt, stocked, sales[0]["id"])
            erasing = pool.submit(erase, stocked.shop, customer_id)
        assert erasing.result().status == 200
        assert {one.result() for one in others} == {201}
        assert sending.result() < 500
        assert tables_with(owner, (mark,)) == []
