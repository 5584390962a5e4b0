"""Orders to a supplier: delivered in parts, more than was ordered within what was agreed, or never."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.acceptance.stock.books import rounded
from tests.acceptance.stock.company import written
from tests.acceptance.stock.model import ANY, ANYWHERE, StockModel, next_step

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
    at_terms: int = 0

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


@dataclass(frozen=True)
class Part:
    """What came of a line, at which value, and what that settled."""

    line: Wanted
    quantity: Fraction
    value: int
    settlement: int


@dataclass(frozen=True)
class Delivery:
    """What came of an order. Its `step` says what came before it and what after."""

    id: str
    purchase: Purchase
    place: str
    parts: list[Part]
    step: int = field(default_factory=next_step)


class PurchaseOrders(StockModel):
    """Rules of goods that are ordered."""

    def __init__(self) -> None:
        super().__init__()
        self.purchases: list[Purchase] = []
        self.deliveries: list[Delivery] = []
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
        self.book(answer, purchase, came, place or purchase.place)

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
        self.book(answer, purchase, [(line, quantity)], purchase.place)

    def whole(self, line: Wanted, quantity: Fraction) -> Fraction:
        """As much as comes in whole grains, or half cases."""
        grain = Fraction(1, 2) if line.factor > 1 else self.goods(line.which).grain
        return quantity // grain * grain

    def book(self, answer: Any, purchase: Purchase, came: list[tuple[Wanted, Fraction]], place: str) -> None:
        assert answer.status in {200, 201}, answer.body
        parts = [self.book_part(purchase, line, quantity, place) for line, quantity in came]
        self.deliveries.append(Delivery(answer.data["id"], purchase, place, parts))
        purchase.status = "partially_received" if any(line.open for line in purchase.lines) else "received"
        self.compare_order(purchase)

    def book_part(self, purchase: Purchase, line: Wanted, quantity: Fraction, place: str) -> Part:
        """All deliveries together come to what the line costs, however it was split."""
        value = max(rounded((line.received + quantity) * line.unit_cost) - line.at_terms, 0)
        self.balance(purchase.place, line.which).ordered -= self.count(line, quantity, value)
        settlement = self.books.receive((place, line.which), quantity * line.factor, value)
        return Part(line, quantity, value, settlement)

    def count(self, line: Wanted, quantity: Fraction, value: int) -> Fraction:
        """By how much less is open of the goods, with what came or, below zero, was taken back."""
        before = line.open
        line.received += quantity
        line.at_terms += value
        return (before - line.open) * line.factor

    @precondition(lambda self: self.deliveries)
    @rule(number=ANY)
    def reverse_delivery(self, number: int) -> None:
        """As if it had never come, unless the goods are gone or were counted since."""
        delivery = self.deliveries[number % len(self.deliveries)]
        answer = self.company.post(f"movements/{delivery.id}/reverse", {"reason": "Typed wrong"})
        keys = [(delivery.place, part.line.which) for part in delivery.parts]
        if any(self.counted.get(key, 0) > delivery.step for key in keys):
            self.refused(answer, 409, "before_last_count")
        elif self.is_used_up(delivery):
            self.refused(answer, 409, "insufficient_stock")
        else:
            assert answer.status == 200, answer.body
            self.deliveries.remove(delivery)
            self.take_back(delivery)
            self.compare_order(delivery.purchase)

    def is_used_up(self, delivery: Delivery) -> bool:
        """Whether less is there than came."""
        return any(
            part.quantity * part.line.factor > self.balance(delivery.place, part.line.which).quantity
            for part in delivery.parts
        )

    def take_back(self, delivery: Delivery) -> None:
        """What came is on order again, unless the order was closed."""
        purchase = delivery.purchase
        for part in reversed(delivery.parts):
            key, came = (delivery.place, part.line.which), part.quantity * part.line.factor
            self.books.take_back(key, came, part.value, part.settlement)
            reopened = -self.count(part.line, -part.quantity, -part.value)
            if purchase.status != "closed":
                self.balance(purchase.place, part.line.which).ordered += reopened
        if purchase.status != "closed":
            has_come = any(line.received for line in purchase.lines)
            is_open = any(line.open for line in purchase.lines)
            purchase.status = ("partially_received" if has_come else "ordered") if is_open else "received"

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
