"""What tills did without a connection, over HTTP: once each, in whatever order and however often."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors

from commands.outcomes import Response
from commands.ports import Caller
from infra.identity.refresh_tokens import pepper_of
from infra.runtime.services import make_event_writer
from infra.runtime.sync import Decisions, settle_all
from tests.conftest import SECRET

Stocked = Any
SYNC = "/api/pos/sync"


@dataclass
class Device:
    """A device at the till, which counts what it does."""

    stocked: Stocked
    id: str
    code: str
    seq: int = 0
    sold: int = 0

    def operation(self, kind: str, body: dict[str, Any], **more: Any) -> dict[str, Any]:
        """What it did next, a minute ago."""
        self.seq += 1
        told = datetime.now(UTC) - timedelta(minutes=1)
        return {
            "id": str(uuid4()),
            "seq": self.seq,
            "type": kind,
            "occurred_at": told.isoformat(),
            "body": body,
            **more,
        }

    def sale(self, quantity: Any = 1, **more: Any) -> dict[str, Any]:
        """A sale that it made next, under its own number."""
        self.sold += 1
        body = more.pop("body", {})
        number = f"MAIN-1-{self.code}-{self.sold:06d}"
        return self.operation(
            "order.sale", {**self.stocked.sale(quantity), **body}, **{"number": number, **more}
        )

    def opening(self, **body: Any) -> tuple[str, dict[str, Any]]:
        """A shift that it opened next: its id, and the operation."""
        body = {"register_id": self.stocked.register["id"], "opening_float": 0, **body}
        opening = self.operation("shift.open", body)
        return opening["id"], opening

    def closing(self, shift_id: str, **body: Any) -> dict[str, Any]:
        """A shift that it closed next."""
        return self.operation("shift.close", {"shift_id": shift_id, **body})

    def deliver(self, *operations: dict[str, Any], role: str = "Cashier") -> Any:
        """The answer to a delivery."""
        body = {"device_id": self.id, "operations": list(operations)}
        return self.stocked.shop.client(role).post(SYNC, body)

    def results(self, *operations: dict[str, Any]) -> list[Any]:
        """What became of each operation."""
        answer = self.deliver(*operations)
        assert answer.status == 200, answer.body
        results: list[Any] = answer.data["results"]
        return results

    def status(self) -> Any:
        """How far it has delivered."""
        return self.stocked.shop.client("Cashier").get(f"{SYNC}/status?device_id={self.id}").data

    def inbox(self, query: str = "") -> Any:
        """What a manager finds in the inbox."""
        return self.stocked.shop.client("Manager").get(f"{SYNC}/inbox{query}").data

    def resolve(self, entry_id: str, **body: Any) -> Any:
        """The answer to a manager who settles an operation."""
        return self.stocked.shop.client("Manager").post(f"{SYNC}/inbox/{entry_id}/resolve", body)

    def statuses(self, *operations: dict[str, Any]) -> list[str]:
        return [result["status"] for result in self.results(*operations)]


@pytest.fixture
def device(stocked: Stocked) -> Device:
    """A device at the till of a shop that has ten pieces."""
    enrolled = stocked.shop.client().post(
        "/api/pos/devices", {"register_id": stocked.register["id"], "name": "Tablet"}
    )
    assert enrolled.status == 201, enrolled.body
    return Device(stocked, enrolled.data["device_id"], enrolled.data["code"])


class TestDelivering:
    def test_a_sale_is_recorded_as_it_was_made(self, device: Device) -> None:
        sale = device.sale(2)
        (result,) = device.results(sale)
        assert (result["status"], result["flags"]) == ("applied", ["no_shift"])
        assert result["resource"] == {"type": "order", "id": sale["id"], "number": "MAIN-1-X1-000001"}
        assert device.stocked.on_hand() == "8"

    @pytest.mark.parametrize("method", ["cash", "card"])
    def test_a_sale_that_took_less_gives_back_what_it_took(self, device: Device, method: str) -> None:
        sale = device.sale(3, body={"payments": [{"method": method, "amount": 356}]})
        (result,) = device.results(sale)
        assert "total_differs" in result["flags"]
        manager, path = device.stocked.shop.client("Manager"), f"/api/pos/orders/{sale['id']}/refunds"
        order = manager.get(f"/api/pos/receipts/{sale['id']}").data
        body = {"lines": [{"line_id": order["lines"][0]["id"], "quantity": "1"}], "reason": "sour"}
        for _ in range(3):
            quoted = manager.post(f"{path}/quote", body).data["payments"]
            assert [one["method"] for one in quoted] == [method]
            back = manager.post(path, {**body, "payments": quoted})
            assert back.status == 201, back.body
        order = back.data["order"]
        assert (order["refunded_total"], order["paid_total"], order["payment_status"]) == (
            *(356, 356, "refunded"),
        )

    def test_it_is_recorded_once(self, device: Device) -> None:
        sale = device.sale(2)
        assert device.statuses(sale, sale) == ["applied", "replayed"]
        assert device.statuses(sale) == ["replayed"]
        assert device.stocked.on_hand() == "8"

    def test_a_sale_whose_answer_was_lost_is_found_again(self, device: Device) -> None:
        body = {"id": str(uuid4()), **device.stocked.sale()}
        made = device.stocked.shop.client("Cashier").post("/api/pos/orders", body).data
        (result,) = device.results(device.operation("order.sale", body, id=body["id"]))
        assert (result["status"], result["resource"]["number"]) == ("replayed", made["number"])

    def test_another_sale_of_the_same_id_is_kept_apart(self, device: Device) -> None:
        sale = device.sale()
        other = {**sale, "body": device.stocked.sale(3)}
        results = device.results(sale, other)
        assert [(one["status"], one.get("code")) for one in results] == [
            ("applied", None),
            ("rejected", "id_reused"),
        ]
        assert device.stocked.on_hand() == "9"
        (entry,) = device.inbox()
        assert (entry["operation_id"], entry["body"]["lines"][0]["quantity"]) == (sale["id"], 3)

    def test_one_bad_operation_does_not_stop_the_others(self, device: Device) -> None:
        bad = [
            device.sale(body={"payments": []}),
            device.sale(body={"lines": [{"variant_id": str(uuid4()), "quantity": 1}]}),
            device.sale(body={"lines": "many"}),
            device.operation("gift_card.sell", {}),
            device.sale(cashier_id=str(uuid4())),
        ]
        results = device.results(*bad, device.sale())
        assert [(one["status"], one.get("code")) for one in results] == [
            ("rejected", "payment_insufficient"),
            ("rejected", "not_found"),
            ("rejected", "validation_failed"),
            ("rejected", "not_available_offline"),
            ("rejected", "not_found"),
            ("applied", None),
        ]
        assert [result["details"][0]["field"] for result in results[:3]] == [
            "payments",
            "lines.0.variant_id",
            "lines",
        ]
        assert len(device.inbox()) == 5

    def test_what_is_of_no_customer_is_in_the_log_without_a_word(self, device: Device) -> None:
        bad = device.sale(body={"payments": [], "note": "for quixotic"})
        assert device.statuses(bad) == ["rejected"]
        assert device.resolve(bad["id"], action="discard", reason="quixotic paid").status == 200
        (entry,) = device.inbox()
        assert (entry["body"]["note"], entry["reason"]) == ("for quixotic", "quixotic paid")
        assert "quixotic" not in str(device.stocked.shop.events())

    def test_what_is_refused_again_is_kept_once(self, device: Device) -> None:
        bad = device.sale(body={"payments": []})
        assert device.statuses(bad, bad) == ["rejected", "rejected"]
        assert device.statuses(bad) == ["rejected"]
        assert len(device.inbox()) == 1

    def test_operations_are_taken_in_their_order_and_answered_in_that_of_the_request(
        self, device: Device
    ) -> None:
        first, second = device.sale(), device.sale(number="MAIN-1-X1-000001")
        results = device.results(second, first)
        assert [one["flags"] for one in results] == [["no_shift", "number_conflict"], ["no_shift"]]

    def test_of_sales_with_one_number_the_one_in_its_place_is_found_and_the_others_named(
        self, device: Device
    ) -> None:
        owner, *others = sales = [device.sale(number="MAIN-1-X1-000001") for _ in range(3)]
        results = device.results(*sales)
        assert [len(one["flags"]) for one in results] == [1, 2, 2]
        till = device.stocked.shop.client("Cashier")
        found = till.get("/api/pos/receipts/MAIN-1-X1-000001").data
        assert found["id"] == owner["id"]
        assert {one["id"] for one in found["same_number"]} == {one["id"] for one in others}
        assert {(one["total"], one["register_id"]) for one in found["same_number"]} == {
            (119, device.stocked.register["id"])
        }
        assert till.get(f"/api/pos/receipts/{others[0]['id']}").data["same_number"] == []

    def test_a_number_far_beyond_the_last_has_no_place_and_leaves_room_for_the_next(
        self, device: Device
    ) -> None:
        far = device.sale(number=f"MAIN-1-{device.code}-999999999999")
        results = device.results(far, device.sale())
        assert [one["status"] for one in results] == ["applied", "applied"]
        assert [one["flags"] for one in results] == [["no_shift", "number_conflict"], ["no_shift"]]
        assert [one["resource"]["number"] for one in results] == [far["number"], "MAIN-1-X1-000002"]

    def test_a_key_gives_the_first_answer_again(self, device: Device) -> None:
        body = {"device_id": device.id, "operations": [device.sale()]}
        cashier, key = device.stocked.shop.client("Cashier"), str(uuid4())
        first = cashier.post(SYNC, body, Idempotency_Key=key)
        again = cashier.post(SYNC, body, Idempotency_Key=key)
        assert (again.body, again.headers["idempotent-replayed"]) == (first.body, "true")
        assert again.data["results"][0]["status"] == "applied"

    def test_the_cashier_need_not_be_who_sends_it(self, device: Device) -> None:
        shop = device.stocked.shop
        cashier = shop.client("Cashier").get("/api/auth/me").data["user"]["id"]
        sale = device.sale(cashier_id=cashier)
        assert [one["status"] for one in device.deliver(sale, role="Manager").data["results"]] == ["applied"]
        assert shop.client("Cashier").get(f"/api/cashier/orders/{sale['id']}").data["cashier_id"] == cashier


class TestBadInput:
    def test_five_hundred_and_one_operations_are_refused_whole(self, device: Device) -> None:
        answer = device.deliver(*[device.sale() for _ in range(501)])
        assert (answer.status, answer.code) == (422, "validation_failed")
        assert device.stocked.on_hand() == "10"

    @pytest.mark.parametrize("wrong", ["sale", 7, None, [], {}, {"id": "x"}])
    def test_what_is_no_operation_is_refused_whole(self, device: Device, wrong: Any) -> None:
        answer = device.deliver(device.sale(), wrong)
        assert (answer.status, answer.code) == (422, "validation_failed")
        assert device.stocked.on_hand() == "10"

    def test_an_unknown_device_is_refused(self, device: Device) -> None:
        device.id = str(uuid4())
        answer = device.deliver(device.sale())
        assert (answer.status, answer.code) == (422, "validation_failed")

    def test_nothing_to_deliver_says_that_the_device_is_there(self, device: Device) -> None:
        assert device.results() == []
        assert device.status()["last_seen_at"] is not None


class TestInbox:
    def test_what_was_wrong_is_mended(self, device: Device) -> None:
        bad = device.sale(body={"payments": []})
        device.results(bad)
        body = {**bad["body"], "payments": [{"method": "cash", "amount": 119}]}
        answer = device.resolve(bad["id"], action="edit", body=body, reason="Counted")
        assert (answer.status, answer.data["status"]) == (200, "resolved")
        assert answer.data["resource"] == {"type": "order", "id": bad["id"], "number": "MAIN-1-X1-000001"}
        assert device.statuses(bad) == ["replayed"]
        assert device.stocked.on_hand() == "9"

    def test_what_is_still_wrong_stays(self, device: Device) -> None:
        bad = device.sale(body={"payments": []})
        device.results(bad)
        answer = device.resolve(bad["id"], action="retry", reason="Perhaps now")
        assert (answer.status, answer.code) == (409, "payment_insufficient")
        assert [entry["status"] for entry in device.inbox()] == ["rejected"]

    def test_what_is_discarded_stays_so(self, device: Device) -> None:
        bad = device.sale(body={"payments": []})
        device.results(bad)
        assert device.resolve(bad["id"], action="discard", reason="A test").data["status"] == "discarded"
        again = device.resolve(bad["id"], action="retry", reason="Perhaps now")
        assert (again.status, again.code) == (409, "invalid_transition")
        (result,) = device.results(bad)
        assert (result["status"], result["code"]) == ("rejected", "discarded")
        assert device.inbox("?status=rejected") == []
        (entry,) = device.inbox()
        assert (entry["status"], entry["code"]) == ("discarded", "payment_insufficient")

    def test_it_is_decided_anew_when_it_is_sent_again(self, device: Device) -> None:
        bad = device.sale(body={"payments": [{"method": "twint", "amount": 119}]})
        assert device.statuses(bad) == ["rejected"]
        methods = "/api/admin/settings/payment-methods"
        device.stocked.shop.client().post(methods, {"name": "Twint", "code": "twint", "kind": "other"})
        assert device.statuses(bad) == ["applied"]
        assert [entry["status"] for entry in device.inbox()] == ["resolved"]

    def test_what_a_manager_mends_is_by_their_rights(self, device: Device) -> None:
        shop, line_id = device.stocked.shop, str(uuid4())
        line = {"id": line_id, "variant_id": device.stocked.variant_id, "quantity": 3}
        sale = device.sale(3, body={"lines": [line]})
        body = {
            "order_id": sale["id"],
            "lines": [{"line_id": line_id, "quantity": 4}],
            "payments": [{"method": "cash", "amount": 119}],
            "reason": "Too small",
        }
        bad = device.operation("order.refund", body)
        assert device.statuses(sale, bad) == ["applied", "rejected"]
        mended = {**body, "lines": [{"line_id": line_id, "quantity": 1}]}
        answer = device.resolve(bad["id"], action="edit", body=mended, reason="One came back")
        assert answer.status == 200, answer.body
        (refund,) = shop.client("Cashier").get(f"/api/cashier/orders/{sale['id']}").data["refunds"]
        cashier, manager = str(shop.users["Cashier"]), str(shop.users["Manager"])
        assert (refund["cashier_id"], refund["approved_by"]) == (cashier, manager)
        refunded = [one for one in shop.events() if one["type"] == "orders.Order.Refunded"]
        assert [one["metadata"]["actor"] for one in refunded] == [manager]
        assert "not_permitted" not in refunded[0]["state"]["offline"]["flags"]

    def test_what_depends_on_it_is_decided_with_it_in_order(self, device: Device) -> None:
        first, opening = device.opening()
        second, next_opening = device.opening()
        sales = [device.sale(body={"shift_id": second}) for _ in range(2)]
        moved = {"shift_id": second, "type": "paid_out", "amount": 100, "reason": "petty_cash"}
        void = device.operation("order.void", {"order_id": sales[0]["id"], "reason": "Mistake"})
        movement = device.operation("shift.cash_movement", moved)
        results = device.results(opening, next_opening, *sales, void, movement)
        assert [one.get("code") for one in results] == [
            None,
            "shift_already_open",
            *["depends_on_rejected"] * 4,
        ]
        assert {one["awaits"] for one in device.inbox()} == {None, second, sales[0]["id"]}
        closing = device.closing(first, counted_cash=0)
        assert device.statuses(closing) == ["applied"]
        assert device.resolve(second, action="retry", reason="Closed by now").status == 200
        assert device.status()["rejected"] == []
        assert [one["status"] for one in device.inbox()] == ["resolved"] * 5
        assert device.statuses(*sales, void, movement) == ["replayed"] * 4
        assert device.stocked.on_hand() == "9"

    def test_what_depends_on_it_says_so_when_it_is_discarded(self, device: Device) -> None:
        _, opening = device.opening()
        second, next_opening = device.opening()
        sale = device.sale(body={"shift_id": second})
        device.results(opening, next_opening, sale)
        device.resolve(second, action="discard", reason="A test")
        assert [one["code"] for one in device.inbox("?status=rejected")] == ["depends_on_rejected"]
        assert [one.get("code") for one in device.results(sale)] == ["depends_on_rejected"]

    def test_what_depends_on_it_and_is_wrong_by_itself_says_why(self, device: Device) -> None:
        first, opening = device.opening()
        second, next_opening = device.opening()
        counts = [device.closing(second, counted_cash=counted) for counted in (0, 700)]
        results = device.results(opening, next_opening, *counts)
        assert [one["code"] for one in results[2:]] == ["depends_on_rejected"] * 2
        assert device.statuses(device.closing(first, counted_cash=0)) == ["applied"]
        assert device.statuses(next_opening) == ["applied"]
        (entry,) = device.inbox("?status=rejected")
        assert (entry["id"], entry["code"]) == (counts[1]["id"], "invalid_transition")
        assert entry["awaits"] is None

    def test_a_cashier_does_not_see_it(self, device: Device) -> None:
        cashier = device.stocked.shop.client("Cashier")
        assert cashier.get(f"{SYNC}/inbox").status == 403


class TestStatus:
    def test_tells_what_is_missing(self, device: Device) -> None:
        sales = [device.sale() for _ in range(5)]
        device.results(sales[0], sales[4])
        device.results(sales[2])
        status = device.status()
        assert (status["last_seq"], status["missing_seqs"]) == (5, [2, 4])
        device.results(*sales)
        assert device.status()["missing_seqs"] == []

    def test_tells_of_a_gap_as_wide_as_can_be(self, device: Device) -> None:
        device.results(device.sale(seq=2**53))
        assert device.status()["missing_seqs"] == list(range(1, 1001))

    def test_tells_what_was_rejected(self, device: Device) -> None:
        bad = device.sale(body={"payments": []})
        device.results(bad)
        assert device.status()["rejected"] == [bad["id"]]


class TestWaiting:
    def test_what_names_a_shift_that_is_not_there_waits(self, device: Device) -> None:
        sale = device.sale(body={"shift_id": str(uuid4())})
        assert device.statuses(sale, sale) == ["waiting", "waiting"]
        assert device.status()["waiting"] == [sale["id"]]
        assert device.stocked.on_hand() == "10"

    def test_it_is_recorded_when_that_arrives(self, device: Device) -> None:
        shift_id = str(uuid4())
        sale = device.sale(body={"shift_id": shift_id})
        device.results(sale)
        opened = device.stocked.shop.client("Cashier").post(
            "/api/pos/shifts/open",
            {"id": shift_id, "register_id": device.stocked.register["id"], "opening_float": 0},
        )
        assert opened.status == 201
        device.results()
        assert device.status()["waiting"] == []
        assert device.statuses(sale) == ["replayed"]


class TestTheJob:
    def settle(self, device: Device, now: datetime) -> None:
        """Do what the worker does now and then, at this moment."""
        with psycopg.connect(device.stocked.shop.service.database.worker, autocommit=True) as connection:
            settle_all(connection, make_event_writer(), now, peppers=(pepper_of(SECRET),))

    def test_records_what_has_waited_for_a_shift(self, device: Device) -> None:
        shift, opening = device.opening()
        sale = device.sale(body={"shift_id": shift})
        assert device.statuses(sale) == ["waiting"]
        cashier = device.stocked.shop.client("Cashier")
        assert cashier.post("/api/pos/shifts/open", {"id": shift, **opening["body"]}).status == 201
        self.settle(device, datetime.now(UTC))
        assert device.status()["waiting"] == []
        assert device.statuses(sale) == ["replayed"]

    def test_leaves_alone_what_has_not_waited_long(self, device: Device) -> None:
        sale = device.sale(body={"shift_id": str(uuid4())})
        device.results(sale)
        self.settle(device, datetime.now(UTC) + timedelta(hours=23))
        assert device.status()["waiting"] == [sale["id"]]

    def test_rejects_after_a_day_what_has_waited_in_vain(self, device: Device) -> None:
        sale = device.sale(body={"shift_id": str(uuid4())})
        device.results(sale)
        self.settle(device, datetime.now(UTC) + timedelta(hours=25))
        assert device.status()["waiting"] == []
        assert [entry["code"] for entry in device.inbox()] == ["depends_on_rejected"]

    def test_records_what_was_rejected_when_its_shift_comes_after_all(self, device: Device) -> None:
        shift, opening = device.opening()
        sale = device.sale(body={"shift_id": shift})
        device.results(sale)
        self.settle(device, datetime.now(UTC) + timedelta(hours=25))
        assert device.status()["rejected"] == [sale["id"]]
        cashier = device.stocked.shop.client("Cashier")
        assert cashier.post("/api/pos/shifts/open", {"id": shift, **opening["body"]}).status == 201
        self.settle(device, datetime.now(UTC))
        assert device.status()["rejected"] == []
        assert device.statuses(sale) == ["replayed"]

    def test_decides_again_where_a_delivery_came_between(self, device: Device) -> None:
        attempts = []

        def decide(command: str, _work: Any) -> None:
            attempts.append(command)
            if len(attempts) == 1:
                raise errors.UniqueViolation

        shop = device.stocked.shop
        with psycopg.connect(shop.service.database.worker, autocommit=True) as connection:
            decisions = Decisions(connection, make_event_writer(), datetime.now(UTC))
            caller = Caller(company_id=shop.company_id, user_id=None)
            decisions(caller, decide, "this", lambda _: Response(200, None, b""))
        assert attempts == ["this", "this"]


class TestShifts:
    def test_a_day_without_a_connection(self, device: Device) -> None:
        shift, opening = device.opening(opening_float=10000)
        operations = [
            opening,
            device.sale(2, body={"shift_id": shift}),
            device.operation(
                "shift.cash_movement",
                {"shift_id": shift, "type": "paid_out", "amount": 500, "reason": "petty_cash"},
            ),
            device.operation("shift.end", {"shift_id": shift}),
            device.closing(shift, counted_cash=9738),
        ]
        results = device.results(*operations)
        assert [(one["status"], one.get("code")) for one in results] == [("applied", None)] * 5
        assert results[-1]["resource"] == {"type": "shift", "id": shift, "number": "1"}
        assert device.statuses(*operations) == ["replayed"] * 5
        shown = device.stocked.shop.client().get(f"/api/pos/shifts/{shift}").data
        assert (shown["status"], shown["expected_cash"], shown["over_short"]) == ("closed", 9738, 0)

    def test_a_close_that_overtakes_its_sales_makes_them_late(self, device: Device) -> None:
        shift, opening = device.opening()
        sale = device.sale(2, body={"shift_id": shift})
        closing = device.closing(shift, counted_cash=238)
        assert device.statuses(opening, closing) == ["applied", "applied"]
        (result,) = device.results(sale)
        assert (result["status"], result["flags"]) == ("applied", ["late"])
        shown = device.stocked.shop.client().get(f"/api/pos/shifts/{shift}").data
        assert (shown["over_short"], shown["late"]) == (238, {"count": 1, "total": 238})
        assert shown["restated"]["over_short"] == 0

    def test_a_close_that_overtakes_movements_of_cash_makes_them_late(self, device: Device) -> None:
        shift, opening = device.opening(opening_float=1000)
        reasons = (("paid_in", 500, "change_delivery"), ("paid_out", 200, "petty_cash"))
        moved = [
            device.operation(
                "shift.cash_movement", {"shift_id": shift, "type": kind, "amount": amount, "reason": reason}
            )
            for kind, amount, reason in reasons
        ]
        ended = device.operation("shift.end", {"shift_id": shift})
        closing = device.closing(shift, counted_cash=1300)
        assert device.statuses(opening, ended) == ["applied", "applied"]
        (counting,) = device.results(moved[0])
        assert device.statuses(closing) == ["applied"]
        (late,) = device.results(moved[1])
        assert [(one["status"], one["flags"]) for one in (counting, late)] == [
            ("applied", []),
            ("applied", ["late"]),
        ]
        assert device.statuses(*moved) == ["replayed", "replayed"]
        client = device.stocked.shop.client()
        shown = client.get(f"/api/pos/shifts/{shift}").data
        assert (shown["expected_cash"], shown["over_short"]) == (1500, -200)
        assert (shown["late"], shown["restated"]) == ({"count": 1, "total": 0}, {"over_short": 0})
        movements = client.get(f"/api/pos/shifts/{shift}/cash-movements").data
        assert [one["balance_after"] for one in movements] == [1500, 1500]

    def test_a_report_says_what_of_its_devices_is_in_none(self, device: Device) -> None:
        shift, opening = device.opening()
        sale, waits = device.sale(body={"shift_id": shift}), device.sale(body={"shift_id": str(uuid4())})
        closing = device.closing(shift, counted_cash=0)
        assert device.statuses(opening, waits, closing) == ["applied", "waiting", "applied"]
        path = f"/api/pos/shifts/{shift}"
        report = device.stocked.shop.client().get(f"{path}/report").data
        assert report["offline"] == {"applied": 1, "flagged": 0, "missing": 1, "waiting": 1, "rejected": 0}
        assert device.stocked.shop.client().get(path).data["needs_review"]
        assert device.statuses(sale) == ["applied"]
        assert device.stocked.shop.client().get(f"{path}/report").data == report

    def test_a_shift_waits_for_the_close_of_the_one_before(self, device: Device) -> None:
        first, opening = device.opening()
        closing = device.closing(first, counted_cash=0)
        second, next_opening = device.opening()
        sale = device.sale(body={"shift_id": second})
        assert device.statuses(opening) == ["applied"]
        assert device.statuses(next_opening, sale) == ["waiting", "waiting"]
        assert device.statuses(closing) == ["applied"]
        assert device.statuses(next_opening, sale) == ["replayed", "replayed"]

    def test_a_shift_is_rejected_while_another_is_open(self, device: Device) -> None:
        _, first = device.opening()
        _, second = device.opening()
        results = device.results(first, second)
        assert [one.get("code") for one in results] == [None, "shift_already_open"]

    def test_what_names_a_shift_that_was_rejected_is_rejected(self, device: Device) -> None:
        _, first = device.opening()
        shift, second = device.opening()
        sale = device.sale(body={"shift_id": shift})
        results = device.results(first, second, sale)
        assert results[2]["code"] == "depends_on_rejected"


class TestMoneyBack:
    @pytest.fixture
    def sold(self, device: Device) -> tuple[dict[str, Any], str]:
        """Three pieces that the device sold, and the id of their line, which it chose."""
        line_id = str(uuid4())
        line = {"id": line_id, "variant_id": device.stocked.variant_id, "quantity": 3}
        return device.sale(3, body={"lines": [line]}), line_id

    def refund(self, device: Device, sold: tuple[dict[str, Any], str], quantity: int, amount: int) -> Any:
        """A refund that it made next."""
        sale, line_id = sold
        body = {
            "order_id": sale["id"],
            "lines": [{"line_id": line_id, "quantity": quantity}],
            "payments": [{"method": "cash", "amount": amount}],
            "reason": "Too small",
        }
        return device.operation("order.refund", body, number=f"MAIN-1-{device.code}-R00000{quantity}")

    def test_a_refund_of_a_sale_in_the_same_delivery(self, device: Device, sold: Any) -> None:
        refund = self.refund(device, sold, 1, 119)
        results = device.results(refund, sold[0])
        assert [one["status"] for one in results] == ["applied", "applied"]
        assert results[0]["resource"] == {
            "type": "refund",
            "id": refund["id"],
            "number": "MAIN-1-X1-R000001",
        }
        assert "not_permitted" in results[0]["flags"]
        assert device.statuses(refund) == ["replayed"]
        assert device.stocked.on_hand() == "8"

    def test_a_refund_waits_for_its_sale(self, device: Device, sold: Any) -> None:
        refund = self.refund(device, sold, 1, 119)
        assert device.statuses(refund) == ["waiting"]
        assert device.statuses(sold[0]) == ["applied"]
        assert device.status()["waiting"] == []
        assert device.statuses(refund) == ["replayed"]

    def test_a_refund_of_more_than_is_left_goes_to_the_inbox(self, device: Device, sold: Any) -> None:
        first, second = self.refund(device, sold, 2, 238), self.refund(device, sold, 3, 357)
        results = device.results(sold[0], second, first)
        assert [one.get("code") for one in results] == [None, "return_exceeds_sold", None]

    def test_naming_a_manager_gives_no_rights(self, device: Device, sold: Any) -> None:
        manager = device.stocked.shop.client("Manager").get("/api/auth/me").data["user"]["id"]
        refund = {**self.refund(device, sold, 1, 119), "cashier_id": manager}
        line = {"variant_id": device.stocked.variant_id, "quantity": 1, "unit_price": 7}
        cheap = device.sale(body={"lines": [line], "payments": [{"method": "cash", "amount": 7}]})
        results = device.results(sold[0], refund, {**cheap, "cashier_id": manager})
        assert results[1]["flags"] == ["not_permitted", "no_shift"]
        assert results[2]["flags"] == ["price_differs", "no_shift"]

    def test_a_cashier_who_closes_another_s_shift_had_no_right_to_it(self, device: Device) -> None:
        stocked = device.stocked
        manager = stocked.shop.client("Manager")
        opening = {"register_id": stocked.register["id"], "opening_float": 5000}
        shift_id = manager.post("/api/pos/shifts/open", opening).data["id"]
        dropped = {"shift_id": shift_id, "type": "drop", "amount": 1000, "reason": "safe"}
        drop = device.operation("shift.cash_movement", dropped)
        close = device.operation("shift.close", {"shift_id": shift_id, "counted_cash": 4000})
        results = device.results(drop, close)
        assert [one["flags"] for one in results] == [[], ["not_permitted"]]
        shown = manager.get(f"/api/pos/shifts/{shift_id}").data
        assert (shown["status"], shown["over_short"], shown["needs_review"]) == ("closed", 0, True)
        report = manager.get(f"/api/pos/shifts/{shift_id}/report").data
        assert (report["offline"]["applied"], report["offline"]["flagged"]) == (1, 0)
        assert device.results(close)[0]["flags"] == ["not_permitted"]

    def test_a_cashier_of_another_store_had_no_right_to_it(self, device: Device) -> None:
        admin = device.stocked.shop.client()
        other = admin.post("/api/admin/stores", {"name": "Harbour", "code": "HARB"}).data["id"]
        body = {
            "username": f"elsewhere@{other}",
            "password": f"{uuid4()}",
            "role_id": "cashier",
            "store_ids": [other],
        }
        elsewhere = admin.post("/api/admin/settings/users", body).data["id"]
        assert device.results(device.sale(cashier_id=elsewhere))[0]["flags"] == ["not_permitted", "no_shift"]

    def test_a_manager_s_refund_that_a_manager_delivers_is_by_right(self, device: Device, sold: Any) -> None:
        device.results(sold[0])
        answer = device.deliver(self.refund(device, sold, 1, 119), role="Manager")
        assert answer.data["results"][0]["flags"] == ["no_shift"]

    def test_a_sale_that_was_taken_back(self, device: Device, sold: Any) -> None:
        void = device.operation("order.void", {"order_id": sold[0]["id"], "reason": "Wrong customer"})
        assert device.statuses(void, sold[0]) == ["applied", "applied"]
        assert device.statuses(void) == ["replayed"]
        assert device.stocked.on_hand() == "10"

    def test_a_refund_of_too_much_is_taken_as_a_return(self, device: Device, sold: Any) -> None:
        first, second = self.refund(device, sold, 2, 238), self.refund(device, sold, 3, 357)
        device.results(sold[0], first, second)
        answer = device.resolve(second["id"], action="as_unlinked_return", reason="It lay there")
        assert (answer.status, answer.data["status"]) == (200, "resolved"), answer.body
        assert answer.data["resource"]["type"] == "return"
        assert device.statuses(second) == ["replayed"]
        assert device.stocked.on_hand() == "12"

    def test_goods_that_were_exchanged(self, device: Device, sold: Any) -> None:
        sale, line_id = sold
        body = {
            "order_id": sale["id"],
            "returns": [{"line_id": line_id, "quantity": 1}],
            "lines": [{"variant_id": device.stocked.variant_id, "quantity": 2}],
            "payments": [{"method": "cash", "amount": 119}],
        }
        exchange = device.operation("order.exchange", body)
        results = device.results(sale, exchange)
        assert [one["status"] for one in results] == ["applied", "applied"]
        assert results[1]["resource"]["id"] == exchange["id"]
        assert device.statuses(exchange) == ["replayed"]
        assert device.stocked.on_hand() == "6"

    def test_goods_that_came_back_without_their_order(self, device: Device) -> None:
        line = {"variant_id": device.stocked.variant_id, "quantity": 1, "unit_price": 119}
        cash = [{"method": "cash", "amount": 119}]
        body = {"lines": [line], "payments": cash, "reason": "A gift"}
        taken = device.operation("return.unlinked", body)
        (result,) = device.results(taken)
        assert (result["status"], result["resource"]["type"]) == ("applied", "return")
        assert device.statuses(taken) == ["replayed"]
        assert device.stocked.on_hand() == "11"


class TestTwoTabs:
    def test_both_deliver_the_same(self, device: Device) -> None:
        sales = [device.sale() for _ in range(8)]
        with ThreadPoolExecutor(4) as tabs:
            answers = list(tabs.map(lambda _: device.deliver(*sales), range(4)))
        statuses = [[one["status"] for one in answer.data["results"]] for answer in answers]
        assert [sorted(row) for row in zip(*statuses, strict=True)] == [
            ["applied", "replayed", "replayed", "replayed"]
        ] * 8
        assert device.stocked.on_hand() == "2"

    def test_both_deliver_what_can_be_done_once(self, device: Device) -> None:
        sale = device.sale(2)
        shift, opening = device.opening()
        device.results(sale, opening)
        once = [
            device.operation("order.void", {"order_id": sale["id"], "reason": "Wrong customer"}),
            device.operation("shift.end", {"shift_id": shift}),
            device.closing(shift, counted_cash=0),
        ]
        for operation in once:
            with ThreadPoolExecutor(4) as tabs:
                statuses = list(tabs.map(device.statuses, [operation] * 4))
            assert sorted(statuses) == [["applied"], *[["replayed"]] * 3]
        assert device.inbox() == []


class TestAlreadyDone:
    """What was done with a connection, and whose answer the till never got."""

    def test_a_void_is_found_again(self, device: Device) -> None:
        sale = device.sale()
        device.results(sale)
        body = {"reason": "Wrong customer"}
        assert device.stocked.shop.client().post(f"/api/pos/orders/{sale['id']}/void", body).status == 200
        same = device.operation("order.void", {"order_id": sale["id"], **body})
        other = device.operation("order.void", {"order_id": sale["id"], "reason": "Too late"})
        results = device.results(same, other)
        assert [(one["status"], one.get("code")) for one in results] == [
            ("replayed", None),
            ("rejected", "invalid_transition"),
        ]
        assert results[0]["resource"] == {"type": "order", "id": sale["id"], "number": sale["number"]}

    def test_a_close_is_found_again_by_its_count(self, device: Device) -> None:
        shift, opening = device.opening(opening_float=500)
        device.results(opening)
        cashier, path = device.stocked.shop.client("Cashier"), f"/api/pos/shifts/{shift}"
        count = {"counted_cash": 500, "closing_float": 200}
        assert cashier.post(f"{path}/end", {}).status == 200
        assert cashier.post(f"{path}/close", count).status == 200
        operations = [
            device.operation("shift.end", {"shift_id": shift}),
            device.closing(shift, **count),
            device.closing(shift, counted_cash=499, closing_float=200),
        ]
        results = device.results(*operations)
        assert [(one["status"], one.get("code")) for one in results] == [
            ("replayed", None),
            ("replayed", None),
            ("rejected", "invalid_transition"),
        ]
        assert results[1]["resource"] == {"type": "shift", "id": shift, "number": "1"}
        assert [entry["operation_id"] for entry in device.inbox()] == [operations[2]["id"]]


class TestCustomersOffline:
    def test_are_registered_before_what_is_sold_to_them(self, device: Device) -> None:
        ada = {"name": "Ada", "phone": "+44 20 1815"}
        registration = device.operation("customer.create", ada)
        sale = device.sale(body={"customer_id": registration["id"]})
        results = device.results(sale, registration)
        assert [one["status"] for one in results] == ["applied", "applied"]
        assert "customer_unknown" not in results[0]["flags"]
        assert results[1]["resource"] == {"type": "customer", "id": registration["id"], "number": None}
        assert device.statuses(registration) == ["replayed"]
        order = device.stocked.shop.client().get(f"/api/admin/orders/{sale['id']}").data
        assert order["customer_id"] == registration["id"]

    def test_are_waited_for(self, device: Device) -> None:
        registration = device.operation("customer.create", {"name": "Ada"})
        sale = device.sale(body={"customer_id": registration["id"]})
        assert device.statuses(sale) == ["waiting"]
        assert device.statuses(registration) == ["applied"]
        # What waited for it was recorded with it.
        assert device.statuses(sale) == ["replayed"]

    def test_are_registered_though_they_may_be_known(self, device: Device) -> None:
        ada = {"name": "Ada", "phone": "+44 20 1815"}
        device.stocked.shop.client().post("/api/admin/customers", ada)
        assert device.statuses(device.operation("customer.create", ada)) == ["applied"]

    def test_of_nonsense_are_kept_in_the_inbox(self, device: Device) -> None:
        assert device.statuses(device.operation("customer.create", {"phone": "1"})) == ["rejected"]
        (entry,) = device.inbox()
        assert entry["code"] == "validation_failed"
