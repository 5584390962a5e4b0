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
        """The value at the right of the label's last line, or below it if there is no room beside it.

        A label is narrower than the line only where that breaks none of its words.
        """
        room = self.width - indent - self.length(value) - self.gap
        lines = self.wrapped(label, self.width - indent)
        if self.length(lines[-1]) > room >= max(self.least, *map(self.length, label.split())):
            lines = self.wrapped(label, room)
        told = [(line, "") for line in lines]
        if self.length(lines[-1]) <= room:
            return [*told[:-1], (lines[-1], value)]
        return [*told, *(("", line) for line in self.wrapped(value, self.width))]
