"""A label and a value beside it, in as many lines as they take, whether letters have one width or many."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """How wide a line is, what stays free in it, the least that a label gets, how texts are broken."""

    width: float
    gap: float
    least: float
    length: Callable[[str], float]
    wrapped: Callable[[str, float], Sequence[str]]

    def lines(self, label: str, value: str, indent: float = 0) -> Sequence[tuple[str, str]]:
        """The value at the right of the label's last line, or below it if there is no room beside it."""
        room = self.width - indent - self.length(value) - self.gap
        if room >= min(self.least, self.length(label)):
            *first, last = self.wrapped(label, room)
            return [*((line, "") for line in first), (last, value)]
        above, below = self.wrapped(label, self.width - indent), self.wrapped(value, self.width)
        return [*((line, "") for line in above), *(("", line) for line in below)]
