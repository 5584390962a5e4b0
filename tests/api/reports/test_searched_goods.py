"""Reports find goods by what people type of their names, as lists do."""

from typing import Any
from urllib.parse import urlencode

import pytest

NAMES = ("Œufs bio", "Côte d'Or Lait", "Coca-Cola Zero", "Wasser 500 ml", "有機緑茶", "Żurek Łódź")
TYPED: tuple[tuple[str, set[str]], ...] = (
    ("oeufs", {"Œufs bio"}),
    ("cote dor", {"Côte d'Or Lait"}),
    ("cocacola", {"Coca-Cola Zero"}),
    ("coca cola", {"Coca-Cola Zero"}),
    ("500ml", {"Wasser 500 ml"}),
    ("緑茶", {"有機緑茶"}),
    ("zurek lodz", {"Żurek Łódź"}),
    ("goods-2", {"Coca-Cola Zero"}),
    ("%", set()),
    ("...", set()),
)


@pytest.fixture
def trade(stocked: Any) -> Any:
    """One of each was received and sold: the business date, and the last position."""
    products = [
        stocked.product_of(name=name, variants=[{"sku": f"GOODS-{number}", "price": 100}])
        for number, name in enumerate(NAMES)
    ]
    ids = [product["variants"][0]["id"] for product in products]
    stocked.receive(1, 60, lines=[{"variant_id": one, "quantity": 2, "unit_cost": 50} for one in ids])
    lines = [{"variant_id": one, "quantity": 1} for one in ids]
    sale = stocked.sell(lines=lines, payments=[{"method": "cash", "amount": 1000}])
    day = sale.data["business_date"]
    return f"from={day}&to={day}", {"X_Wait_For_Position": sale.headers["x-event-position"]}


@pytest.mark.parametrize(
    "path",
    [
        "sales-summary/by-product",
        "sales-summary/by-product?group=product",
        "inventory-report/stock-on-hand",
        "inventory-report/movements",
        "inventory-report/turnover",
    ],
)
def test_find_what_is_typed(stocked: Any, trade: Any, path: str) -> None:
    admin, (period, wait) = stocked.shop.client(), trade
    found = {}
    for typed, _ in TYPED:
        query = f"{period}&{urlencode({'search': typed})}"
        answer = admin.get(f"/api/admin/reports/{path}{'&' if '?' in path else '?'}{query}", **wait)
        assert answer.status == 200, answer.json
        found[typed] = {row["name"] for row in answer.data["rows"]}
    assert found == dict(TYPED)
