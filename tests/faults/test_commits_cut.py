"""The connection to the database breaks off at the COMMIT of a sale: the till hears the truth."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.faults.cutter import Cutter, Fault, cut_after, cut_before

FAULTS = pytest.mark.parametrize("fault", [cut_before, cut_after])


@pytest.fixture
def sell(far: Any, stocked: Any) -> Callable[..., Any]:
    """Sells one piece over the server that reaches the database through the cutter."""
    till = far.client(stocked.shop.token("Cashier"))
    return lambda headers=None, **more: till.call(
        "POST", "/api/pos/orders", stocked.sale(**more), headers=headers
    )


def sales_of(stocked: Any) -> list[Any]:
    return [event for event in stocked.shop.events() if event["type"].endswith("Order.Sold")]


@FAULTS
def test_a_sale_is_answered_with_what_became_of_it(
    cutter: Cutter, sell: Any, stocked: Any, fault: Fault, rounds: Any
) -> None:
    stocked.receive("1000", 60)
    named = [{}, {"id": True}, {"key": True}]
    for number in range(rounds(6, 150)):
        how = named[number % 3]
        before = cutter.faults
        cutter.fault = fault
        more = {"id": str(uuid4())} if "id" in how else {}
        answer = sell(headers={"Idempotency-Key": str(uuid4())} if "key" in how else {}, **more)
        assert cutter.faults == before + 1
        assert answer.status == 201, answer.body
        sales = sales_of(stocked)
        assert len(sales) == number + 1
        assert str(sales[-1]["stream_id"]) == answer.data["id"]
        assert sales[-1]["position"] <= int(answer.headers["x-event-position"]) == last_position(stocked)
    numbers = [int(event["state"]["number"].rpartition("-")[2]) for event in sales_of(stocked)]
    assert numbers == list(range(1, len(numbers) + 1))


def last_position(stocked: Any) -> int:
    return int(stocked.shop.events()[-1]["position"])


@pytest.mark.parametrize(("fault", "named"), [(cut_before, "key"), (cut_after, "id"), (cut_after, "key")])
def test_a_sale_whose_outcome_cannot_be_known_is_done_once_when_it_is_repeated(
    cutter: Cutter, sell: Any, stocked: Any, fault: Fault, named: str
) -> None:
    headers = {"Idempotency-Key": str(uuid4())} if named == "key" else {}
    more = {"id": str(uuid4())} if named == "id" else {}
    cutter.fault = cutter.closing(fault)
    try:
        answer = sell(headers, **more)
    finally:
        cutter.is_open = True
    assert (answer.status, answer.code) == (503, "outcome_unknown")
    assert int(answer.headers["retry-after"]) >= 1
    again = sell(headers, **more)
    assert again.status == 201, again.body
    assert again.headers.get("idempotent-replayed") == ("true" if fault is cut_after else None)
    assert [str(event["stream_id"]) for event in sales_of(stocked)] == [again.data["id"]]


def test_a_change_without_a_name_is_not_made_twice(cutter: Cutter, far: Any, stocked: Any) -> None:
    admin = far.client(stocked.shop.token())
    path = f"/api/admin/products/{stocked.product['id']}"
    cutter.fault = cut_after
    answer = admin.patch(path, {"name": "Oat drink"})
    assert (answer.status, answer.data["name"]) == (200, "Oat drink")
    assert admin.get(path).data["version"] == answer.data["version"] == stocked.product["version"] + 1


def test_a_connection_that_breaks_off_again_and_again_is_told_in_the_end(
    cutter: Cutter, sell: Any, stocked: Any
) -> None:
    def again(link: Any, sent: bytes) -> None:
        cutter.fault = again
        cut_before(link, sent)

    before, cutter.fault = cutter.faults, again
    try:
        answer = sell()
    finally:
        cutter.fault = None
    assert (answer.status, answer.code) == (503, "outcome_unknown")
    assert cutter.faults > before + 1
    assert sales_of(stocked) == []
