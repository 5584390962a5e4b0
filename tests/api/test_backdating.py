"""How far back sales and deliveries may lie, for whom, and in which month they count."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.conftest import FOUNDED_AT

SETTINGS = "/api/admin/settings/company"


def ago(**span: float) -> str:
    return (datetime.now(UTC) - timedelta(**span)).isoformat()


def sell(stocked: Any, role: str, occurred_at: str) -> Any:
    return stocked.sell(role=role, occurred_at=occurred_at)


def receive(stocked: Any, role: str, occurred_at: str) -> Any:
    line = {"variant_id": stocked.variant_id, "quantity": 1, "unit_cost": 60}
    body = {"storage_id": stocked.storage["id"], "lines": [line], "occurred_at": occurred_at}
    # Who may not receive stock at all takes no part in it.
    role = "Inventory Clerk" if role == "Cashier" else role
    return stocked.shop.client(role).post("/api/admin/inventory/receipts", body)


def is_too_far_back(refused: Any) -> bool:
    """Whether it was refused for that; stock says so of the field, a sale of the whole."""
    says_so = refused.code == "too_far_back" or refused.codes == {"too_old"}
    return bool(says_so and refused.fields == {"occurred_at"})


BOTH = pytest.mark.parametrize("record", [sell, receive])


@BOTH
class TestHowFarBack:
    def test_anybody_may_go_as_far_as_the_company_allows(
        self, stocked: Any, record: Callable[..., Any]
    ) -> None:
        assert record(stocked, "Cashier", ago(days=29)).status == 201
        events = len(stocked.shop.events())
        refused = record(stocked, "Cashier", ago(days=31))
        assert refused.status == 422
        assert is_too_far_back(refused)
        assert len(stocked.shop.events()) == events

    def test_nobody_goes_back_before_the_company(self, stocked: Any, record: Callable[..., Any]) -> None:
        assert record(stocked, "Admin", FOUNDED_AT.isoformat()).status == 201
        for moment in ("1970-01-01T00:00:00Z", (FOUNDED_AT - timedelta(hours=1)).isoformat()):
            for role in ("Admin", "Cashier"):
                refused = record(stocked, role, moment)
                assert (refused.status, refused.code) == (422, "before_the_company")
                assert refused.fields == {"occurred_at"}

    def test_the_company_says_how_far(self, stocked: Any, record: Callable[..., Any]) -> None:
        admin = stocked.shop.client()
        assert admin.get(SETTINGS).data["backdating_days"] == 30
        assert admin.patch(SETTINGS, {"backdating_days": 2}).data["backdating_days"] == 2
        assert is_too_far_back(record(stocked, "Cashier", ago(days=3)))
        assert admin.patch(SETTINGS, {"backdating_days": 0}).status == 200
        # A clock may be behind by minutes.
        assert record(stocked, "Cashier", ago(minutes=2)).status == 201
        assert is_too_far_back(record(stocked, "Cashier", ago(hours=1)))
        assert admin.patch(SETTINGS, {"backdating_days": 3650}).status == 200
        assert record(stocked, "Cashier", ago(days=3000)).status == 201


class TestTheSetting:
    @pytest.mark.parametrize("wrong", [-1, 3651, "long", None, 1.5])
    def test_is_a_number_of_days(self, shop: Any, wrong: Any) -> None:
        refused = shop.client().patch(SETTINGS, {"backdating_days": wrong})
        assert (refused.status, refused.fields) == (422, {"backdating_days"})


class TestTwoClocks:
    """What is told later says when it happened, and when it became known."""

    def test_of_a_refund_and_of_a_void(self, stocked: Any) -> None:
        manager, yesterday = stocked.shop.client("Manager"), ago(days=1)
        sold, taken_back = sell(stocked, "Cashier", ago(days=2)).data, stocked.sell().data
        body = {
            "lines": [{"line_id": sold["lines"][0]["id"], "quantity": "1"}],
            "payments": [{"method": "cash", "amount": 119}],
            "reason": "sour",
            "occurred_at": yesterday,
        }
        before = datetime.now(UTC)
        refund = manager.post(f"/api/pos/orders/{sold['id']}/refunds", body).data
        void = manager.post(f"/api/pos/orders/{taken_back['id']}/void", {"reason": "twice"}).data["voided"]
        for told, happened in ((refund, refund["occurred_at"]), (void, void["at"])):
            recorded_at = datetime.fromisoformat(told["recorded_at"])
            assert before <= recorded_at <= datetime.now(UTC)
            assert datetime.fromisoformat(happened) <= recorded_at
        assert refund["occurred_at"] < refund["recorded_at"]
        (shown,) = manager.get(f"/api/admin/orders/{sold['id']}").data["refunds"]
        assert shown == {name: refund[name] for name in shown}
        assert manager.get(f"/api/admin/orders/{taken_back['id']}").data["voided"] == void
