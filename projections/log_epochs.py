"""Which life of a company's log this is: a restore begins another, where positions may mean other events."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString

from projections.base import Answer, Database

#: Of what was recorded before there were epochs, or in a log that was begun while its database was migrated.
_FIRST: LiteralString = "0"

#: The name of the company's present epoch, for statements that have `company_id` as a parameter. It is short,
#: of letters and digits alone, and says nothing but whether it is the same as another one.
PRESENT_EPOCH: LiteralString = f"""
    coalesce((SELECT epoch.epoch FROM log_epochs AS epoch
               WHERE epoch.company_id = %(company_id)s
               ORDER BY epoch.number DESC LIMIT 1), '{_FIRST}')
"""

_EPOCH: LiteralString = f"SELECT {PRESENT_EPOCH} AS epoch"

_EPOCHS: LiteralString = """
    SELECT epoch, from_position FROM log_epochs WHERE company_id = %(company_id)s ORDER BY number
"""


def find_epoch(db: Database) -> str:
    """The present epoch of the company's log: what a cursor is of."""
    row = db.ask(_EPOCH, {"company_id": db.company_id}).row()
    return str(row["epoch"]) if row else _FIRST


def ask_epochs(db: Database) -> Answer:
    """Ask for all epochs of the company's log: `LogEpochs.of` reads the answer."""
    return db.ask(_EPOCHS, {"company_id": db.company_id})


@dataclass(frozen=True, slots=True)
class LogEpochs:
    """The epochs of a company's log, the present one last, each with the position behind which it began."""

    epochs: Sequence[tuple[str, int]]

    @classmethod
    def of(cls, answer: Answer) -> "LogEpochs":
        """The epochs that were asked for."""
        return cls([(row["epoch"], row["from_position"]) for row in answer.rows()])

    @property
    def present(self) -> str:
        """The one that cursors are of."""
        return self.epochs[-1][0] if self.epochs else _FIRST

    def id_of(self, position: int) -> str:
        """By what the event at a position is known for ever: `<epoch>-<position>`, without a dot in it.

        The epoch is that in which it was recorded: what a restore brings back keeps its id.
        """
        name = next((epoch for epoch, begun in reversed(self.epochs) if begun < position), _FIRST)
        return f"{name}-{position}"

    def shared_with(self, epoch: str | None, head: int) -> int:
        """Up to which position, `head` at most, that epoch had the events of the present one.

        It is 0 for an epoch that nothing is known of here.
        """
        names = [name for name, _ in self.epochs]
        if epoch not in names:
            return 0
        return min([head, *(begun for _, begun in self.epochs[names.index(epoch) + 1 :])])
