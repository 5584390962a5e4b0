"""A company beside its books: after every step its levels and its ledger are what the books say."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import count
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from tests.acceptance.stock.books import Balance, Books, Key
from tests.acceptance.stock.company import PLACES, Goods, StockCompany

#: So many grains of some goods, at most once each.
PARTS = st.dictionaries(st.integers(0, 2), st.integers(1, 9), min_size=1, max_size=3)
ANYWHERE = st.sampled_from(PLACES)
#: Which of the documents there are.
ANY = st.integers(0, 99)
_STEPS = count(1)


@dataclass
class Ledger:
    """The rows read so far: their sums by place (a storage, or a transfer) and variant."""

    after: int = 0
    value: int = 0
    quantities: dict[tuple[str, str], Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    values: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    last_recorded_at: str = ""

    def add(self, row: Any) -> None:
        """Each row leaves the balance of the row before it and what the row itself changes."""
        key = (row["storage_id"] or row["transfer_id"], row["variant_id"])
        self.quantities[key] += Fraction(row["quantity"])
        self.values[key] += row["value_change"]
        self.value += row["value_change"]
        left = (Fraction(row["balance_quantity"]), row["balance_value"])
        assert left == (self.quantities[key], self.values[key]), row
        self.last_recorded_at = row["recorded_at"]


class StockModel(RuleBasedStateMachine):
    """What all rules share. Steps are numbered by what the ledger had recorded when they were done."""

    def __init__(self) -> None:
        super().__init__()
        self.company = self.found_company()
        self.books, self.ledger = Books(), Ledger()
        #: The step at which goods were counted last, as far as that count is completed.
        self.counted: dict[Key, int] = {}
        self.pictures: dict[str, dict[Key, tuple[Fraction, int]]] = {}

    def found_company(self) -> StockCompany:
        """A company without any stock."""
        raise NotImplementedError

    def balance(self, place: str, which: int) -> Balance:
        return self.books.balances[place, which]

    def goods(self, which: int) -> Goods:
        return self.company.goods[which]

    def quantities(self, parts: dict[int, int]) -> list[tuple[int, Fraction]]:
        return [(which, number * self.goods(which).grain) for which, number in parts.items()]

    def lines(self, parts: dict[int, int]) -> list[dict[str, Any]]:
        return [self.company.line(*line) for line in self.quantities(parts)]

    def refused(self, answer: Any, status: int, code: str) -> None:
        codes = answer.codes if status == 422 and answer.code == "validation_failed" else {answer.code}
        assert (answer.status, codes) == (status, {code}), answer.body

    def is_short(self, place: str, parts: dict[int, int]) -> bool:
        """Whether less is available than that."""
        return any(
            quantity > self.balance(place, which).available for which, quantity in self.quantities(parts)
        )

    def has_less(self, place: str, parts: dict[int, int]) -> bool:
        """Whether less is on hand than that."""
        return any(
            quantity > self.balance(place, which).quantity for which, quantity in self.quantities(parts)
        )

    @invariant()
    def levels_are_what_the_books_say(self) -> None:
        levels = self.company.levels()
        for key, balance in self.books.balances.items():
            level = levels.pop(key, None) or defaultdict(lambda: "0", value=0)
            shown = [Fraction(level[name]) for name in ("on_hand", "reserved", "available")]
            assert shown == [balance.quantity, balance.reserved, balance.available], (key, level)
            assert level["value"] == balance.value, (key, level, balance)
            expected = [Fraction(level[f"incoming_{name}"]) for name in ("ordered", "transit")]
            assert expected == [balance.ordered, balance.coming], (key, level, balance)
            assert (balance.value == 0) == (balance.quantity == 0)
            assert balance.reserved >= 0
        assert not [level for level in levels.values() if level["value"] or Fraction(level["on_hand"])]

    @invariant()
    def the_ledger_adds_up_to_the_levels(self) -> None:
        self.read_on()
        for (place, which), balance in self.books.balances.items():
            key = (self.company.storages[place], self.goods(which).variant_id)
            assert self.ledger.quantities[key] == balance.quantity
            assert self.ledger.values[key] == balance.value
        books = self.books
        assert books.stock_value + books.transit_value == books.received - books.expensed
        assert self.ledger.value == books.stock_value + books.transit_value
        self.take_picture()

    def read_on(self) -> None:
        """The rows of the ledger that were not read yet."""
        has_more = True
        while has_more:
            answer = self.company.get(f"movements?limit=100&after={self.ledger.after}")
            for row in answer.data:
                self.ledger.add(row)
            page = answer.json["pagination"]
            self.ledger.after, has_more = page["next_after"] or self.ledger.after, page["has_more"]

    def take_picture(self) -> None:
        """Keep what was there when the ledger's last row was recorded."""
        self.pictures[self.ledger.last_recorded_at] = {
            key: (balance.quantity, balance.value) for key, balance in self.books.balances.items()
        }

    def look_back(self, moment: str) -> None:
        """The levels as of a moment are those that were seen then."""
        levels = self.company.levels(as_of=moment)
        for key, (quantity, value) in self.pictures[moment].items():
            level = levels.pop(key, None) or {"on_hand": "0", "value": 0}
            assert (Fraction(level["on_hand"]), level["value"]) == (quantity, value), (key, moment)
        assert not [level for level in levels.values() if level["value"] or Fraction(level["on_hand"])]


def next_step() -> int:
    """A number that says what happened before and what after."""
    return next(_STEPS)


def yesterday() -> str:
    """A moment before anything in the company, as a till that was offline says it."""
    return (datetime.now(UTC) - timedelta(days=1)).isoformat()
