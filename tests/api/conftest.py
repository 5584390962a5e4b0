"""What the tests over HTTP share: a shop that is set up and stocked, and the routes as they are declared."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

#: The ids of an order and its line that tests know before it is sold.
ORDER, LINE = "0190f5a1-7c3e-7abc-8def-0123456789a0", "0190f5a1-7c3e-7abc-8def-0123456789a1"
#: A refund of one of it.
REFUND = {
    "lines": [{"line_id": LINE, "quantity": "1"}],
    "payments": [{"method": "cash", "amount": 119}],
    "reason": "sour",
}


@dataclass(frozen=True)
class Stocked:
    """A store with a till, and one product of which there are ten, bought at 60 and sold at 119."""

    shop: Any
    store: Any
    storage: Any
    register: Any
    tax: Any
    product: Any

    @property
    def variant_id(self) -> str:
        return str(self.product["variants"][0]["id"])

    def sale(self, quantity: Any = 1, price: int = 119, **more: Any) -> dict[str, Any]:
        """A sale of so many, paid exactly in cash unless `more` says otherwise."""
        return {
            "register_id": self.register["id"],
            "lines": [{"variant_id": self.variant_id, "quantity": quantity}],
            "payments": [{"method": "cash", "amount": price * int(quantity)}],
            **more,
        }

    def sell(self, quantity: Any = 1, *, role: str = "Cashier", **more: Any) -> Any:
        """The answer to a sale; only managers and admins sell further back than usual."""
        return self.shop.client(role).post("/api/pos/orders", self.sale(quantity, **more))

    def sold(self, quantity: Any = 1) -> Any:
        """An order whose ids are known beforehand: ORDER, with the one line LINE; it is sold once."""
        line = {"id": LINE, "variant_id": self.variant_id, "quantity": quantity}
        return self.sell(quantity, role="Admin", id=ORDER, lines=[line]).data

    def receive(self, quantity: Any, unit_cost: int, **more: Any) -> Any:
        """The answer to a delivery."""
        line = {"variant_id": self.variant_id, "quantity": quantity, "unit_cost": unit_cost}
        body = {"storage_id": self.storage["id"], "lines": [line], **more}
        return self.shop.client().post("/api/admin/inventory/receipts", body)

    def transfer(self, quantity: Any = 1, *, role: str = "Admin", **more: Any) -> Any:
        """The answer to a plan to send so many to a new warehouse, unless `more` says otherwise."""
        if "to_storage_id" not in more:
            code = uuid4().hex
            warehouse = self.shop.client().post("/api/admin/storages", {"name": code, "code": code})
            more["to_storage_id"] = warehouse.data["id"]
        line = {"variant_id": self.variant_id, "quantity": quantity}
        body = {"from_storage_id": self.storage["id"], "lines": [line], **more}
        return self.shop.client(role).post("/api/admin/inventory/transfers", body)

    def level(self) -> Any:
        """What there is of it."""
        levels = self.shop.client().get(f"/api/admin/inventory/levels?variant_id={self.variant_id}").data
        return levels[0]

    def on_hand(self) -> str:
        return str(self.level()["on_hand"])

    def product_of(self, **product: Any) -> Any:
        """One more product, for sale, of which there are none."""
        return add_product(self.shop.client(), {"tax_rate_ids": [self.tax["id"]], **product})


def add_product(admin: Any, product: dict[str, Any]) -> Any:
    drafted = admin.post("/api/admin/products", {"name": "Oat milk", **product}).data
    return admin.post(f"/api/admin/products/{drafted['id']}/status", {"status": "active"}).data


def stock_shop(shop: Any, **product: Any) -> Stocked:
    admin = shop.client()
    store = admin.post("/api/admin/stores", {"name": "Main Street", "code": "MAIN"}).data
    storage = admin.post("/api/admin/storages", {"name": "Back", "code": "B", "store_id": store["id"]}).data
    register = admin.post(f"/api/admin/stores/{store['id']}/registers", {"name": "Till 1", "code": "1"}).data
    tax = admin.post("/api/admin/settings/tax-rates", {"name": "VAT", "rate": "19", "inclusive": True}).data
    variant = {"sku": "OAT-1", "price": 119, "cost": 60, "barcodes": ["4006381333931"]}
    product_of_shop = add_product(admin, {"tax_rate_ids": [tax["id"]], "variants": [variant], **product})
    stocked = Stocked(shop, store, storage, register, tax, product_of_shop)
    assert stocked.receive("10", 60).status == 201
    return stocked


@pytest.fixture
def stock() -> Callable[..., Stocked]:
    """Sets up and stocks a shop; fields of its product may be given."""
    return stock_shop


@pytest.fixture
def stocked(shop: Any) -> Stocked:
    """A shop that is set up and stocked."""
    return stock_shop(shop)
