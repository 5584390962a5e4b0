"""Whatever is exchanged for whatever, the tender between them is nothing in every section (property 10)."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from projections.reports.sections.sales_summary import SALES_SUMMARY
from tests.acceptance.till.books import EXCHANGE
from tests.acceptance.till.model import BASKET, HOW, PERCENT
from tests.acceptance.till.orders import settle
from tests.acceptance.till.shop import TillShop, total_of

Basket = list[tuple[int, int]]
PARTS = st.lists(st.integers(0, 4), min_size=3, max_size=3).filter(any)


class Exchanges:
    """A till with an open shift, at which goods are exchanged."""

    def __init__(self, shop: TillShop) -> None:
        self.shop = shop
        self.till = shop.tills[0]
        opening = {"register_id": self.till.register_id, "opening_float": 0}
        self.shift_id = shop.done("pos/shifts/open", opening)["id"]

    def sell(self, lines: Basket, percent: int, how: str) -> Any:
        payments, _, _ = settle(total_of(lines, percent), how, 0)
        return self.shop.done(
            "pos/orders", {**self.shop.basket(self.till, lines, percent), "payments": payments}
        )

    def exchange(self, order: Any, parts: list[int], lines: Basket) -> Any:
        """So many of each line for other goods, the difference in cash."""
        returns = [
            {"line_id": line["id"], "quantity": min(part, int(line["quantity"]))}
            for line, part in zip(order["lines"], parts, strict=False)
            if part
        ]
        path, quoted = f"pos/orders/{order['id']}/refunds/quote", {"lines": returns, "reason": "sour"}
        back = self.shop.done(path, quoted)["total"]
        difference = total_of(lines, 0) - back
        cash = [{"method": "cash", "amount": abs(difference)}] if difference else []
        body = {**self.shop.basket(self.till, lines, 0), "order_id": order["id"], "returns": returns}
        paid = {"payments": cash} if difference > 0 else {"refund_payments": cash}
        return self.shop.done("pos/exchange", {**body, **paid})

    def sections(self) -> dict[str, Any]:
        """Every section of the report, the shift's report, and the cashier's dashboard."""
        names = [section.path for section in SALES_SUMMARY]
        return {
            **{name: self.shop.report(name) for name in names},
            "overview": self.shop.report("overview")["overall"],
            "X": self.shop.get(f"/api/pos/shifts/{self.shift_id}/report").data,
            "dashboard": self.shop.get("/api/cashier/dashboard").data,
        }


def money_of(payments: Any) -> int:
    return sum(one["amount"] for one in payments if one["method"] != EXCHANGE)


def exchange_rows(part: Any) -> list[dict[str, Any]]:
    """Whatever is said of the tender, anywhere in an answer."""
    if isinstance(part, list):
        return [row for one in part for row in exchange_rows(one)]
    if not isinstance(part, dict):
        return []
    own = [part] if part.get("method") == EXCHANGE else []
    return own + [row for one in part.values() for row in exchange_rows(one)]


def net_of(row: dict[str, Any]) -> int:
    """What a row comes to: what came in less what went back, where it does not say it itself."""
    return int(row["net"] if "net" in row else row["amount"] - row["refunds"])


def check(before: dict[str, Any], after: dict[str, Any], done: Any) -> None:
    """Of no section but that of methods does an exchange show, and there it is nothing."""
    refund, order = done["refund"], done["order"]
    paid = money_of(order["payments"]) - money_of(refund["payments"])
    rose = {
        "total_collected": paid,
        "rounding": order["rounding"] - refund["rounding"],
        "gross_sales": order["total"] - order["tax_total"],
        "returns": refund["total"] - refund["tax_total"],
        "tax": order["tax_total"] - refund["tax_total"],
    }
    assert exchange_rows(after["by-payment-method"])
    assert exchange_rows(after["X"])
    for name in ("overview", "X"):
        assert {key: after[name][key] - before[name][key] for key in rose} == rose, name
    for name, section in after.items():
        assert {net_of(row) for row in exchange_rows(section)} <= {0}, name
        # What is told of refunds alone, or of discounts, is a part of the whole.
        totals = {} if name in {"refunds", "discounts", "restatements"} else section.get("overall", {})
        assert {key: totals[key] for key in rose if key in totals} == {
            key: after["overview"][key] for key in rose if key in totals
        }, name


@pytest.mark.long
def test_an_exchange_nets_nothing_in_any_section(
    make_shop: Callable[..., Any], request: pytest.FixtureRequest
) -> None:
    is_large = request.config.getoption("--large")
    tills = Exchanges(TillShop(make_shop))

    @settings(
        max_examples=200 if is_large else 8,
        deadline=None,
        derandomize=not is_large,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(BASKET, PERCENT, HOW, PARTS, BASKET)
    def exchange(sold: Basket, percent: int, how: str, parts: list[int], lines: Basket) -> None:
        order = tills.sell(sold, percent, how)
        if any(parts[: len(sold)]):
            before = tills.sections()
            done = tills.exchange(order, parts, lines)
            check(before, tills.sections(), done)

    exchange()
