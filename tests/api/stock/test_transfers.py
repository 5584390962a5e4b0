"""Transfers over HTTP: planned, shipped, received in parts, cancelled; values to the minor unit."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

PATH = "/api/admin/inventory/transfers"
STORAGES = "/api/admin/storages"
#: What the storages of a `Route` are called.
NAMES = {"from_storage_name": "Back", "to_storage_name": "Shed"}


@dataclass(frozen=True)
class Route:
    """A store with a storage of 7 worth 1000, and another store's storage with 4 worth 500."""

    stocked: Any
    harbour: Any
    shed: Any

    @property
    def source(self) -> Any:
        return self.stocked.storage

    @property
    def admin(self) -> Any:
        return self.stocked.shop.client()

    def clerk(self, store: Any) -> Any:
        """Somebody who works in that store only."""
        return self.stocked.shop.client("Inventory Clerk", stores=[store["id"]])

    def plan(self, quantity: Any = 5, **more: Any) -> Any:
        """The answer to a plan."""
        return self.stocked.transfer(quantity, **{"to_storage_id": self.shed["id"], **more})

    def ship(self, quantity: Any = 5) -> Any:
        """A transfer on its way."""
        planned = self.plan(quantity).data
        return self.step(planned, "ship").data

    def step(self, transfer: Any, name: str, body: Any = None, client: Any = None, **headers: str) -> Any:
        """The answer to a step of it."""
        return (client or self.admin).post(f"{PATH}/{transfer['id']}/{name}", body, **headers)

    def receive(self, transfer: Any, client: Any = None, *, close: bool = False, **parts: Any) -> Any:
        """The answer to receiving parts of its only line, or (`close`) all the rest."""
        line = {"line_id": transfer["lines"][0]["id"], **parts}
        return self.step(transfer, "receive", {"lines": [line], "close": close}, client)

    def levels(self) -> dict[str, tuple[str, int, str]]:
        """What each storage has and expects: on hand, value, incoming."""
        rows = self.admin.get("/api/admin/inventory/levels?limit=100").data
        return {row["storage_id"]: (row["on_hand"], row["value"], row["incoming"]) for row in rows}

    def at(self, storage: Any) -> tuple[str, int, str]:
        return self.levels()[storage["id"]]


@pytest.fixture
def route(stock: Any, make_shop: Any) -> Route:
    """Two stores and what lies between them."""
    stocked = stock(make_shop())
    admin = stocked.shop.client()
    harbour = admin.post("/api/admin/stores", {"name": "Harbour", "code": "HARB"}).data
    shed = admin.post(STORAGES, {"name": "Shed", "code": "S", "store_id": harbour["id"]}).data
    stocked.sell(10)
    for quantity, unit_cost, storage in (
        (1, 100, stocked.storage),
        (6, 150, stocked.storage),
        (4, 125, shed),
    ):
        assert stocked.receive(quantity, unit_cost, storage_id=storage["id"]).status == 201
    return Route(stocked, harbour, shed)


def line_of(answer: Any, *names: str) -> list[Any]:
    """These fields of the only line."""
    return [answer.data["lines"][0][name] for name in names]


def numbers(answer: Any) -> list[str]:
    return [row["number"] for row in answer.data]


class TestVectors:
    def test_s1_a_transfer_that_arrives_in_parts(self, route: Route) -> None:
        assert (route.at(route.source), route.at(route.shed)) == (("7", 1000, "0"), ("4", 500, "0"))
        transfer = route.ship()
        assert (transfer["status"], transfer["lines"][0]["value"]) == ("in_transit", 714)
        assert (route.at(route.source), route.at(route.shed)) == (("2", 286, "0"), ("4", 500, "5"))
        first = route.receive(transfer, received=3)
        assert (first.data["status"], first.data["receipts"][0]["lines"][0]["received_value"]) == (
            "partially_received",
            428,
        )
        assert line_of(first, "received", "in_transit", "in_transit_value") == ["3", "2", 286]
        assert route.at(route.shed) == ("7", 928, "2")
        rest = route.receive(transfer, damaged=1, lost=1)
        settled = rest.data["receipts"][1]["lines"][0]
        assert (settled["damaged_value"], settled["lost_value"]) == (143, 143)
        assert (rest.data["status"], line_of(rest, "in_transit", "in_transit_value")) == (
            "received",
            ["0", 0],
        )
        assert (route.at(route.source), route.at(route.shed)) == (("2", 286, "0"), ("7", 928, "0"))

    def test_s1_the_rest_goes_back_when_it_is_cancelled(self, route: Route) -> None:
        transfer = route.ship()
        route.receive(transfer, received=3)
        route.receive(transfer, damaged=1)
        cancelled = route.step(transfer, "cancel", {"reason": "Too late"})
        assert (cancelled.status, cancelled.data["status"]) == (200, "received")
        assert cancelled.data["cancellation"]["lines"][0]["returned_value"] == 143
        assert (route.at(route.source), route.at(route.shed)) == (("3", 429, "0"), ("7", 928, "0"))
        assert last_arrival(route)["last_unit_cost"] == "150"

    def test_s2_into_stock_below_zero(self, route: Route) -> None:
        transfer = route.ship()
        assert route.admin.patch(f"{STORAGES}/{route.shed['id']}", {"allow_negative": True}).status == 200
        harbour = f"/api/admin/stores/{route.harbour['id']}"
        assert route.admin.patch(harbour, {"default_storage_id": route.shed["id"]}).status == 200
        till = route.admin.post(f"{harbour}/registers", {"name": "Till", "code": "1"}).data
        assert route.stocked.sell(6, role="Manager", register_id=till["id"]).status == 201
        # Two are owed at the last cost, 125.
        assert route.at(route.shed) == ("-2", -250, "5")
        assert route.receive(transfer, received=3).status == 200
        assert route.at(route.shed) == ("1", 143, "2")
        line = last_arrival(route)
        assert (line["value_change"], line["settlement"]) == (428, -35)


def events_of(route: Route) -> list[Any]:
    found = route.stocked.shop.events()
    assert isinstance(found, list)
    return found


def last_arrival(route: Route) -> dict[str, Any]:
    """The line of the last movement by which goods arrived or came back."""
    arrivals = [event for event in events_of(route) if event["type"].endswith("TransferredIn")]
    line: dict[str, Any] = arrivals[-1]["state"]["lines"][0]
    return line


class TestWhatOthersGotWrong:
    def test_the_value_does_not_change_on_the_way_whatever_happens_meanwhile(self, route: Route) -> None:
        transfer = route.ship()
        route.stocked.receive(10, 999)
        route.stocked.receive(10, 1, storage_id=route.shed["id"])
        other = route.ship(7)
        received = route.receive(transfer, received=5)
        assert received.data["receipts"][0]["lines"][0]["received_value"] == 714
        assert route.receive(other, received=7).data["lines"][0]["value"] != 1000

    def test_rejected_goods_do_not_stay_on_the_way(self, route: Route) -> None:
        transfer = route.ship()
        done = route.receive(transfer, received=2, damaged=2, returned=1)
        assert (done.data["status"], line_of(done, "in_transit")) == ("received", ["0"])
        assert route.at(route.shed)[2] == "0"

    def test_a_cancelled_transfer_can_be_emptied(self, route: Route) -> None:
        before = route.levels()
        transfer = route.ship()
        cancelled = route.step(transfer, "cancel", {"reason": "Wrong store"})
        assert (cancelled.data["status"], line_of(cancelled, "returned", "in_transit")) == (
            "cancelled",
            ["5", "0"],
        )
        assert route.levels() == before
        assert route.receive(transfer, received=1).code == "invalid_transition"


class TestPlanning:
    def test_a_plan_has_a_number_and_moves_nothing(self, route: Route) -> None:
        before = route.levels()
        first = route.plan(reference="R-1", note="Soon", expected_at="2026-03-01T00:00:00Z")
        second = route.plan()
        assert (first.status, first.headers["etag"], first.data["number"]) == (201, '"1"', "TR-000001")
        assert second.data["number"] == "TR-000002"
        assert first.data["created_by"] == str(route.stocked.shop.users["Admin"])
        assert first.data["status"] == "draft"
        assert line_of(first, "sku", "name", "requested", "shipped", "in_transit", "value") == [
            "OAT-1",
            "Oat milk",
            "5",
            "0",
            "0",
            0,
        ]
        assert route.levels() == before
        single = route.admin.get(f"{PATH}/{first.data['id']}")
        assert (single.data, single.headers["etag"]) == ({**first.data, **NAMES}, '"1"')

    def test_it_may_be_planned_by_the_case(self, route: Route) -> None:
        units = "/api/admin/settings/units"
        piece = route.admin.post(units, {"name": "Piece", "symbol": "pc"}).data
        case = route.admin.post(
            units, {"name": "Case", "symbol": "cs", "base_unit_id": piece["id"], "factor": "3"}
        ).data
        tea = route.stocked.product_of(unit_id=piece["id"], variants=[{"sku": "TEA", "price": 1}])
        line = {"variant_id": tea["variants"][0]["id"], "quantity": 2, "unit_id": case["id"]}
        planned = route.plan(lines=[line])
        assert line_of(planned, "quantity", "unit_id", "base_quantity", "requested") == [
            "2",
            case["id"],
            "6",
            "6",
        ]

    def test_another_plan_takes_its_place(self, route: Route) -> None:
        planned = route.plan()
        path, etag = f"{PATH}/{planned.data['id']}", planned.headers["etag"]
        lines = [{"variant_id": route.stocked.variant_id, "quantity": 2}]
        changed = route.admin.patch(path, {"lines": lines, "reference": "R-2"}, If_Match=etag)
        assert (changed.status, changed.headers["etag"]) == (200, '"2"')
        assert line_of(changed, "id", "requested") == [planned.data["lines"][0]["id"], "2"]
        stale = route.admin.patch(path, {"note": "x"}, If_Match=etag)
        assert (stale.status, stale.code) == (412, "precondition_failed")
        assert route.admin.patch(path, {"lines": []}).status == 422
        assert route.admin.patch(path, {"lines": [{"quantity": 1}]}).fields == {"lines.0.variant_id"}

    def test_a_plan_that_is_dropped_keeps_its_number_and_is_listed_by_its_status(self, route: Route) -> None:
        planned = route.plan()
        path = f"{PATH}/{planned.data['id']}"
        dropped = route.admin.delete(path)
        assert (dropped.status, dropped.data["number"]) == (200, "TR-000001")
        again = route.admin.delete(path)
        assert (again.status, again.code) == (409, "invalid_transition")
        assert b"needs the status draft; the transfer has the status discarded" in again.body
        assert route.admin.get(path).data["status"] == "discarded"
        assert route.admin.get(PATH).data == []
        assert numbers(route.admin.get(f"{PATH}?status=discarded")) == ["TR-000001"]
        past = route.admin.get(f"{path}?as_of={planned.data['recorded_at']}")
        assert past.data == {**planned.data, **NAMES}
        assert route.plan().data["number"] == "TR-000002"

    def test_what_is_wrong_is_named_and_leaves_no_trace(self, route: Route) -> None:
        before = len(events_of(route))
        variant = {"variant_id": route.stocked.variant_id, "quantity": 1}
        assert route.plan(to_storage_id=route.source["id"]).fields == {"to_storage_id"}
        assert route.plan(lines=[variant, variant]).fields == {"lines.1.variant_id"}
        assert route.plan(lines=[{**variant, "quantity": 0}]).fields == {"lines.0.quantity"}
        assert route.plan(lines=[]).fields == {"lines"}
        assert len(events_of(route)) == before

    def test_at_a_time_it_is_what_it_was_then(self, route: Route) -> None:
        transfer = route.ship()
        path = f"{PATH}/{transfer['id']}"
        planned = route.admin.get(f"{path}?as_of={transfer['recorded_at']}").data
        assert (planned["status"], planned["version"]) == ("draft", 1)


class TestShipping:
    def test_takes_what_is_available_only(self, route: Route) -> None:
        planned = route.plan(8).data
        refused = route.step(planned, "ship")
        assert (refused.status, refused.code, refused.fields) == (
            409,
            "insufficient_stock",
            {"lines.0.quantity"},
        )
        assert route.at(route.source) == ("7", 1000, "0")

    def test_drops_what_is_not_shipped(self, route: Route) -> None:
        planned = route.plan(5).data
        line = {"line_id": planned["lines"][0]["id"], "quantity": 2}
        shipped = route.step(planned, "ship", {"lines": [line], "carrier": "DHL", "tracking": "1Z"})
        assert line_of(shipped, "requested", "shipped", "in_transit") == ["5", "2", "2"]
        assert (shipped.data["carrier"], shipped.data["tracking"]) == ("DHL", "1Z")
        assert shipped.data["shipped_at"] is not None
        more = route.step(route.plan(5).data, "ship", {"lines": [{**line, "quantity": 6}]})
        assert (more.status, more.fields) == (422, {"lines.0.line_id"})

    def test_leaves_no_balance_of_what_was_dropped(self, route: Route) -> None:
        tea = route.stocked.product_of(variants=[{"sku": "TEA", "price": 1}])["variants"][0]["id"]
        lines = [{"variant_id": one, "quantity": 1} for one in (route.stocked.variant_id, tea)]
        planned = route.plan(lines=lines).data
        line = {"line_id": planned["lines"][0]["id"], "quantity": 1}
        assert route.step(planned, "ship", {"lines": [line]}).status == 200
        assert route.admin.get(f"/api/admin/inventory/levels?variant_id={tea}").data == []

    def test_needs_no_body(self, route: Route) -> None:
        path = f"{PATH}/{route.plan().data['id']}/ship"
        assert route.admin.call("POST", path, raw=b"").data["status"] == "in_transit"

    def test_two_at_once_ship_once(self, route: Route) -> None:
        planned = route.plan(7).data
        with ThreadPoolExecutor(4) as together:
            answers = list(together.map(lambda _: route.step(planned, "ship"), range(4)))
        assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
        assert {answer.code for answer in answers if answer.status == 409} == {"invalid_transition"}
        assert route.at(route.source) == ("0", 0, "0")


class TestReceiving:
    def test_the_same_receipt_again_is_answered_again(self, route: Route) -> None:
        transfer = route.ship()
        line = {"line_id": transfer["lines"][0]["id"], "received": 3}
        body = {"id": str(uuid4()), "lines": [line]}
        first = route.step(transfer, "receive", body)
        route.receive(transfer, close=True)
        again = route.step(transfer, "receive", body)
        assert (again.status, again.data) == (200, first.data)
        assert again.headers["idempotent-replayed"] == "true"
        other = route.step(transfer, "receive", {**body, "lines": [{**line, "received": 2}]})
        assert (other.status, other.code) == (409, "duplicate_id")
        assert first.data["receipts"][0]["id"] == body["id"]

    def test_the_same_receipt_twice_at_once_is_booked_once(self, route: Route) -> None:
        transfer = route.ship()
        body = {"id": str(uuid4()), "lines": [{"line_id": transfer["lines"][0]["id"], "received": 1}]}
        with ThreadPoolExecutor(6) as together:
            answers = list(together.map(lambda _: route.step(transfer, "receive", body), range(6)))
        assert [answer.status for answer in answers] == [200] * 6
        assert sum(answer.headers.get("idempotent-replayed") == "true" for answer in answers) == 5
        assert [receipt["id"] for receipt in answers[0].data["receipts"]] == [body["id"]]
        assert route.at(route.shed) == ("5", 643, "4")

    def test_never_more_than_was_shipped_however_many_receive(self, route: Route) -> None:
        transfer = route.ship()
        with ThreadPoolExecutor(8) as together:
            answers = list(together.map(lambda _: route.receive(transfer, received=1), range(8)))
        done = [answer for answer in answers if answer.status == 200]
        refused = {answer.code for answer in answers if answer.status == 409}
        assert len(done) == 5
        assert refused <= {"receive_exceeds_shipped", "invalid_transition"}
        assert route.at(route.shed) == ("9", 1214, "0")
        last = route.admin.get(f"{PATH}/{transfer['id']}").data
        values = [receipt["lines"][0]["received_value"] for receipt in last["receipts"]]
        assert (values, sum(values)) == ([143, 143, 142, 143, 143], 714)

    def test_closing_counts_the_rest_as_lost(self, route: Route) -> None:
        transfer = route.ship()
        closed = route.step(transfer, "receive", {"close": True})
        assert (closed.data["status"], line_of(closed, "lost", "in_transit")) == ("received", ["5", "0"])
        assert route.at(route.shed) == ("4", 500, "0")

    def test_what_is_wrong_leaves_no_trace(self, route: Route) -> None:
        transfer = route.ship()
        before, version = len(events_of(route)), transfer["version"]
        line = {"line_id": transfer["lines"][0]["id"], "received": 6}
        more = route.step(transfer, "receive", {"lines": [line]})
        assert (more.status, more.code, more.fields) == (409, "receive_exceeds_shipped", {"lines.0"})
        assert route.step(transfer, "receive", {}).fields == {"lines"}
        assert route.receive(transfer, received=-1).fields == {"lines.0.received"}
        unknown = {"line_id": str(uuid4()), "received": 1}
        assert route.step(transfer, "receive", {"lines": [unknown]}).fields == {"lines.0.line_id"}
        stale = {"If_Match": f'"{version - 1}"'}
        assert route.step(transfer, "receive", {"close": True}, **stale).status == 412
        assert len(events_of(route)) == before

    def test_a_key_answers_the_same_again(self, route: Route) -> None:
        transfer = route.ship()
        answers = [route.step(transfer, "receive", {"close": True}, Idempotency_Key="k") for _ in range(2)]
        assert [answer.status for answer in answers] == [200, 200]
        assert answers[0].data == answers[1].data


class TestLedger:
    def test_s1_has_the_goods_in_transit_beside_those_of_the_storages(self, route: Route) -> None:
        transfer = route.ship()
        route.receive(transfer, received=3, damaged=1, note="Crushed")
        last = route.step(transfer, "cancel", {"reason": "Too late"})
        path = f"/api/admin/inventory/movements?transfer_id={transfer['id']}&after=0&limit=100"
        rows = route.admin.get(path, X_Wait_For_Position=last.headers["x-event-position"]).data
        names = {route.source["id"]: "source", route.shed["id"]: "shed", None: "transit"}
        told = ("type", "quantity", "value_change", "balance_quantity", "balance_value")
        assert [(names[row["storage_id"]], *(row[name] for name in told)) for row in rows] == [
            ("source", "transfer_out", "-5", -714, "2", 286),
            ("transit", "transfer_out", "5", 714, "5", 714),
            ("shed", "transfer_in", "3", 428, "7", 928),
            ("transit", "transfer_in", "-3", -428, "2", 286),
            ("transit", "transfer_damaged", "-1", -143, "1", 143),
            ("source", "transfer_in", "1", 143, "3", 429),
            ("transit", "transfer_in", "-1", -143, "0", 0),
        ]
        assert [row["type"] for row in rows if row["note"] == "Crushed"] == ["transfer_damaged"]
        assert [row["storage_name"] for row in rows[:3]] == ["Back", None, "Shed"]


class TestSideBySide:
    def test_both_ways_at_once_wait_for_each_other_and_never_for_ever(self, route: Route) -> None:
        skus = [{"sku": f"TEA-{number}", "price": 1} for number in range(6)]
        goods = [one["id"] for one in route.stocked.product_of(variants=skus)["variants"]]
        storages = (route.source["id"], route.shed["id"])
        delivered = [{"variant_id": one, "quantity": 50, "unit_cost": 10} for one in goods]
        for storage_id in storages:
            assert route.stocked.receive(1, 1, storage_id=storage_id, lines=delivered).status == 201

        def go(turn: int) -> list[int]:
            source, destination = storages[:: 1 if turn % 2 else -1]
            lines = [{"variant_id": one, "quantity": 2} for one in goods[:: 1 if turn % 3 else -1]]
            planned = route.stocked.transfer(
                from_storage_id=source, to_storage_id=destination, lines=lines
            ).data
            shipped = route.step(planned, "ship")
            parts = [{"line_id": line["id"], "received": 1} for line in planned["lines"]]
            received = route.step(planned, "receive", {"lines": parts})
            return [shipped.status, received.status, route.step(planned, "cancel", {"reason": "-"}).status]

        with ThreadPoolExecutor(6) as together:
            answers = list(together.map(go, range(12)))
        assert answers == [[200, 200, 200]] * 12
        for one in goods:
            rows = route.admin.get(f"/api/admin/inventory/levels?variant_id={one}").data
            assert [(row["on_hand"], row["value"], row["incoming"]) for row in rows] == [("50", 500, "0")] * 2


class TestWhoMay:
    def test_each_side_does_its_own_part(self, route: Route) -> None:
        sender, receiver = route.clerk(route.stocked.store), route.clerk(route.harbour)
        body = {
            "from_storage_id": route.source["id"],
            "to_storage_id": route.shed["id"],
            "lines": [{"variant_id": route.stocked.variant_id, "quantity": 2}],
        }
        planned = receiver.post(PATH, body)
        assert planned.status == 201
        assert route.step(planned.data, "ship", client=receiver).code == "forbidden"
        assert route.step(planned.data, "ship", client=sender).status == 200
        assert route.receive(planned.data, sender, received=1).code == "forbidden"
        assert route.receive(planned.data, receiver, received=1).status == 200
        reason = {"reason": "Enough"}
        assert route.step(planned.data, "cancel", reason, client=receiver).code == "forbidden"
        assert route.step(planned.data, "cancel", reason, client=sender).status == 200

    def test_a_warehouse_sends_to_a_store_that_only_receives(self, route: Route) -> None:
        warehouse = route.admin.post(STORAGES, {"name": "Warehouse", "code": "W"}).data
        assert route.stocked.receive(5, 60, storage_id=warehouse["id"]).status == 201
        planned = route.plan(3, from_storage_id=warehouse["id"]).data
        receiver = route.clerk(route.harbour)
        assert route.step(planned, "ship", client=receiver).code == "forbidden"
        assert route.step(planned, "ship").status == 200
        assert route.receive(planned, receiver, received=3).status == 200

    def test_others_see_nothing_of_it(self, route: Route) -> None:
        transfer = route.ship()
        third = route.admin.post("/api/admin/stores", {"name": "Third", "code": "3"}).data
        stranger = route.clerk(third)
        path = f"{PATH}/{transfer['id']}"
        answers = [
            stranger.get(path),
            stranger.patch(path, {"note": "x"}),
            stranger.delete(path),
            route.step(transfer, "ship", client=stranger),
            route.receive(transfer, stranger, received=1),
            route.step(transfer, "cancel", {"reason": "x"}, client=stranger),
        ]
        assert {(answer.status, answer.code) for answer in answers} == {(404, "not_found")}
        assert stranger.get(PATH).data == []
        assert stranger.post(PATH, plan_of(route)).code == "forbidden"
        for store in (route.stocked.store, route.harbour):
            assert numbers(route.clerk(store).get(PATH)) == ["TR-000001"]
            assert route.clerk(store).get(path).status == 200

    def test_cashiers_may_not(self, route: Route) -> None:
        assert route.stocked.shop.client("Cashier").get(PATH).status == 403


def plan_of(route: Route) -> dict[str, Any]:
    line = {"variant_id": route.stocked.variant_id, "quantity": 1}
    return {"from_storage_id": route.source["id"], "to_storage_id": route.shed["id"], "lines": [line]}


class TestGoodsOnTheirWay:
    def test_keep_both_storages_and_the_product_from_being_archived(self, route: Route) -> None:
        transfer = route.ship(7)
        product = f"/api/admin/products/{route.stocked.product['id']}"
        for path in (f"{STORAGES}/{route.source['id']}", f"{STORAGES}/{route.shed['id']}", product):
            refused = route.admin.delete(path)
            assert (refused.status, refused.code) == (409, "in_use"), path
        assert route.step(transfer, "cancel", {"reason": "Wrong store"}).status == 200


class TestListing:
    def test_filters_and_sorts(self, route: Route) -> None:
        tea = route.stocked.product_of(variants=[{"sku": "TEA", "price": 1}])["variants"][0]["id"]
        route.plan(1, expected_at="2020-01-02T00:00:00Z", reference="Fair 7")
        shipped = route.plan(1, expected_at="2020-01-01T00:00:00Z").data
        body = {"carrier": "DHL", "tracking": "1Z-999"}
        route.step(shipped, "ship", body)
        back = {"from_storage_id": route.shed["id"], "to_storage_id": route.source["id"]}
        lines = [{"variant_id": tea, "quantity": 1}]
        third = route.stocked.transfer(lines=lines, **back, expected_at="2100-01-01T00:00:00Z").data
        cancelled = route.plan(1).data
        route.step(cancelled, "cancel", {"reason": "Wrong store"})

        def listed(query: str) -> list[int]:
            answer = route.admin.get(f"{PATH}?{query}")
            assert (answer.status, answer.json["pagination"]["total"]) == (200, len(answer.data)), query
            return [int(number.removeprefix("TR-")) for number in numbers(answer)]

        assert listed("") == [4, 3, 2, 1]
        assert listed("sort=number") == listed("sort=created_at") == [1, 2, 3, 4]
        assert listed("sort=-number") == [4, 3, 2, 1]
        assert listed("sort=expected_at") == [2, 1, 3, 4]
        assert listed("sort=-expected_at") == [3, 1, 2, 4]
        assert listed("status=in_transit") == [2]
        assert listed("status=draft") == [3, 1]
        assert listed("status=cancelled") == [4]
        assert listed(f"from_storage_id={route.shed['id']}") == [3]
        assert listed(f"to_storage_id={route.shed['id']}") == [4, 2, 1]
        assert listed(f"store_id={route.harbour['id']}") == [4, 3, 2, 1]
        assert listed(f"variant_id={tea}") == [3]
        assert listed("overdue=true") == [2, 1]
        assert listed("overdue=true&sort=expected_at&status=draft") == [1]
        assert listed(f"from={third['recorded_at']}") == [4, 3]
        assert listed(f"to={third['recorded_at']}") == [2, 1]
        assert listed("search=fair") == [1]
        assert listed("search=1z-9") == [2]
        assert listed("search=tr-000003") == [3]
        assert listed("search=TR-") == [4, 3, 2, 1]
        assert listed("search=%25") == []
        page = route.admin.get(f"{PATH}?limit=2&page=2")
        assert (numbers(page), page.json["pagination"]["total"]) == (["TR-000002", "TR-000001"], 4)

    def test_rows_say_where_each_stands(self, route: Route) -> None:
        transfer = route.ship()
        (row,) = route.admin.get(PATH).data
        assert (row["status"], row["lines_total"], row["is_overdue"]) == ("in_transit", 1, False)
        assert row["version"] == transfer["version"]
        assert route.receive(transfer, received=1).status == 200
        assert route.admin.get(PATH).data[0]["status"] == "partially_received"
        assert route.receive(transfer, close=True).status == 200
        assert route.admin.get(PATH).data[0]["status"] == "received"
