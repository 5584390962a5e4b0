"""The numbers that documents and devices take."""

from typing import Protocol

from domain.pending import Pending


class SeriesPort(Protocol):
    """Number series without a gap, each known by the letters that its numbers begin with."""

    def next(self, kind: str) -> Pending[int]:
        """Lock a series, such as TR, and ask for the number that comes next in it."""
