"""Closings over HTTP: listed by store and day, and each with the one that it goes on from."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from commands.ports import Caller
from domain.fiscal import StorePerpetual
from infra.identity.tokens import Tokens
from infra.jobs.fiscal_closings import FiscalClosings
from tests.agreeing import reports_agree
from tests.api.conftest import REFUND
from tests.closings import WRITER, record_closing
from tests.conftest import SECRET

PATH = "/api/admin/fiscal/closings"


@pytest.fixture
def closed(stocked: Any) -> Any:
    """A shop of which two days were closed, the second of 119."""
    first = close(stocked, date(2026, 3, 13), number=1, perpetual=StorePerpetual(sales=500, receipts=3))
    second = StorePerpetual(sales=619, returns=100, receipts=4)
    close(stocked, date(2026, 3, 14), number=2, previous_id=first, perpetual=second)
    return stocked


def close(stocked: Any, day: date, **more: Any) -> UUID:
    shop = stocked.shop
    return record_closing(shop.service.database, shop.company_id, UUID(stocked.store["id"]), day, **more)


def test_closings_are_listed_those_of_the_last_days_first(closed: Any) -> None:
    listed = closed.shop.client().get(PATH)
    assert [one["last_day"] for one in listed.data] == ["2026-03-14", "2026-03-13"]
    assert listed.data[0]["perpetual"] == {"sales": 619, "returns": 100, "net": 519, "receipts": 4}


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("kind=day", 2),
        ("kind=month", 0),
        ("from=2026-03-14", 1),
        ("to=2026-03-13", 1),
        ("from=2026-03-13&to=2026-03-14&limit=1", 1),
        ("page=2&limit=1", 1),
    ],
)
def test_closings_are_found_by_kind_and_day(closed: Any, query: str, days: int) -> None:
    assert len(closed.shop.client().get(f"{PATH}?{query}").data) == days


def test_a_closing_says_what_it_goes_on_from(closed: Any) -> None:
    admin = closed.shop.client()
    second, first = admin.get(PATH).data
    shown = admin.get(f"{PATH}/{second['id']}").data
    before = {"id": first["id"], "number": 1, "perpetual": first["perpetual"]}
    assert shown == {**second, "previous": before}
    assert admin.get(f"{PATH}/{first['id']}").data["previous"] is None


def test_the_event_of_a_closing_is_in_the_audit(closed: Any) -> None:
    admin = closed.shop.client()
    closing = admin.get(PATH).data[0]
    [event] = admin.get(f"/api/audit/streams/{closing['id']}").data
    assert event["type"] == "fiscal.Closing.Made"
    assert event["data"]["head_hash"] == closing["head_hash"]


def test_the_hash_that_a_closing_repeats_is_for_whoever_sees_costs(closed: Any) -> None:
    close(closed, date(2026, 3, 15), number=3, head_hash=(head := "5de1b06e" * 8))
    closing = closed.shop.client().get(PATH).data[0]
    assert closing["head_hash"] == head
    caller = Caller(
        company_id=closed.shop.company_id,
        user_id=closed.shop.users["Admin"],
        session_id=closed.shop.users["Admin"],
        role="Admin",
    )
    other = closed.shop.service.client(Tokens(SECRET, 3600).issue(caller, denied=["costs.view"]))
    known = {name: value for name, value in closing.items() if name != "head_hash"}
    assert head not in str(other.get(PATH).data)
    assert known.items() <= other.get(f"{PATH}/{closing['id']}").data.items()
    for told in ("", "/story", "/state"):
        answer = other.get(f"/api/audit/streams/{closing['id']}{told}")
        assert answer.status == 200
        assert head not in str(answer.data)
    feed = other.get("/api/feed?types=fiscal.*&limit=100")
    assert feed.data
    assert head not in str(feed.data)


def test_whoever_works_in_a_store_sees_its_closings_alone(closed: Any) -> None:
    admin = closed.shop.client()
    other = admin.post("/api/admin/stores", {"name": "Hill", "code": "HILL"}).data
    closing = admin.get(PATH).data[0]
    here = closed.shop.client("Manager", stores=[closed.store["id"]])
    elsewhere = closed.shop.client("Manager", stores=[other["id"]])
    assert len(here.get(PATH).data) == 2
    assert elsewhere.get(PATH).data == []
    assert elsewhere.get(f"{PATH}?store_id={closed.store['id']}").status == 403
    assert elsewhere.get(f"{PATH}/{closing['id']}").status == 404
    assert closed.shop.client("Cashier").get(PATH).status == 403


def test_a_closed_shift_says_what_the_log_was_when_it_was_closed(stocked: Any) -> None:
    admin = stocked.shop.client()
    opened = admin.post("/api/pos/shifts/open", {"register_id": stocked.register["id"], "opening_float": 0})
    assert stocked.sell(role="Admin").status == 201
    assert admin.post(f"/api/pos/shifts/{opened.data['id']}/close", {"counted_cash": 119}).status == 200
    with psycopg.connect(stocked.shop.service.database.owner) as connection:
        row = connection.execute(_CLOSED, [stocked.shop.company_id]).fetchone()
    assert row is not None
    position, head_position, head_hash, hash_there = row
    assert head_position == position - 1
    assert head_hash == hash_there


def test_the_closing_of_a_day_is_what_the_reports_of_its_shifts_come_to(stocked: Any) -> None:
    admin = stocked.shop.client()
    shift = admin.post("/api/pos/shifts/open", {"register_id": stocked.register["id"], "opening_float": 0})
    discount = [{"type": "percent", "value": "10"}]
    kept = stocked.sell(2, role="Admin").data
    stocked.sell(1, price=107, role="Admin", discounts=discount)
    card = [{"method": "card", "amount": 119, "tip": 30}]
    stocked.sell(1, role="Admin", payments=card)
    wrong = stocked.sell(3, role="Admin").data
    assert admin.post(f"/api/pos/orders/{wrong['id']}/void", {"reason": "wrong"}).status == 200
    body = {**REFUND, "lines": [{"line_id": kept["lines"][0]["id"], "quantity": "1"}]}
    assert admin.post(f"/api/pos/orders/{kept['id']}/refunds", body).status == 201
    assert admin.post(f"/api/pos/shifts/{shift.data['id']}/close", {"counted_cash": 0}).status == 200
    report = admin.get(f"/api/pos/shifts/{shift.data['id']}/report").data
    closing = close_today(stocked)
    same = "receipts refunds items gross_sales discounts returns net_sales tax tips rounding total_collected"
    figures = closing["figures"]
    assert {name: figures[name] for name in same.split()} == {name: report[name] for name in same.split()}
    taxes, tenders = ("name", "rate", "sales_taxable", "returns_amount"), ("method", "sales", "tips", "net")
    for rows, names in (("taxes", taxes), ("tenders", tenders)):
        shown = [[[one[name] for name in names] for one in of[rows]] for of in (figures, report)]
        assert shown[0] == shown[1]
    assert (figures["voids"], figures["void_total"]) == (1, report["counts"]["voids"]["total"])
    perpetual = {name: report["perpetual"][name] for name in closing["perpetual"]}
    assert closing["perpetual"] == perpetual


def close_today(stocked: Any) -> Any:
    """The closing of today, as it is made tomorrow."""
    shop, now = stocked.shop, datetime.now(UTC) + timedelta(days=1)
    reports_agree(shop)
    with psycopg.connect(shop.service.database.worker, autocommit=True) as connection:
        list(FiscalClosings(connection, WRITER, now)._close_stores(shop.company_id, None))
    [closing] = shop.client().get(f"{PATH}?kind=day").data
    return closing


_CLOSED = """
    SELECT closed.position, (closed.state::json ->> 'head_position')::bigint,
           closed.state::json ->> 'head_hash', encode(head.hash, 'hex')
      FROM events AS closed
      LEFT JOIN events AS head ON head.company_id = closed.company_id
       AND head.position = (closed.state::json ->> 'head_position')::bigint
     WHERE closed.company_id = %s AND closed.type = 'shifts.Shift.Closed'
"""


def test_what_each_method_brought_is_kept_from_whoever_counts_blind(closed: Any) -> None:
    admin = closed.shop.client()
    assert "tenders" in admin.get(PATH).data[0]["figures"]
    admin.patch("/api/admin/settings/company", {"blind_close": True})
    shop = closed.shop
    caller = Caller(
        company_id=shop.company_id,
        user_id=shop.users["Manager"],
        session_id=shop.users["Manager"],
        role="Manager",
    )
    manager = shop.service.client(Tokens(SECRET, 3600).issue(caller, denied=["shifts.view_expected"]))
    for figures in (manager.get(PATH).data[0]["figures"], manager.get(PATH).data[1]["figures"]):
        assert "tenders" not in figures
        assert "net_sales" in figures
