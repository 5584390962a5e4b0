"""A till whose shifts are opened, filled and closed over HTTP."""

from typing import Any

import pytest

SHIFTS = "/api/pos/shifts"


@pytest.fixture
def till(stocked: Any) -> "Till":
    return Till(stocked)


class Till:
    """A register, its shifts and who works at it."""

    def __init__(self, stocked: Any) -> None:
        self.stocked = stocked
        self.register_id = stocked.register["id"]

    def client(self, role: str = "Cashier", **more: Any) -> Any:
        return self.stocked.shop.client(role, **more)

    def open(self, opening_float: int = 10000, *, role: str = "Cashier", **more: Any) -> Any:
        body = {"register_id": self.register_id, "opening_float": opening_float, **more}
        return self.client(role).post(f"{SHIFTS}/open", body)

    def close(self, shift_id: str, counted: int, *, role: str = "Cashier", **more: Any) -> Any:
        return self.client(role).post(f"{SHIFTS}/{shift_id}/close", {"counted_cash": counted, **more})

    def move(self, shift_id: str, *, role: str = "Cashier", **movement: Any) -> Any:
        return self.client(role).post(f"{SHIFTS}/{shift_id}/cash-movements", movement)

    def give_back(self, sale: Any, *, reason: str) -> Any:
        """Take back the one piece of a sale, for cash."""
        refund = {
            "lines": [{"line_id": sale["lines"][0]["id"], "quantity": "1"}],
            "payments": [{"method": "cash", "amount": sale["total"]}],
            "reason": reason,
            "register_id": self.register_id,
        }
        return self.client("Admin").post(f"/api/pos/orders/{sale['id']}/refunds", refund)
