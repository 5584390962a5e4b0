"""Stock that is put right: less is there than the books say, or more."""

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.acceptance.stock.books import rounded
from tests.acceptance.stock.model import ANYWHERE, PARTS
from tests.acceptance.stock.receipts import Entry
from tests.acceptance.stock.reversals import Reversals

LOSSES = ("damaged", "lost", "expired", "theft", "internal_use", "promotion", "correction")
GAINS = ("found", "opening", "correction")
UNIT_COST = st.none() | st.integers(800, 1500)


class Adjustments(Reversals):
    """Rules of corrections."""

    @rule(place=ANYWHERE, parts=PARTS, reason=st.sampled_from(LOSSES))
    def write_off(self, place: str, parts: dict[int, int], reason: str) -> None:
        lines = [self.company.line(which, -quantity) for which, quantity in self.quantities(parts)]
        answer = self.adjust(place, reason, lines)
        if self.has_less(place, parts):
            self.refused(answer, 409, "insufficient_stock")
            return
        assert answer.status == 201, answer.body
        entered = [
            (which, -quantity, -self.books.issue((place, which), quantity, self.goods(which).cost), 0)
            for which, quantity in self.quantities(parts)
        ]
        self.entries.append(Entry(answer.data["id"], place, tuple(entered)))
        self.compare_shortfalls(place, parts, answer.data)

    def adjust(self, place: str, reason: str, lines: list[dict[str, Any]]) -> Any:
        body = {"storage_id": self.company.storages[place], "reason": reason, "lines": lines}
        return self.company.post("adjustments", body)

    def compare_shortfalls(self, place: str, parts: dict[int, int], shown: Any) -> None:
        """Of each kind of goods of which more is promised now than there is, the answer says how much."""
        short = {line["variant_id"]: Fraction(line["reserved_over"]) for line in shown["shortfalls"]}
        assert short == {
            self.goods(which).variant_id: -self.balance(place, which).available
            for which in parts
            if self.balance(place, which).available < 0
        }

    @rule(place=ANYWHERE, parts=PARTS, reason=st.sampled_from(GAINS), unit_cost=UNIT_COST)
    def find(self, place: str, parts: dict[int, int], reason: str, unit_cost: int | None) -> None:
        cost = {"unit_cost": unit_cost} if unit_cost is not None else {}
        answer = self.adjust(place, reason, [{**line, **cost} for line in self.lines(parts)])
        assert answer.status == 201, answer.body
        entered = []
        for which, quantity in self.quantities(parts):
            value = self.worth_of_found(place, which, quantity, unit_cost)
            is_price = reason == "opening" and unit_cost is not None
            take = self.books.receive if is_price else self.books.gain
            entered.append((which, quantity, value, take((place, which), quantity, value)))
        self.entries.append(Entry(answer.data["id"], place, tuple(entered)))

    def worth_of_found(self, place: str, which: int, quantity: Fraction, unit_cost: int | None) -> int:
        if unit_cost is not None:
            return rounded(quantity * unit_cost)
        return self.balance(place, which).gain_cost(quantity, self.goods(which).cost)
