"""Stock levels over HTTP: what they are filtered and sorted by, and what they were at a moment."""

from typing import Any
from uuid import uuid4

import pytest

PATH = "/api/admin/inventory/levels"
SETTINGS = "/api/admin/settings"


class Shelf:
    """A store's storage and a warehouse with three kinds of goods beside the ten cartons of oat milk."""

    def __init__(self, stocked: Any) -> None:
        self.stocked, self.admin = stocked, stocked.shop.client()
        self.brand = self.admin.post(f"{SETTINGS}/brands", {"name": "Hill"}).data["id"]
        self.supplier = self.admin.post(f"{SETTINGS}/suppliers", {"name": "Farm"}).data["id"]
        self.food = self.admin.post(f"{SETTINGS}/categories", {"name": "Food"}).data["id"]
        under = {"name": "Bread", "parent_id": self.food}
        self.bread = self.admin.post(f"{SETTINGS}/categories", under).data["id"]
        self.warehouse = self.admin.post(
            "/api/admin/storages", {"name": "Attic", "code": "W", "allow_negative": True}
        ).data["id"]
        self.here = stocked.storage["id"]
        self.admin.patch(f"/api/admin/storages/{self.here}", {"allow_negative": True})
        self.rye = self.add("Rye bread", "RYE", brand_id=self.brand, category_id=self.bread)
        self.apple = self.add("Apples", "APL", supplier_id=self.supplier, category_id=self.food)
        self.candle = self.add("Candles", "CND")
        self.receive(self.here, self.rye, 4, 300)
        self.receive(self.here, self.apple, 20, 10)
        self.receive(self.warehouse, self.apple, 30, 21)
        self.receive(self.warehouse, self.candle, 1, 5)

    def add(self, name: str, sku: str, **more: Any) -> str:
        variants = [{"sku": sku, "price": 100}]
        return str(self.stocked.product_of(name=name, variants=variants, **more)["variants"][0]["id"])

    def receive(self, storage: str, variant: str, quantity: int, unit_cost: int) -> None:
        line = {"variant_id": variant, "quantity": quantity, "unit_cost": unit_cost}
        body = {"storage_id": storage, "lines": [line]}
        assert self.admin.post("/api/admin/inventory/receipts", body).status == 201

    def sell(self, variant: str, quantity: int) -> None:
        lines = [{"variant_id": variant, "quantity": quantity}]
        payments = [{"method": "card", "amount": 100 * quantity}]
        assert self.stocked.sell(role="Admin", lines=lines, payments=payments).status == 201

    def rows(self, query: str = "") -> list[Any]:
        """The levels of a query, which are as many as it says."""
        position = str(len(self.stocked.shop.events()))
        answer = self.admin.get(f"{PATH}?{query}", X_Wait_For_Position=position)
        assert answer.json["pagination"]["total"] == len(answer.data)
        assert isinstance(answer.data, list)
        return answer.data

    def skus(self, query: str = "") -> list[str]:
        return [row["sku"] for row in self.rows(query)]


@pytest.fixture
def shelf(stocked: Any) -> Shelf:
    return Shelf(stocked)


class TestFilters:
    def test_leave_what_they_name(self, shelf: Shelf) -> None:
        for query, expected in (
            (f"storage_id={shelf.warehouse}", ["APL", "CND"]),
            (f"store_id={shelf.stocked.store['id']}", ["APL", "OAT-1", "RYE"]),
            (f"variant_id={shelf.apple}", ["APL", "APL"]),
            (f"product_id={shelf.stocked.product['id']}", ["OAT-1"]),
            (f"brand_id={shelf.brand}", ["RYE"]),
            (f"category_id={shelf.food}", ["APL", "APL", "RYE"]),
            (f"category_id={shelf.bread}", ["RYE"]),
            (f"supplier_id={shelf.supplier}&storage_id={shelf.here}", ["APL"]),
            (f"brand_id={shelf.brand}&supplier_id={shelf.supplier}", []),
            ("search=apple", ["APL", "APL"]),
            ("search=rye", ["RYE"]),
            ("search=cnd", ["CND"]),
            ("search=4006381333931", ["OAT-1"]),
            ("search=nothing+of+the+kind", []),
        ):
            assert shelf.skus(query) == expected, query
        for name in ["storage", "store", "variant", "product", "brand", "category", "supplier"]:
            assert shelf.skus(f"{name}_id={uuid4()}") == [], name

    def test_tell_how_much_there_is(self, shelf: Shelf) -> None:
        shelf.sell(shelf.rye, 4)
        shelf.sell(shelf.candle, 2)
        for status, expected in (
            ("in_stock", ["APL", "APL", "CND", "OAT-1"]),
            ("out", ["RYE"]),
            ("negative", ["CND"]),
            ("oversold", ["CND"]),
            ("low", []),
        ):
            assert shelf.skus(f"status={status}") == expected, status
        shelf.receive(shelf.here, shelf.candle, 5, 1)
        assert shelf.skus("status=negative") == []
        assert shelf.skus("status=in_stock") == ["APL", "APL", "CND", "CND", "OAT-1"]

    def test_what_is_promised_to_others_can_be_low_or_oversold(self, shelf: Shelf) -> None:
        variant = f"/api/admin/products/{shelf.stocked.product['id']}/variants/{shelf.stocked.variant_id}"
        shelf.admin.patch(variant, {"reorder_level": "5", "reorder_quantity": "24"})
        assert shelf.skus("status=low") == []
        lines = [{"variant_id": shelf.stocked.variant_id, "quantity": "6"}]
        body = {"storage_id": shelf.here, "expires_at": "2999-01-01T00:00:00Z", "lines": lines}
        assert shelf.admin.post("/api/admin/inventory/reservations", body).status == 201
        (low,) = shelf.rows("status=low")
        assert (low["sku"], low["on_hand"], low["reserved"], low["available"]) == ("OAT-1", "10", "6", "4")
        assert (low["reorder_level"], low["reorder_quantity"]) == ("5", "24")
        assert shelf.skus("below_reorder=true") == ["OAT-1"]
        point = {"storage_id": shelf.here, "variant_id": shelf.stocked.variant_id, "reorder_level": "3"}
        points = "/api/admin/inventory/reorder-points"
        assert shelf.admin.put(points, {"lines": [point]}).status == 200
        assert shelf.skus("status=low") == []
        assert shelf.admin.put(points, {"lines": [{**point, "reorder_level": None}]}).status == 200
        assert shelf.skus("status=low") == ["OAT-1"]
        assert shelf.skus("status=oversold") == []
        body = {"storage_id": shelf.here, "reason": "lost", "lines": [{**lines[0], "quantity": "-5"}]}
        assert shelf.admin.post("/api/admin/inventory/adjustments", body).status == 201
        assert shelf.skus("status=oversold") == ["OAT-1"]
        assert shelf.skus("status=negative") == []

    @pytest.mark.parametrize("query", ["status=gone", "sort=price", "sort=--name", "below_reorder=x"])
    def test_are_the_documented_ones(self, stocked: Any, query: str) -> None:
        refused = stocked.shop.client().get(f"{PATH}?{query}")
        assert (refused.status, refused.fields) == (400, {query.partition("=")[0]})


class TestOrder:
    @pytest.mark.parametrize(
        ("sort", "expected"),
        [
            ("name", ["APL", "APL", "CND", "OAT-1", "RYE"]),
            ("sku", ["APL", "APL", "CND", "OAT-1", "RYE"]),
            ("storage_name", ["APL", "CND", "APL", "OAT-1", "RYE"]),
            ("on_hand", ["CND", "RYE", "OAT-1", "APL", "APL"]),
            ("available", ["CND", "RYE", "OAT-1", "APL", "APL"]),
            ("value", ["CND", "APL", "OAT-1", "APL", "RYE"]),
        ],
    )
    def test_is_by_what_is_asked_for_either_way(self, shelf: Shelf, sort: str, expected: list[str]) -> None:
        assert shelf.skus(f"sort={sort}") == expected
        assert shelf.skus(f"sort=-{sort}") == expected[::-1]
        past = f"as_of=2999-01-01T00:00:00Z&sort={sort}"
        assert sort == "available" or shelf.skus(past) == expected

    def test_follows_what_things_are_called(self, shelf: Shelf) -> None:
        product = shelf.stocked.product["id"]
        shelf.admin.patch(f"/api/admin/products/{product}", {"name": "Barley milk"})
        assert shelf.skus("sort=name") == ["APL", "APL", "OAT-1", "CND", "RYE"]
        variant = f"/api/admin/products/{product}/variants/{shelf.stocked.variant_id}"
        shelf.admin.patch(variant, {"sku": "ZZZ"})
        assert shelf.skus("sort=-sku")[0] == "ZZZ"
        shelf.admin.patch(f"/api/admin/storages/{shelf.warehouse}", {"name": "Zeppelin"})
        assert [row["storage_name"] for row in shelf.rows("sort=-storage_name")][:2] == ["Zeppelin"] * 2

    def test_goes_on_page_by_page(self, shelf: Shelf) -> None:
        for sort in ("name", "storage_name", "on_hand"):
            pages = [shelf.admin.get(f"{PATH}?sort={sort}&limit=2&page={page}") for page in (1, 2, 3, 4)]
            assert {page.json["pagination"]["total"] for page in pages} == {5}
            assert [row for page in pages for row in page.data] == shelf.rows(f"sort={sort}")


class TestAMoment:
    def test_shows_what_was_known_then(self, shelf: Shelf) -> None:
        before = shelf.rows()
        newest = "/api/admin/inventory/movements?before=9000000000000000000&limit=1"
        position = str(len(shelf.stocked.shop.events()))
        moment = shelf.admin.get(newest, X_Wait_For_Position=position).data[0]["recorded_at"]
        shelf.sell(shelf.rye, 4)
        shelf.receive(shelf.here, shelf.candle, 7, 1)
        unknown = dict.fromkeys(
            ("reserved", "available", "incoming", "incoming_ordered", "incoming_transit", "last_counted_at")
        )
        assert shelf.rows(f"as_of={moment}") == [{**row, **unknown} for row in before]
        assert shelf.skus(f"as_of={moment}&status=out") == []
        assert len(shelf.rows("as_of=2999-01-01T00:00:00Z")) == len(before) + 1
        assert shelf.rows("as_of=2020-01-01T00:00:00Z") == []
        stock = f"/api/admin/storages/{shelf.warehouse}/stock?as_of={moment}&limit=1&page=3"
        assert shelf.admin.get(stock).json["pagination"]["total"] == 2

    @pytest.mark.parametrize(
        "query", ["status=low", "status=oversold", "sort=-available", "below_reorder=true"]
    )
    def test_knows_nothing_of_promises(self, stocked: Any, query: str) -> None:
        refused = stocked.shop.client().get(f"{PATH}?as_of=2026-01-01T00:00:00Z&{query}")
        assert (refused.status, refused.fields) == (400, {query.partition("=")[0]})


class TestAVariant:
    def test_is_shown_in_every_storage_and_in_all(self, shelf: Shelf) -> None:
        shown = shelf.admin.get(f"{PATH}/{shelf.apple}").data
        assert shown["levels"] == shelf.rows(f"variant_id={shelf.apple}&sort=storage_name")
        assert (shown["sku"], shown["name"]) == ("APL", "Apples")
        totals = shown["totals"]
        assert (totals["on_hand"], totals["value"], totals["average_cost"]) == ("50", 830, 17)
        assert (totals["available"], totals["incoming"]) == ("50", "0")
        assert shown["in_transit"] == {"quantity": "0", "value": 0}

    def test_is_shown_as_it_was(self, shelf: Shelf) -> None:
        path = f"{PATH}/{shelf.apple}?as_of=2999-01-01T00:00:00Z"
        shown = shelf.admin.get(path, X_Wait_For_Position=str(len(shelf.stocked.shop.events()))).data
        assert [row["on_hand"] for row in shown["levels"]] == ["30", "20"]
        assert (shown["totals"]["on_hand"], shown["totals"]["available"]) == ("50", None)
        assert shown["in_transit"] is None

    def test_that_nobody_ever_had_has_no_levels(self, shelf: Shelf) -> None:
        shown = shelf.admin.get(f"{PATH}/{shelf.add('Salt', 'SLT')}").data
        assert (shown["levels"], shown["totals"]["on_hand"], shown["totals"]["value"]) == ([], "0", 0)

    def test_that_is_not_there_is_not_found(self, shelf: Shelf) -> None:
        for nothing in (uuid4(), shelf.stocked.product["id"]):
            answer = shelf.admin.get(f"{PATH}/{nothing}")
            assert (answer.status, answer.code) == (404, "not_found")


class TestWhereAVariantIsAvailable:
    def test_is_told_by_store_with_its_address(self, shelf: Shelf) -> None:
        other = {"name": "Zoo", "code": "ZOO", "address": "2 Lion Lane"}
        shelf.admin.post("/api/admin/stores", other)
        cashier = shelf.stocked.shop.client("Cashier", stores=[shelf.stocked.store["id"]])
        path = f"/api/pos/products/{shelf.apple}/stock"
        shelf.sell(shelf.apple, 5)
        rows = cashier.get(path).data
        assert [(row["available"], row["address"]) for row in rows] == [("15", None), ("0", "2 Lion Lane")]
        assert rows[0]["store_id"] == shelf.stocked.store["id"]
        assert cashier.get(f"{path}?limit=1&page=2").json["pagination"]["total"] == 2

    def test_is_not_known_of_what_is_not_counted(self, shelf: Shelf) -> None:
        service = shelf.add("Gift wrap", "WRAP", track_stock=False)
        assert [row["available"] for row in shelf.admin.get(f"/api/pos/products/{service}/stock").data] == [
            None
        ]
        assert shelf.admin.get(f"/api/pos/products/{uuid4()}/stock").status == 404
