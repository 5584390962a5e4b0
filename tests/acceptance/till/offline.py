"""A shift of a till without a connection: what was done in it, and what must have come of it in the end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.acceptance.till.model import ANY, new_id
from tests.acceptance.till.orders import Line
from tests.acceptance.till.shop import PRICES, TillShop, total_of

#: What is done at a till, which sale or goods it is about, how many of them, and whether by card.
Act = tuple[str, int, int, bool]
KINDS = ("sell", "sell", "sell", "refund", "refund", "void", "exchange", "take_back", "move_cash")
ACTS = st.lists(st.tuples(st.sampled_from(KINDS), ANY, st.integers(1, 4), st.booleans()), max_size=9)
#: How cash moves without a sale, and why.
MOVED = (("paid_in", "change_delivery"), ("paid_out", "petty_cash"), ("drop", "safe"))
OFF = (0, 10, 33)


@dataclass
class Sale:
    """A sale of one line, as its till knows it."""

    id: str
    line: Line
    method: str
    is_voided: bool = False

    @property
    def left(self) -> int:
        return 0 if self.is_voided else self.line.quantity - self.line.returned


@dataclass
class OfflineShift:
    """The operations of one device at the first till of a shop, in the order in which it did them."""

    shop: TillShop
    began_at: datetime
    id: str = field(default_factory=new_id)
    operations: list[dict[str, Any]] = field(default_factory=list)
    sales: list[Sale] = field(default_factory=list)
    order_ids: list[str] = field(default_factory=list)

    def live(self, acts: Iterable[Act], acts_after: Iterable[Act]) -> None:
        """A shift from its float to its count, and what its other tab did in it after that."""
        till = {"register_id": self.shop.tills[0].register_id}
        self.do("shift.open", {"id": self.id, "opening_float": 10_000, **till}, id=self.id)
        self.sell(0, 2, is_by_card=False)
        for kind, *rest in acts:
            getattr(self, kind)(*rest)
        self.do("shift.end", {"shift_id": self.id})
        self.do("shift.close", {"shift_id": self.id, "counted_cash": 12_345, "closing_float": 9_000})
        for kind, *rest in acts_after:
            getattr(self, kind)(*rest)

    def do(self, kind: str, body: dict[str, Any], **more: Any) -> str:
        """The id of what it did next."""
        seq = len(self.operations) + 1
        moment = (self.began_at + timedelta(seconds=seq)).isoformat()
        operation = {"id": new_id(), "seq": seq, "type": kind, "occurred_at": moment, "body": body, **more}
        self.operations.append(operation)
        return str(operation["id"])

    def number(self, series: str = "") -> str:
        """The next number that it prints."""
        return self.shop.tills[0].next_number(f"{self.shop.tills[0].device_code}-{series}")

    def sell(self, which: int, quantity: int, is_by_card: bool) -> None:
        goods, percent = which % len(PRICES), OFF[which % len(OFF)]
        basket = self.shop.basket(self.shop.tills[0], [(goods, quantity)], percent)
        line_id, total = new_id(), total_of([(goods, quantity)], percent)
        method = "card" if is_by_card else "cash"
        basket["lines"][0]["id"] = line_id
        payments = [{"method": method, "amount": total, "tip": 35 * (which % 2)}]
        body = {**basket, "payments": payments, "shift_id": self.id}
        order_id = self.do("order.sale", body, number=self.number())
        self.order_ids.append(order_id)
        self.sales.append(Sale(order_id, Line(line_id, goods, quantity, total, left=total), method))

    def some_sale(self, which: int) -> Sale | None:
        """A sale of which something is left."""
        sales = [sale for sale in self.sales if sale.left]
        return sales[which % len(sales)] if sales else None

    def refund(self, which: int, quantity: int, _is_by_card: bool) -> None:
        if sale := self.some_sale(which):
            quantity = min(quantity, sale.left)
            amount = sale.line.take(quantity)
            body = {
                "order_id": sale.id,
                "shift_id": self.id,
                "lines": [{"line_id": sale.line.id, "quantity": quantity}],
                "payments": [{"method": sale.method, "amount": amount}],
                "reason": "sour",
            }
            self.do("order.refund", body, number=self.number("R"))

    def void(self, which: int, _quantity: int, _is_by_card: bool) -> None:
        sale = self.some_sale(which)
        if sale and not sale.line.returned:
            sale.is_voided = True
            self.do("order.void", {"order_id": sale.id, "reason": "wrong customer"})

    def exchange(self, which: int, _quantity: int, is_by_card: bool) -> None:
        """One piece of what was paid by card for one of the dearest goods.

        What goes back in cash beside goods is rounded by what came first, and pieces that cost a unit more
        or less leave that unit in the sale of the other goods.
        """
        sale = self.some_sale(which)
        if sale and sale.method == "card" and sale.line.total % sale.line.quantity == 0:
            difference = PRICES[1] - sale.line.take(1)
            payment = {"method": "card" if is_by_card else "cash", "amount": difference}
            body = {
                "order_id": sale.id,
                "shift_id": self.id,
                "returns": [{"line_id": sale.line.id, "quantity": 1}],
                "lines": [{"variant_id": self.shop.variants[1], "quantity": 1}],
                "payments": [payment] if difference else [],
            }
            self.order_ids.append(self.do("order.exchange", body, number=self.number()))

    def take_back(self, which: int, quantity: int, _is_by_card: bool) -> None:
        """Goods without their order."""
        goods = which % len(PRICES)
        line = {"variant_id": self.shop.variants[goods], "quantity": quantity, "unit_price": PRICES[goods]}
        cash = [{"method": "cash", "amount": PRICES[goods] * quantity}]
        body = {"shift_id": self.id, "lines": [line], "payments": cash, "reason": "gift"}
        self.do("return.unlinked", body, number=self.number("R"))

    def move_cash(self, which: int, quantity: int, _is_by_card: bool) -> None:
        kind, reason = MOVED[which % len(MOVED)]
        body = {"shift_id": self.id, "type": kind, "amount": 155 * quantity, "reason": reason}
        self.do("shift.cash_movement", body)


def deliver(day: OfflineShift, operations: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """Send some of the operations until no other tab is in the way: what each is, and what became of it."""
    body = {"device_id": day.shop.tills[0].device_id, "operations": list(operations)}
    while (answer := day.shop.post("pos/sync", body)).status == 409:
        assert answer.code == "concurrent_edit", answer.body
    assert answer.status == 200, answer.body
    results = zip(operations, answer.data["results"], strict=True)
    return [(sent["type"], result.get("code", result["status"])) for sent, result in results]
