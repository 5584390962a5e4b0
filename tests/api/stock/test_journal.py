"""Receipts, adjustments and returns to suppliers over HTTP: booked, listed, shown, reversed."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from infra.projections.rebuild import rebuild
from infra.projections.verify import verify
from infra.runtime.models import EVENT_TYPES
from projections.stock.journal import StockJournal

PATH = "/api/admin/inventory"
SETTINGS = "/api/admin/settings"


@dataclass(frozen=True)
class Depot:
    """A stocked shop with a case of twelve, a supplier, a storage that may go below zero, and a warehouse."""

    stocked: Any
    supplier: str
    case: str
    cellar: str
    warehouse: str

    @property
    def admin(self) -> Any:
        return self.stocked.shop.client()

    def line(self, quantity: Any = 1, **more: Any) -> dict[str, Any]:
        return {"variant_id": self.stocked.variant_id, "quantity": quantity, **more}

    def book(self, path: str, *lines: dict[str, Any], by: Any = None, **more: Any) -> Any:
        """The answer to a document about the shop's storage, unless `more` names another."""
        body = {"storage_id": self.stocked.storage["id"], "lines": list(lines), **more}
        return (by or self.admin).post(f"{PATH}/{path}", body)

    def adjust(self, quantity: Any, reason: str = "damaged", **more: Any) -> Any:
        return self.book("adjustments", self.line(quantity), reason=reason, **more)

    def send_back(self, quantity: Any, unit_credit: int = 60, **more: Any) -> Any:
        line = self.line(quantity, unit_credit=unit_credit)
        return self.book("supplier-returns", line, **{"supplier_id": self.supplier, **more})

    def reverse(self, movement: Any, reason: str = "Booked twice") -> Any:
        return self.admin.post(f"{PATH}/movements/{movement.data['id']}/reverse", {"reason": reason})

    def balance(self) -> tuple[str, int]:
        level = self.stocked.level()
        return level["on_hand"], level["value"]


@pytest.fixture
def depot(stocked: Any) -> Depot:
    admin = stocked.shop.client()
    piece = admin.post(f"{SETTINGS}/units", {"name": "Piece", "symbol": "pc"}).data["id"]
    dozen = {"name": "Case", "symbol": "cs", "base_unit_id": piece, "factor": "12"}
    case = admin.post(f"{SETTINGS}/units", dozen).data["id"]
    assert admin.patch(f"/api/admin/products/{stocked.product['id']}", {"unit_id": piece}).status == 200
    supplier = admin.post(f"{SETTINGS}/suppliers", {"name": "Hillside"}).data["id"]
    cellar = {"name": "Cellar", "code": "C", "store_id": stocked.store["id"], "allow_negative": True}
    cellar_id = admin.post("/api/admin/storages", cellar).data["id"]
    warehouse = admin.post("/api/admin/storages", {"name": "Warehouse", "code": "W"}).data["id"]
    return Depot(stocked, supplier, case, cellar_id, warehouse)


def refused(answer: Any) -> tuple[int, str]:
    return answer.status, answer.code


class TestReceipts:
    def test_by_the_case_keep_what_was_paid(self, depot: Depot) -> None:
        case = depot.line(2, unit_cost=1399, unit_id=depot.case)
        booked = depot.book("receipts", case, supplier_id=depot.supplier, note="Back door")
        assert booked.status == 201
        (line,) = booked.data["lines"]
        assert (line["quantity"], line["base_quantity"], line["entered_quantity"]) == ("24", "24", "2")
        assert (line["factor"], line["unit_id"], line["unit_cost"]) == ("12", depot.case, 1399)
        assert (line["value_change"], booked.data["total"]) == (2798, 2798)
        assert depot.balance() == ("34", 3398)

    def test_are_shown_as_they_were_answered(self, depot: Depot) -> None:
        booked = depot.book("receipts", depot.line(2, unit_cost=50), reference="DN 7", note="Wet")
        shown = depot.admin.get(f"{PATH}/receipts/{booked.data['id']}")
        assert shown.data == booked.data
        assert shown.headers["etag"] == booked.headers["etag"] == '"1"'
        assert shown.data["created_by"] == str(depot.stocked.shop.users["Admin"])
        assert (shown.data["reversed_by"], shown.data["note"]) == (None, "Wet")

    def test_of_a_purchase_order_are_taken_by_that_order_alone(self, depot: Depot) -> None:
        answer = depot.book("receipts", depot.line(1, unit_cost=1), purchase_order_id=str(uuid4()))
        assert (answer.status, answer.fields) == (422, {"purchase_order_id"})

    def test_in_a_unit_of_another_base_are_refused(self, depot: Depot) -> None:
        gram = depot.admin.post(f"{SETTINGS}/units", {"name": "Gram", "symbol": "g"}).data["id"]
        answer = depot.book("receipts", depot.line(1, unit_cost=1, unit_id=gram))
        assert (answer.status, answer.fields) == (422, {"lines.0.unit_id"})
        assert answer.json["error"]["details"][0]["code"] == "no_common_unit"

    def test_finer_than_the_product_s_unit_are_refused(self, depot: Depot) -> None:
        answer = depot.book("receipts", depot.line("0.3", unit_cost=1, unit_id=depot.case))
        assert answer.json["error"]["details"][0]["code"] == "too_precise"

    def test_under_the_id_of_another_movement_are_refused(self, depot: Depot) -> None:
        adjustment = depot.adjust(-1)
        answer = depot.book("receipts", depot.line(1, unit_cost=1), id=adjustment.data["id"])
        assert refused(answer) == (409, "duplicate_id")


class TestAdjustments:
    def test_take_what_broke_at_the_average(self, depot: Depot) -> None:
        booked = depot.adjust(-2, note="Fell down", reference="A 7")
        assert (booked.status, booked.data["value_change"]) == (201, -120)
        assert (booked.data["reason"], booked.data["note"], booked.data["shortfalls"]) == (
            "damaged",
            "Fell down",
            [],
        )
        assert depot.balance() == ("8", 480)
        assert depot.admin.get(f"{PATH}/adjustments/{booked.data['id']}").data == booked.data

    def test_by_the_case_count_pieces(self, depot: Depot) -> None:
        opening = depot.line(1, unit_cost=1399, unit_id=depot.case)
        booked = depot.book("adjustments", opening, reason="opening", storage_id=depot.cellar)
        (line,) = booked.data["lines"]
        assert (line["quantity"], line["entered_quantity"], line["value_change"]) == ("12", "1", 1399)

    def test_say_of_what_more_is_promised_than_is_left(self, depot: Depot) -> None:
        promise = {"expires_at": "2999-01-01T00:00:00Z"}
        assert depot.book("reservations", depot.line(9), **promise).status == 201
        booked = depot.adjust(-3, "theft")
        assert booked.data["shortfalls"] == [{"variant_id": depot.stocked.variant_id, "reserved_over": "2"}]
        assert depot.admin.get(f"{PATH}/adjustments/{booked.data['id']}").data == booked.data

    @pytest.mark.parametrize(
        ("quantity", "reason", "more", "field"),
        [
            (1, "damaged", {}, "lines.0.quantity"),
            (-1, "opening", {}, "lines.0.quantity"),
            (-1, "correction", {"unit_cost": 5}, "lines.0.unit_cost"),
        ],
    )
    def test_with_the_wrong_sign_are_refused(
        self, depot: Depot, quantity: int, reason: str, more: dict[str, Any], field: str
    ) -> None:
        answer = depot.book("adjustments", depot.line(quantity, **more), reason=reason)
        assert (answer.status, answer.fields) == (422, {field})
        assert answer.json["error"]["details"][0]["code"] == "sign_not_valid"

    def test_by_nothing_are_refused(self, depot: Depot) -> None:
        answer = depot.adjust(0)
        assert (answer.status, answer.fields) == (422, {"lines.0.quantity"})

    def test_of_more_than_there_is_are_refused_and_leave_no_trace(self, depot: Depot) -> None:
        before = len(depot.stocked.shop.events())
        for storage in (depot.stocked.storage["id"], depot.cellar):
            assert refused(depot.adjust(-11, storage_id=storage)) == (409, "insufficient_stock")
        assert len(depot.stocked.shop.events()) == before
        assert len(depot.admin.get(f"{PATH}/levels").data) == 1


class TestSupplierReturns:
    def test_leave_at_the_average_whatever_is_credited(self, depot: Depot) -> None:
        booked = depot.send_back(2, 50)
        assert [line["unit_cost"] for line in booked.data["lines"]] == [60]
        totals = [booked.data[name] for name in ("credit_total", "cost_total", "credit_difference")]
        assert (booked.status, totals) == (201, [100, 120, -20])
        assert depot.balance() == ("8", 480)
        assert depot.admin.get(f"{PATH}/supplier-returns/{booked.data['id']}").data == booked.data

    def test_at_the_same_moment_return_no_more_than_came(self, depot: Depot) -> None:
        receipt = depot.stocked.receive(3, 60, supplier_id=depot.supplier).data["id"]
        with ThreadPoolExecutor(4) as clerks:
            answers = list(clerks.map(lambda _: depot.send_back(2, receipt_id=receipt), range(4)))
        assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
        assert {answer.code for answer in answers if answer.status > 400} == {"return_exceeds_received"}

    def test_from_another_storage_count_as_well(self, depot: Depot) -> None:
        receipt = depot.stocked.receive(3, 60, supplier_id=depot.supplier).data["id"]
        depot.adjust(5, "found", storage_id=depot.cellar)
        assert depot.send_back(2, receipt_id=receipt, storage_id=depot.cellar).status == 201
        assert refused(depot.send_back(2, receipt_id=receipt)) == (409, "return_exceeds_received")


class TestReversals:
    def test_leave_everything_as_it_was(self, depot: Depot) -> None:
        ways: tuple[Callable[[], Any], ...] = (
            lambda: depot.stocked.receive(7, 93),
            lambda: depot.adjust(-3, "lost"),
            lambda: depot.adjust(4, "found"),
            lambda: depot.send_back(4, 10),
        )
        for book in ways:
            before, booked = depot.balance(), book()
            reversal = depot.reverse(booked)
            assert (reversal.status, depot.balance()) == (200, before)
            assert reversal.data["original_id"] == booked.data["id"]

    def test_are_shown_with_what_they_took_back(self, depot: Depot) -> None:
        receipt = depot.stocked.receive(7, 93)
        reversal = depot.reverse(receipt)
        path = f"{PATH}/receipts/{receipt.data['id']}"
        shown = depot.admin.get(path)
        assert shown.data == {**receipt.data, "reversed_by": reversal.data["id"], "version": 2}
        assert depot.admin.get(path, If_None_Match='"1"').status == 200
        earlier = depot.admin.get(f"{path}?as_of={receipt.data['recorded_at']}")
        assert earlier.data == receipt.data
        assert depot.admin.get(f"{path}?as_of=2001-01-01T00:00:00Z").status == 404
        assert depot.admin.get(f"{PATH}/receipts").data[0]["reversed_by"] == reversal.data["id"]

    def test_are_refused_of_a_version_that_is_not_the_last(self, depot: Depot) -> None:
        receipt = depot.stocked.receive(7, 93)
        path = f"{PATH}/movements/{receipt.data['id']}/reverse"
        for etag in ('"99"', 'W/"1"'):
            answer = depot.admin.post(path, {"reason": "Booked twice"}, If_Match=etag)
            assert refused(answer) == (412, "precondition_failed")
        etag = receipt.headers["etag"]
        assert depot.admin.post(path, {"reason": "Booked twice"}, If_Match=etag).status == 200
        answer = depot.admin.post(path, {"reason": "Booked twice"}, If_Match=etag)
        assert refused(answer) == (412, "precondition_failed")
        answer = depot.admin.post(path, {"reason": "Booked twice"}, If_Match='"2"')
        assert refused(answer) == (409, "already_reversed")

    def test_at_the_same_moment_happen_once(self, depot: Depot) -> None:
        receipt = depot.stocked.receive(7, 93)
        with ThreadPoolExecutor(4) as managers:
            answers = list(managers.map(lambda _: depot.reverse(receipt), range(4)))
        assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
        late = [answer for answer in answers if answer.status > 400]
        assert {answer.code for answer in late} == {"already_reversed"}
        (reversal,) = (answer.data["id"] for answer in answers if answer.status == 200)
        assert all(reversal in answer.json["error"]["details"][0]["message"] for answer in late)
        assert depot.balance() == ("10", 600)

    def test_are_not_for_sales(self, depot: Depot) -> None:
        sold = depot.stocked.sell(1)
        wait = {"X_Wait_For_Position": sold.headers["x-event-position"]}
        (row,) = depot.admin.get(f"{PATH}/movements?type=sale", **wait).data
        answer = depot.admin.post(f"{PATH}/movements/{row['movement_id']}/reverse", {"reason": "No"})
        assert refused(answer) == (409, "not_reversible")

    def test_need_a_reason(self, depot: Depot) -> None:
        receipt = depot.stocked.receive(7, 93)
        assert depot.reverse(receipt, reason=" ").fields == {"reason"}


def pages(admin: Any, path: str) -> Iterator[dict[str, Any]]:
    """All rows of a list, page by page."""
    number, joint = 1, "&" if "?" in path else "?"
    while True:
        answer = admin.get(f"{path}{joint}limit=2&page={number}")
        yield from answer.data
        if number >= answer.json["pagination"]["pages"]:
            return
        number += 1


class TestLists:
    @pytest.fixture
    def filled(self, depot: Depot) -> Depot:
        """Of each kind a few, at some days of the last week, in two storages and the warehouse."""
        days = ("2024-05-03", "2024-05-01", "2024-05-02")
        storages = (depot.stocked.storage["id"], depot.cellar, depot.warehouse)
        references = ("DN-9", None, "dn 10%")
        for day, storage, reference in zip(days, storages, references, strict=True):
            more = {"storage_id": storage, "reference": reference, "occurred_at": f"{day}T12:00:00Z"}
            depot.stocked.receive(5, 60, supplier_id=depot.supplier, **more)
            depot.adjust(-1, "lost" if reference else "theft", **more)
            depot.send_back(1, **more)
        return depot

    @pytest.mark.parametrize("kind", ["receipts", "adjustments", "supplier-returns"])
    def test_hold_their_own_kind_in_every_order(self, filled: Depot, kind: str) -> None:
        own = list(pages(filled.admin, f"{PATH}/{kind}"))
        assert len({row["id"] for row in own}) == len(own) == 3 + (kind == "receipts")
        for sort, key in (
            ("occurred_at", "occurred_at"),
            ("recorded_at", "recorded_at"),
            ("reference", "reference"),
        ):
            values = [
                (row[key] or "").casefold() for row in pages(filled.admin, f"{PATH}/{kind}?sort={sort}")
            ]
            assert values == sorted(values)
            backwards = [
                (row[key] or "").casefold() for row in pages(filled.admin, f"{PATH}/{kind}?sort=-{sort}")
            ]
            assert backwards == sorted(values, reverse=True)

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("storage_id={storage}", ["DN-9"]),
            ("store_id={store}", ["DN-9", None]),
            ("supplier_id={supplier}", ["DN-9", "dn 10%", None]),
            ("search=dn", ["DN-9", "dn 10%"]),
            ("search=0%25", ["dn 10%"]),
            ("search=_", []),
            ("from=2024-05-02T12:00:00Z&to=2024-05-03T12:00:00Z", ["dn 10%"]),
            ("from=2024-05-01T12:00:00Z&to=2024-05-04T00:00:00Z&sort=occurred_at", [None, "dn 10%", "DN-9"]),
        ],
    )
    def test_of_returns_are_narrowed(self, filled: Depot, query: str, expected: list[str | None]) -> None:
        stocked = filled.stocked
        known = {
            "storage": stocked.storage["id"],
            "store": stocked.store["id"],
            "supplier": filled.supplier,
        }
        answer = filled.admin.get(f"{PATH}/supplier-returns?{query.format(**known)}")
        assert [row["reference"] for row in answer.data] == expected
        assert answer.json["pagination"]["total"] == len(expected)

    def test_of_adjustments_are_narrowed_by_reason(self, filled: Depot) -> None:
        rows = filled.admin.get(f"{PATH}/adjustments?reason=theft").data
        assert [(row["reason"], row["value_change"], row["line_count"]) for row in rows] == [
            ("theft", -60, 1)
        ]

    @pytest.mark.parametrize("query", ["adjustments?supplier_id={id}", "supplier-returns?reason=theft"])
    def test_have_no_filter_that_could_find_nothing(self, filled: Depot, query: str) -> None:
        answer = filled.admin.get(f"{PATH}/{query.format(id=filled.supplier)}")
        assert refused(answer) == (400, "invalid_parameter")

    def test_show_whoever_is_bound_their_stores_and_the_warehouses(self, filled: Depot) -> None:
        admin, stocked = filled.admin, filled.stocked
        other = admin.post("/api/admin/stores", {"name": "Harbour", "code": "H"}).data["id"]
        elsewhere = {"name": "Quay", "code": "Q", "store_id": other}
        quay = admin.post("/api/admin/storages", elsewhere).data["id"]
        hidden = stocked.receive(1, 1, storage_id=quay).data["id"]
        seen = stocked.receive(1, 1, storage_id=filled.warehouse).data["id"]
        bound = stocked.shop.client("Manager", stores=[stocked.store["id"]])
        ids = {row["id"] for row in bound.get(f"{PATH}/receipts").data}
        assert (hidden in ids, seen in ids) == (False, True)
        assert bound.get(f"{PATH}/receipts/{seen}").status == 200
        assert refused(bound.get(f"{PATH}/receipts/{hidden}")) == (404, "not_found")
        assert refused(bound.get(f"{PATH}/receipts?store_id={other}")) == (403, "forbidden")
        assert refused(bound.post(f"{PATH}/movements/{seen}/reverse", {"reason": "No"})) == (403, "forbidden")

    def test_follow_from_the_log(self, filled: Depot) -> None:
        shop = filled.stocked.shop
        receipt = filled.stocked.receive(3, 60, supplier_id=filled.supplier)
        returns = [filled.send_back(1, receipt_id=receipt.data["id"]) for _ in range(2)]
        assert [filled.reverse(one).status for one in (returns[0], filled.adjust(-1))] == [200, 200]
        worker, model = shop.service.database.worker, StockJournal()
        assert verify(worker, EVENT_TYPES, model, shop.company_id).is_true
        assert rebuild(worker, EVENT_TYPES, model, shop.company_id).rows_changed == 0

    def test_refuse_what_they_do_not_know(self, depot: Depot) -> None:
        for query in ("sort=name", "reason=bored", "from=today", "kind=receipt"):
            answer = depot.admin.get(f"{PATH}/receipts?{query}")
            assert (answer.status, answer.fields) == (400, {query.partition("=")[0]})
