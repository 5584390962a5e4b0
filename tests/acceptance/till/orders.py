"""What is left of an order: its lines and payments, and what goes back of them, by the rules of the trade."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import Any

from tests.acceptance.till.books import CARD, CASH, EXCHANGE, Fact, ShiftBooks, Till

#: What cash is rounded to.
COIN = 5


def rounded(exact: Fraction) -> int:
    """To whole units, a half away from zero."""
    size: int = floor(abs(exact) + Fraction(1, 2))
    return size if exact >= 0 else -size


def in_coins(amount: int) -> int:
    """The amount as coins can pay it."""
    return COIN * rounded(Fraction(amount, COIN))


@dataclass
class Line:
    """A sold line, and what came back of it."""

    id: str
    which: int
    quantity: int
    total: int
    returned: int = 0
    left: int = 0

    def take(self, quantity: int) -> int:
        """What goes back with so many more of its units: the difference of two running totals."""
        before, after = (
            rounded(Fraction(self.total * units, self.quantity))
            for units in (self.returned, self.returned + quantity)
        )
        amount = min(after - before, self.left)
        self.returned += quantity
        self.left -= amount
        return amount


@dataclass
class Method:
    """What one method paid of an order's total, and took of tips, less what went back."""

    left: int = 0
    tip: int = 0


@dataclass
class Order:
    """A sale as it stands."""

    id: str
    till: Till
    fact: Fact
    lines: list[Line]
    methods: dict[str, Method]
    shift: ShiftBooks | None
    is_exchange: bool = False
    is_voided: bool = False
    #: What went back in cash, exactly; of the sale's rounding what is left; of its tax and cost too.
    cash_back: int = 0
    rounding: int = 0
    tax: int = 0
    cost: int = 0
    facts: list[Fact] = field(default_factory=list)

    @property
    def left(self) -> int:
        return sum(line.left for line in self.lines)

    @property
    def tips(self) -> int:
        return sum(method.tip for method in self.methods.values())

    def pay_out(self, total: int, money: int, preferred: str, tip: int) -> "PaidOut":
        """Give money back, once the lines are taken: first the preferred way, then the other, then to a card.

        `total` less `money` is tied to an exchange.
        """
        order = sorted(self.methods, key=lambda method: (method != preferred, method))
        exact: dict[str, int] = {}
        rest = money
        for method in order:
            part = 0 if method == EXCHANGE else max(0, min(self.methods[method].left, rest))
            exact[method] = part
            rest -= part
        exact[CARD] = exact.get(CARD, 0) + rest
        paid = {method: amount for method, amount in exact.items() if amount}
        amounts = dict(paid)
        if CASH in paid:
            amounts[CASH] = in_coins(self.cash_back + paid[CASH]) - in_coins(self.cash_back)
            self.cash_back += paid[CASH]
        elif total and not self.left and self.rounding and paid:
            amounts[CARD] = max(0, paid[CARD] + self.rounding)
        rounding = sum(amounts.values()) - money
        self.rounding -= rounding
        for method, amount in paid.items():
            self.methods.setdefault(method, Method()).left -= amount
        return PaidOut(paid, amounts, rounding, self._tips_back(tip))

    def _tips_back(self, tip: int) -> dict[str, int]:
        shares = {}
        for method, balance in self.methods.items():
            share = min(balance.tip, tip)
            if share:
                shares[method] = share
                balance.tip -= share
                tip -= share
        assert not tip
        return shares


@dataclass(frozen=True)
class PaidOut:
    """How money went back: what a till offers, which is exact, and what was paid."""

    exact: dict[str, int]
    amounts: dict[str, int]
    rounding: int
    tips: dict[str, int]

    @property
    def offers(self) -> list[dict[str, Any]]:
        return [{"method": method, "amount": amount} for method, amount in self.exact.items()]

    def tenders(self, tied: int = 0) -> dict[str, int]:
        """What each method paid, tips included."""
        sums = dict(self.amounts)
        for method, share in self.tips.items():
            sums[method] = sums.get(method, 0) + share
        if tied:
            sums[EXCHANGE] = tied
        return sums


def paid_of(payments: Iterable[Any]) -> dict[str, int]:
    """What an answer says of payments by method, tips included."""
    sums: dict[str, int] = {}
    for payment in payments:
        amount = payment["amount"] + payment["tip"]
        sums[payment["method"]] = sums.get(payment["method"], 0) + amount
    return {method: amount for method, amount in sums.items() if amount}


#: Payments as a till sends them, what each method paid, and by how much cash is rounded.
Settled = tuple[list[dict[str, Any]], dict[str, Method], int]


def settle(total: int, how: str, tip: int, tied: int = 0) -> Settled:
    """How a total is paid, less what is tied to an exchange."""
    due = total - tied
    card = {"cash": 0, "card": due, "both": due // 3}[how]
    cash = due - card
    methods: dict[str, Method] = {}
    payments: list[dict[str, Any]] = []
    for method, amount in ((CARD, card), (CASH, cash)):
        if amount or (tip and method == CARD and how == "card"):
            methods[method] = Method(amount)
            payments.append({"method": method, "amount": amount})
    if payments and tip:
        payments[-1]["tip"] = tip
        methods[payments[-1]["method"]].tip = tip
    if tied:
        methods[EXCHANGE] = Method(tied)
    return payments, methods, in_coins(cash) - cash if CASH in methods else 0


def tenders_in(methods: dict[str, Method], rounding: int) -> dict[str, int]:
    """What came in by each method; cash is rounded."""
    sums = {method: one.left + one.tip for method, one in methods.items()}
    if CASH in sums:
        sums[CASH] += rounding
    return sums


def lines_of(answer: Any, lines: Sequence[tuple[int, int]]) -> list[Line]:
    """The lines of a new order as its answer froze them."""
    return [
        Line(one["id"], which, quantity, one["total"], left=one["total"])
        for one, (which, quantity) in zip(answer["lines"], lines, strict=True)
    ]
