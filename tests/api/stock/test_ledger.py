"""The stock ledger over HTTP: its order, its filters, and what was known at a moment."""

from collections import defaultdict
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

PATH = "/api/admin/inventory/movements"
END = 2**63 - 1


def kinds(shop: Any, query: str) -> list[str]:
    """The types of the rows that a query answers with, once the ledger has all that was recorded."""
    rows = shop.client().get(f"{PATH}?{query}", X_Wait_For_Position=str(len(shop.events()))).data
    return [row["type"] for row in rows]


class TestOrder:
    def test_is_the_oldest_first_or_the_newest_first(self, stocked: Any) -> None:
        stocked.sell(1)
        for query in ("", "after=0", f"after=0&before={END}"):
            assert kinds(stocked.shop, query) == ["receipt", "sale"]
        assert kinds(stocked.shop, f"before={END}") == ["sale", "receipt"]

    def test_goes_on_either_way(self, stocked: Any) -> None:
        stocked.sell(1)
        position, admin = str(len(stocked.shop.events())), stocked.shop.client()
        for cursor, start, expected in (("after", 0, "sale"), ("before", END, "receipt")):
            first = admin.get(f"{PATH}?limit=1&{cursor}={start}", X_Wait_For_Position=position).json
            assert first["pagination"]["has_more"] is True
            second = admin.get(f"{PATH}?limit=1&{cursor}={first['pagination']['next_after']}").json
            assert [row["type"] for row in second["data"]] == [expected]
            assert second["pagination"]["has_more"] is False

    @pytest.mark.parametrize("query", ["after=-1", f"before={2**63}", "limit=101", "type=gift", "before=x"])
    def test_what_is_no_cursor_or_type_is_refused(self, stocked: Any, query: str) -> None:
        refused = stocked.shop.client().get(f"{PATH}?{query}")
        assert (refused.status, refused.fields) == (400, {query.partition("=")[0]})


class TestRows:
    def test_say_what_moved_where_and_for_which_day(self, stocked: Any) -> None:
        shop = stocked.shop
        (row,) = shop.client().get(f"{PATH}?after=0", X_Wait_For_Position=str(len(shop.events()))).data
        assert (row["sku"], row["name"], row["variant_name"]) == ("OAT-1", "Oat milk", "")
        assert row["storage_name"] == "Back"
        receipt = shop.client().get(f"/api/admin/inventory/receipts/{row['movement_id']}").data
        assert row["business_date"] == receipt["business_date"] is not None


class TestFilters:
    def test_leave_what_they_name(self, stocked: Any) -> None:
        sold, shop = stocked.sell(1).data, stocked.shop
        for query, expected in (
            (f"storage_id={stocked.storage['id']}", ["receipt", "sale"]),
            (f"store_id={stocked.store['id']}", ["receipt", "sale"]),
            (f"variant_id={stocked.variant_id}", ["receipt", "sale"]),
            (f"product_id={stocked.product['id']}", ["receipt", "sale"]),
            (f"product_id={stocked.product['id']}&variant_id={uuid4()}", []),
            ("type=sale", ["sale"]),
            (f"order_id={sold['id']}", ["sale"]),
            (f"actor_id={shop.users['Cashier']}", ["sale"]),
            (f"actor_id={shop.users['Cashier']}&type=receipt", []),
        ):
            assert kinds(shop, query) == expected, query
        for name in [
            "storage_id",
            "store_id",
            "variant_id",
            "product_id",
            "order_id",
            "refund_id",
            "transfer_id",
            "count_id",
            "purchase_order_id",
            "supplier_id",
            "actor_id",
        ]:
            assert kinds(shop, f"{name}={uuid4()}") == [], name
        assert kinds(shop, "reason=lost") == []

    def test_find_what_came_back_with_a_refund(self, stocked: Any) -> None:
        sold, manager = stocked.sell(2).data, stocked.shop.client("Manager")
        units = [{"line_id": sold["lines"][0]["id"], "quantity": "1"}]
        body = {"lines": units, "payments": [{"method": "cash", "amount": 119}], "reason": "sour"}
        refunds = [manager.post(f"/api/pos/orders/{sold['id']}/refunds", body).data["id"] for _ in range(2)]
        assert kinds(stocked.shop, f"order_id={sold['id']}") == ["sale", "return", "return"]
        assert kinds(stocked.shop, f"refund_id={refunds[1]}") == ["return"]
        rows = manager.get(f"{PATH}?order_id={sold['id']}").data
        assert [row["refund_id"] for row in rows] == [None, *refunds]

    def test_are_about_when_the_goods_moved_and_what_was_known(self, stocked: Any) -> None:
        stocked.sell(1)
        shop = stocked.shop
        rows = shop.client().get(PATH, X_Wait_For_Position=str(len(shop.events()))).data
        received, sale = rows
        assert kinds(shop, f"from={received['occurred_at']}") == ["receipt", "sale"]
        assert kinds(shop, f"to={received['occurred_at']}") == []
        assert kinds(shop, f"from={sale['occurred_at']}&before={END}") == ["sale"]
        assert kinds(shop, f"as_of={received['recorded_at']}") == ["receipt"]
        assert kinds(shop, f"as_of={sale['recorded_at']}&before={END}") == ["sale", "receipt"]
        assert kinds(shop, "as_of=2020-01-01T00:00:00Z") == []


class TestTransfers:
    """Five of ten are sent to an attic: three arrive, one breaks, one is lost."""

    @pytest.fixture
    def sent(self, stocked: Any) -> str:
        admin, line = stocked.shop.client(), {"variant_id": stocked.variant_id, "quantity": "5"}
        attic = admin.post("/api/admin/storages", {"name": "Attic", "code": "A"}).data["id"]
        body = {"from_storage_id": stocked.storage["id"], "to_storage_id": attic, "lines": [line]}
        transfers = "/api/admin/inventory/transfers"
        transfer = admin.post(transfers, body).data
        path = f"{transfers}/{transfer['id']}"
        assert admin.post(f"{path}/ship").status == 200
        arrived = {"line_id": transfer["lines"][0]["id"], "received": "3", "damaged": "1"}
        assert admin.post(f"{path}/receive", {"lines": [arrived], "close": True}).status == 200
        return str(transfer["id"])

    def rows(self, stocked: Any, query: str = "") -> list[Any]:
        position = str(len(stocked.shop.events()))
        answer = stocked.shop.client().get(f"{PATH}?limit=100&{query}", X_Wait_For_Position=position)
        assert isinstance(answer.data, list)
        return answer.data

    def test_leave_balances_that_add_up_after_each_row(self, stocked: Any, sent: str) -> None:
        quantities, values = defaultdict[Any, Decimal](Decimal), defaultdict[Any, int](int)
        for row in self.rows(stocked):
            place = row["storage_id"] or row["transfer_id"]
            quantities[place] += Decimal(row["quantity"])
            values[place] += row["value_change"]
            balance = (Decimal(row["balance_quantity"]), row["balance_value"])
            assert (quantities[place], values[place]) == balance
        levels = {
            row["storage_id"]: (Decimal(row["on_hand"]), row["value"])
            for row in stocked.shop.client().get("/api/admin/inventory/levels").data
        }
        assert {place: (quantities[place], values[place]) for place in quantities} == {**levels, sent: (0, 0)}

    def test_say_what_became_of_the_goods(self, stocked: Any, sent: str) -> None:
        rows = self.rows(stocked, f"transfer_id={sent}")
        assert [(row["type"], row["quantity"]) for row in rows if row["storage_id"] is None] == [
            ("transfer_out", "5"),
            ("transfer_in", "-3"),
            ("transfer_damaged", "-1"),
            ("transfer_lost", "-1"),
        ]
        assert {row["type"] for row in self.rows(stocked, "type=transfer_lost")} == {"transfer_lost"}
