"""Low stock over HTTP: what is at or below its reorder level, and how long it still lasts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

PATH = "/api/admin/inventory/low-stock"
POINTS = "/api/admin/inventory/reorder-points"


def days_ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


def low(stocked: Any, query: str = "") -> list[dict[str, Any]]:
    position = str(len(stocked.shop.events()))
    answer = stocked.shop.client("Inventory Clerk").get(f"{PATH}?{query}", X_Wait_For_Position=position)
    assert answer.status == 200, answer.body
    assert answer.json["pagination"]["total"] >= len(answer.data)
    rows: list[dict[str, Any]] = answer.data
    return rows


def point(stocked: Any, level: str | None, **more: Any) -> None:
    line = {"storage_id": stocked.storage["id"], "variant_id": stocked.variant_id, "reorder_level": level}
    answer = stocked.shop.client().put(POINTS, {"lines": [{**line, **more}]})
    assert answer.status == 200, answer.body


@pytest.fixture
def three(stocked: Any) -> Any:
    """Tea: 4 of 5, which do not sell; milk: 2 of 6, one a day; oats: 9 of 10, three a day."""
    admin = stocked.shop.client()
    supplier = admin.post("/api/admin/settings/suppliers", {"name": "Hill"}).data["id"]
    category = admin.post("/api/admin/settings/categories", {"name": "Drinks"}).data["id"]
    goods = (("Tea", "5", "4", 0), ("Milk", "6", "12", 10), ("Oats", "10", "39", 30))
    for name, level, quantity, sold in goods:
        more = {"supplier_id": supplier} if name == "Milk" else {"category_id": category}
        variants = [{"sku": name.upper(), "price": 100, "reorder_level": level}]
        variant = stocked.product_of(name=name, variants=variants, **more)["variants"][0]["id"]
        line = {"variant_id": variant, "quantity": quantity, "unit_cost": 50}
        assert stocked.receive(0, 0, lines=[line], occurred_at=days_ago(10)).status == 201
        if sold:
            lines = [{"variant_id": variant, "quantity": sold}]
            payments = [{"method": "cash", "amount": 100 * sold}]
            sale = stocked.sell(lines=lines, payments=payments, occurred_at=days_ago(1), role="Admin")
            assert sale.status == 201, sale.body
    return stocked


class TestWhatIsLow:
    def test_is_at_its_level_or_below(self, stocked: Any) -> None:
        assert low(stocked) == []
        point(stocked, "9")
        assert low(stocked) == []
        point(stocked, "10", reorder_quantity="40")
        [row] = low(stocked)
        assert (row["sku"], row["available"], row["reorder_level"], row["shortage"]) == (
            "OAT-1",
            "10",
            "10",
            "0",
        )
        assert (row["reorder_quantity"], row["days_of_cover"], row["last_sold_at"]) == ("40", None, None)

    def test_counts_what_is_promised_as_gone(self, stocked: Any) -> None:
        point(stocked, "9")
        line = {"variant_id": stocked.variant_id, "quantity": 3}
        body = {"storage_id": stocked.storage["id"], "expires_at": "2999-01-01T00:00:00Z", "lines": [line]}
        assert stocked.shop.client().post("/api/admin/inventory/reservations", body).status == 201
        [row] = low(stocked)
        assert (row["on_hand"], row["available"], row["shortage"]) == ("10", "7", "2")

    def test_is_what_a_storage_never_had_if_it_should(self, stocked: Any) -> None:
        warehouse = stocked.shop.client().post("/api/admin/storages", {"name": "W", "code": "W"}).data
        point(stocked, "4", storage_id=warehouse["id"])
        [row] = low(stocked)
        assert (row["storage_name"], row["available"], row["shortage"]) == ("W", "0", "4")
        point(stocked, None, storage_id=warehouse["id"])
        assert low(stocked) == []

    def test_says_how_long_it_lasts_and_when_it_was_sold_last(self, three: Any) -> None:
        rows = {row["sku"]: row for row in low(three)}
        assert {sku: row["days_of_cover"] for sku, row in rows.items()} == {
            "TEA": None,
            "MILK": "2.00",
            "OATS": "3.00",
        }
        assert rows["TEA"]["last_sold_at"] is None
        assert rows["MILK"]["last_sold_at"] is not None


class TestTheList:
    @pytest.mark.parametrize(
        ("sort", "skus"),
        [
            ("-shortage", ["MILK", "OATS", "TEA"]),
            ("shortage", ["OATS", "TEA", "MILK"]),
            ("name", ["MILK", "OATS", "TEA"]),
            ("-name", ["TEA", "OATS", "MILK"]),
            ("days_of_cover", ["MILK", "OATS", "TEA"]),
            ("-days_of_cover", ["OATS", "MILK", "TEA"]),
        ],
    )
    def test_is_sorted(self, three: Any, sort: str, skus: list[str]) -> None:
        assert [row["sku"] for row in low(three, f"sort={sort}")] == skus
        assert [row["sku"] for row in low(three, f"sort={sort}&page=2&limit=1")] == skus[1:2]

    def test_is_filtered(self, three: Any) -> None:
        rows = {row["sku"]: row for row in low(three)}
        supplier = three.shop.client().get("/api/admin/settings/suppliers").data[0]["id"]
        category = three.shop.client().get("/api/admin/settings/categories").data[0]["id"]
        for query, skus in (
            (f"supplier_id={supplier}", ["MILK"]),
            (f"category_id={category}&sort=name", ["OATS", "TEA"]),
            ("search=oat", ["OATS"]),
            (f"storage_id={three.storage['id']}&sort=name", ["MILK", "OATS", "TEA"]),
            (f"storage_id={rows['TEA']['variant_id']}", []),
            (f"store_id={three.store['id']}&sort=name", ["MILK", "OATS", "TEA"]),
        ):
            assert [row["sku"] for row in low(three, query)] == skus, query

    def test_shows_who_is_bound_their_own_store(self, three: Any) -> None:
        elsewhere = three.shop.client().post("/api/admin/stores", {"name": "E", "code": "E"}).data
        bound = three.shop.client("Inventory Clerk", stores=[elsewhere["id"]])
        assert bound.get(PATH).data == []
        assert bound.get(f"{PATH}?store_id={three.store['id']}").status == 403
        own = three.shop.client("Inventory Clerk", stores=[three.store["id"]])
        assert len(own.get(PATH).data) == 3
