"""Who was forgotten, kept beside the database: a dump from before has their keys, which go once more."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

#: The file's name in the data folder.
FILE_NAME = "erasures.txt"


class TombstonesUnreadable(Exception):
    """{path} is not a list of erasures: line {line} cannot be read."""

    def __init__(self, path: Path, line: int) -> None:
        super().__init__((type(self).__doc__ or "").format(path=path, line=line))


@dataclass(frozen=True, order=True)
class Tombstone:
    """A person of a company who was forgotten, when, and by the event at which position of its log."""

    company_id: UUID
    subject_id: UUID
    position: int
    at: datetime

    def __str__(self) -> str:
        """It as a line of the file."""
        return f"{self.company_id} {self.subject_id} {self.position} {self.at.isoformat()}"


def read_tombstones(path: Path) -> list[Tombstone]:
    """All that the file lists; none where there is no file. Raises TombstonesUnreadable.

    A last line without an end was being written when the machine stopped; it is written again.
    """
    if not path.exists():
        return []
    *lines, _ = path.read_text(encoding="ascii", errors="replace").split("\n")
    tombstones = []
    for number, line in enumerate(lines, start=1):
        try:
            company_id, subject_id, position, at = line.split()
            tombstones.append(
                Tombstone(UUID(company_id), UUID(subject_id), int(position), datetime.fromisoformat(at))
            )
        except ValueError:
            raise TombstonesUnreadable(path, number) from None
    return tombstones


def add_tombstones(path: Path, tombstones: Iterable[Tombstone]) -> int:
    """Add to the file, which only its owner reads, those that it lacks. Returns how many."""
    known = {(one.company_id, one.subject_id) for one in read_tombstones(path)}
    new = [one for one in tombstones if (one.company_id, one.subject_id) not in known]
    if new:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            # What follows the last end of a line is not a line.
            file.seek(file.read().rfind(b"\n") + 1)
            file.truncate()
            file.write("".join(f"{one}\n" for one in new).encode())
            file.flush()
            os.fsync(file.fileno())
    return len(new)
