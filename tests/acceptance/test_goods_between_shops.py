"""Goods from the order to the shelf, as a new user tries it out: every figure is followed in the ledger."""

from fractions import Fraction
from typing import Any

import pytest

from tests.acceptance.stock.company import INVENTORY, NORTH, SOUTH, StockCompany
from tests.acceptance.test_first_day import sign_in

BOTTLE = 0


def done(answer: Any) -> Any:
    assert answer.status in {200, 201}, answer.body
    return answer.data


class Storekeeper:
    """Who orders, receives, sends and counts; somebody else is at the till."""

    def __init__(self, company: StockCompany, client: Any) -> None:
        self.company, self.client = company, client

    def post(self, path: str, body: Any = None) -> Any:
        return done(self.company.noticed(self.client.post(f"{INVENTORY}/{path}", body)))

    def put(self, path: str, body: Any) -> Any:
        return done(self.company.noticed(self.client.put(f"{INVENTORY}/{path}", body)))

    def get(self, path: str) -> Any:
        wait = {"X_Wait_For_Position": self.company.position}
        return done(self.client.get(f"{INVENTORY}/{path}", **wait))

    def level(self, place: str) -> tuple[str, str, int]:
        """What is on hand, on order and what that on hand is worth."""
        row = self.get(f"levels?storage_id={self.company.storages[place]}")[0]
        return row["on_hand"], row["incoming_ordered"], row["value"]

    def ledger(self, place: str) -> list[tuple[str, str, int, str, int]]:
        names = ("type", "quantity", "value_change", "balance_quantity", "balance_value")
        rows = self.get(f"movements?limit=100&after=0&storage_id={self.company.storages[place]}")
        return [tuple(row[name] for name in names) for row in rows]

    def line(self, quantity: Fraction | int, **more: Any) -> dict[str, Any]:
        return self.company.line(BOTTLE, Fraction(quantity), **more)


@pytest.mark.parametrize("role", ["Admin", "Inventory Clerk"])
def test_two_cases_from_the_order_to_the_other_shop(shop: Any, role: str) -> None:
    company = StockCompany(shop)
    keeper = Storekeeper(company, sign_in(shop, role))
    order_and_receive(keeper)
    broken = {"reason": "damaged", "note": "Dropped", "lines": [keeper.line(-3)]}
    keeper.post("adjustments", {"storage_id": company.storages[NORTH], **broken})
    send_ten(keeper)
    count_while_the_till_sells(keeper)
    assert keeper.ledger(NORTH) == [
        ("receipt", "18", 3600, "18", 3600),
        ("adjustment", "-3", -600, "15", 3000),
        ("transfer_out", "-10", -2000, "5", 1000),
    ]
    assert keeper.ledger(SOUTH) == [
        ("transfer_in", "9", 1800, "9", 1800),
        ("sale", "-2", -400, "7", 1400),
        ("sale", "-1", -200, "6", 1200),
        ("count", "-1", -200, "5", 1000),
    ]
    assert keeper.level(NORTH) == ("5", "6", 1000)
    assert keeper.level(SOUTH) == ("5", "0", 1000)


def order_and_receive(keeper: Storekeeper) -> None:
    """Two cases are ordered, one and a half come."""
    company = keeper.company
    line = keeper.line(2, unit_id=company.goods[BOTTLE].case_id, unit_cost=2400)
    body = {"supplier_id": company.supplier, "storage_id": company.storages[NORTH], "lines": [line]}
    order = keeper.post("purchase-orders", body)
    assert (order["number"], order["subtotal"]) == ("PO-000001", 4800)
    ordered = keeper.post(f"purchase-orders/{order['id']}/order")
    assert ordered["status"] == "ordered"
    assert keeper.level(NORTH) == ("0", "24", 0)
    came = {"line_id": order["lines"][0]["id"], "quantity": "1.5"}
    keeper.post(f"purchase-orders/{order['id']}/receive", {"lines": [came]})
    order = keeper.get(f"purchase-orders/{order['id']}")
    assert (order["status"], order["lines"][0]["open"]) == ("partially_received", "0.5")
    assert keeper.level(NORTH) == ("18", "6", 3600)


def send_ten(keeper: Storekeeper) -> None:
    """Ten go to the other shop, one is lost on the way."""
    storages = keeper.company.storages
    ends = {"from_storage_id": storages[NORTH], "to_storage_id": storages[SOUTH]}
    transfer = keeper.post("transfers", {**ends, "lines": [keeper.line(10)]})
    path = f"transfers/{transfer['id']}"
    shipped = keeper.post(f"{path}/ship", {"carrier": "Bike"})
    assert (shipped["status"], shipped["lines"][0]["value"]) == ("in_transit", 2000)
    came = {"line_id": transfer["lines"][0]["id"], "received": 9, "lost": 1}
    received = keeper.post(f"{path}/receive", {"lines": [came]})
    assert (received["status"], received["lines"][0]["in_transit"]) == ("received", "0")
    rows = keeper.get(f"movements?limit=100&transfer_id={transfer['id']}")
    on_the_way = [
        (row["type"], row["quantity"], row["value_change"]) for row in rows if not row["storage_id"]
    ]
    assert on_the_way == [
        ("transfer_out", "10", 2000),
        ("transfer_in", "-9", -1800),
        ("transfer_lost", "-1", -200),
    ]


def count_while_the_till_sells(keeper: Storekeeper) -> None:
    """Six are found, in two places; two were sold in between, and one before the count is completed."""
    company = keeper.company
    count = keeper.post("counts", {"storage_id": company.storages[SOUTH], "kind": "full"})
    path = f"counts/{count['id']}"
    keeper.put(f"{path}/lines", {"lines": [keeper.line(3, area="Shelf")]})
    done(company.sale(SOUTH, [(BOTTLE, Fraction(2))]))
    keeper.put(f"{path}/lines", {"lines": [keeper.line(3, area="Cellar")]})
    done(company.sale(SOUTH, [(BOTTLE, Fraction(1))]))
    completed = keeper.post(f"{path}/complete")
    assert (completed["status"], completed["difference_quantity"]) == ("completed", "-1")
    assert completed["difference_value"] == -200
