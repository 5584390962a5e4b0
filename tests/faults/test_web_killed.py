"""A web process is killed at any step of a checkout or a refund: it is there, once (property 5)."""

from collections.abc import Callable
from http.client import HTTPException
from typing import Any
from uuid import uuid4

from tests.faults.cutter import BEGIN, COMMIT, Cutter, kill_after, kill_before
from tests.waiting import eventually

#: Before and after what is read and locked, and before and after what is decided is written.
STEPS = [(BEGIN, kill_before), (BEGIN, kill_after), (COMMIT, kill_before), (COMMIT, kill_after)]


def until_done(client: Any, path: str, body: Any) -> Any:
    """Send the same again and again, as a till does, until it hears that it is done."""

    def attempt() -> Any:
        try:
            answer = client.post(path, body)
        except (OSError, HTTPException):
            return None
        assert answer.status in (201, 503), answer.body
        return answer if answer.status == 201 else None

    return eventually(attempt)


def test_each_sale_and_refund_is_there_once(
    cutter: Cutter, far: Any, stocked: Any, rounds: Callable[[int, int], int]
) -> None:
    stocked.receive("1000", 60)
    manager = far.client(stocked.shop.token("Manager"))
    opening = {"register_id": stocked.register["id"], "opening_float": 0}
    shift_id = stocked.shop.client("Manager").post("/api/pos/shifts/open", opening).data["id"]
    turns, before = rounds(2, 100), cutter.faults
    for turn in range(turns):
        # The sale and its refund at different steps, each of them at every step in the end.
        steps = STEPS[turn // 4 % 4 :] + STEPS[: turn // 4 % 4]
        cutter.marker, cutter.fault = steps[turn * 2 % 4]
        order = until_done(manager, "/api/pos/orders", stocked.sale(id=str(uuid4()))).data
        cutter.marker, cutter.fault = steps[(turn * 2 + 1) % 4]
        refund = {
            "id": str(uuid4()),
            "lines": [{"line_id": order["lines"][0]["id"], "quantity": 1}],
            "payments": [{"method": "cash", "amount": 119}],
            "reason": "sour",
        }
        until_done(manager, f"/api/pos/orders/{order['id']}/refunds", refund)
        until_done(manager, "/api/pos/orders", stocked.sale(id=str(uuid4())))
    assert cutter.faults == before + 2 * turns
    events = stocked.shop.events()
    for name, count in (("Order.Sold", 2 * turns), ("Order.Refunded", turns)):
        numbers = [one["state"]["series_number"] for one in events if one["type"].endswith(name)]
        assert numbers == list(range(1, count + 1))
    shift = stocked.shop.client("Manager").get(f"/api/pos/shifts/{shift_id}").data
    assert shift["expected_cash"] == 119 * turns
    assert int(stocked.on_hand()) == 1010 - turns
