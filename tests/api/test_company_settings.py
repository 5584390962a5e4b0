"""The company's own settings: what its admin sets for all stores."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

PATH = "/api/admin/settings/company"
#: What holds at the tills of a company that has said nothing about it.
AT_A_TILL = {
    "shift_required": False,
    "blind_close": False,
    "over_short_limit": None,
    "refund_to_original": "suggest",
    "cross_store_returns": True,
    "return_days": None,
    "held_hours": 72,
    "order_reservation_days": 7,
    "receipt_paper": "80mm",
    "week_start": "monday",
    "reports_to_outside": False,
    "auditor_email": None,
    "public_proofs": False,
}


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


class TestTheSettings:
    def test_are_shown_as_they_stand(self, make_shop: Any) -> None:
        shop = make_shop(name="Corner", cash_rounding=5, email="a@corner.test")
        shown = shop.client().get(PATH)
        assert (shown.data["name"], shown.data["cash_rounding"]) == ("Corner", 5)
        assert (shown.data["currency"], shown.data["rounding_level"]) == ("EUR", "line")
        assert shown.data["pos"] == {"ask_for_customer": False, "lock_after_seconds": None}
        assert {name: shown.data[name] for name in AT_A_TILL} == AT_A_TILL
        assert shown.headers["etag"] == '"1"'
        assert shop.client().get(PATH, If_None_Match='"1"').status == 304

    def test_each_group_that_changes_is_a_fact_of_its_own(self, shop: Any, bring_picture: Any) -> None:
        changes = {
            "name": "Corner",
            "phone": "030 1",
            "timezone": "UTC",
            "rounding_mode": "half_even",
            "logo_image_id": bring_picture(shop.client())[0],
            "receipt_header": "Welcome",
            "backdating_days": 3,
            "books_closed_until": "2026-01-31",
            "over_receive_percent": "2.5",
            "default_lead_time_days": 3,
            "shift_required": True,
            "blind_close": True,
            "over_short_limit": 500,
            "refund_to_original": "require",
            "cross_store_returns": False,
            "return_days": 14,
            "held_hours": 24,
            "order_reservation_days": None,
            "receipt_paper": "58mm",
            "week_start": "sunday",
            "reports_to_outside": True,
            "auditor_email": "office@accountant.example",
            "public_proofs": True,
            "pos": {"lock_after_seconds": 300},
        }
        changed = shop.client().patch(PATH, changes)
        assert changed.status == 200, changed.body
        assert changed.data == {**changed.data, **changes} | {
            "pos": {"ask_for_customer": False, "lock_after_seconds": 300}
        }
        assert shop.client().get(PATH).data == changed.data
        events = [event["type"].rpartition(".")[2] for event in shop.events() if "Company" in event["type"]]
        assert events[0] == "Registered"
        assert set(events[1:]) == {
            *("Renamed", "Relocated", "Rescheduled", "RoundingAgreed", "Rebranded"),
            *("ReceiptReworded", "TillsInstructed", "BackdatingAllowed", "BooksClosed", "PurchasingAgreed"),
            *("ShiftsRegulated", "ReturnsRegulated", "HeldSalesLimited", "ReceiptPaperChosen"),
            *("OrderReservationsLimited", "WeekStartChosen", "ReportMailRegulated", "ProofsRegulated"),
            "AuditorNamed",
        }

    def test_what_stays_is_no_fact(self, shop: Any) -> None:
        shown = shop.client().get(PATH).data
        same = shop.client().patch(PATH, {"name": shown["name"], "cash_rounding": 0})
        assert same.data == shown

    def test_a_stale_edit_is_refused(self, shop: Any) -> None:
        assert shop.client().patch(PATH, {"name": "One"}, If_Match='"1"').status == 200
        answer = shop.client().patch(PATH, {"name": "Two"}, If_Match='"1"')
        assert (answer.status, answer.code) == (412, "precondition_failed")

    def test_the_past_is_still_to_be_seen(self, shop: Any) -> None:
        shown, before = shop.client().get(PATH).data, now()
        shop.client().patch(PATH, {"name": "Other"})
        assert shop.client().get(f"{PATH}?as_of={before}").data == shown
        assert shop.client().get(f"{PATH}?as_of={now()}").data["name"] == "Other"


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("currency", "USD"),
            ("name", ""),
            ("email", "nowhere"),
            ("timezone", "Mars/Base"),
            ("timezone", "localtime"),
            ("rounding_level", "shelf"),
            ("rounding_mode", "up"),
            ("cash_rounding", 3),
            ("cash_rounding", -5),
            ("cash_rounding", 500_000),
            ("books_closed_until", "yesterday"),
            ("books_closed_until", "2026-02-30"),
            ("over_receive_percent", "-1"),
            ("over_receive_percent", "101"),
            ("over_receive_percent", None),
            ("default_lead_time_days", 366),
            ("default_lead_time_days", -1),
            ("shift_required", "perhaps"),
            ("over_short_limit", -1),
            ("refund_to_original", "never"),
            ("return_days", -1),
            ("held_hours", 0),
            ("order_reservation_days", 0),
            ("held_hours", None),
            ("receipt_paper", "110mm"),
            ("week_start", "tuesday"),
            ("pos.lock_after_seconds", 1),
            ("pos.colour", "red"),
            ("status", "active"),
        ],
    )
    def test_a_wrong_field(self, shop: Any, field: str, value: Any) -> None:
        outer, _, inner = field.partition(".")
        answer = shop.client().patch(PATH, {outer: {inner: value} if inner else value})
        assert (answer.status, answer.fields) == (422, {field})

    @pytest.mark.parametrize("step", [0, 5, 10, 25, 50, 100])
    def test_but_no_coin_of_the_currency(self, shop: Any, step: int) -> None:
        assert shop.client().patch(PATH, {"cash_rounding": step}).data["cash_rounding"] == step

    @pytest.mark.parametrize("role", ["Manager", "Cashier", "Inventory Clerk"])
    def test_whoever_is_no_admin(self, shop: Any, role: str) -> None:
        assert shop.client(role).get(PATH).status == 403
        assert shop.client(role).patch(PATH, {"name": "Mine"}).status == 403


class TestWhatFollows:
    def test_later_sales_are_rounded_by_the_new_rules(self, stocked: Any) -> None:
        stocked.shop.client().patch(PATH, {"cash_rounding": 5})
        quoted = stocked.shop.client("Cashier").post("/api/pos/quote", {"lines": stocked.sale()["lines"]})
        assert (quoted.data["total"], quoted.data["cash_total"]) == (119, 120)

    def test_receipts_of_a_store_without_texts_carry_the_companys(self, stocked: Any) -> None:
        admin, till = stocked.shop.client(), stocked.shop.client("Cashier")
        admin.patch(PATH, {"receipt_header": "Our shops", "receipt_footer": "Come again"})
        admin.patch(f"/api/admin/stores/{stocked.store['id']}", {"receipt_header": "This shop"})
        order = stocked.sell().data
        printed = till.get(f"/api/cashier/orders/{order['id']}/receipt").data["store"]
        assert (printed["receipt_header"], printed["receipt_footer"]) == ("This shop", "Come again")

    def test_no_stock_comes_in_on_days_whose_books_are_closed(self, stocked: Any) -> None:
        admin, yesterday = stocked.shop.client(), datetime.now(UTC) - timedelta(days=1)
        closed = admin.patch(PATH, {"books_closed_until": (yesterday - timedelta(days=1)).date().isoformat()})
        assert closed.status == 200
        assert stocked.receive(1, 60, occurred_at=yesterday.isoformat()).status == 201
        refused = stocked.receive(1, 60, occurred_at=(yesterday - timedelta(days=3)).isoformat())
        assert (refused.status, refused.code, refused.fields) == (409, "period_closed", {"occurred_at"})
        assert stocked.on_hand() == "11"
        assert stocked.sell(occurred_at=(yesterday - timedelta(days=3)).isoformat()).status == 201
        assert admin.patch(PATH, {"books_closed_until": None}).data["books_closed_until"] is None
        late = stocked.receive(1, 60, occurred_at=(yesterday - timedelta(days=3)).isoformat())
        assert late.status == 201

    def test_a_new_store_keeps_the_new_clock(self, shop: Any) -> None:
        shop.client().patch(PATH, {"timezone": "Asia/Tokyo"})
        store = shop.client().post("/api/admin/stores", {"name": "S", "code": "S"}).data
        assert store["timezone"] == "Asia/Tokyo"
