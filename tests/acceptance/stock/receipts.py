"""Deliveries, and what is done to undo them."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.acceptance.stock.model import ANYWHERE, StockModel, next_step

#: What is delivered: which goods, so many grains or cases, the cost of one of those, and whether by the case.
DELIVERED = st.lists(
    st.tuples(st.integers(0, 2), st.integers(1, 20), st.integers(1000, 1999), st.booleans()),
    min_size=1,
    max_size=3,
)
Delivered = list[tuple[int, int, int, bool]]


@dataclass(frozen=True)
class Entry:
    """A movement: what came (above zero) or went of which goods, at which value, and what that settled.

    Its `step` says what came before it and what after.
    """

    id: str
    place: str
    lines: tuple[tuple[int, Fraction, int, int], ...]
    step: int = field(default_factory=next_step)

    @property
    def sums(self) -> dict[int, Fraction]:
        sums: dict[int, Fraction] = {}
        for which, quantity, *_ in self.lines:
            sums[which] = sums.get(which, Fraction(0)) + quantity
        return sums


class Receipts(StockModel):
    """Rules of goods that come in from outside."""

    @initialize()
    def begin_with_something_everywhere(self) -> None:
        for place in self.company.storages:
            self.deliver(place, [(0, 8, 1399, True), (1, 80, 1301, False), (2, 40, 1050, False)])

    @rule(place=ANYWHERE, lines=DELIVERED)
    def receive(self, place: str, lines: Delivered) -> None:
        self.deliver(place, lines)

    def deliver(self, place: str, lines: Delivered) -> Entry:
        answer = self.note_delivery(place, lines)
        assert answer.status == 201, answer.body
        return self.book_delivery(answer, place, lines)

    def note_delivery(self, place: str, lines: Delivered, **more: Any) -> Any:
        entered = [self.entered(*line) for line in lines]
        return self.company.post(
            "receipts", {"storage_id": self.company.storages[place], "lines": entered, **more}
        )

    def book_delivery(self, answer: Any, place: str, lines: Delivered) -> Entry:
        booked = []
        for which, number, unit_cost, by_case in lines:
            quantity, value = self.worth(which, number, unit_cost, by_case=by_case)
            booked.append((which, quantity, value, self.books.receive((place, which), quantity, value)))
        return Entry(answer.data["id"], place, tuple(booked))

    def entered(self, which: int, number: int, unit_cost: int, by_case: bool) -> dict[str, Any]:
        """A line as it is typed in from the delivery note."""
        goods = self.goods(which)
        if by_case and goods.case_id:
            line = self.company.line(which, Fraction(number, 2), unit_id=goods.case_id)
        else:
            line = self.company.line(which, number * goods.grain)
        return {**line, "unit_cost": unit_cost}

    def worth(self, which: int, number: int, unit_cost: int, *, by_case: bool) -> tuple[Fraction, int]:
        """How much that is of the goods, and what it cost together."""
        goods = self.goods(which)
        if by_case and goods.case_id:
            return Fraction(6 * number), (unit_cost * number + 1) // 2
        return number * goods.grain, int(unit_cost * number * goods.grain + Fraction(1, 2))
