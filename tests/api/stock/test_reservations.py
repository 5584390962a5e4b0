"""Reservations over HTTP: goods that are promised are there, and nobody else's."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

PATH = "/api/admin/inventory/reservations"
FAR = "2999-01-01T00:00:00Z"


def reserve(stocked: Any, quantity: Any = 4, **more: Any) -> Any:
    line = {"variant_id": stocked.variant_id, "quantity": quantity}
    body = {"storage_id": stocked.storage["id"], "expires_at": FAR, "lines": [line], **more}
    return stocked.shop.client("Manager").post(PATH, body)


def figures(stocked: Any) -> tuple[str, str, str]:
    level = stocked.level()
    return level["on_hand"], level["reserved"], level["available"]


class TestReserving:
    def test_takes_from_what_is_available_and_leaves_what_is_on_hand(self, stocked: Any) -> None:
        made = reserve(stocked, reference="Phone", note="Until Friday")
        assert (made.status, made.headers["etag"]) == (201, '"1"')
        assert made.data == {
            "id": made.data["id"],
            "storage_id": stocked.storage["id"],
            "order_id": None,
            "customer_id": None,
            "status": "placed",
            "occurred_at": made.data["recorded_at"],
            "expires_at": FAR,
            "lines": [
                {
                    "variant_id": stocked.variant_id,
                    "quantity": "4",
                    "entered_quantity": "4",
                    "unit_id": None,
                    "base_quantity": "4",
                    "fulfilled": "0",
                    "released": "0",
                }
            ],
            "reference": "Phone",
            "note": "Until Friday",
            "release_reason": None,
            "created_by": str(stocked.shop.users["Manager"]),
            "recorded_at": made.data["recorded_at"],
            "version": 1,
        }
        assert figures(stocked) == ("10", "4", "6")

    def test_s13_a_till_sells_only_what_nobody_was_promised(self, stocked: Any) -> None:
        assert [reserve(stocked, 1).status for _ in range(10)] == [201] * 10
        refused = stocked.sell(1)
        assert (refused.status, refused.code) == (409, "insufficient_stock")
        refused = reserve(stocked, 1)
        assert (refused.status, refused.code, refused.fields) == (
            409,
            "insufficient_stock",
            {"lines.0.quantity"},
        )
        assert figures(stocked) == ("10", "10", "0")

    def test_at_the_same_moment_promises_nothing_twice(self, stocked: Any) -> None:
        with ThreadPoolExecutor(8) as together:
            answers = list(together.map(lambda _: reserve(stocked, 3), range(8)))
        assert sorted(answer.status for answer in answers) == [201] * 3 + [409] * 5
        assert figures(stocked) == ("10", "9", "1")

    def test_what_is_refused_leaves_no_trace(self, stocked: Any) -> None:
        before = len(stocked.shop.events())
        line = {"variant_id": str(uuid4()), "quantity": 1}
        refused = reserve(
            stocked, lines=[line, line], expires_at="2020-01-01T00:00:00Z", customer_id=str(uuid4())
        )
        assert (refused.status, refused.fields) == (
            422,
            {"lines.0.variant_id", "lines.1.variant_id", "expires_at", "customer_id"},
        )
        assert reserve(stocked, 0).status == reserve(stocked, lines=[]).status == 422
        assert len(stocked.shop.events()) == before

    def test_is_not_for_clerks_and_cashiers(self, stocked: Any) -> None:
        for role in ("Cashier", "Inventory Clerk"):
            assert stocked.shop.client(role).get(PATH).status == 403


class TestReleasing:
    def test_gives_back_some_of_it_and_then_the_rest(self, stocked: Any) -> None:
        manager, path = stocked.shop.client("Manager"), f"{PATH}/{reserve(stocked).data['id']}"
        line = {"variant_id": stocked.variant_id, "quantity": "1.5"}
        some = manager.post(f"{path}/release", {"lines": [line], "reason": "Too many"})
        assert (some.status, some.data["status"], some.data["lines"][0]["released"]) == (200, "placed", "1.5")
        assert figures(stocked) == ("10", "2.5", "7.5")
        rest = manager.post(f"{path}/release")
        assert (rest.data["status"], rest.data["lines"][0]["released"]) == ("released", "4")
        assert (some.data["release_reason"], rest.data["release_reason"]) == ("Too many", "Too many")
        assert rest.data == manager.get(path).data == manager.get(PATH).data[0]
        assert figures(stocked) == ("10", "0", "10")

    def test_needs_no_body(self, stocked: Any) -> None:
        manager, path = stocked.shop.client("Manager"), f"{PATH}/{reserve(stocked).data['id']}"
        answer = manager.call("POST", f"{path}/release", raw=b"")
        assert (answer.status, answer.data["status"]) == (200, "released")

    def test_is_refused_once_nothing_is_promised_and_of_more_than_is(self, stocked: Any) -> None:
        manager, path = stocked.shop.client("Manager"), f"{PATH}/{reserve(stocked).data['id']}"
        line = {"variant_id": stocked.variant_id, "quantity": 5}
        refused = manager.post(f"{path}/release", {"lines": [line]})
        assert (refused.status, refused.code) == (409, "release_exceeds_reserved")
        assert manager.post(f"{path}/release").status == 200
        refused = manager.post(f"{path}/release")
        assert (refused.status, refused.code) == (409, "invalid_transition")
        assert figures(stocked) == ("10", "0", "10")

    def test_is_refused_of_a_version_that_is_not_the_last(self, stocked: Any) -> None:
        manager, path = stocked.shop.client("Manager"), f"{PATH}/{reserve(stocked).data['id']}"
        assert manager.post(f"{path}/release", If_Match='"7"').status == 412
        assert manager.post(f"{path}/release", If_Match='"1"').headers["etag"] == '"2"'

    def test_at_the_same_moment_gives_back_once(self, stocked: Any) -> None:
        manager, path = stocked.shop.client("Manager"), f"{PATH}/{reserve(stocked).data['id']}"
        with ThreadPoolExecutor(4) as together:
            answers = list(together.map(lambda _: manager.post(f"{path}/release"), range(4)))
        assert sorted(answer.status for answer in answers) == [200] + [409] * 3
        assert figures(stocked) == ("10", "0", "10")


class TestLooking:
    def test_filters_by_each_of_what_it_is_known_by(self, stocked: Any) -> None:
        manager = stocked.shop.client("Manager")
        one, two = (reserve(stocked, 1).data["id"] for _ in range(2))
        assert manager.post(f"{PATH}/{one}/release").status == 200
        for query, expected in (
            ("", [two, one]),
            ("status=placed", [two]),
            ("status=released", [one]),
            ("status=expired", []),
            (f"variant_id={stocked.variant_id}&storage_id={stocked.storage['id']}", [two, one]),
            (f"variant_id={uuid4()}", []),
            (f"storage_id={uuid4()}", []),
            (f"order_id={uuid4()}", []),
            ("page=2&limit=1", [one]),
        ):
            assert [row["id"] for row in manager.get(f"{PATH}?{query}").data] == expected, query
        assert manager.get(f"{PATH}?status=lost").status == 400

    def test_shows_what_was_known_at_a_moment(self, stocked: Any) -> None:
        manager, made = stocked.shop.client("Manager"), reserve(stocked).data
        path = f"{PATH}/{made['id']}"
        assert manager.post(f"{path}/release").status == 200
        assert manager.get(f"{path}?as_of={made['recorded_at']}").data == made
        assert manager.get(f"{path}?as_of=2020-01-01T00:00:00Z").status == 404
        assert manager.get(path, If_None_Match='"2"').status == 304

    @pytest.fixture
    def warehouse(self, stocked: Any) -> Any:
        """A warehouse with goods of which some are reserved, beside what is reserved in the store."""
        warehouse = stocked.shop.client().post("/api/admin/storages", {"name": "W", "code": "W"}).data
        assert stocked.receive(5, 60, storage_id=warehouse["id"]).status == 201
        assert reserve(stocked, 1).status == reserve(stocked, 1, storage_id=warehouse["id"]).status == 201
        return warehouse

    def test_who_is_bound_sees_their_store_and_warehouses(self, stocked: Any, warehouse: Any) -> None:
        elsewhere = stocked.shop.client().post("/api/admin/stores", {"name": "E", "code": "E"}).data
        own = stocked.shop.client("Manager", stores=[stocked.store["id"]])
        other = stocked.shop.client("Manager", stores=[elsewhere["id"]])
        places = [row["storage_id"] for row in own.get(PATH).data]
        assert places == [warehouse["id"], stocked.storage["id"]]
        assert [row["storage_id"] for row in other.get(PATH).data] == [warehouse["id"]]
        ids = [row["id"] for row in own.get(PATH).data]
        assert [own.get(f"{PATH}/{one}").status for one in ids] == [200, 200]
        assert [other.get(f"{PATH}/{one}").status for one in ids] == [200, 404]

    def test_who_is_bound_writes_in_their_store_alone(self, stocked: Any, warehouse: Any) -> None:
        own = stocked.shop.client("Manager", stores=[stocked.store["id"]])
        before = len(stocked.shop.events())
        line = {"variant_id": stocked.variant_id, "quantity": 1}
        body = {"storage_id": warehouse["id"], "expires_at": FAR, "lines": [line]}
        there = own.get(f"{PATH}?storage_id={warehouse['id']}").data[0]["id"]
        for refused in (own.post(PATH, body), own.post(f"{PATH}/{there}/release")):
            assert (refused.status, refused.code) == (403, "forbidden")
        assert len(stocked.shop.events()) == before
        assert own.post(PATH, {**body, "storage_id": stocked.storage["id"]}).status == 201
