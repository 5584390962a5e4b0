"""Reorder suggestions over HTTP: what sells while there is any, and how much of it is enough."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

PATH = "/api/admin/inventory/reorder-suggestions"
ORDERS = "/api/admin/inventory/purchase-orders"
POINTS = "/api/admin/inventory/reorder-points"


def days_ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


def suggestions(stocked: Any, query: str = "", role: str = "Admin") -> list[dict[str, Any]]:
    position = str(len(stocked.shop.events()))
    answer = stocked.shop.client(role).get(f"{PATH}?{query}", X_Wait_For_Position=position)
    assert answer.status == 200, answer.body
    rows: list[dict[str, Any]] = answer.data
    return rows


@pytest.fixture
def piece(stocked: Any) -> str:
    unit = {"name": "Piece", "symbol": "pc"}
    return str(stocked.shop.client().post("/api/admin/settings/units", unit).data["id"])


@pytest.fixture
def tea(stocked: Any, piece: str) -> Any:
    """S11: 42 sold in 56 days, 14 of them empty; 3 are there again, which came by the case of twelve."""
    admin = stocked.shop.client()
    case = {"name": "Case", "symbol": "cs", "base_unit_id": piece, "factor": "12"}
    case_id = admin.post("/api/admin/settings/units", case).data["id"]
    supplier = admin.post("/api/admin/settings/suppliers", {"name": "Hill", "lead_time_days": 7}).data["id"]
    product = stocked.product_of(
        name="Tea",
        unit_id=piece,
        supplier_id=supplier,
        variants=[{"sku": "TEA", "price": 100, "cost": 90, "reorder_level": "2"}],
    )
    tea = product["variants"][0]["id"]

    def receive(quantity: str, unit_id: str, days: float) -> None:
        line = {"variant_id": tea, "quantity": quantity, "unit_id": unit_id, "unit_cost": 1080}
        assert stocked.receive(0, 0, lines=[line], occurred_at=days_ago(days)).status == 201

    def sell(quantity: int, days: float) -> None:
        line = {"variant_id": tea, "quantity": quantity}
        payments = [{"method": "cash", "amount": 100 * quantity}]
        sold = stocked.sell(lines=[line], payments=payments, occurred_at=days_ago(days), role="Admin")
        assert sold.status == 201, sold.body

    receive("3.5", case_id, 60)
    sell(21, 40)
    sell(21, 14.0001)
    receive("0.25", case_id, 0)
    return product


class TestS11:
    def test_s11_reorder_follows_from_what_sells_while_there_is_any(self, stocked: Any, tea: Any) -> None:
        [row] = suggestions(stocked, f"supplier_id={tea['supplier_id']}")
        assert {name: row[name] for name in ("sold", "days", "days_in_stock", "rate", "confidence")} == {
            "sold": "42",
            "days": 56,
            "days_in_stock": "42.00",
            "rate": "1.00",
            "confidence": "normal",
        }
        assert (row["lead_days"], row["cover_days"], row["safety"]) == (7, 14, "2")
        assert (row["available"], row["incoming_ordered"], row["incoming_transit"]) == ("3", "0", "0")
        # Have 3: 21 + 2 - 3 = 20, which are two cases.
        assert (row["point"], row["needed"], row["pack_quantity"], row["suggested"]) == (
            "9",
            "20",
            "12",
            "24",
        )
        assert (row["unit_cost"], row["value"], row["supplier_id"]) == (90, 2160, tea["supplier_id"])

    def test_what_is_promised_is_not_available(self, stocked: Any, tea: Any) -> None:
        line = {"variant_id": tea["variants"][0]["id"], "quantity": 1}
        body = {"storage_id": stocked.storage["id"], "expires_at": "2999-01-01T00:00:00Z", "lines": [line]}
        assert stocked.shop.client().post("/api/admin/inventory/reservations", body).status == 201
        [row] = suggestions(stocked, f"supplier_id={tea['supplier_id']}")
        assert (row["available"], row["needed"]) == ("2", "21")

    def test_odoo_31490_again_once_it_came_suggests_nothing(self, stocked: Any, tea: Any) -> None:
        line = {"variant_id": tea["variants"][0]["id"], "quantity": 24, "unit_cost": 90}
        assert stocked.receive(0, 0, lines=[line]).status == 201
        assert suggestions(stocked, f"supplier_id={tea['supplier_id']}") == []

    def test_odoo_31490_again_once_it_is_ordered_suggests_nothing(self, stocked: Any, tea: Any) -> None:
        admin, query = stocked.shop.client(), f"supplier_id={tea['supplier_id']}"
        [row] = suggestions(stocked, query)
        line = {name: row[name] for name in ("variant_id", "storage_id")}
        drafted = admin.post(ORDERS, {"lines": [{**line, "quantity": row["suggested"]}]})
        assert drafted.status == 201, drafted.body
        assert len(suggestions(stocked, query)) == 1
        [order] = drafted.data
        assert admin.post(f"{ORDERS}/{order['id']}/order").status == 200
        assert suggestions(stocked, query) == []
        [row] = suggestions(stocked, f"{query}&include_all=true")
        assert (row["incoming_ordered"], row["suggested"]) == ("24", "0")
        assert row["last_ordered_at"] is not None

    def test_grocy_2196_what_is_suggested_is_drafted_by_the_case_at_its_price(
        self, stocked: Any, tea: Any
    ) -> None:
        admin, query = stocked.shop.client(), f"supplier_id={tea['supplier_id']}"
        variant_id = tea["variants"][0]["id"]
        case_id = next(
            one["id"] for one in admin.get("/api/admin/settings/units").data if one["name"] == "Case"
        )
        line = {"variant_id": variant_id, "quantity": "0.25", "unit_id": case_id, "unit_cost": 1001}
        assert stocked.receive(0, 0, lines=[line]).status == 201
        [row] = suggestions(stocked, query)
        assert (row["needed"], row["suggested"], row["unit_cost"], row["value"]) == ("17", "24", 83, 2002)
        wanted = {"variant_id": variant_id, "storage_id": row["storage_id"], "quantity": "24"}
        [order] = admin.post(ORDERS, {"lines": [wanted]}).data
        [drafted] = order["lines"]
        assert (drafted["unit_id"], drafted["quantity"], drafted["unit_cost"]) == (case_id, "2", 1001)
        assert (drafted["base_quantity"], order["subtotal"]) == ("24", row["value"])
        assert admin.post(f"{ORDERS}/{order['id']}/order").status == 200
        [row] = suggestions(stocked, f"{query}&include_all=true")
        assert row["pack_quantity"] == "12"
        [loose] = admin.post(ORDERS, {"lines": [{**wanted, "quantity": "25"}]}).data
        assert (loose["lines"][0]["unit_id"], loose["lines"][0]["quantity"]) == (None, "25")

    def test_what_a_case_holds_now_decides_whether_it_is_drafted_by_the_case(
        self, stocked: Any, tea: Any
    ) -> None:
        admin = stocked.shop.client()
        suggestions(stocked)
        case_id = next(
            one["id"] for one in admin.get("/api/admin/settings/units").data if one["name"] == "Case"
        )
        changed = admin.patch(f"/api/admin/settings/units/{case_id}", {"factor": "10"})
        assert changed.status == 200, changed.body
        wanted = {
            "variant_id": tea["variants"][0]["id"],
            "storage_id": stocked.storage["id"],
            "quantity": "24",
        }
        [order] = admin.post(ORDERS, {"lines": [wanted]}).data
        [drafted] = order["lines"]
        assert (drafted["unit_id"], drafted["quantity"], drafted["unit_cost"]) == (None, "24", 90)

    def test_other_days_and_another_cover_suggest_otherwise(self, stocked: Any, tea: Any) -> None:
        [row] = suggestions(stocked, f"supplier_id={tea['supplier_id']}&days=28&cover_days=2")
        assert (row["sold"], row["days_in_stock"], row["rate"]) == ("21", "14.00", "1.50")
        # 1.5 in 9 days: 13.5, so 14; and 2, less 3.
        assert row["needed"] == "13"


class TestWhatIsShown:
    def test_what_there_is_enough_of_only_on_request(self, stocked: Any) -> None:
        assert suggestions(stocked) == []
        [row] = suggestions(stocked, "include_all=true")
        assert (row["sku"], row["sold"], row["rate"], row["suggested"]) == ("OAT-1", "0", "0", "0")
        assert (row["lead_days"], row["confidence"]) == (7, "low")

    def test_a_storages_own_point_stands_in_place_of_the_variants(self, stocked: Any) -> None:
        line = {"storage_id": stocked.storage["id"], "variant_id": stocked.variant_id}
        body = {"lines": [{**line, "reorder_level": "10", "reorder_quantity": "5"}]}
        assert stocked.shop.client().put(POINTS, body).status == 200
        [row] = suggestions(stocked)
        assert (row["safety"], row["point"], row["needed"], row["suggested"]) == ("10", "10", "5", "5")

    def test_no_more_than_there_should_be_at_most(self, stocked: Any) -> None:
        line = {"storage_id": stocked.storage["id"], "variant_id": stocked.variant_id}
        for most, suggested in (("10", "1"), ("13", "3"), ("90", "50")):
            terms = {"reorder_level": "10", "reorder_quantity": "50", "max_level": most}
            assert stocked.shop.client().put(POINTS, {"lines": [{**line, **terms}]}).status == 200
            # Ten are there; one has to come for it to be above the reorder level.
            assert [row["suggested"] for row in suggestions(stocked)] == [suggested], most

    def test_where_nothing_ever_was_if_a_point_is_set(self, stocked: Any) -> None:
        warehouse = stocked.shop.client().post("/api/admin/storages", {"name": "W", "code": "W"}).data
        line = {"storage_id": warehouse["id"], "variant_id": stocked.variant_id, "reorder_level": "4"}
        assert stocked.shop.client().put(POINTS, {"lines": [line]}).status == 200
        [row] = suggestions(stocked)
        assert (row["storage_name"], row["available"], row["suggested"]) == ("W", "0", "4")
        assert suggestions(stocked, f"storage_id={stocked.storage['id']}") == []
        assert suggestions(stocked, f"store_id={stocked.store['id']}") == []

    def test_nothing_of_what_is_sold_no_more(self, stocked: Any) -> None:
        admin, path = stocked.shop.client(), f"/api/admin/products/{stocked.product['id']}/status"
        assert admin.post(path, {"status": "discontinued"}).status == 200
        assert suggestions(stocked, "include_all=true") == []

    @pytest.mark.usefixtures("tea")
    def test_a_page_at_a_time(self, stocked: Any) -> None:
        names = [row["name"] for row in suggestions(stocked, "include_all=true")]
        assert names == ["Oat milk", "Tea"]
        answer = stocked.shop.client().get(f"{PATH}?include_all=true&page=2&limit=1")
        assert [row["name"] for row in answer.data] == ["Tea"]
        assert answer.json["pagination"] == {"page": 2, "limit": 1, "total": 2, "pages": 2}

    def test_the_stores_of_others_to_nobody_who_is_bound(self, stocked: Any) -> None:
        elsewhere = stocked.shop.client().post("/api/admin/stores", {"name": "E", "code": "E"}).data
        bound = stocked.shop.client("Inventory Clerk", stores=[elsewhere["id"]])
        assert bound.get(f"{PATH}?include_all=true").data == []
        assert bound.get(f"{PATH}?store_id={stocked.store['id']}").status == 403


def test_stock_of_hours_sells_as_if_that_was_a_day(stocked: Any) -> None:
    assert stocked.sell(8).status == 201
    [row] = suggestions(stocked)
    assert (row["sold"], row["rate"], row["confidence"]) == ("8", "8.00", "low")
    assert Decimal(row["days_in_stock"]) < 1
