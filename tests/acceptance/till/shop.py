"""A store with two tills, and the calls by which a test works in it."""

from collections.abc import Iterable
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from infra.projections.rebuild import rebuild
from infra.runtime.models import EVENT_TYPES
from projections.orders import Orders
from projections.refunds import Refunds
from projections.settings import Settings
from projections.shifts.drawers import Drawers
from projections.shifts.entries import ShiftEntries
from projections.shifts.shifts import Shifts
from projections.users import Users
from tests.acceptance.till.books import Till
from tests.acceptance.till.orders import rounded

PRICES, COSTS = (333, 1798, 50), (100, 700, 11)
AT_FIRST = 5000
REPORT = "/api/admin/reports/sales-summary"


def total_of(lines: Iterable[tuple[int, int]], percent: int) -> int:
    """What so much of each of these goods comes to, with a discount on the whole."""
    gross = sum(PRICES[which] * count for which, count in lines)
    return gross - rounded(Fraction(gross * percent, 100))


class TillShop:
    """Everything is done by an admin; stock is never short."""

    def __init__(self, make_shop: Any) -> None:
        # A store in the middle of its day, so that no midnight falls between two sales.
        offset = 12 - datetime.now(UTC).hour
        shop = make_shop(timezone=f"Etc/GMT{-offset:+d}" if offset else "UTC", cash_rounding=5)
        self.company, self.client = shop, shop.client()
        self.position = 0
        self.store = self.make("admin/stores", name="Main Street", code="MAIN")
        self.storage = self.make("admin/storages", name="Back", code="B", store_id=self.store)
        tax = self.make("admin/settings/tax-rates", name="VAT", rate="20", inclusive=True)
        self.variants = [self.offer(price, tax) for price in PRICES]
        self.receive()
        self.tills = [self.add_till(code) for code in ("1", "2")]

    def offer(self, price: int, tax: str) -> str:
        """Offer something at a price."""
        variant = {"sku": f"P{price}", "price": price}
        body = {"name": f"P{price}", "tax_rate_ids": [tax], "variants": [variant]}
        product = self.post("admin/products", body).data
        self.post(f"admin/products/{product['id']}/status", {"status": "active"})
        return str(product["variants"][0]["id"])

    def receive(self) -> None:
        """Bring in the goods."""
        lines = [
            {"variant_id": variant, "quantity": AT_FIRST, "unit_cost": cost}
            for variant, cost in zip(self.variants, COSTS, strict=True)
        ]
        body = {"storage_id": self.storage, "lines": lines}
        assert self.post("admin/inventory/receipts", body).status == 201

    def add_till(self, code: str) -> Till:
        """A till with a device of its own."""
        register = self.make(f"admin/stores/{self.store}/registers", name=f"Till {code}", code=code)
        device = self.post("pos/devices", {"register_id": register, "name": "Tablet"}).data
        return Till(register, f"MAIN-{code}", device["device_id"], device["code"])

    def make(self, path: str, **body: Any) -> str:
        return str(self.post(path, body).data["id"])

    def post(self, path: str, body: Any) -> Any:
        """The answer, whatever it is; after a success reading waits for what was written."""
        answer = self.client.post(f"/api/{path}", body)
        # Of two tabs the one that wrote first may have its answer last.
        self.position = max(self.position, int(answer.headers.get("x-event-position", 0)))
        return answer

    def done(self, path: str, body: Any) -> Any:
        """The data of what must not be refused."""
        answer = self.post(path, body)
        assert answer.status in (200, 201), (path, body, answer.body)
        return answer.data

    def refused(self, path: str, body: Any, code: str) -> None:
        """It must be refused, with this code."""
        answer = self.post(path, body)
        assert (answer.status, answer.code) == (409, code), (path, body, answer.body)

    def get(self, path: str) -> Any:
        """The answer to a reader who knows of all that was written."""
        answer = self.client.get(path, X_Wait_For_Position=str(self.position))
        assert answer.status == 200, (path, answer.body)
        return answer

    def rebuild(self) -> None:
        """Make anew what is read of shifts, their sales, and who and where: none of it was wrong."""
        address = self.company.service.database.worker
        for model in (Drawers(), Shifts(), ShiftEntries(), Orders(), Refunds(), Settings(), Users()):
            assert rebuild(address, EVENT_TYPES, model, self.company.company_id).rows_changed == 0

    def report(self, section: str) -> Any:
        """A section of the sales summary over all time."""
        return self.get(f"{REPORT}/{section}?from=2021-01-01&to=2030-12-31").data

    def basket(self, till: Till, lines: list[tuple[int, int]], percent: int) -> dict[str, Any]:
        """So much of each of these goods, with a discount on the whole."""
        return {
            "register_id": till.register_id,
            "lines": [{"variant_id": self.variants[which], "quantity": count} for which, count in lines],
            "discounts": [{"type": "percent", "value": str(percent)}] if percent else [],
        }
