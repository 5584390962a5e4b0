"""Where drawers are counted blind, no answer tells a cashier what one should hold (property 8)."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from api.openapi.document import Route
from domain.permissions import permissions_of
from tests.api.test_costs_hidden import all_routes
from tests.api.test_isolation import PARAMETERS, fill

SHIFTS = "/api/pos/shifts"
#: What cash should be there, what it took of cash with tips, and what cards took with theirs: sums of several
#: sales, none of which says it by itself.
EXPECTED, CASH, CARD = 116351, 45351, 37239
#: What it took by all methods, and its tips: with the float they would be enough where all is cash.
TOTAL, TIPS = CASH + CARD, 82114
#: How much less was counted.
SHORT = 352
HIDDEN = {str(EXPECTED), str(CASH), str(CARD), str(TOTAL), str(TIPS), f"-{SHORT}"}
HIDDEN |= {"1163.51", "453.51", "372.39", "825.90", "821.14", "-3.52"}


@pytest.fixture
def ids(stocked: Any) -> dict[str, str]:
    """Of everything there is one; a cashier sold in a shift of theirs, in a company that counts blind."""
    ids = fill(stocked).ids
    admin, cashier = stocked.shop.client(), stocked.shop.client("Cashier")
    assert admin.post(f"{SHIFTS}/{ids['shift_id']}/close", {"counted_cash": 10000}).status == 200
    admin.patch("/api/admin/settings/company", {"blind_close": True})
    stocked.receive(10, 60)
    opening = {"register_id": ids["register_id"], "opening_float": 71000}
    ids["shift_id"] = cashier.post(f"{SHIFTS}/open", opening).data["id"]
    for method, tips in (("cash", (40000, 5113)), ("card", (30000, 7001))):
        for tip in tips:
            sold = stocked.sell(payments=[{"method": method, "amount": 119, "tip": tip}])
            assert sold.status == 201
    ids["order_id"] = sold.data["id"]
    return ids


def questions(ids: dict[str, str]) -> Iterator[str]:
    """The path of every question that a cashier may ask, and the report in every format."""
    rights = permissions_of("Cashier")
    for route in all_routes():
        if route.method == "GET" and route.operation.permission in rights:
            yield from _asked(route, ids)
    yield from (f"{SHIFTS}/{ids['shift_id']}/report?format={name}" for name in ("html", "escpos"))


def _asked(route: Route, ids: dict[str, str]) -> Iterator[str]:
    path = re.sub(r"{(\w+)[^}]*}", lambda match: ids.get(match[1], ids["order_id"]), route.template)
    fields = route.operation.query.fields if route.operation.query else {}
    needed = [field.data_key or name for name, field in fields.items() if field.required]
    yield f"{path}?{urlencode({name: {**ids, **PARAMETERS}[name] for name in needed})}"


def told(answer: Any) -> str:
    """What an answer says, without ids and moments, whose digits may be any."""
    text = answer.body.decode("cp858" if answer.body.startswith(b"\x1b@") else "utf-8", errors="replace")
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT[\d:.]+Z", "", text)


def leaks(answer: Any) -> set[str]:
    return {one for one in HIDDEN if re.search(rf"(?<![\d.]){re.escape(one)}(?![\d])", told(answer))}


def test_no_answer_tells_a_cashier(stocked: Any, ids: dict[str, str]) -> None:
    cashier, manager = stocked.shop.client("Cashier"), stocked.shop.client("Manager")
    path = f"{SHIFTS}/{ids['shift_id']}"
    for question in questions(ids):
        assert leaks(cashier.get(question)) == set(), question
    shift = manager.get(path).data
    assert (shift["expected_cash"], [one["net"] for one in shift["tenders"]]) == (EXPECTED, [CASH, CARD])
    movement = {"id": str(uuid4()), "type": "no_sale"}
    steps: tuple[tuple[str, Any], ...] = (
        ("/cash-movements", movement),
        ("/cash-movements", movement),
        ("/end", {}),
        ("/close", {"counted_cash": EXPECTED - SHORT}),
    )
    for step, body in steps:
        key = str(uuid4())
        answers = [cashier.post(f"{path}{step}", body, Idempotency_Key=key) for _ in range(2)]
        assert [answer.status for answer in answers] in ([201, 201], [200, 200])
        assert answers[0].body == answers[1].body
        assert leaks(answers[0]) == set(), step
    for question in questions(ids):
        if SHIFTS in question or "cashier" in question:
            assert leaks(cashier.get(question)) == set(), question
    assert manager.get(path).data["over_short"] == -SHORT


def test_a_report_has_nothing_that_adds_up_to_what_is_expected(stocked: Any, ids: dict[str, str]) -> None:
    cashier, path = stocked.shop.client("Cashier"), f"{SHIFTS}/{ids['shift_id']}"
    left_out = {"tax", "taxes", "tips", "rounding", "total_collected", "tenders", "cash", "perpetual"}
    every = stocked.shop.client("Manager").get(f"{path}/report").data.keys()
    assert left_out <= every
    assert cashier.get(f"{path}/report").data.keys() == every - left_out
    assert cashier.post(f"{path}/close", {"counted_cash": EXPECTED}).status == 200
    assert cashier.get(f"{path}/report").data.keys() == every - left_out
    sales = cashier.get("/api/cashier/dashboard").data["sales"]
    assert "net_sales" in sales
    assert not {"total_collected", "tips"} & sales.keys()


def test_a_repetition_shows_what_may_be_seen_now(stocked: Any) -> None:
    admin, cashier = stocked.shop.client(), stocked.shop.client("Cashier")
    opening = {"register_id": stocked.register["id"], "opening_float": 71000}
    key = str(uuid4())
    first = cashier.post(f"{SHIFTS}/open", opening, Idempotency_Key=key)
    assert cashier.post(f"{SHIFTS}/open", opening, Idempotency_Key=key).body == first.body
    assert first.data["expected_cash"] == 71000
    admin.patch("/api/admin/settings/company", {"blind_close": True})
    assert "expected_cash" not in cashier.post(f"{SHIFTS}/open", opening, Idempotency_Key=key).data
