"""Orders to a supplier: delivered in parts, more than was ordered within what was agreed, or never."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.acceptance.stock.books import rounded
from tests.acceptance.stock.company import written
from tests.acceptance.stock.model import ANY, ANYWHERE, StockModel

#: Of which goods, how many grains or cases, at which cost of one, and whether by the case.
ORDERED = st.dictionaries(
    st.integers(0, 2), st.tuples(st.integers(1, 20), st.integers(1000, 1999), st.booleans()), min_size=1
)
Ordered = dict[int, tuple[int, int, bool]]


@dataclass
class Wanted:
    """A line of an order: so many of a unit, each of them `factor` of the goods' own."""

    id: str
    which: int
    quantity: Fraction
    unit_cost: int
    factor: int
    received: Fraction = Fraction(0)

    @property
    def open(self) -> Fraction:
        return max(self.quantity - self.received, Fraction(0))


@dataclass
class Purchase:
    """An order as the books know it."""

    id: str
    place: str
    lines: list[Wanted]
    status: str = "draft"


class PurchaseOrders(StockModel):
    """Rules of goods that are ordered."""

    def __init__(self) -> None:
        super().__init__()
        self.purchases: list[Purchase] = []
        agreed = self.company.admin.patch("/api/admin/settings/company", {"over_receive_percent": "10"})
        assert agreed.status == 200

    def purchases_in(self, *statuses: str) -> list[Purchase]:
        return [purchase for purchase in self.purchases if purchase.status in statuses]

    @rule(place=ANYWHERE, ordered=ORDERED)
    def buy(self, place: str, ordered: Ordered) -> None:
        purchase = self.plan_purchase(place, ordered)
        answer = self.company.post(f"purchase-orders/{purchase.id}/order")
        assert (answer.status, answer.data["status"]) == (200, "ordered")
        purchase.status = "ordered"
        for line in purchase.lines:
            self.balance(purchase.place, line.which).ordered += line.open * line.factor

    @rule(place=ANYWHERE, ordered=ORDERED)
    def plan_and_drop(self, place: str, ordered: Ordered) -> None:
        self.call_off(self.plan_purchase(place, ordered))

    def plan_purchase(self, place: str, ordered: Ordered) -> Purchase:
        lines, wanted = [], []
        for which, (number, unit_cost, by_case) in ordered.items():
            goods, case = self.goods(which), by_case and self.goods(which).case_id
            quantity = Fraction(number) if case else number * goods.grain
            unit = {"unit_id": goods.case_id} if case else {}
            lines.append(self.company.line(which, quantity, unit_cost=unit_cost, **unit))
            wanted.append((which, quantity, unit_cost, 12 if case else 1))
        body = {"supplier_id": self.company.supplier, "storage_id": self.company.storages[place]}
        answer = self.company.post("purchase-orders", {**body, "lines": lines})
        assert answer.status == 201, answer.body
        assert answer.data["number"] == f"PO-{len(self.purchases) + 1:06d}"
        assert answer.data["subtotal"] == sum(rounded(quantity * cost) for _, quantity, cost, _ in wanted)
        ids = [line["id"] for line in answer.data["lines"]]
        made = [Wanted(one, *line) for one, line in zip(ids, wanted, strict=True)]
        self.purchases.append(Purchase(answer.data["id"], place, made))
        return self.purchases[-1]

    @precondition(lambda self: self.purchases_in("ordered", "partially_received"))
    @rule(number=ANY, halves=st.lists(st.integers(0, 2), min_size=3, max_size=3), place=st.none() | ANYWHERE)
    def take_delivery(self, number: int, halves: list[int], place: str | None) -> None:
        """Nothing, half or all that is open of each line comes, here or elsewhere."""
        under_way = self.purchases_in("ordered", "partially_received")
        purchase = under_way[number % len(under_way)]
        open_lines = [line for line in purchase.lines if line.open]
        came = [
            (line, self.whole(line, line.open * half / 2))
            for line, half in zip(open_lines, halves, strict=False)
        ]
        came = [(line, quantity) for line, quantity in came if quantity] or [
            (open_lines[0], open_lines[0].open)
        ]
        answer = self.receive_lines(purchase, came, place)
        assert answer.status in {200, 201}, answer.body
        for line, quantity in came:
            self.book(purchase, line, quantity, place or purchase.place)
        purchase.status = "partially_received" if any(line.open for line in purchase.lines) else "received"
        self.compare_order(purchase)

    def receive_lines(
        self, purchase: Purchase, came: list[tuple[Wanted, Fraction]], place: str | None = None
    ) -> Any:
        lines = [{"line_id": line.id, "quantity": written(quantity)} for line, quantity in came]
        elsewhere = {"storage_id": self.company.storages[place]} if place else {}
        return self.company.post(f"purchase-orders/{purchase.id}/receive", {"lines": lines, **elsewhere})

    @precondition(lambda self: self.purchases_in("ordered", "partially_received"))
    @rule(number=ANY, is_too_much=st.booleans())
    def deliver_more_than_ordered(self, number: int, is_too_much: bool) -> None:
        """A tenth more than was ordered may come, over all deliveries, and nothing beyond that."""
        under_way = self.purchases_in("ordered", "partially_received")
        purchase = under_way[number % len(under_way)]
        line = purchase.lines[0]
        most = self.whole(line, line.quantity * Fraction(11, 10)) - line.received
        quantity = most + self.whole(line, Fraction(1)) if is_too_much else most
        if not quantity:
            return
        answer = self.receive_lines(purchase, [(line, quantity)])
        if is_too_much:
            self.refused(answer, 409, "receive_exceeds_ordered")
            return
        assert answer.status in {200, 201}, answer.body
        self.book(purchase, line, quantity, purchase.place)
        purchase.status = "partially_received" if any(line.open for line in purchase.lines) else "received"
        self.compare_order(purchase)

    def whole(self, line: Wanted, quantity: Fraction) -> Fraction:
        """As much as comes in whole grains, or half cases."""
        grain = Fraction(1, 2) if line.factor > 1 else self.goods(line.which).grain
        return quantity // grain * grain

    def book(self, purchase: Purchase, line: Wanted, quantity: Fraction, place: str) -> None:
        """All deliveries together come to what the line costs, however it was split."""
        before, value = line.open, -rounded(line.received * line.unit_cost)
        line.received += quantity
        value += rounded(line.received * line.unit_cost)
        self.balance(purchase.place, line.which).ordered -= (before - line.open) * line.factor
        self.books.receive((place, line.which), quantity * line.factor, value)

    @precondition(lambda self: self.purchases)
    @rule(number=ANY)
    def cancel_order(self, number: int) -> None:
        self.call_off(self.purchases[number % len(self.purchases)])

    def call_off(self, purchase: Purchase) -> None:
        answer = self.company.post(f"purchase-orders/{purchase.id}/cancel", {"reason": "Sold out"})
        if purchase.status in {"received", "cancelled", "closed"}:
            self.refused(answer, 409, "invalid_transition")
            return
        assert answer.status == 200, answer.body
        if purchase.status != "draft":
            for line in purchase.lines:
                self.balance(purchase.place, line.which).ordered -= line.open * line.factor
        purchase.status = "closed" if purchase.status == "partially_received" else "cancelled"
        self.compare_order(purchase)

    def compare_order(self, purchase: Purchase) -> None:
        shown = self.company.get(f"purchase-orders/{purchase.id}").data
        assert shown["status"] == purchase.status
        for line, told in zip(purchase.lines, shown["lines"], strict=True):
            assert Fraction(told["received"]) == line.received
            if purchase.status in {"ordered", "partially_received", "received"}:
                assert Fraction(told["open"]) == line.open
