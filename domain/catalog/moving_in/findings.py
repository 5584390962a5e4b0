"""What somebody who moves in is told of the file: what is not taken of it, and what needs a hand."""

from collections.abc import Iterable

from domain.sheets import Problem

#: How many rows are told one by one, of those passed over and of those that need a hand; all are counted.
MOST_REMARKS = 1000


class Remarks:
    """Rows with a sentence each: all are counted, the first are kept."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[Problem] = []

    def add(self, row: int, column: str, code: str, message: str) -> None:
        """Tell one more."""
        self.count += 1
        if self.count <= MOST_REMARKS:
            self.first.append(Problem(row, column, code, message))

    def in_order(self) -> list[Problem]:
        """Those that were kept, by row."""
        return sorted(self.first, key=lambda one: one.row)


class Findings:
    """What is told of a file."""

    def __init__(self) -> None:
        #: Columns that are not taken, each with the reason.
        self.ignored: dict[str, str] = {}
        #: Rows that are of no article.
        self.skipped = Remarks()
        #: Rows that somebody should look at: something of them is left out, or was made up.
        self.by_hand = Remarks()
        #: How many SKUs were made up.
        self.skus_made = 0
        self._notes: dict[str, None] = {}

    @property
    def notes(self) -> list[str]:
        """What holds for the whole file."""
        return [*self._notes]

    def note(self, *sentences: str) -> None:
        """Say something of the whole file, once."""
        self._notes.update(dict.fromkeys(sentences))

    def skip(self, row: int, message: str) -> None:
        """A row is of no article, and that is as it should be."""
        self.skipped.add(row, "", "skipped", message)

    def hand(self, row: int, column: str, code: str, message: str) -> None:
        """A row needs a hand."""
        self.by_hand.add(row, column, code, message)

    def ignore(self, columns: Iterable[str], reason: str) -> None:
        """Columns are not taken."""
        self.ignored.update(dict.fromkeys(columns, reason))
