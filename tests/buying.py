"""A shop that buys goods by the case, for tests over HTTP."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ORDERS = "/api/admin/inventory/purchase-orders"
SETTINGS = "/api/admin/settings"


@dataclass(frozen=True)
class Buyer:
    """A shop that counts bottles, and buys them by the case of 24 at 5800."""

    stocked: Any
    supplier: Any
    piece: Any
    case: Any

    @property
    def admin(self) -> Any:
        return self.stocked.shop.client()

    def line(self, **more: Any) -> dict[str, Any]:
        """Two cases, unless it says otherwise."""
        case = {"unit_id": self.case["id"], "quantity": "2", "unit_cost": 5800}
        return {"variant_id": self.stocked.variant_id, **case, **more}

    def body(self, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
        place = {"supplier_id": self.supplier["id"], "storage_id": self.stocked.storage["id"]}
        return {**place, "lines": list(lines) or [self.line()], **more}

    def draft(self, *lines: dict[str, Any], **more: Any) -> Any:
        answer = self.admin.post(ORDERS, self.body(*lines, **more))
        assert answer.status == 201, answer.body
        return answer.data

    def order(self, *lines: dict[str, Any], **more: Any) -> Any:
        """One that was ordered."""
        drafted = self.draft(*lines, **more)
        answer = self.admin.post(f"{ORDERS}/{drafted['id']}/order")
        assert answer.status == 200, answer.body
        return answer.data

    def receive(self, order: Any, quantity: Any = "1", **more: Any) -> Any:
        """The answer to a delivery of the first line; `more` of the line by its names, else of the body."""
        names = ("unit_cost", "rejected", "rejected_reason", "line_id")
        line = {name: more.pop(name) for name in names if name in more}
        lines = [{"line_id": order["lines"][0]["id"], "quantity": quantity, **line}]
        return self.admin.post(f"{ORDERS}/{order['id']}/receive", {"lines": lines, **more})

    def reverse(self, received: Any) -> Any:
        """The answer to taking back a delivery that was typed wrong."""
        path = f"/api/admin/inventory/movements/{received['id']}/reverse"
        return self.admin.post(path, {"reason": "Typed wrong"})

    def show(self, order: Any) -> Any:
        return self.admin.get(f"{ORDERS}/{order['id']}").data

    def incoming(self) -> str:
        return str(self.stocked.level()["incoming"])

    def product(self, sku: str, **more: Any) -> Any:
        variant = {"sku": sku, "price": 100, "cost": 40}
        return self.stocked.product_of(unit_id=self.piece["id"], variants=[variant], **more)


def open_buyer(shop: Any, stock: Callable[..., Any]) -> Buyer:
    """Set it up."""
    admin = shop.client()
    piece = admin.post(f"{SETTINGS}/units", {"name": "Bottle", "symbol": "btl"}).data
    of = {"base_unit_id": piece["id"], "factor": "24"}
    case = admin.post(f"{SETTINGS}/units", {"name": "Case", "symbol": "cs", "precision": 1, **of}).data
    supplier = admin.post(f"{SETTINGS}/suppliers", {"name": "Hillside", "email": "h@hill.example"}).data
    return Buyer(stock(shop, unit_id=piece["id"], supplier_id=supplier["id"]), supplier, piece, case)
