"""Sales at the tills, of today and of yesterday."""

from fractions import Fraction

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.acceptance.stock.company import NORTH, SOUTH
from tests.acceptance.stock.model import PARTS, StockModel, yesterday

BASKET = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 5)), min_size=1, max_size=3)


class Sales(StockModel):
    """Rules of goods that are sold."""

    @rule(place=st.sampled_from([NORTH, SOUTH]), basket=BASKET, is_late=st.booleans())
    def sell(self, place: str, basket: list[tuple[int, int]], is_late: bool) -> None:
        lines = [(which, number * self.goods(which).grain) for which, number in basket]
        answer = self.company.sale(place, lines, **({"occurred_at": yesterday()} if is_late else {}))
        if place == NORTH and self.falls_short(place, lines):
            self.refused(answer, 409, "insufficient_stock")
            return
        assert answer.status == 201, answer.body
        costs = [self.books.issue((place, which), part, self.goods(which).cost) for which, part in lines]
        assert [line["cost_total"] for line in answer.data["lines"]] == costs
        if is_late:
            self.settle_late_sale(place, lines, costs)

    def falls_short(self, place: str, lines: list[tuple[int, Fraction]]) -> bool:
        wanted: dict[int, Fraction] = {}
        for which, quantity in lines:
            wanted[which] = wanted.get(which, Fraction(0)) + quantity
        return any(quantity > self.balance(place, which).available for which, quantity in wanted.items())

    def settle_late_sale(self, place: str, lines: list[tuple[int, Fraction]], costs: list[int]) -> None:
        """What becomes known of goods that were counted since."""

    @rule(parts=PARTS)
    def sell_more_than_there_is(self, parts: dict[int, int]) -> None:
        lines: list[tuple[int, Fraction]] = [
            (which, max(self.balance(NORTH, which).available, Fraction(0)) + self.goods(which).grain)
            for which in parts
        ]
        self.refused(self.company.sale(NORTH, lines), 409, "insufficient_stock")
