"""A day at a till, lived over HTTP: its report, its drawer and the day's sales come to the same (T8, 2)."""

from typing import Any

import pytest

from tests.agreeing import reports_agree

SHIFTS, ORDERS = "/api/pos/shifts", "/api/pos/orders"
NOON = "2024-05-04T12:00:00Z"
PRICES = (1798, 4990, 3333, 1200, 2499, 2990, 3990)


class Day:
    """A till of a shop that rounds cash to 5, with a VAT of 20 % in its prices; stock is not counted."""

    def __init__(self, shop: Any) -> None:
        self.shop, self.admin = shop, shop.client()
        admin = self.admin
        self.store = admin.post("/api/admin/stores", {"name": "Corner", "code": "C", "timezone": "UTC"}).data
        till = {"name": "Till", "code": "1"}
        self.register = admin.post(f"/api/admin/stores/{self.store['id']}/registers", till).data["id"]
        vat = {"name": "VAT 20", "rate": "20", "inclusive": True}
        tax = admin.post("/api/admin/settings/tax-rates", vat).data["id"]
        admin.patch("/api/admin/settings/company", {"cash_rounding": 5, "backdating_days": 3650})
        self.variants = {price: self._product(price, tax) for price in PRICES}

    def _product(self, price: int, tax: str) -> str:
        body = {
            "name": f"For {price}",
            "track_stock": False,
            "tax_rate_ids": [tax],
            "variants": [{"sku": f"V{price}", "price": price}],
        }
        product = self.admin.post("/api/admin/products", body).data
        self.admin.post(f"/api/admin/products/{product['id']}/status", {"status": "active"})
        return str(product["variants"][0]["id"])

    def done(self, path: str, body: dict[str, Any]) -> Any:
        """What an admin did, which was not refused."""
        return self.admin.post(path, body).data

    def basket(self, price: int) -> dict[str, Any]:
        line = {"variant_id": self.variants[price], "quantity": 1}
        return {"register_id": self.register, "lines": [line]}

    def sell(self, price: int, *payments: dict[str, Any], **more: Any) -> Any:
        return self.done(
            ORDERS, {**self.basket(price), "payments": list(payments), "occurred_at": NOON, **more}
        )

    def coming_back(self, order: Any) -> list[dict[str, Any]]:
        return [{"line_id": order["lines"][0]["id"], "quantity": 1, "restock": True}]


@pytest.fixture
def day(shop: Any) -> Day:
    return Day(shop)


def cash(amount: int, **more: Any) -> dict[str, Any]:
    return {"method": "cash", "amount": amount, **more}


def card(amount: int, **more: Any) -> dict[str, Any]:
    return {"method": "card", "amount": amount, **more}


def test_t8_over_http(day: Day) -> None:
    earlier = day.sell(2990, card(2990), occurred_at="2024-05-03T12:00:00Z")
    shift = day.done(
        f"{SHIFTS}/open", {"register_id": day.register, "opening_float": 10000, "occurred_at": NOON}
    )
    path = f"{SHIFTS}/{shift['id']}"
    day.sell(1798, cash(1798, tendered=2000))
    day.sell(4990, card(4990, tip=500))
    day.sell(3333, card(2000), cash(1333, tendered=1500, tip=100))
    day.done(f"{ORDERS}/{day.sell(1200, cash(1200))['id']}/void", {"reason": "Changed their mind"})
    returned = day.sell(2499, card(2499))
    refund = {"lines": day.coming_back(returned), "payments": [cash(2499)], "reason": "Broken"}
    day.done(
        f"{ORDERS}/{returned['id']}/refunds", {"register_id": day.register, "occurred_at": NOON, **refund}
    )
    exchanged = {"order_id": earlier["id"], "returns": day.coming_back(earlier), "payments": [cash(1000)]}
    exchange = {**day.basket(3990), **exchanged, "occurred_at": NOON}
    assert day.done("/api/pos/exchange", exchange)["difference"] == 1000
    for kind, amount, reason in (
        ("paid_in", 2000, "change_delivery"),
        ("paid_out", 750, "petty_cash"),
        ("paid_out", 600, "tip_payout"),
        ("drop", 5000, "safe"),
    ):
        day.done(f"{path}/cash-movements", {"type": kind, "amount": amount, "reason": reason})
    before = day.admin.get(f"{path}/report").data
    closed = day.done(f"{path}/close", {"counted_cash": 7380, "closing_float": 5000})
    report = day.admin.get(f"{path}/report").data
    assert (closed["expected_cash"], closed["over_short"], closed["z_number"]) == (7385, -5, 1)
    assert (report["gross_sales"], report["returns"], report["net_sales"]) == (13840, 4574, 9266)
    assert (report["tax"], report["tips"], report["rounding"]) == (1855, 600, 3)
    assert report["total_collected"] == 11724
    assert {one["method"]: one["net"] for one in report["tenders"]} == {
        "cash": 1735,
        "card": 9989,
        "exchange": 0,
    }
    assert (report["counts"]["voids"], report["counts"]["refunds"]) == (
        {"count": 1, "total": 1200},
        {"count": 2, "total": 5489},
    )
    assert report["cash"]["dropped_at_close"] == 2380
    # What was sold the day before, in no shift, is what the register took, too.
    assert (report["perpetual"]["sales"], report["perpetual"]["net"]) == (2990 + 16610, 2990 + 11121)
    # Before the close it was the same, but for what only a close knows.
    only_closed = {"type", "z_number", "closed_by", "closed_at", "letterhead", "cash", "perpetual"}
    assert {name: value for name, value in before.items() if name not in only_closed} == {
        name: value for name, value in report.items() if name not in only_closed
    }
    following = day.done(f"{SHIFTS}/open", {"register_id": day.register, "opening_float": 5000})
    assert following["expected_float"] == 5000
    agrees_with_the_day(day, report)
    reports_agree(day.shop)


def agrees_with_the_day(day: Day, report: Any) -> None:
    """The sales report of the day comes to the same as the only shift of the day."""
    (date,) = report["business_dates"]
    wait = {"X-Wait-For-Position": day.admin.get(f"{SHIFTS}/{report['shift_id']}").headers["x-read-position"]}
    base, filters = "/api/admin/reports/sales-summary", f"from={date}&to={date}&store_id={day.store['id']}"
    overview = day.admin.call("GET", f"{base}/overview?{filters}", headers=wait).data["overall"]
    measures = ("gross_sales", "returns", "net_sales", "tax", "tips", "rounding", "total_collected")
    assert {name: overview[name] for name in measures} == {name: report[name] for name in measures}
    assert (overview["orders"], overview["items"]) == (report["receipts"], report["items"])
