"""Tills that do everything at once: each penny is in one drawer, and each number was given once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from infra.projections.staging import ignore_progress
from infra.projections.verify import verify
from infra.projections.verify_stock import verify_stock
from infra.runtime.models import EVENT_TYPES
from projections.shifts.drawers import Drawers
from projections.shifts.entries import ShiftEntries
from projections.shifts.shifts import Shifts
from tests.faults.busy_tills import PRICE, Cashier, Floor, check_that_it_adds_up, open_floor, work_at_once
from tests.faults.test_mixed_stock import without_deadlocks

#: What is done at a till, sales more often than what takes them back.
ACTS = ("sell", "sell", "sell", "refund", "refund", "exchange", "void", "take_back", "pay_out")


def check_read_models(floor: Floor) -> None:
    """Stock, drawers and shifts are what the log says."""
    shop = floor.shop
    worker = shop.service.database.worker
    assert verify_stock(worker, EVENT_TYPES, shop.company_id, ignore_progress).differences == ()
    for model in (Drawers(), Shifts(), ShiftEntries()):
        assert verify(worker, EVENT_TYPES, model, shop.company_id).differences == ()


@pytest.mark.long
def test_many_tills_sell_the_same_few_things(
    shop: Any, server: Any, rounds: Callable[[int, int], int]
) -> None:
    floor = open_floor(shop, tills=rounds(8, 200), variants=10)
    cashiers = [Cashier(floor, seed) for seed in range(len(floor.registers))]
    with without_deadlocks(server):
        work_at_once(cashiers, ACTS, rounds(12, 60))
    assert floor.done >= set(ACTS)
    check_that_it_adds_up(floor)
    check_read_models(floor)


@pytest.mark.long
def test_one_till_is_closed_again_and_again_while_it_sells(
    shop: Any, server: Any, rounds: Callable[[int, int], int]
) -> None:
    floor = open_floor(shop, tills=1, variants=3)
    cashiers = [Cashier(floor, seed) for seed in range(6)]
    turns = rounds(12, 300)
    with without_deadlocks(server), ThreadPoolExecutor(1) as manager:
        closing = manager.submit(Cashier(floor, 99).work, ["change_shift"], turns // 2)
        work_at_once(cashiers, ACTS, turns)
        closing.result()
    assert floor.done >= {"sell", "refund", "close", "open"}
    check_that_it_adds_up(floor)
    check_read_models(floor)


def test_one_line_comes_back_at_many_tills_at_once(shop: Any, rounds: Callable[[int, int], int]) -> None:
    floor = open_floor(shop, tills=6, variants=1)
    shop.client().patch("/api/admin/settings/company", {"cash_rounding": 5})
    cashiers = [Cashier(floor, seed) for seed in range(6)]
    for _ in range(rounds(3, 200)):
        line = {"variant_id": floor.variants[0], "quantity": 4}
        payment = {"method": "cash", "amount": 4 * PRICE}
        body = {"register_id": floor.registers[0], "lines": [line], "payments": [payment]}
        order = cashiers[0].client.post("/api/pos/orders", body).data
        floor.take(order["shift_id"], order["payments"])
        floor.sold[:] = [order]
        work_at_once(cashiers, ["refund"], 2)
        left = cashiers[0].client.get(f"/api/admin/orders/{order['id']}").data
        assert (left["payment_status"], left["fulfilment_status"]) == ("refunded", "returned")
        # Four times 1.19 is 4.76, in cash 4.75; rounded each by itself it would be 4.80.
        assert (left["refunded_total"], len(left["refunds"])) == (475, 4)
    check_that_it_adds_up(floor)
