"""The financial report over HTTP: every section adds up a day of a till, and is for who may see it."""

from typing import Any
from uuid import uuid4

import pytest

BASE = "/api/admin/reports/financial-report"
DAY = "from=2024-01-01&to=2033-12-31"
SECTIONS = (
    "profit-and-loss",
    "revenue",
    "tax",
    "payments",
    "margins",
    "liabilities",
    "cash-over-short",
    "refunds",
)


@pytest.fixture
def day(stocked: Any) -> Any:
    """A shift with 50.00, a sale for cash with change, and a close that is 1.00 short."""
    admin = stocked.shop.client("Admin")
    shift_id = str(uuid4())
    opening = {"id": shift_id, "register_id": stocked.register["id"], "opening_float": 5_000}
    assert admin.post("/api/pos/shifts/open", opening).status == 201
    line = {"variant_id": stocked.variant_id, "quantity": "1"}
    quote = admin.post("/api/pos/quote", {"register_id": stocked.register["id"], "lines": [line]}).data
    cash = {"method": "cash", "amount": quote["total"], "tendered": quote["total"] + 100}
    sale = {"register_id": stocked.register["id"], "lines": [line], "payments": [cash]}
    order = admin.post("/api/pos/orders", sale).data
    closing = {"counted_cash": 4_900 + quote["total"]}
    closed = admin.post(f"/api/pos/shifts/{shift_id}/close", closing)
    assert closed.status == 200, closed.body
    return order, closed.headers["x-event-position"]


def asked(stocked: Any, section: str, position: str, query: str = "", role: str = "Admin") -> Any:
    client = stocked.shop.client(role)
    return client.get(f"{BASE}/{section}?{DAY}{query}", X_Wait_For_Position=position)


def test_every_section_tells_of_the_day(stocked: Any, day: Any) -> None:
    order, position = day
    told = {section: asked(stocked, section, position).data for section in SECTIONS}
    net = order["total"] - order["tax_total"]
    assert {one: told[one]["overall"]["net_sales"] for one in ("profit-and-loss", "revenue", "margins")} == (
        dict.fromkeys(("profit-and-loss", "revenue", "margins"), net)
    )
    assert (told["tax"]["overall"]["base"], told["tax"]["overall"]["net_tax"]) == (net, order["tax_total"])
    assert told["payments"]["overall"]["net"] == order["paid_total"]
    assert told["payments"]["overall"]["tendered"] == order["paid_total"] + 100
    [drawer] = told["cash-over-short"]["rows"]
    assert (drawer["over_short"], drawer["short"], drawer["cash_sales"]) == (-100, 100, order["paid_total"])
    assert told["profit-and-loss"]["overall"]["cash_over_short"] == -100
    assert (told["liabilities"]["rows"], told["refunds"]["rows"]) == ([], [])


def test_a_figure_is_explained_by_its_events(stocked: Any, day: Any) -> None:
    order, position = day
    query = "&section=payments&column=amount&row=cash,,,"
    explained = asked(stocked, "explain", position, query).data
    assert explained["figure"] == order["total"] + order["rounding"]
    assert [fact["type"] for fact in explained["facts"]] == ["orders.Order.Sold"]


def test_it_is_for_who_may_see_it(stocked: Any, day: Any) -> None:
    _, position = day
    for section in SECTIONS:
        assert asked(stocked, section, position, role="Manager").status == 200
        assert asked(stocked, section, position, role="Cashier").status == 403
        assert asked(stocked, section, position, role="Inventory Clerk").status == 403


def test_what_no_section_has_is_refused(stocked: Any, day: Any) -> None:
    _, position = day
    assert asked(stocked, "liabilities", position, "&account=gift_cards").status == 400
    assert asked(stocked, "payments", position, "&group=hour").status == 400
    assert asked(stocked, "tax", position, "&sort=colour").status == 422
    assert asked(stocked, "revenue", position, "&register=none").status == 400
