"""Purchase orders over HTTP: planned, ordered, delivered in parts, and what of it is refused."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from infra.projections.staging import ignore_progress
from infra.projections.verify import verify
from infra.projections.verify_stock import verify_stock
from infra.runtime.models import EVENT_TYPES
from projections.messages import Messages
from projections.stock.balances import StockBalances
from projections.stock.journal import StockJournal
from projections.stock.purchase_orders import PurchaseOrders
from tests.buying import ORDERS, SETTINGS, Buyer, open_buyer

#: Whom a `Buyer` buys from, and where for.
NAMES = {"supplier_name": "Hillside", "storage_name": "Back"}


@pytest.fixture
def buyer(shop: Any, stock: Callable[..., Any]) -> Buyer:
    """A shop that buys by the case."""
    return open_buyer(shop, stock)


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status, answer.code


class TestPlanning:
    def test_a_draft_has_a_number_and_totals_and_nothing_is_on_order_yet(self, buyer: Buyer) -> None:
        drafted = buyer.draft(buyer.line(discount_percent="7.5", supplier_sku="HR-1"), reference="Spring")
        assert (drafted["number"], drafted["status"], drafted["currency"]) == ("PO-000001", "draft", "EUR")
        assert drafted["subtotal"] == 10730
        (line,) = drafted["lines"]
        assert (line["total"], line["factor"], line["base_quantity"]) == (10730, "24", "48")
        assert (line["sku"], line["name"], line["supplier_sku"]) == ("OAT-1", "Oat milk", "HR-1")
        assert (line["received"], line["open"]) == ("0", "0")
        assert buyer.show(drafted) == {**drafted, **NAMES}
        assert buyer.incoming() == "0"
        assert buyer.draft()["number"] == "PO-000002"

    def test_the_same_request_again_is_answered_as_before(self, buyer: Buyer) -> None:
        body = buyer.body(id=str(uuid4()))
        first, again = buyer.admin.post(ORDERS, body), buyer.admin.post(ORDERS, body)
        assert (first.status, again.status, again.data) == (201, 201, first.data)
        assert again.headers["idempotent-replayed"] == "true"
        other = buyer.admin.post(ORDERS, {**body, "note": "Other"})
        assert refusal(other) == (409, "duplicate_id")

    def test_a_draft_says_when_it_was_planned_and_when_that_was_recorded(self, buyer: Buyer) -> None:
        now = buyer.draft()
        assert now["occurred_at"] == now["recorded_at"] == now["created_at"]
        late = buyer.draft(occurred_at=now["occurred_at"])
        assert late["occurred_at"] == now["occurred_at"] < late["recorded_at"]
        assert buyer.show(late)["occurred_at"] == late["occurred_at"]

    def test_a_draft_is_planned_neither_in_the_future_nor_when_books_are_closed(self, buyer: Buyer) -> None:
        ahead = buyer.admin.post(ORDERS, buyer.body(occurred_at="2200-01-01T00:00:00Z"))
        assert (ahead.status, ahead.fields) == (422, {"occurred_at"})
        now = datetime.now(UTC)
        yesterday = {"books_closed_until": (now - timedelta(days=1)).date().isoformat()}
        assert buyer.admin.patch(f"{SETTINGS}/company", yesterday).status == 200
        closed = buyer.body(occurred_at=(now - timedelta(days=3)).isoformat())
        assert refusal(buyer.admin.post(ORDERS, closed)) == (409, "period_closed")

    def test_a_draft_can_be_changed_in_everything(self, buyer: Buyer) -> None:
        drafted = buyer.draft()
        more = buyer.product("OAT-2")["variants"][0]["id"]
        lines = [buyer.line(quantity="3"), {"variant_id": more, "quantity": "5", "unit_cost": 40}]
        path = f"{ORDERS}/{drafted['id']}"
        changed = buyer.admin.patch(path, {"lines": lines, "note": "Soon"}, If_Match='"1"').data
        assert [line["base_quantity"] for line in changed["lines"]] == ["72", "5"]
        assert changed["lines"][0]["id"] == drafted["lines"][0]["id"]
        assert (changed["note"], changed["subtotal"], changed["version"]) == ("Soon", 17600, 2)
        assert refusal(buyer.admin.patch(path, {"note": "x"}, If_Match='"1"')) == (412, "precondition_failed")
        only = buyer.admin.patch(path, {"lines": [{"variant_id": more, "quantity": "6"}]}).data
        assert [(line["quantity"], line["unit_cost"]) for line in only["lines"]] == [("6", 40)]

    def test_a_discarded_draft_is_only_found_when_it_is_looked_for(self, buyer: Buyer) -> None:
        drafted = buyer.draft()
        gone = buyer.admin.delete(f"{ORDERS}/{drafted['id']}").data
        assert gone["status"] == "discarded"
        assert buyer.admin.get(ORDERS).data == []
        assert [row["id"] for row in buyer.admin.get(f"{ORDERS}?status=discarded").data] == [drafted["id"]]
        for step in ("order", "cancel"):
            answer = buyer.admin.post(f"{ORDERS}/{drafted['id']}/{step}")
            assert refusal(answer) == (409, "invalid_transition")

    def test_every_wrong_field_is_named(self, buyer: Buyer) -> None:
        events = len(buyer.stocked.shop.events())
        wrong = {
            "lines.0.quantity": [buyer.line(quantity="0")],
            "lines.0.unit_cost": [{"variant_id": buyer.stocked.variant_id, "quantity": "1"}],
            "lines.0.variant_id": [buyer.line(variant_id=str(uuid4()))],
            "lines.0.unit_id": [buyer.line(unit_id=str(uuid4()))],
            "lines.1.variant_id": [buyer.line(), buyer.line()],
            "lines.0.discount_percent": [buyer.line(discount_percent="101")],
            "lines.0.storage_id": [buyer.line(storage_id=buyer.stocked.storage["id"])],
            "lines": [],
        }
        for field, lines in wrong.items():
            answer = buyer.admin.post(ORDERS, {**buyer.body(), "lines": lines})
            assert (answer.status, answer.fields) == (422, {field})
        for field in ("supplier_id", "storage_id"):
            unknown = buyer.admin.post(ORDERS, buyer.body(**{field: str(uuid4())}))
            assert (unknown.status, unknown.fields) == (422, {field})
            body = buyer.body()
            del body[field]
            assert buyer.admin.post(ORDERS, body).fields == {field}
        fraction = buyer.admin.post(ORDERS, buyer.body(buyer.line(quantity="0.1")))
        assert fraction.codes == {"too_precise"}
        assert len(buyer.stocked.shop.events()) == events

    def test_an_archived_supplier_is_refused(self, buyer: Buyer) -> None:
        other = buyer.admin.post(f"{SETTINGS}/suppliers", {"name": "Other"}).data
        drafted = buyer.draft(supplier_id=other["id"])
        assert buyer.admin.delete(f"{SETTINGS}/suppliers/{other['id']}").status == 200
        refused = buyer.admin.post(ORDERS, buyer.body(supplier_id=other["id"]))
        assert (refused.status, refused.fields) == (422, {"supplier_id"})
        refused = buyer.admin.post(f"{ORDERS}/{drafted['id']}/order")
        assert (refused.status, refused.fields) == (422, {"supplier_id"})


class TestOrdering:
    def test_what_is_ordered_is_incoming(self, buyer: Buyer) -> None:
        ordered = buyer.order()
        assert (ordered["status"], ordered["lines"][0]["open"]) == ("ordered", "2")
        assert ordered["ordered_at"] is not None
        assert buyer.incoming() == "48"
        again = buyer.admin.post(f"{ORDERS}/{ordered['id']}/order")
        assert refusal(again) == (409, "invalid_transition")
        assert buyer.incoming() == "48"

    def test_an_empty_draft_orders_nothing(self, buyer: Buyer) -> None:
        drafted = buyer.draft()
        assert buyer.admin.patch(f"{ORDERS}/{drafted['id']}", {"lines": []}).data["subtotal"] == 0
        answer = buyer.admin.post(f"{ORDERS}/{drafted['id']}/order")
        assert (answer.status, answer.codes) == (422, {"nothing_to_order"})

    def test_the_factor_is_that_of_the_day_of_the_order(self, buyer: Buyer) -> None:
        """As it was ordered, so it is received, whatever the catalog says later (erpnext#26789)."""
        drafted = buyer.draft()
        unit = f"{SETTINGS}/units/{buyer.case['id']}"
        assert buyer.admin.patch(unit, {"factor": "12"}).status == 200
        ordered = buyer.admin.post(f"{ORDERS}/{drafted['id']}/order").data
        assert (ordered["lines"][0]["factor"], buyer.incoming()) == ("12", "24")
        assert buyer.admin.patch(unit, {"factor": "6"}).status == 200
        received = buyer.receive(ordered, "2").data
        assert received["lines"][0]["quantity"] == "24"
        assert (buyer.stocked.on_hand(), buyer.incoming()) == ("34", "0")

    def test_more_or_less_can_be_ordered_but_no_less_than_came(self, buyer: Buyer) -> None:
        ordered = buyer.order()
        path = f"{ORDERS}/{ordered['id']}"
        line = {"variant_id": buyer.stocked.variant_id}
        more = buyer.admin.patch(path, {"lines": [{**line, "quantity": "3"}], "note": "More"}).data
        assert (more["lines"][0]["base_quantity"], more["subtotal"], more["note"]) == ("72", 17400, "More")
        assert buyer.incoming() == "72"
        assert buyer.receive(ordered, "1.5").status == 200
        less = buyer.admin.patch(path, {"lines": [{**line, "quantity": "1"}]})
        assert (less.status, less.fields) == (422, {"lines.0.quantity"})
        done = buyer.admin.patch(path, {"lines": [{**line, "quantity": "1.5"}]}).data
        assert (done["status"], buyer.incoming()) == ("received", "0")

    def test_what_was_ordered_changes_in_nothing_else(self, buyer: Buyer) -> None:
        ordered = buyer.order()
        other = buyer.admin.post(f"{SETTINGS}/suppliers", {"name": "Other"}).data
        line = {"variant_id": buyer.stocked.variant_id, "quantity": "2", "unit_cost": 1}
        for change in ({"supplier_id": other["id"]}, {"reference": "x"}, {"lines": [line]}):
            answer = buyer.admin.patch(f"{ORDERS}/{ordered['id']}", change)
            assert refusal(answer) == (409, "invalid_transition")
        assert refusal(buyer.admin.delete(f"{ORDERS}/{ordered['id']}")) == (409, "invalid_transition")
        assert buyer.show(ordered) == {**ordered, **NAMES}


class TestReceiving:
    def test_a_delivery_is_booked_at_what_the_case_cost(self, buyer: Buyer) -> None:
        ordered = buyer.order()
        received = buyer.receive(ordered, "1.5", reference="DN-1").data
        assert received["storage_id"] == buyer.stocked.storage["id"]
        (line,) = received["lines"]
        assert (line["quantity"], line["value_change"]) == ("36", 8700)
        shown = buyer.show(ordered)
        assert (shown["status"], shown["received_total"]) == ("partially_received", 8700)
        assert [one["movement_id"] for one in shown["receipts"]] == [received["id"]]
        assert (shown["lines"][0]["received"], shown["lines"][0]["open"]) == ("1.5", "0.5")
        assert (buyer.stocked.on_hand(), buyer.incoming()) == ("46", "12")
        assert buyer.receive(ordered, "0.5").status == 200
        assert (buyer.show(ordered)["status"], buyer.incoming()) == ("received", "0")
        assert refusal(buyer.receive(ordered)) == (409, "invalid_transition")

    def test_s4_by_the_case(self, buyer: Buyer) -> None:
        """Two cases at 1399 in two deliveries come to what the line says, to the minor unit."""
        ordered = buyer.order(buyer.line(unit_cost=1399, discount_percent="3.3"))
        values = [buyer.receive(ordered, part).data["lines"][0]["value_change"] for part in ("0.5", "1.5")]
        assert (ordered["subtotal"], sum(values)) == (2706, 2706)
        assert buyer.show(ordered)["received_total"] == 2706

    def test_another_price_is_what_was_paid(self, buyer: Buyer) -> None:
        received = buyer.receive(buyer.order(), "1", unit_cost=6000).data
        assert received["lines"][0]["value_change"] == 6000

    def test_the_same_delivery_again_is_answered_as_before(self, buyer: Buyer) -> None:
        ordered, own = buyer.order(), str(uuid4())
        first, again = (buyer.receive(ordered, "2", id=own) for _ in range(2))
        assert (again.status, again.data) == (first.status, first.data)
        assert again.headers["idempotent-replayed"] == "true"
        assert refusal(buyer.receive(ordered, "1", id=own)) == (409, "duplicate_id")
        assert buyer.stocked.on_hand() == "58"

    def test_what_is_rejected_is_still_to_come(self, buyer: Buyer) -> None:
        ordered = buyer.order()
        received = buyer.receive(ordered, "0", rejected="2", rejected_reason="Broken").data
        assert received["lines"] == []
        shown = buyer.show(ordered)
        assert (shown["status"], shown["lines"][0]["rejected"], shown["lines"][0]["open"]) == (
            "ordered",
            "2",
            "2",
        )
        assert (buyer.stocked.on_hand(), buyer.incoming()) == ("10", "48")
        (rejection,) = shown["receipts"][0]["rejections"]
        assert rejection["line_id"] == ordered["lines"][0]["id"]
        assert (rejection["rejected"], rejection["rejected_reason"]) == ("2", "Broken")

    def test_what_came_in_halves_is_written_with_no_more_digits_than_it_needs(self, buyer: Buyer) -> None:
        ordered = buyer.order()
        for _ in range(2):
            buyer.receive(ordered, "0.5", rejected="0.5")
        (line,) = buyer.show(ordered)["lines"]
        assert (line["received"], line["rejected"], line["open"]) == ("1", "1", "1")

    def test_the_goods_may_go_elsewhere(self, buyer: Buyer) -> None:
        hall = buyer.admin.post("/api/admin/storages", {"name": "Hall", "code": "H"}).data["id"]
        received = buyer.receive(buyer.order(), "2", storage_id=hall).data
        assert received["storage_id"] == hall
        levels = buyer.admin.get(f"/api/admin/inventory/levels?variant_id={buyer.stocked.variant_id}").data
        found = {level["storage_id"]: (level["on_hand"], level["incoming"]) for level in levels}
        assert found == {hall: ("48", "0"), buyer.stocked.storage["id"]: ("10", "0")}

    def test_another_line_never_makes_up_for_one(self, buyer: Buyer) -> None:
        """Each line is received by itself, and more of one is not less of another (erpnext#31535)."""
        buyer.admin.patch(f"{SETTINGS}/company", {"over_receive_percent": "100"})
        more = buyer.product("OAT-2")["variants"][0]["id"]
        ordered = buyer.order(buyer.line(), {"variant_id": more, "quantity": "5", "unit_cost": 40})
        assert buyer.receive(ordered, "4").status == 200
        assert buyer.show(ordered)["status"] == "partially_received"
        assert buyer.receive(ordered, "5", line_id=ordered["lines"][1]["id"]).status == 200
        assert buyer.show(ordered)["status"] == "received"

    def test_the_tolerance_is_over_all_deliveries(self, buyer: Buyer) -> None:
        """As it would be nothing if each delivery had its own (erpnext#55246)."""
        buyer.admin.patch(f"{SETTINGS}/company", {"over_receive_percent": "50"})
        ordered = buyer.order()
        assert buyer.receive(ordered, "1.5").status == 200
        refused = buyer.receive(ordered, "2")
        assert refusal(refused) == (409, "receive_exceeds_ordered")
        assert refused.fields == {"lines.0.quantity"}
        assert buyer.receive(ordered, "1.5").status == 200
        assert (buyer.show(ordered)["status"], buyer.incoming()) == ("received", "0")

    def test_more_than_was_ordered_is_refused_and_leaves_no_trace(self, buyer: Buyer) -> None:
        ordered = buyer.order()
        events = len(buyer.stocked.shop.events())
        assert refusal(buyer.receive(ordered, "2.5")) == (409, "receive_exceeds_ordered")
        for wrong, field in (
            ({"line_id": str(uuid4())}, "lines.0.line_id"),
            ({"quantity": "0"}, "lines.0.quantity"),
            ({"quantity": "0.01"}, "lines.0.quantity"),
            ({"storage_id": str(uuid4())}, "storage_id"),
            ({"occurred_at": "2100-01-01T00:00:00Z"}, "occurred_at"),
        ):
            answer = buyer.receive(ordered, **wrong)
            assert (answer.status, answer.fields) == (422, {field})
        twice = [{"line_id": ordered["lines"][0]["id"], "quantity": "1"}] * 2
        answer = buyer.admin.post(f"{ORDERS}/{ordered['id']}/receive", {"lines": twice})
        assert (answer.status, answer.codes) == (422, {"duplicate_line"})
        assert len(buyer.stocked.shop.events()) == events
        assert refusal(buyer.receive(buyer.draft())) == (409, "invalid_transition")

    def test_nothing_comes_on_a_day_whose_books_are_closed(self, buyer: Buyer) -> None:
        ordered, now = buyer.order(), datetime.now(UTC)
        yesterday = {"books_closed_until": (now - timedelta(days=1)).date().isoformat()}
        assert buyer.admin.patch(f"{SETTINGS}/company", yesterday).status == 200
        late = buyer.receive(ordered, occurred_at=(now - timedelta(days=3)).isoformat())
        assert refusal(late) == (409, "period_closed")


class TestReversing:
    def test_a_delivery_leaves_the_order_and_its_goods_as_they_were(self, buyer: Buyer) -> None:
        ordered = buyer.order()
        buyer.receive(ordered, "0.5")
        before, value = buyer.show(ordered), buyer.stocked.level()["value"]
        wrong = buyer.receive(ordered, "1.5", rejected="1", rejected_reason="Broken").data
        assert (buyer.show(ordered)["status"], buyer.incoming()) == ("received", "0")
        reversal = buyer.reverse(wrong)
        assert (reversal.status, reversal.data["lines"][0]["quantity"]) == (200, "-36")
        changing = {"version", "updated_at"}
        after = buyer.show(ordered)
        assert {n: v for n, v in after.items() if n not in changing} == {
            n: v for n, v in before.items() if n not in changing
        }
        assert (after["version"], buyer.incoming()) == (before["version"] + 2, "36")
        assert (buyer.stocked.on_hand(), buyer.stocked.level()["value"]) == ("22", value)
        assert buyer.receive(ordered, "1.5").data["lines"][0]["value_change"] == 8700
        assert (buyer.show(ordered)["received_total"], buyer.incoming()) == (11600, "0")
        assert refusal(buyer.reverse(wrong)) == (409, "already_reversed")

    def test_a_delivery_that_went_elsewhere_comes_again_where_it_was_ordered_to(self, buyer: Buyer) -> None:
        hall = buyer.admin.post("/api/admin/storages", {"name": "Hall", "code": "H"}).data["id"]
        received = buyer.receive(buyer.order(), "2", storage_id=hall).data
        assert buyer.reverse(received).status == 200
        levels = buyer.admin.get(f"/api/admin/inventory/levels?variant_id={buyer.stocked.variant_id}").data
        found = {level["storage_id"]: (level["on_hand"], level["incoming"]) for level in levels}
        assert found == {hall: ("0", "0"), buyer.stocked.storage["id"]: ("10", "48")}

    def test_a_closed_order_stays_closed(self, buyer: Buyer) -> None:
        ordered = buyer.order()
        received = buyer.receive(ordered, "1").data
        buyer.admin.post(f"{ORDERS}/{ordered['id']}/cancel")
        assert buyer.reverse(received).status == 200
        shown = buyer.show(ordered)
        assert (shown["status"], shown["lines"][0]["received"], shown["receipts"]) == ("closed", "0", [])
        assert (buyer.stocked.on_hand(), buyer.incoming()) == ("10", "0")

    def test_a_delivery_of_which_nothing_was_taken_in(self, buyer: Buyer) -> None:
        ordered = buyer.order()
        received = buyer.receive(ordered, "0", rejected="2", rejected_reason="Broken").data
        assert buyer.reverse(received).data["lines"] == []
        assert (buyer.show(ordered)["lines"][0]["rejected"], buyer.incoming()) == ("0", "48")

    def test_many_at_once_count_it_once(self, buyer: Buyer) -> None:
        ordered = buyer.order()
        received = buyer.receive(ordered, "1").data
        with ThreadPoolExecutor(4) as managers:
            answers = list(managers.map(lambda _: buyer.reverse(received), range(4)))
        assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
        assert (buyer.show(ordered)["status"], buyer.incoming()) == ("ordered", "48")


class TestEnding:
    def test_an_order_of_which_nothing_came_is_cancelled(self, buyer: Buyer) -> None:
        ordered = buyer.order()
        ended = buyer.admin.post(f"{ORDERS}/{ordered['id']}/cancel", {"reason": "Too dear"}).data
        assert (ended["status"], ended["reason"], ended["lines"][0]["open"]) == ("cancelled", "Too dear", "0")
        assert buyer.incoming() == "0"

    def test_any_other_is_closed(self, buyer: Buyer) -> None:
        ordered = buyer.order()
        buyer.receive(ordered, "1")
        ended = buyer.admin.post(f"{ORDERS}/{ordered['id']}/cancel").data
        assert (ended["status"], ended["lines"][0]["received"]) == ("closed", "1")
        assert (buyer.stocked.on_hand(), buyer.incoming()) == ("34", "0")
        assert refusal(buyer.receive(ordered)) == (409, "invalid_transition")


class TestSuggestions:
    def test_become_a_draft_for_each_supplier_and_storage(self, buyer: Buyer) -> None:
        admin, storage = buyer.admin, buyer.stocked.storage["id"]
        hall = admin.post("/api/admin/storages", {"name": "Hall", "code": "H"}).data["id"]
        other = admin.post(f"{SETTINGS}/suppliers", {"name": "Other"}).data
        second = buyer.product("OAT-2", supplier_id=buyer.supplier["id"])["variants"][0]["id"]
        third = buyer.product("OAT-3", supplier_id=other["id"])["variants"][0]["id"]
        lines = [
            {"variant_id": buyer.stocked.variant_id, "storage_id": storage, "quantity": "24"},
            {"variant_id": second, "storage_id": storage, "quantity": "5"},
            {"variant_id": third, "storage_id": storage, "quantity": "1"},
            {"variant_id": second, "storage_id": hall, "quantity": "7"},
        ]
        body = {"id": str(uuid4()), "lines": lines}
        made = admin.post(ORDERS, body)
        assert made.status == 201, made.body
        assert [order["number"] for order in made.data] == ["PO-000001", "PO-000002", "PO-000003"]
        assert [order["supplier_id"] for order in made.data] == [
            buyer.supplier["id"],
            other["id"],
            buyer.supplier["id"],
        ]
        costs = [[line["unit_cost"] for line in order["lines"]] for order in made.data]
        assert costs == [[60, 40], [40], [40]]
        again = admin.post(ORDERS, body)
        assert (again.data, again.headers["idempotent-replayed"]) == (made.data, "true")
        assert buyer.draft()["number"] == "PO-000004"

    def test_need_a_supplier(self, buyer: Buyer) -> None:
        nobody = buyer.product("OAT-2")["variants"][0]["id"]
        line = {"variant_id": nobody, "storage_id": buyer.stocked.storage["id"], "quantity": "1"}
        refused = buyer.admin.post(ORDERS, {"lines": [line]})
        assert (refused.status, refused.fields) == (422, {"lines.0.variant_id"})
        assert refused.codes == {"no_supplier"}


class TestTheList:
    def test_finds_by_everything_that_is_filtered_by(self, buyer: Buyer) -> None:
        admin, now = buyer.admin, datetime.now(UTC)
        late = buyer.order(expected_at=(now - timedelta(days=1)).isoformat(), reference="Spring")
        soon = buyer.order(buyer.line(quantity="1"), expected_at=(now + timedelta(days=1)).isoformat())
        other = admin.post(f"{SETTINGS}/suppliers", {"name": "Other"}).data
        plan = buyer.draft(supplier_id=other["id"])

        def found(query: str) -> list[str]:
            answer = admin.get(f"{ORDERS}?{query}")
            assert answer.status == 200, answer.body
            assert answer.json["pagination"]["total"] == len(answer.data)
            return [row["id"] for row in answer.data]

        numbers = [late["id"], soon["id"], plan["id"]]
        assert found("") == numbers[::-1]
        assert found("sort=number") == numbers
        assert found("status=draft") == [plan["id"]]
        assert found("late=true") == [late["id"]]
        assert found(f"supplier_id={other['id']}") == [plan["id"]]
        assert found(f"storage_id={buyer.stocked.storage['id']}&sort=number") == numbers
        assert found(f"store_id={buyer.stocked.store['id']}&sort=number") == numbers
        assert found(f"variant_id={buyer.stocked.variant_id}&sort=number") == numbers
        assert found(f"variant_id={uuid4()}") == []
        assert found("search=spr") == found("search=1") == found("search=po-000001") == [late["id"]]
        assert found("sort=total") == [soon["id"], *sorted([late["id"], plan["id"]])]
        assert found("sort=expected_at") == [late["id"], soon["id"], plan["id"]]
        assert found("sort=-ordered_at") == [soon["id"], late["id"], plan["id"]]
        assert found("to=2020-01-01T00:00:00Z") == []
        assert found("from=2020-01-01T00:00:00Z&sort=number") == numbers
        row = admin.get(f"{ORDERS}?late=true").data[0]
        assert (row["supplier_name"], row["storage_name"], row["line_count"]) == ("Hillside", "Back", 1)
        assert (row["is_late"], row["subtotal"]) == (True, 11600)
        assert admin.get(f"{ORDERS}?color=red").status == 400


class TestRights:
    def test_a_clerk_does_it_all_and_a_cashier_nothing(self, buyer: Buyer) -> None:
        clerk, cashier = (buyer.stocked.shop.client(role) for role in ("Inventory Clerk", "Cashier"))
        drafted = clerk.post(ORDERS, buyer.body()).data
        assert clerk.post(f"{ORDERS}/{drafted['id']}/order").status == 200
        lines = [{"line_id": drafted["lines"][0]["id"], "quantity": "1"}]
        assert clerk.post(f"{ORDERS}/{drafted['id']}/receive", {"lines": lines}).status == 200
        assert clerk.post(f"{ORDERS}/{drafted['id']}/cancel").status == 200
        assert cashier.get(ORDERS).status == 403
        assert cashier.get(f"{ORDERS}/{drafted['id']}").status == 403

    def test_who_is_bound_to_stores_buys_for_these_and_sees_warehouses(self, buyer: Buyer) -> None:
        admin = buyer.admin
        store = admin.post("/api/admin/stores", {"name": "Harbour", "code": "HARB"}).data
        cellar = admin.post("/api/admin/storages", {"name": "C", "code": "C", "store_id": store["id"]}).data
        hall = admin.post("/api/admin/storages", {"name": "Hall", "code": "H"}).data
        own, elsewhere, warehouse = (
            buyer.order(),
            buyer.order(storage_id=cellar["id"]),
            buyer.order(storage_id=hall["id"]),
        )
        bound = buyer.stocked.shop.client("Inventory Clerk", stores=[buyer.stocked.store["id"]])
        assert [row["id"] for row in bound.get(f"{ORDERS}?sort=number").data] == [own["id"], warehouse["id"]]
        assert bound.get(f"{ORDERS}/{warehouse['id']}").status == 200
        assert bound.get(f"{ORDERS}/{elsewhere['id']}").status == 404
        for order, storage in ((elsewhere, cellar), (warehouse, hall)):
            assert refusal(bound.post(ORDERS, buyer.body(storage_id=storage["id"]))) == (403, "forbidden")
            assert refusal(bound.post(f"{ORDERS}/{order['id']}/cancel")) == (403, "forbidden")
            lines = [{"line_id": order["lines"][0]["id"], "quantity": "1"}]
            answer = bound.post(f"{ORDERS}/{order['id']}/receive", {"lines": lines})
            assert refusal(answer) == (403, "forbidden")
        moved = {"lines": [{"line_id": own["lines"][0]["id"], "quantity": "1"}], "storage_id": hall["id"]}
        assert refusal(bound.post(f"{ORDERS}/{own['id']}/receive", moved)) == (403, "forbidden")
        assert bound.post(f"{ORDERS}/{own['id']}/cancel").status == 200


def test_the_rows_are_what_the_log_says(buyer: Buyer, service: Any) -> None:
    ordered = buyer.order()
    buyer.receive(ordered, "1", rejected="1")
    buyer.reverse(buyer.receive(ordered, "0.5", rejected="0.5").data)
    buyer.admin.patch(f"{ORDERS}/{ordered['id']}", {"note": "x"})
    line = {"variant_id": buyer.stocked.variant_id, "quantity": "3"}
    buyer.admin.patch(f"{ORDERS}/{ordered['id']}", {"lines": [line]})
    buyer.admin.post(f"{ORDERS}/{ordered['id']}/cancel")
    amended = buyer.draft()
    buyer.admin.patch(f"{ORDERS}/{amended['id']}", {"lines": [], "reference": "R"})
    buyer.admin.delete(f"{ORDERS}/{amended['id']}")
    assert buyer.admin.post(f"{ORDERS}/{buyer.draft()['id']}/order?send=true").status == 200
    for model in (PurchaseOrders(), StockBalances(), StockJournal(), Messages()):
        report = verify(service.database.worker, EVENT_TYPES, model, buyer.stocked.shop.company_id)
        assert report.differences == ()
        assert any(table.rows for table in report.tables)
    shop = buyer.stocked.shop
    stock = verify_stock(service.database.worker, EVENT_TYPES, shop.company_id, ignore_progress)
    assert (stock.differences, stock.balances > 0) == ((), True)


class TestTheUnit:
    def test_of_the_product_stays_as_long_as_something_is_on_order(self, buyer: Buyer) -> None:
        slice_ = buyer.admin.post(f"{SETTINGS}/units", {"name": "Slice", "symbol": "sl"}).data
        product = f"/api/admin/products/{buyer.stocked.product['id']}"
        order = buyer.order()
        assert buyer.stocked.sell(10).status == 201
        assert refusal(buyer.admin.patch(product, {"unit_id": slice_["id"]})) == (409, "in_use")
        cancelled = buyer.admin.post(f"{ORDERS}/{order['id']}/cancel", {"reason": "Too dear"})
        assert cancelled.data["status"] == "cancelled"
        assert buyer.admin.patch(product, {"unit_id": slice_["id"]}).status == 200

    def test_is_as_fine_as_what_is_rejected(self, buyer: Buyer) -> None:
        refused = buyer.receive(buyer.order(), "1", rejected="0.01")
        assert (refused.status, refused.fields, refused.codes) == (
            422,
            {"lines.0.rejected"},
            {"too_precise"},
        )
