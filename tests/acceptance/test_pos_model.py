"""Whatever a till and a store room do, stock, costs, numbers and reports are those of a plain model."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

REPORT = "/api/admin/reports/sales-summary"
EVER = "from=2021-01-01&to=2030-12-31"
PRICES = (119, 250, 999)
RATE = Decimal(19)


def rounded(exact: Decimal) -> int:
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@dataclass
class Shelf:
    """What the model believes of one variant."""

    quantity: int = 0
    value: int = 0

    def receive(self, quantity: int, unit_cost: int) -> None:
        self.quantity += quantity
        self.value += quantity * unit_cost

    def issue(self, quantity: int) -> int:
        cost = rounded(Decimal(self.value) * quantity / self.quantity)
        self.quantity -= quantity
        self.value -= cost
        return cost


@dataclass
class Books:
    """What the model believes was sold."""

    orders: int = 0
    total: int = 0
    tax: int = 0
    cost: int = 0
    sold: dict[int, int] = field(default_factory=dict)
    paid: dict[str, int] = field(default_factory=dict)


class PosModel(RuleBasedStateMachine):
    """The API and the model, side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.counter = self.open_counter()
        self.shelves = [Shelf() for _ in PRICES]
        self.books = Books()
        self.last_sale: tuple[dict[str, Any], Any] | None = None
        self.position = "0"

    def open_counter(self) -> "Counter":
        """A store where nothing was sold yet."""
        raise NotImplementedError

    @initialize()
    def begin_with_something_on_the_shelves(self) -> None:
        for which, (quantity, unit_cost) in enumerate(((20, 61), (15, 100), (10, 333))):
            self.receive(which, quantity, unit_cost)

    @rule(which=st.integers(0, 2), quantity=st.integers(1, 9), unit_cost=st.integers(0, 200))
    def receive_more(self, which: int, quantity: int, unit_cost: int) -> None:
        self.receive(which, quantity, unit_cost)

    def receive(self, which: int, quantity: int, unit_cost: int) -> None:
        answer = self.counter.receive(which, quantity, unit_cost)
        assert answer.status == 201
        self.position = answer.headers["x-event-position"]
        self.shelves[which].receive(quantity, unit_cost)

    @rule(
        lines=st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3)), min_size=1, max_size=3),
        percent=st.sampled_from([0, 5, 10, 33]),
        method=st.sampled_from(["cash", "card"]),
    )
    def sell(self, lines: list[tuple[int, int]], percent: int, method: str) -> None:
        basket = self.counter.basket(lines, percent)
        total = self.expected_total(lines, percent)
        quote = self.counter.admin.post("/api/pos/quote", basket).data
        assert (quote["total"], quote["tax_total"]) == (total, self.tax_of(quote))
        sale = {**basket, "id": str(uuid4()), "payments": [{"method": method, "amount": total}]}
        answer = self.counter.admin.post("/api/pos/orders", sale)
        if self.falls_short(lines):
            assert (answer.status, answer.code) == (409, "insufficient_stock")
            return
        assert answer.status == 201
        self.book(lines, answer.data, method)
        self.last_sale = sale, answer
        self.position = answer.headers["x-event-position"]

    def book(self, lines: list[tuple[int, int]], order: Any, method: str) -> None:
        costs = [self.shelves[which].issue(quantity) for which, quantity in lines]
        assert [line["cost_total"] for line in order["lines"]] == costs
        assert order["number"] == f"MODEL-1-{self.books.orders + 1:06d}"
        self.books.orders += 1
        self.books.total += order["total"]
        self.books.tax += self.tax_of(order)
        self.books.cost += sum(costs)
        self.books.paid[method] = self.books.paid.get(method, 0) + order["total"]
        for which, quantity in lines:
            self.books.sold[which] = self.books.sold.get(which, 0) + quantity

    def expected_total(self, lines: list[tuple[int, int]], percent: int) -> int:
        gross = sum(PRICES[which] * quantity for which, quantity in lines)
        return gross - rounded(Decimal(gross) * percent / 100)

    def tax_of(self, order: Any) -> int:
        """The tax contained in what is left of each line's exact value, rounded line by line."""
        share = self.counter.share / 100
        return sum(rounded(line["gross_total"] * share * RATE / (100 + RATE)) for line in order["lines"])

    def falls_short(self, lines: list[tuple[int, int]]) -> bool:
        return any(
            sum(quantity for one, quantity in lines if one == which) > shelf.quantity
            for which, shelf in enumerate(self.shelves)
        )

    @rule()
    def sell_again_what_was_sold(self) -> None:
        if self.last_sale is not None:
            sale, first = self.last_sale
            again = self.counter.admin.post("/api/pos/orders", sale)
            assert (again.status, again.body) == (201, first.body)

    @rule(which=st.integers(0, 2))
    def sell_more_than_there_is(self, which: int) -> None:
        lines = [(which, self.shelves[which].quantity + 1)]
        sale = {**self.counter.basket(lines, 0), "payments": []}
        sale["payments"] = [{"method": "card", "amount": self.expected_total(lines, 0)}]
        answer = self.counter.admin.post("/api/pos/orders", sale)
        assert (answer.status, answer.code) == (409, "insufficient_stock")

    @invariant()
    def stock_is_what_the_model_says(self) -> None:
        levels = self.counter.levels()
        for variant, shelf in zip(self.counter.variants, self.shelves, strict=True):
            level = levels.get(variant, {"on_hand": "0", "value": 0})
            assert (Decimal(level["on_hand"]), level["value"]) == (Decimal(shelf.quantity), shelf.value)

    def teardown(self) -> None:
        report = self.counter.report("overview", self.position)["overall"]
        books = self.books
        assert (report["orders"], report["total_collected"]) == (books.orders, books.total)
        assert (report["tax"], report["cost_of_goods"]) == (books.tax, books.cost)
        rows = self.counter.report("by-product", self.position)["rows"]
        sold = {self.counter.variants[which]: quantity for which, quantity in books.sold.items()}
        assert {row["variant_id"]: Decimal(row["quantity"]) for row in rows} == sold
        rows = self.counter.report("by-payment-method", self.position)["rows"]
        assert {row["method"]: row["amount"] for row in rows} == books.paid


class Counter:
    """A store with three products that are counted, and nothing of any of them."""

    def __init__(self, shop: Any) -> None:
        self.admin = admin = shop.client()
        self.share = Decimal(100)
        store = admin.post("/api/admin/stores", {"name": "Model", "code": "MODEL"}).data
        back = {"name": "Back", "code": "B", "store_id": store["id"]}
        self.storage = admin.post("/api/admin/storages", back).data
        registers = f"/api/admin/stores/{store['id']}/registers"
        self.register = admin.post(registers, {"name": "Till", "code": "1"}).data
        vat = {"name": "VAT", "rate": str(RATE), "inclusive": True}
        tax = admin.post("/api/admin/settings/tax-rates", vat).data
        self.variants = [self.add(f"P{price}", price, tax["id"]) for price in PRICES]

    def add(self, sku: str, price: int, tax: str) -> str:
        body = {"name": sku, "tax_rate_ids": [tax], "variants": [{"sku": sku, "price": price}]}
        product = self.admin.post("/api/admin/products", body).data
        self.admin.post(f"/api/admin/products/{product['id']}/status", {"status": "active"})
        return str(product["variants"][0]["id"])

    def receive(self, which: int, quantity: int, unit_cost: int) -> Any:
        line = {"variant_id": self.variants[which], "quantity": quantity, "unit_cost": unit_cost}
        body = {"storage_id": self.storage["id"], "lines": [line]}
        return self.admin.post("/api/admin/inventory/receipts", body)

    def basket(self, lines: list[tuple[int, int]], percent: int) -> dict[str, Any]:
        self.share = Decimal(100 - percent)
        discounts = [{"type": "percent", "value": str(percent)}] if percent else []
        return {
            "register_id": self.register["id"],
            "lines": [
                {"variant_id": self.variants[which], "quantity": quantity} for which, quantity in lines
            ],
            "discounts": discounts,
        }

    def levels(self) -> dict[str, Any]:
        return {row["variant_id"]: row for row in self.admin.get("/api/admin/inventory/levels").data}

    def report(self, section: str, position: str) -> Any:
        path = f"{REPORT}/{section}?{EVER}"
        return self.admin.get(path, X_Wait_For_Position=position).data


def test_the_api_does_what_the_model_does(make_shop: Callable[..., Any]) -> None:
    class InThisService(PosModel):
        def open_counter(self) -> Counter:
            return Counter(make_shop())

    run_state_machine_as_test(
        InThisService,
        settings=settings(
            max_examples=6,
            stateful_step_count=18,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
