"""Sizes of a shirt, which nobody named, are told apart wherever stock is shown."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

INVENTORY = "/api/admin/inventory"
NAMES = {"M / Red", "L / Red"}


@dataclass(frozen=True)
class Shirts:
    """Five of a size that nobody named, and five of another; less than there should be."""

    stocked: Any
    variants: list[Any]
    supplier_id: str

    @property
    def admin(self) -> Any:
        return self.stocked.shop.client()

    def lines(self, quantity: str, **more: Any) -> list[dict[str, Any]]:
        return [{"variant_id": one["id"], "quantity": quantity, **more} for one in self.variants]

    def names(self, path: str) -> set[str]:
        """What they are called in the list there, once it has all that was recorded."""
        answer = self.admin.get(path, X_Wait_For_Position=str(len(self.stocked.shop.events())))
        assert answer.status == 200, answer.body
        rows = answer.data["rows"] if isinstance(answer.data, dict) else answer.data
        skus = {one["sku"] for one in self.variants}
        return {row["variant_name"] for row in rows if row["sku"] in skus}


@pytest.fixture
def shirts(stocked: Any) -> Shirts:
    admin = stocked.shop.client()
    supplier = admin.post("/api/admin/settings/suppliers", {"name": "Hill"}).data["id"]
    product = stocked.product_of(
        name="Shirt",
        supplier_id=supplier,
        variants=[
            {
                "sku": f"SHIRT-{size}",
                "options": {"Size": size, "Color": "Red"},
                "price": 900,
                "cost": 300,
                "reorder_level": "8",
            }
            for size in ("M", "L")
        ],
    )
    shirts = Shirts(stocked, product["variants"], supplier)
    assert stocked.receive(0, 0, lines=shirts.lines("5", unit_cost=300)).status == 201
    return shirts


def test_in_levels_now_and_as_of_a_moment(shirts: Shirts) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    for query in ("", "?sort=name", f"?as_of={tomorrow}"):
        assert shirts.names(f"{INVENTORY}/levels{query}") == NAMES, query
    one = shirts.admin.get(f"{INVENTORY}/levels/{shirts.variants[0]['id']}").data
    assert {one["variant_name"], one["levels"][0]["variant_name"]} == {"M / Red"}


@pytest.mark.parametrize("path", ["movements", "low-stock", "reorder-suggestions"])
def test_in_what_moved_and_what_is_to_be_bought(shirts: Shirts, path: str) -> None:
    assert shirts.names(f"{INVENTORY}/{path}") == NAMES


@pytest.mark.parametrize(
    "section", ["stock-on-hand", "valuation", "movements", "low-stock", "ageing", "turnover"]
)
def test_in_the_inventory_report(shirts: Shirts, section: str) -> None:
    today = datetime.now(UTC).date()
    days = f"from={today - timedelta(days=1)}&to={today + timedelta(days=1)}"
    path = f"/api/admin/reports/inventory-report/{section}?{days}"
    assert shirts.names(path) == NAMES
    if section == "valuation":
        assert shirts.names(f"{path}&sort=-variant_name") == NAMES


def test_in_what_a_cashier_sold_most_of(shirts: Shirts) -> None:
    sold = shirts.stocked.sell(lines=shirts.lines("1"), payments=[{"method": "cash", "amount": 1800}])
    assert sold.status == 201, sold.body
    position = str(len(shirts.stocked.shop.events()))
    day = shirts.stocked.shop.client("Cashier").get("/api/cashier/dashboard", X_Wait_For_Position=position)
    assert {row["variant_name"] for row in day.data["top_products"]} == NAMES


def test_in_shrinkage(shirts: Shirts) -> None:
    lost = {
        "storage_id": shirts.stocked.storage["id"],
        "reason": "lost",
        "lines": shirts.lines("-1"),
    }
    assert shirts.admin.post(f"{INVENTORY}/adjustments", lost).status == 201
    today = datetime.now(UTC).date()
    days = f"from={today - timedelta(days=1)}&to={today + timedelta(days=1)}"
    path = f"/api/admin/reports/inventory-report/shrinkage?{days}&group=variant"
    assert shirts.names(path) == NAMES


def test_in_counts_before_and_after_they_are_counted(shirts: Shirts) -> None:
    begun = {"storage_id": shirts.stocked.storage["id"], "kind": "full"}
    count = shirts.admin.post(f"{INVENTORY}/counts", begun).data
    path = f"{INVENTORY}/counts/{count['id']}/lines"
    assert shirts.names(path) == NAMES
    tallied = shirts.admin.call("PUT", path, {"lines": shirts.lines("5")}, headers={})
    assert tallied.status == 200, tallied.body
    assert shirts.names(path) == NAMES
    assert shirts.names(f"{path}?search=shirt+l+red") == {"L / Red"}


def test_on_the_papers_of_transfers_and_purchase_orders(shirts: Shirts) -> None:
    planned = shirts.stocked.transfer(lines=shirts.lines("1"))
    assert {line["variant_name"] for line in planned.data["lines"]} == NAMES
    body = {"supplier_id": shirts.supplier_id, "storage_id": shirts.stocked.storage["id"]}
    lines = shirts.lines("1", unit_cost=300)
    order = shirts.admin.post(f"{INVENTORY}/purchase-orders", {**body, "lines": lines}).data
    assert {line["variant_name"] for line in order["lines"]} == NAMES
    page = shirts.admin.get(f"{INVENTORY}/purchase-orders/{order['id']}/document?format=html")
    for name in NAMES:
        assert f"Shirt, {name}" in page.body.decode()
