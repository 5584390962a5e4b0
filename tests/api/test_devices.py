"""Devices over HTTP: enrolled once, listed, shown and retired."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import psycopg
import pytest

PATH = "/api/pos/devices"


def enrol(stocked: Any, *, role: str = "Cashier", **more: Any) -> Any:
    """The answer to a device that is to sell at the register."""
    body = {"register_id": stocked.register["id"], "name": "Tablet", **more}
    return stocked.shop.client(role).post(PATH, body)


class TestEnrolling:
    def test_gives_the_device_an_id_and_a_code(self, stocked: Any) -> None:
        answer = enrol(stocked)
        device = answer.data
        assert (answer.status, answer.headers["etag"], device["version"]) == (201, '"1"', 1)
        assert device["device_id"] == device["id"]
        shown = {"code": "X1", "name": "Tablet", "last_seq": 0, "last_seen_at": None, "retired_at": None}
        assert {name: device[name] for name in shown} == shown
        assert device["register_id"] == stocked.register["id"]
        assert device["store_id"] == stocked.store["id"]

    def test_again_gives_the_same(self, stocked: Any) -> None:
        own_id = str(uuid4())
        first, second = enrol(stocked, id=own_id), enrol(stocked, id=own_id)
        assert (second.status, second.data) == (201, first.data)
        assert second.headers["idempotent-replayed"] == "true"
        assert enrol(stocked, id=own_id, name="Phone").code == "duplicate_id"

    def test_of_many_at_once_counts_their_codes_without_a_gap(self, stocked: Any) -> None:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: enrol(stocked), range(16)))
        assert sorted(answer.data["code"] for answer in answers) == sorted(f"X{n}" for n in range(1, 17))

    @pytest.mark.parametrize(
        "wrong",
        [{"register_id": None}, {"register_id": "1"}, {"name": ""}, {"name": None}, {"colour": "red"}],
    )
    def test_is_refused_with_every_wrong_field(self, stocked: Any, wrong: dict[str, Any]) -> None:
        answer = enrol(stocked, **wrong)
        assert (answer.status, answer.code, answer.fields) == (422, "validation_failed", set(wrong))

    def test_is_refused_at_a_register_that_is_not_there(self, stocked: Any) -> None:
        answer = enrol(stocked, register_id=str(uuid4()))
        assert (answer.status, answer.code, answer.fields) == (422, "validation_failed", {"register_id"})

    def test_is_refused_in_a_store_of_others(self, stocked: Any) -> None:
        other = stocked.shop.client().post("/api/admin/stores", {"name": "Other", "code": "O"}).data["id"]
        body = {"register_id": stocked.register["id"], "name": "Tablet"}
        answer = stocked.shop.client("Cashier", stores=[other]).post(PATH, body)
        assert (answer.status, answer.code) == (403, "forbidden")


class TestTheList:
    def test_has_the_newest_first_by_register_store_and_status(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        other = admin.post("/api/admin/stores", {"name": "Other", "code": "O"}).data["id"]
        there = admin.post(f"/api/admin/stores/{other}/registers", {"name": "Till", "code": "1"}).data["id"]
        first, second = enrol(stocked).data, enrol(stocked, register_id=there).data
        third = enrol(stocked).data
        assert admin.post(f"{PATH}/{first['id']}/retire").status == 200

        def codes(query: str = "", client: Any = admin) -> list[str]:
            return [row["code"] for row in client.get(f"{PATH}{query}").data]

        assert codes() == ["X3", "X2", "X1"]
        assert codes(f"?register_id={there}") == [second["code"]]
        assert codes(f"?store_id={stocked.store['id']}&status=active") == [third["code"]]
        assert codes("?status=retired") == ["X1"]
        assert codes(client=stocked.shop.client("Cashier", stores=[other])) == ["X2"]
        page = admin.get(f"{PATH}?page=2&limit=2").json
        assert [row["code"] for row in page["data"]] == ["X1"]
        assert page["pagination"] == {"page": 2, "limit": 2, "total": 3, "pages": 2}

    def test_says_what_each_delivered_last(self, stocked: Any) -> None:
        device = enrol(stocked).data
        with psycopg.connect(stocked.shop.service.database.owner) as connection:
            connection.execute(
                "INSERT INTO device_deliveries (company_id, device_id, received, last_seq, last_seen_at)"
                " VALUES (%s, %s, '{[1,18)}', 17, '2026-03-14T09:26:53Z')",
                [stocked.shop.company_id, device["id"]],
            )
        admin = stocked.shop.client()
        retired = admin.post(f"{PATH}/{device['id']}/retire").data
        for shown in (admin.get(PATH).data[0], admin.get(f"{PATH}/{device['id']}").data, retired):
            assert (shown["last_seq"], shown["last_seen_at"]) == (17, "2026-03-14T09:26:53Z")


class TestOne:
    def test_is_shown_as_it_is_and_as_it_was(self, stocked: Any) -> None:
        admin, device = stocked.shop.client(), enrol(stocked).data
        path = f"{PATH}/{device.pop('id')}"
        del device["device_id"]
        retired = admin.post(f"{path}/retire", {"reason": "Stolen"}).data
        assert (retired["retire_reason"], retired["version"]) == ("Stolen", 2)
        assert admin.get(path).data == retired
        before = admin.get(f"{path}?as_of={device['enrolled_at']}").data
        assert {name: before[name] for name in device} == device
        assert admin.get(path, If_None_Match='"2"').status == 304

    def test_is_retired_once_by_a_manager(self, stocked: Any) -> None:
        path = f"{PATH}/{enrol(stocked).data['id']}/retire"
        assert stocked.shop.client("Cashier").post(path).status == 403
        manager = stocked.shop.client("Manager")
        assert manager.post(path, If_Match='"7"').status == 412
        assert manager.post(path, If_Match='"1"').status == 200
        again = manager.post(path)
        assert (again.status, again.code) == (409, "invalid_transition")

    def test_of_another_store_or_company_is_not_there(
        self, stocked: Any, make_shop: Callable[..., Any]
    ) -> None:
        path = f"{PATH}/{enrol(stocked).data['id']}"
        other = stocked.shop.client().post("/api/admin/stores", {"name": "Other", "code": "O"}).data["id"]
        for client in (stocked.shop.client("Manager", stores=[other]), make_shop().client()):
            assert client.get(path).status == 404
            assert client.post(f"{path}/retire").status == 404
