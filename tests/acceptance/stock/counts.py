"""Stocktakes while the shop sells: tallied in areas, completed or dropped, and sales that are known late."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.acceptance.stock.model import ANY, ANYWHERE, next_step, yesterday
from tests.acceptance.stock.receipts import DELIVERED, Delivered, Receipts
from tests.acceptance.stock.sales import Sales

#: How much more or less than is there was found, in grains, by goods.
FOUND = st.dictionaries(st.integers(0, 2), st.integers(-3, 3), min_size=1, max_size=3)
MOST_OPEN = 3
SCOPE = st.none() | st.sets(st.integers(0, 2), min_size=1)


@dataclass
class Tally:
    """What was found in one area, what was expected everywhere then, and what came to light of before."""

    quantity: Fraction
    expected: Fraction
    late: Fraction = Fraction(0)
    step: int = field(default_factory=next_step)


@dataclass
class Stocktake:
    """An open count as the books know it; of each kind of goods its areas, the last tallied one last."""

    id: str
    place: str
    scope: set[int]
    tallies: dict[int, dict[str, Tally]] = field(default_factory=dict)

    def difference(self, which: int) -> Fraction:
        areas = list(self.tallies[which].values())
        return sum((tally.quantity for tally in areas), Fraction(0)) - areas[-1].expected - areas[-1].late


class Counts(Receipts, Sales):
    """Rules of counting."""

    def __init__(self) -> None:
        super().__init__()
        self.stocktakes: list[Stocktake] = []

    @precondition(lambda self: len(self.stocktakes) < MOST_OPEN)
    @rule(place=ANYWHERE, scope=SCOPE, found=FOUND)
    def begin_count(self, place: str, scope: set[int] | None, found: dict[int, int]) -> None:
        body: dict[str, Any] = {"storage_id": self.company.storages[place], "kind": "full"}
        if scope is not None:
            variants = [self.goods(which).variant_id for which in sorted(scope)]
            body |= {"kind": "partial", "scope": {"variant_ids": variants}}
        answer = self.company.post("counts", body)
        covered = {0, 1, 2} if scope is None else scope
        if any(other.place == place and other.scope & covered for other in self.stocktakes):
            self.refused(answer, 409, "count_overlaps")
            return
        assert answer.status == 201, answer.body
        self.stocktakes.append(Stocktake(answer.data["id"], place, covered))
        self.tally_lines(self.stocktakes[-1], found, "Shelf", adds=False)

    @precondition(lambda self: self.stocktakes)
    @rule(number=ANY, found=FOUND, area=st.sampled_from(["Shelf", "Cellar"]), adds=st.booleans())
    def tally(self, number: int, found: dict[int, int], area: str, adds: bool) -> None:
        self.tally_lines(self.stocktakes[number % len(self.stocktakes)], found, area, adds=adds)

    def tally_lines(self, count: Stocktake, found: dict[int, int], area: str, *, adds: bool) -> None:
        figures = {which: self.figure(count, which, more) for which, more in found.items()}
        mode = {"area": area, "mode": "add" if adds else "set"}
        lines = [self.company.line(which, quantity, **mode) for which, quantity in figures.items()]
        answer = self.company.put(f"counts/{count.id}/lines", {"lines": lines})
        if not found.keys() <= count.scope:
            self.refused(answer, 422, "not_in_scope")
            return
        assert answer.status == 200, answer.body
        for which, quantity in figures.items():
            self.note(count, which, area, quantity, adds=adds)

    def figure(self, count: Stocktake, which: int, more: int) -> Fraction:
        """Half of what is there, so that two areas come to about all of it."""
        grain = self.goods(which).grain
        grains = self.balance(count.place, which).quantity / grain / 2
        return max(Fraction(round(grains) + more), Fraction(0)) * grain

    def note(self, count: Stocktake, which: int, area: str, quantity: Fraction, *, adds: bool) -> None:
        areas = count.tallies.setdefault(which, {})
        before = areas.pop(area, None)
        found = quantity + before.quantity if before and adds else quantity
        areas[area] = Tally(found, self.balance(count.place, which).quantity)

    @precondition(lambda self: self.stocktakes)
    @rule(number=ANY, zero=st.booleans())
    def complete_count(self, number: int, zero: bool) -> None:
        count = self.stocktakes[number % len(self.stocktakes)]
        uncounted = [which for which in sorted(count.scope) if which not in count.tallies]
        body: dict[str, Any] = {"uncounted": "keep"}
        if zero:
            body = {"uncounted": "zero", "confirm_uncounted": len(uncounted)}
            for which in uncounted:
                self.note(count, which, "", Fraction(0), adds=False)
        answer = self.company.post(f"counts/{count.id}/complete", body)
        assert answer.status == 200, answer.body
        assert answer.data["status"] == "completed"
        self.stocktakes.remove(count)
        for which in count.tallies:
            self.post_difference(count, which)

    def post_difference(self, count: Stocktake, which: int) -> None:
        key, difference = (count.place, which), count.difference(which)
        if difference < 0:
            self.books.issue(key, -difference, self.goods(which).cost)
        elif difference > 0:
            value = self.books.balances[key].gain_cost(difference, self.goods(which).cost)
            self.books.gain(key, difference, value)
        self.counted[key] = max(self.counted.get(key, 0), list(count.tallies[which].values())[-1].step)

    @precondition(lambda self: self.stocktakes)
    @rule(number=ANY)
    def zero_without_saying_how_many(self, number: int) -> None:
        count = self.stocktakes[number % len(self.stocktakes)]
        body = {"uncounted": "zero", "confirm_uncounted": 99}
        self.refused(self.company.post(f"counts/{count.id}/complete", body), 409, "uncounted_lines")

    @precondition(lambda self: len(self.stocktakes) == MOST_OPEN)
    @rule(number=ANY)
    def cancel_count(self, number: int) -> None:
        count = self.stocktakes.pop(number % len(self.stocktakes))
        answer = self.company.post(f"counts/{count.id}/cancel", {"reason": "Begun too early"})
        assert (answer.status, answer.data["status"]) == (200, "cancelled")

    @rule(place=ANYWHERE, lines=DELIVERED)
    def receive_late(self, place: str, lines: Delivered) -> None:
        """A delivery of yesterday: what was counted since is settled, and an open count expected more."""
        answer = self.note_delivery(place, lines, occurred_at=yesterday())
        if any((place, line[0]) in self.counted for line in lines):
            self.refused(answer, 409, "before_last_count")
            return
        assert answer.status == 201, answer.body
        for which, quantity, *_ in self.book_delivery(answer, place, lines).lines:
            self.became_known(place, which, quantity)

    def settle_late_sale(self, place: str, lines: list[tuple[int, Fraction]], costs: list[int]) -> None:
        """Goods that were counted since were not missing; an open count expected less than it knew."""
        for (which, quantity), cost in zip(lines, costs, strict=True):
            if (place, which) in self.counted:
                self.balance(place, which).move(quantity, cost)
                self.books.expensed -= cost
            else:
                self.became_known(place, which, -quantity)

    def became_known(self, place: str, which: int, quantity: Fraction) -> None:
        for count in self.stocktakes:
            if count.place == place:
                for tally in count.tallies.get(which, {}).values():
                    tally.late += quantity
