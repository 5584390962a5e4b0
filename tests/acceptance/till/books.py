"""The books of a till as they are kept by hand: every sum is that of its facts, in minor units.

Nothing here knows how MIPOS does it; what a fact comes to is worked out in `orders.py`.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

CASH, CARD, EXCHANGE = "cash", "card", "exchange"


@dataclass(frozen=True)
class Fact:
    """A sale, or what was given back with the signs turned; `tenders` have tips in them."""

    kind: str
    net: int
    tax: int
    rounding: int
    tip: int
    cost: int
    tenders: dict[str, int]

    @property
    def total(self) -> int:
        return self.net + self.tax

    @property
    def collected(self) -> int:
        return self.net + self.tax + self.tip + self.rounding

    @property
    def cash(self) -> int:
        return self.tenders.get(CASH, 0)

    def taken_back(self) -> "Fact":
        """The same with every sign turned: a void."""
        tenders = {method: -amount for method, amount in self.tenders.items()}
        return Fact("void", -self.net, -self.tax, -self.rounding, -self.tip, -self.cost, tenders)


def tenders_of(facts: Iterable[Fact]) -> dict[str, int]:
    """What all of them came to by method."""
    sums: Counter[str] = Counter()
    for fact in facts:
        sums.update(fact.tenders)
    return {method: amount for method, amount in sums.items() if amount}


def collected(facts: Iterable[Fact]) -> int:
    """What all of them brought in."""
    return sum(fact.collected for fact in facts)


@dataclass
class ShiftBooks:
    """A shift: its opening float, what happened in it, and what became known after its close (`late`)."""

    id: str
    opening: int
    facts: list[Fact] = field(default_factory=list)
    moved: list[int] = field(default_factory=list)
    late: list[Fact] = field(default_factory=list)
    status: str = "open"
    counted: int = 0
    z_report: bytes = b""
    z_printed: list[bytes] = field(default_factory=list)

    @property
    def expected(self) -> int:
        return self.opening + sum(self.moved) + sum(fact.cash for fact in self.facts)

    def count(self, kind: str) -> int:
        return sum(1 for fact in self.facts if fact.kind == kind)

    def sums(self) -> dict[str, Any]:
        """What the report of the shift says of it."""
        facts = self.facts
        return {
            "receipts": self.count("sale") - self.count("void"),
            "refunds": self.count("refund") + self.count("return"),
            "net_sales": sum(fact.net for fact in facts),
            "tax": sum(fact.tax for fact in facts),
            "tips": sum(fact.tip for fact in facts),
            "rounding": sum(fact.rounding for fact in facts),
            "total_collected": collected(facts),
        }


@dataclass
class Till:
    """A till: its shifts, the one that takes sales now, and the numbers it has given."""

    register_id: str
    code: str
    device_id: str
    device_code: str
    shifts: list[ShiftBooks] = field(default_factory=list)
    numbers: Counter[str] = field(default_factory=Counter)
    seq: int = 0
    z_number: int = 0
    closing_float: int | None = None
    late_since_z: list[Fact] = field(default_factory=list)
    sold: int = 0
    given_back: int = 0

    @property
    def open_shift(self) -> ShiftBooks | None:
        return next((shift for shift in self.shifts if shift.status == "open"), None)

    @property
    def unclosed(self) -> list[ShiftBooks]:
        return [shift for shift in self.shifts if shift.status != "closed"]

    def next_number(self, series: str = "") -> str:
        """The next number of one of its series."""
        self.numbers[series] += 1
        return f"{self.code}-{series}{self.numbers[series]:06d}"


@dataclass
class Parked:
    """A parked sale: how much of each of the goods, and whether they are reserved."""

    id: str
    value: int
    lines: list[tuple[int, int]]
    is_reserved: bool
