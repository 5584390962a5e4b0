"""Counts over HTTP: who counts what, how far it is, and what it found."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

INVENTORY = "/api/admin/inventory"
PATH = f"{INVENTORY}/counts"


def begin(stocked: Any, **more: Any) -> Any:
    body = {"storage_id": stocked.storage["id"], "kind": "full", **more}
    return stocked.shop.client().post(PATH, body)


def line(stocked: Any, quantity: Any, **more: Any) -> dict[str, Any]:
    return {"variant_id": stocked.variant_id, "quantity": quantity, **more}


def put(client: Any, count: Any, *lines: dict[str, Any], **headers: str) -> Any:
    return client.call("PUT", f"{PATH}/{count['id']}/lines", {"lines": lines}, headers=headers)


def complete(client: Any, count: Any, **body: Any) -> Any:
    return client.post(f"{PATH}/{count['id']}/complete", body)


def lines_of(client: Any, count: Any, query: str = "") -> Any:
    return client.get(f"{PATH}/{count['id']}/lines?{query}").data


def ago(**time: float) -> str:
    return (datetime.now(UTC) - timedelta(**time)).isoformat()


@pytest.fixture
def admin(stocked: Any) -> Any:
    return stocked.shop.client()


@pytest.fixture
def count(stocked: Any) -> Any:
    """An open count of everything."""
    return begin(stocked).data


class TestACount:
    def test_is_begun_shown_and_listed(self, stocked: Any, admin: Any) -> None:
        begun = begin(stocked, name="Spring", reference="SC-7", note="After closing time")
        assert (begun.status, begun.headers["etag"]) == (201, '"1"')
        expected = {
            "number": "CT-000001",
            "storage_id": stocked.storage["id"],
            "name": "Spring",
            "kind": "full",
            "blind": False,
            "reference": "SC-7",
            "note": "After closing time",
            "status": "open",
            "is_completing": False,
            "lines_total": 1,
            "counted": 0,
            "uncounted": 1,
            "difference_quantity": "0",
            "difference_value": 0,
            "restated_quantity": None,
            "version": 1,
        }
        assert {name: begun.data[name] for name in expected} == expected
        lists = ("category_ids", "brand_ids", "supplier_ids", "variant_ids")
        assert begun.data["scope"] == {name: [] for name in lists}
        assert admin.get(f"{PATH}/{begun.data['id']}").data == begun.data
        assert admin.get(PATH).data == [begun.data]

    def test_takes_numbers_without_a_gap(self, stocked: Any) -> None:
        scope = {"variant_ids": [stocked.variant_id]}
        assert begin(stocked).data["number"] == "CT-000001"
        assert begin(stocked, kind="partial", scope=scope).status == 409
        storage = {"name": "Cellar", "code": "C"}
        storage_id = stocked.shop.client().post("/api/admin/storages", storage).data["id"]
        assert begin(stocked, storage_id=storage_id).data["number"] == "CT-000002"

    def test_of_the_same_goods_is_refused_also_at_the_same_moment(self, stocked: Any) -> None:
        with ThreadPoolExecutor(4) as together:
            answers = list(together.map(lambda _: begin(stocked), range(4)))
        assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
        assert {answer.code for answer in answers if answer.status == 409} == {"count_overlaps"}

    def test_is_found_by_status_storage_store_and_time(self, stocked: Any, admin: Any, count: Any) -> None:
        other = begin(
            stocked, storage_id=admin.post("/api/admin/storages", {"name": "W", "code": "W"}).data["id"]
        )
        assert admin.post(f"{PATH}/{other.data['id']}/cancel", {"reason": "Rain"}).status == 200
        first, second = count["id"], other.data["id"]
        for query, ids in (
            ("", [second, first]),
            ("sort=created_at", [first, second]),
            ("status=open", [first]),
            ("status=cancelled", [second]),
            ("status=completed", []),
            (f"storage_id={stocked.storage['id']}", [first]),
            (f"store_id={stocked.store['id']}", [first]),
            ("from=2999-01-01T00:00:00Z", []),
            ("to=2999-01-01T00:00:00Z&limit=1&page=2", [first]),
        ):
            assert [one["id"] for one in admin.get(f"{PATH}?{query}").data] == ids, query

    def test_is_answered_as_it_was(self, stocked: Any, admin: Any, count: Any) -> None:
        put(admin, count, line(stocked, 8))
        before = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        completed = complete(admin, count).data
        path = f"{PATH}/{count['id']}"
        past = admin.get(f"{path}?as_of={before}").data
        assert (past["status"], past["version"], past["ended_at"]) == ("open", 2, None)
        now = admin.get(f"{path}?as_of=2999-01-01T00:00:00Z").data
        assert now["difference_quantity"] == completed["difference_quantity"] == "-2"
        assert admin.get(f"{path}?as_of=2000-01-01T00:00:00Z").status == 404


class TestCounting:
    def test_says_what_was_found_and_what_should_have_been_there(
        self, stocked: Any, admin: Any, count: Any
    ) -> None:
        answer = put(admin, count, line(stocked, 8, area="Shelf 3"))
        assert (answer.status, answer.headers["etag"]) == (200, '"2"')
        (tallied,) = answer.data["lines"]
        assert (tallied["sku"], tallied["area"], tallied["counted_quantity"]) == ("OAT-1", "Shelf 3", "8")
        assert tallied["expected_quantity"] == "10"
        (shown,) = lines_of(admin, count)
        expected = {
            "counted_quantity": "8",
            "expected_quantity": "10",
            "late_quantity": "0",
            "difference": "-2",
            "difference_value": -120,
        }
        assert {name: shown[name] for name in expected} == expected
        standing = admin.get(f"{PATH}/{count['id']}").data
        assert (standing["counted"], standing["uncounted"]) == (1, 0)
        assert (standing["difference_quantity"], standing["difference_value"]) == ("-2", -120)

    def test_areas_and_barcodes_add_up(self, stocked: Any, admin: Any, count: Any) -> None:
        barcode = {"barcode": "4006381333931", "quantity": "2", "mode": "add"}
        for _ in range(2):
            assert put(admin, count, barcode, line(stocked, 3, area="Window")).status == 200
        rows = {row["area"]: row for row in lines_of(admin, count)}
        assert {area: row["counted_quantity"] for area, row in rows.items()} == {"": "4", "Window": "3"}
        assert rows["Window"]["difference"] == "-3"
        assert rows[""]["difference"] is None

    def test_a_barcode_counts_however_a_scanner_sends_it(self, stocked: Any, admin: Any, count: Any) -> None:
        for spelling in ("4006381333931", "04006381333931"):
            scanned = {"barcode": spelling, "quantity": "1", "mode": "add"}
            assert put(admin, count, scanned).status == 200
            levels = admin.get(f"/api/admin/inventory/levels?search={spelling}").data
            assert {row["variant_id"] for row in levels} == {str(stocked.variant_id)}
        assert [row["counted_quantity"] for row in lines_of(admin, count)] == ["2"]

    def test_lines_are_found_as_people_type(self, stocked: Any, admin: Any, count: Any) -> None:
        put(admin, count, line(stocked, 3))
        name = lines_of(admin, count)[0]["name"]
        for typed in (name.upper(), name.replace(" ", ""), name[1:4]):
            path = f"{PATH}/{count['id']}/lines?{urlencode({'search': typed})}"
            assert len(admin.get(path).data) == 1, typed
        assert admin.get(f"{PATH}/{count['id']}/lines?search=nowhere").data == []

    def test_adding_with_a_key_adds_once(self, stocked: Any, admin: Any, count: Any) -> None:
        for _ in range(2):
            answer = put(admin, count, line(stocked, 3, mode="add"), **{"Idempotency-Key": "scan"})
        assert answer.headers["idempotent-replayed"] == "true"
        assert lines_of(admin, count)[0]["counted_quantity"] == "3"

    def test_several_people_count_at_once(self, stocked: Any, count: Any) -> None:
        clients = [stocked.shop.client(role) for role in ("Admin", "Manager", "Inventory Clerk")]

        def add(number: int) -> int:
            return int(put(clients[number % 3], count, line(stocked, 1, mode="add")).status)

        with ThreadPoolExecutor(6) as together:
            assert set(together.map(add, range(24))) == {200}
        assert lines_of(clients[0], count)[0]["counted_quantity"] == "24"

    def test_wrong_lines_are_named_and_write_nothing(self, stocked: Any, admin: Any, count: Any) -> None:
        written = len(stocked.shop.events())
        unit = admin.post("/api/admin/settings/units", {"name": "Piece", "symbol": "pc"}).data["id"]
        fine = stocked.product_of(unit_id=unit, variants=[{"sku": "WHOLE", "price": 1}])
        written = len(stocked.shop.events())
        for lines, fields in (
            ([line(stocked, 1), line(stocked, 2)], {"lines.1.variant_id"}),
            ([line(stocked, 1), {"barcode": "nothing", "quantity": 1}], {"lines.1.barcode"}),
            ([{"quantity": 1}], {"lines.0.variant_id"}),
            ([line(stocked, 1, barcode="4006381333931")], {"lines.0.variant_id"}),
            ([line(stocked, -1)], {"lines.0.quantity"}),
            ([line(stocked, 1, area="x" * 41)], {"lines.0.area"}),
            ([line(stocked, 1, variant_id=str(uuid4()))], {"lines.0.variant_id"}),
            ([line(stocked, "1.5", variant_id=fine["variants"][0]["id"])], {"lines.0.quantity"}),
            ([line(stocked, 1, counted_at="2999-01-01T00:00:00Z")], {"lines.0.counted_at"}),
            ([], {"lines"}),
        ):
            refused = put(admin, count, *lines)
            assert (refused.status, refused.fields) == (422, fields), lines
        assert len(stocked.shop.events()) == written

    def test_what_the_count_is_not_about_is_refused(self, stocked: Any, admin: Any) -> None:
        category = admin.post("/api/admin/settings/categories", {"name": "Tea"}).data["id"]
        below = {"name": "Green tea", "parent_id": category}
        child = admin.post("/api/admin/settings/categories", below).data["id"]
        tea = stocked.product_of(category_id=child, variants=[{"sku": "TEA", "price": 1}])
        count = begin(stocked, kind="partial", scope={"category_ids": [category]}).data
        found = line(stocked, 2, variant_id=tea["variants"][0]["id"])
        refused = put(admin, count, found, line(stocked, 1))
        assert (refused.status, refused.fields) == (422, {"lines.1.variant_id"})
        assert refused.json["error"]["details"][0]["code"] == "not_in_scope"
        assert put(admin, count, found).status == 200
        standing = admin.get(f"{PATH}/{count['id']}").data
        assert (standing["lines_total"], standing["counted"]) == (1, 1)

    def test_for_an_earlier_moment_expects_what_was_there_then(
        self, stocked: Any, admin: Any, count: Any
    ) -> None:
        tea = stocked.product_of(variants=[{"sku": "TEA", "price": 100}])["variants"][0]["id"]
        goods = [{"variant_id": tea, "quantity": 10, "unit_cost": 60}]
        assert stocked.receive(1, 60, lines=goods, occurred_at=ago(minutes=9)).status == 201
        basket = [{"variant_id": tea, "quantity": 3}]
        sold = stocked.sell(3, price=100, role="Admin", lines=basket, occurred_at=ago(minutes=5))
        assert sold.status == 201
        # Once from the log alone, and once the ledger knows of it.
        for _ in range(2):
            for moment, expected in ((ago(minutes=6), "10"), (ago(minutes=4), "7")):
                answer = put(admin, count, line(stocked, 7, variant_id=tea, counted_at=moment))
                assert answer.data["lines"][0]["expected_quantity"] == expected
            position = sold.headers["x-event-position"]
            assert admin.get(f"{INVENTORY}/movements", X_Wait_For_Position=position).status == 200

    def test_a_stale_version_is_refused(self, stocked: Any, admin: Any, count: Any) -> None:
        put(admin, count, line(stocked, 8))
        for answer in (
            put(admin, count, line(stocked, 9), **{"If-Match": '"1"'}),
            admin.call("POST", f"{PATH}/{count['id']}/complete", {}, headers={"If-Match": '"1"'}),
            admin.call("POST", f"{PATH}/{count['id']}/cancel", {"reason": "x"}, headers={"If-Match": '"1"'}),
        ):
            assert (answer.status, answer.code) == (412, "precondition_failed")


class TestLines:
    def test_are_filtered_and_sorted(self, stocked: Any, admin: Any) -> None:
        others = [
            stocked.product_of(name=name, variants=[{"sku": sku, "price": 1}])["variants"][0]["id"]
            for name, sku in (("Almond milk", "B-2"), ("Barley", "C-3"))
        ]
        stocked.receive(1, 60, lines=[{"variant_id": one, "quantity": 5, "unit_cost": 10} for one in others])
        count = begin(stocked).data
        put(admin, count, line(stocked, 7), line(stocked, 5, variant_id=others[0], area="Window"))
        for query, skus in (
            ("", ["B-2", "C-3", "OAT-1"]),
            ("sort=-sku", ["OAT-1", "C-3", "B-2"]),
            ("sort=name", ["B-2", "C-3", "OAT-1"]),
            ("sort=difference", ["OAT-1", "B-2", "C-3"]),
            ("sort=-difference_value", ["B-2", "OAT-1", "C-3"]),
            ("status=counted", ["B-2", "OAT-1"]),
            ("status=uncounted", ["C-3"]),
            ("status=different", ["OAT-1"]),
            ("area=Window", ["B-2"]),
            ("search=milk", ["B-2", "OAT-1"]),
            ("search=oat-1", ["OAT-1"]),
            ("limit=1&page=2", ["C-3"]),
            ("page=9", []),
        ):
            answer = admin.get(f"{PATH}/{count['id']}/lines?{query}")
            assert [row["sku"] for row in answer.data] == skus, query
            if "page" in query:
                assert answer.json["pagination"]["total"] == 3

    def test_of_a_blind_count_hide_what_is_expected_from_who_counts(self, stocked: Any) -> None:
        clerk, manager = stocked.shop.client("Inventory Clerk"), stocked.shop.client("Manager")
        count = begin(stocked, blind=True).data
        tallied = put(clerk, count, line(stocked, 8)).data["lines"][0]
        assert tallied["expected_quantity"] is None
        (hidden,), (shown,) = lines_of(clerk, count), lines_of(manager, count)
        names = ("expected_quantity", "late_quantity", "difference", "difference_value")
        assert [hidden[name] for name in names] == [None] * 4
        assert [shown[name] for name in names] == ["10", "0", "-2", -120]
        for query in ("status=different", "sort=difference", "sort=-difference_value"):
            refused = clerk.get(f"{PATH}/{count['id']}/lines?{query}")
            assert (refused.status, refused.fields) == (403, {"inventory.count_review"})
        path = f"{PATH}/{count['id']}"
        assert clerk.get(path).data["difference_quantity"] is None
        assert manager.get(path).data["difference_quantity"] == "-2"
        assert complete(clerk, count).data["difference_quantity"] == "-2"
        assert lines_of(clerk, count)[0]["difference"] == "-2"


class TestCompleting:
    def test_posts_the_difference_into_the_ledger(self, stocked: Any, admin: Any, count: Any) -> None:
        put(admin, count, line(stocked, 8))
        assert stocked.sell(3).status == 201
        completed = complete(admin, count)
        data = completed.data
        assert (completed.status, data["status"], data["is_completing"]) == (200, "completed", False)
        assert (data["difference_quantity"], data["difference_value"]) == ("-2", -120)
        assert (data["restated_quantity"], data["restated_value"]) == ("-2", -120)
        assert admin.get(f"{PATH}/{count['id']}").data == data
        level = stocked.level()
        assert (level["on_hand"], level["value"]) == ("5", 300)
        position = completed.headers["x-event-position"]
        path = f"{INVENTORY}/movements?type=count&count_id={count['id']}"
        (row,) = admin.get(path, X_Wait_For_Position=position).data
        assert (row["quantity"], row["value_change"], row["balance_quantity"]) == ("-2", -120, "5")

    def test_untouched_leaves_everything_as_it_is(self, stocked: Any, admin: Any, count: Any) -> None:
        data = complete(admin, count).data
        assert (data["status"], data["uncounted"], stocked.on_hand()) == ("completed", 1, "10")

    def test_makes_the_uncounted_nothing_only_when_confirmed(
        self, stocked: Any, admin: Any, count: Any
    ) -> None:
        refused = complete(admin, count, uncounted="zero")
        assert (refused.status, refused.code) == (409, "uncounted_lines")
        assert refused.json["message"] == "Lines that are not counted: 1."
        assert stocked.on_hand() == "10"
        data = complete(admin, count, uncounted="zero", confirm_uncounted=1).data
        assert (data["counted"], data["uncounted"], data["difference_value"]) == (1, 0, -600)
        assert stocked.on_hand() == "0"

    def test_is_done_once_and_answered_again_by_its_key(self, stocked: Any, admin: Any, count: Any) -> None:
        put(admin, count, line(stocked, 8))
        path, key = f"{PATH}/{count['id']}/complete", {"Idempotency-Key": "done"}
        first, again = (admin.call("POST", path, {}, headers=key) for _ in range(2))
        assert (first.status, again.status, again.data) == (200, 200, first.data)
        assert again.headers["idempotent-replayed"] == "true"
        other = admin.call("POST", path, {"uncounted": "keep"}, headers=key)
        assert (other.status, other.code) == (422, "idempotency_key_reused")
        refused = complete(admin, count)
        assert (refused.status, refused.code) == (409, "invalid_transition")
        refused = put(admin, count, line(stocked, 8))
        assert (refused.status, refused.code) == (409, "invalid_transition")
        assert stocked.on_hand() == "8"

    def test_a_cancelled_one_posts_nothing(self, stocked: Any, admin: Any, count: Any) -> None:
        put(admin, count, line(stocked, 8))
        cancelled = admin.post(f"{PATH}/{count['id']}/cancel", {"reason": "Rain"})
        assert (cancelled.status, cancelled.data["status"]) == (200, "cancelled")
        assert (cancelled.data["reason"], cancelled.data["counted"]) == ("Rain", 1)
        assert admin.get(f"{PATH}/{count['id']}").data == cancelled.data
        assert stocked.on_hand() == "10"

    def test_keeps_its_storage_until_it_is_done(self, stocked: Any, admin: Any) -> None:
        storages = "/api/admin/storages"
        for end, body in (("cancel", {"reason": "Rain"}), ("complete", {})):
            storage = admin.post(storages, {"name": "Cellar", "code": "C"}).data
            count = begin(stocked, storage_id=storage["id"]).data
            refused = admin.delete(f"{storages}/{storage['id']}")
            assert (refused.status, refused.code) == (409, "in_use")
            assert admin.post(f"{PATH}/{count['id']}/{end}", body).status == 200
            assert admin.delete(f"{storages}/{storage['id']}").status == 200

    def test_twice_at_once_posts_once(self, stocked: Any, admin: Any, count: Any) -> None:
        put(admin, count, line(stocked, 8))
        with ThreadPoolExecutor(4) as together:
            answers = list(together.map(lambda _: complete(admin, count), range(4)))
        assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
        assert stocked.on_hand() == "8"

    def test_nothing_before_its_moment_is_received_any_more(
        self, stocked: Any, admin: Any, count: Any
    ) -> None:
        put(admin, count, line(stocked, 8))
        complete(admin, count)
        refused = stocked.receive(1, 60, occurred_at=ago(minutes=5))
        assert (refused.status, refused.code) == (409, "before_last_count")
        assert refused.json["error"]["details"][0]["message"].startswith("CT-000001 counted it at ")


class TestALateSale:
    def test_s5_is_restated_in_the_count_and_the_balance_stays(
        self, stocked: Any, admin: Any, count: Any
    ) -> None:
        put(admin, count, line(stocked, 8))
        assert stocked.sell(3).status == 201
        complete(admin, count)
        late = stocked.sell(1, role="Admin", occurred_at=ago(minutes=10))
        assert late.status == 201
        level = stocked.level()
        assert (level["on_hand"], level["value"]) == ("5", 300)
        data = admin.get(f"{PATH}/{count['id']}").data
        assert (data["difference_quantity"], data["difference_value"]) == ("-2", -120)
        assert (data["restated_quantity"], data["restated_value"]) == ("-1", -60)
        (row,) = lines_of(admin, count)
        assert (row["difference"], row["restated_difference"], row["restated_value"]) == ("-2", "-1", -60)
        path = f"{INVENTORY}/movements?order_id={late.data['id']}"
        rows = admin.get(path, X_Wait_For_Position=late.headers["x-event-position"]).data
        assert sorted((row["type"], row["quantity"]) for row in rows) == [
            ("count_correction", "1"),
            ("sale", "-1"),
        ]

    def test_while_it_is_open_the_difference_is_another(self, stocked: Any, admin: Any, count: Any) -> None:
        put(admin, count, line(stocked, 8))
        assert stocked.sell(1, role="Admin", occurred_at=ago(minutes=10)).status == 201
        (row,) = lines_of(admin, count)
        assert (row["expected_quantity"], row["late_quantity"], row["difference"]) == ("10", "-1", "-1")
        assert complete(admin, count).data["difference_quantity"] == "-1"
        assert stocked.on_hand() == "8"


class TestWhoIsBoundToStores:
    @pytest.fixture
    def bound(self, stocked: Any) -> Callable[[str], Any]:
        def client(store_id: str) -> Any:
            return stocked.shop.client("Inventory Clerk", stores=[store_id])

        return client

    def test_counts_there_and_nowhere_else(
        self, stocked: Any, admin: Any, count: Any, bound: Callable[[str], Any]
    ) -> None:
        other = admin.post("/api/admin/stores", {"name": "Harbour", "code": "HARB"}).data
        warehouse = admin.post("/api/admin/storages", {"name": "Warehouse", "code": "W"}).data
        there, here = bound(other["id"]), bound(stocked.store["id"])
        assert put(here, count, line(stocked, 8)).status == 200
        assert there.get(f"{PATH}/{count['id']}").status == 404
        assert there.get(f"{PATH}/{count['id']}/lines").status == 404
        assert there.get(PATH).data == []
        assert there.get(f"{PATH}?store_id={stocked.store['id']}").status == 403
        for refused in (
            put(there, count, line(stocked, 8)),
            complete(there, count),
            there.post(f"{PATH}/{count['id']}/cancel", {"reason": "x"}),
            here.post(PATH, {"storage_id": warehouse["id"], "kind": "full"}),
        ):
            assert (refused.status, refused.code) == (403, "forbidden")

    def test_sees_the_counts_of_warehouses(
        self, stocked: Any, admin: Any, bound: Callable[[str], Any]
    ) -> None:
        warehouse = admin.post("/api/admin/storages", {"name": "Warehouse", "code": "W"}).data
        count = begin(stocked, storage_id=warehouse["id"]).data
        here = bound(stocked.store["id"])
        assert here.get(f"{PATH}/{count['id']}").status == 200
        assert [one["id"] for one in here.get(PATH).data] == [count["id"]]
        assert here.get(f"{PATH}?store_id={stocked.store['id']}").data == []
        refused = put(here, count, line(stocked, 8))
        assert (refused.status, refused.code) == (403, "forbidden")
