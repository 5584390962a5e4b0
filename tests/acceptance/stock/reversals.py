"""Movements that were a mistake, and are undone."""

from fractions import Fraction

from hypothesis.stateful import precondition, rule

from tests.acceptance.stock.books import Key
from tests.acceptance.stock.model import ANY, ANYWHERE
from tests.acceptance.stock.receipts import DELIVERED, Delivered, Entry, Receipts


class Reversals(Receipts):
    """Rules of undoing: what came in must still be there, and nothing is undone twice."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []
        self.undone: list[Entry] = []

    @rule(place=ANYWHERE, lines=DELIVERED)
    def receive_what_may_be_undone(self, place: str, lines: Delivered) -> None:
        self.entries.append(self.deliver(place, lines))

    @rule(place=ANYWHERE, lines=DELIVERED)
    def receive_and_undo_at_once(self, place: str, lines: Delivered) -> None:
        before = self.company.held()
        self.receive_what_may_be_undone(place, lines)
        if self.undo(len(self.entries) - 1):
            assert self.company.held() == before

    @precondition(lambda self: self.entries)
    @rule(number=ANY)
    def reverse(self, number: int) -> None:
        self.undo(number % len(self.entries))

    def undo(self, number: int) -> bool:
        """Whether it could be undone."""
        entry = self.entries[number]
        answer = self.company.post(f"movements/{entry.id}/reverse", {"reason": "Entered twice"})
        if any(self.counted.get((entry.place, which), 0) > entry.step for which in entry.sums):
            self.refused(answer, 409, "before_last_count")
            return False
        if self.is_gone(entry):
            self.refused(answer, 409, "insufficient_stock")
            return False
        assert answer.status < 300, answer.body
        for which, quantity, value, settlement in reversed(entry.lines):
            self.post_opposite((entry.place, which), quantity, value, settlement)
        self.undone.append(self.entries.pop(number))
        return True

    def is_gone(self, entry: Entry) -> bool:
        """Whether less is there than would have to go out."""
        return any(
            came > 0 and came > self.balance(entry.place, which).quantity
            for which, came in entry.sums.items()
        )

    def post_opposite(self, key: Key, quantity: Fraction, value: int, settlement: int) -> None:
        if quantity > 0:
            self.books.take_back(key, quantity, value, settlement)
        else:
            self.books.give_back(key, -quantity, -value)

    @precondition(lambda self: self.undone)
    @rule(number=ANY)
    def reverse_again(self, number: int) -> None:
        entry = self.undone[number % len(self.undone)]
        answer = self.company.post(f"movements/{entry.id}/reverse", {"reason": "Once more"})
        self.refused(answer, 409, "already_reversed")
