"""Rules of what goes back: refunds, goodwill, exchanges, and goods without their order."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.acceptance.till.books import EXCHANGE, Till
from tests.acceptance.till.model import ANY, BASKET, HOW, METHOD, TILL, fact_of
from tests.acceptance.till.orders import Line, Order, PaidOut, in_coins, settle
from tests.acceptance.till.sales import Sales
from tests.acceptance.till.shop import PRICES, total_of

PARTS = st.lists(st.integers(0, 3), min_size=1, max_size=3)
#: How much less than now is given for goods without their order.
OFF = st.integers(0, 40)
Taken = list[tuple[Line, int, bool]]


class Returns(Sales):
    """What customers bring back, and what they get for it."""

    @rule(at=TILL, which=ANY, parts=PARTS, restock=st.booleans(), method=METHOD, with_tip=st.booleans())
    def refund(
        self, at: int, which: int, parts: list[int], *, restock: bool, method: str, with_tip: bool
    ) -> None:
        if order := self.some_order(which):
            taken = self.parts_of(order, parts, restock=restock)
            self.refund_at(self.tills[at], order, taken, method, with_tip=with_tip)

    def refund_at(self, till: Till, order: Order, taken: Taken, method: str, *, with_tip: bool) -> None:
        tip = order.tips if with_tip else 0
        if not taken and not tip:
            return
        total = sum(line.take(quantity) for line, quantity, _ in taken)
        paid = order.pay_out(total, total, method, tip)
        body = {"lines": returned(taken), "tip": tip, "payments": paid.offers}
        self.give_back(till, order, body, paid, taken)

    def give_back(self, till: Till, order: Order, body: dict[str, Any], paid: PaidOut, taken: Taken) -> None:
        body = {"register_id": till.register_id, "reason": "sour", **body}
        path = f"pos/orders/{order.id}/refunds"
        quoted = self.shop.done(f"{path}/quote", body)
        answer = self.shop.done(path, body)
        same = ("lines", "goodwill", "taxes", "total", "rounding", "tip", "payments")
        assert {name: quoted[name] for name in same} == {name: answer[name] for name in same}
        assert quoted["left_total"] == order.left
        self.keep_refund(till, order, answer, paid, taken)

    def keep_refund(
        self, till: Till, order: Order, answer: Any, paid: PaidOut, taken: Taken, *, tied: int = 0
    ) -> None:
        money = sum(paid.exact.values())
        assert (answer["number"], answer["total"], answer["rounding"]) == (
            till.next_number("R"),
            money + tied,
            paid.rounding,
        ), (answer, order)
        cost = sum(line["cost_total"] for line in answer["lines"])
        fact = fact_of("refund", answer, paid.tenders(tied), cost)
        shift = till.open_shift
        assert answer["shift_id"] == (shift.id if shift else None)
        order.facts.append(self.book(till, fact, shift))
        for line, quantity, restock in taken:
            self.stock[line.which] += quantity if restock else 0
        order.tax += fact.tax
        order.cost += fact.cost
        assert 0 <= order.tax <= max(order.left, 0)
        self.check_order(order)

    @rule(at=TILL, which=ANY, line=ANY, part=st.integers(1, 4), method=METHOD)
    def give_goodwill(self, at: int, which: int, line: int, part: int, method: str) -> None:
        if order := self.some_order(which):
            chosen = order.lines[line % len(order.lines)]
            if amount := chosen.left // part:
                chosen.left -= amount
                paid = order.pay_out(amount, amount, method, 0)
                goodwill = [{"line_id": chosen.id, "amount": amount}]
                body = {"goodwill": goodwill, "payments": paid.offers}
                self.give_back(self.tills[at], order, body, paid, [])

    @rule(which=ANY, line=ANY)
    def give_too_much_back(self, which: int, line: int) -> None:
        if order := self.some_order(which):
            chosen = order.lines[line % len(order.lines)]
            lines = returned([(chosen, chosen.quantity - chosen.returned + 1, True)])
            body = {"lines": lines, "payments": [], "reason": "sour"}
            self.shop.refused(f"pos/orders/{order.id}/refunds", body, "return_exceeds_sold")
            goodwill = [{"line_id": chosen.id, "amount": chosen.left + 1}]
            body = {"goodwill": goodwill, "payments": [], "reason": "sour"}
            self.shop.refused(f"pos/orders/{order.id}/refunds", body, "refund_exceeds_paid")

    @rule(at=TILL, which=ANY, parts=PARTS, lines=BASKET, how=HOW, method=METHOD)
    def exchange(
        self, at: int, which: int, parts: list[int], *, lines: list[tuple[int, int]], how: str, method: str
    ) -> None:
        order, till = self.some_order(which), self.tills[at]
        if order is None or not (taken := self.parts_of(order, parts, restock=True)):
            return
        back, total = sum(line.take(quantity) for line, quantity, _ in taken), total_of(lines, 0)
        tied = min(back, total)
        paid = order.pay_out(back, back - tied, method, 0)
        payments, methods, rounding = settle(total, how, 0, tied)
        body = {
            **self.shop.basket(till, lines, 0),
            "order_id": order.id,
            "returns": returned(taken),
            "payments": payments,
            "refund_payments": paid.offers,
        }
        answer = self.shop.done("pos/exchange", body)
        assert answer["difference"] == total - back
        assert answer["order"]["number"] == till.next_number()
        self.keep_refund(till, order, answer["refund"], paid, taken, tied=tied)
        sold = self.keep_sale(till, answer["order"], lines, methods, rounding)
        sold.is_exchange = True

    @rule(at=TILL, goods=st.integers(0, 2), quantity=st.integers(1, 3), off=OFF, restock=st.booleans())
    def return_without_order(self, at: int, goods: int, quantity: int, off: int, *, restock: bool) -> None:
        till = self.tills[at]
        line = {
            "variant_id": self.shop.variants[goods],
            "quantity": quantity,
            "unit_price": PRICES[goods] - off,
            "restock": restock,
        }
        total = (PRICES[goods] - off) * quantity
        body = {
            "register_id": till.register_id,
            "lines": [line],
            "payments": [{"method": "cash", "amount": total}],
            "reason": "gift",
        }
        answer = self.shop.done("pos/returns", body)
        assert (answer["number"], answer["total"]) == (till.next_number("R"), total)
        cost = sum(line["cost_total"] for line in answer["lines"])
        self.book(till, fact_of("return", answer, {"cash": in_coins(total)}, cost), till.open_shift)
        self.stock[goods] += quantity if restock else 0

    def some_order(self, which: int) -> Order | None:
        """An order of which something can be given back."""
        orders = [order for order in self.orders if not order.is_voided]
        return orders[which % len(orders)] if orders else None

    def parts_of(self, order: Order, parts: list[int], *, restock: bool) -> Taken:
        """So many of each line, as far as there are."""
        counts = [
            (line, min(part, line.quantity - line.returned))
            for line, part in zip(order.lines, parts, strict=False)
        ]
        return [(line, count, restock) for line, count in counts if count]

    def give_everything_back(self) -> None:
        """Then nothing is left of any order: no money, no tax; where money paid, no rounding either."""
        for at, order in enumerate(self.orders):
            if order.is_voided:
                continue
            rest = [(line, line.quantity - line.returned, True) for line in order.lines]
            taken = [part for part in rest if part[1]]
            self.refund_at(self.tills[at % 2], order, taken, "cash", with_tip=True)
            assert (order.left, order.tax, order.tips) == (0, 0, 0), order
            if not any(EXCHANGE in fact.tenders for fact in order.facts):
                assert order.rounding == 0, order
                assert sum(fact.collected for fact in order.facts) == 0, order


def returned(taken: Taken) -> list[dict[str, Any]]:
    return [
        {"line_id": line.id, "quantity": quantity, "restock": restock} for line, quantity, restock in taken
    ]
