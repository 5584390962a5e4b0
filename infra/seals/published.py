"""Copies of checkpoints outside of the database: a file for each log, to which lines are only ever added.

Whoever can write everything in the database cannot take back what lies here, or was sent on from here: that
is how a log is found out whose end was cut off together with its seals.
"""

import fcntl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from domain.seals.checkpoints import NotACheckpoint, Note, read_note
from infra.postgres.transactions import transaction

#: The folder of these files within the data folder.
FOLDER = "seals"
#: So much of the end of a file is read for its last note: three lines, and a few signatures.
_TAIL = 8_192

_SINCE: LiteralString = """
    SELECT checkpoint FROM audit_seals
     WHERE company_id = %(company_id)s AND (epoch, size) > (%(epoch)s, %(size)s)
     ORDER BY epoch, size
"""


def publish(connection: psycopg.Connection[Any], company_id: UUID, folder: Path) -> int:
    """Add the checkpoints that a log's file lacks. Returns how many those were."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = file_of(folder, company_id)
    with path.open("a", encoding="utf-8") as file:
        # Two that publish at once would both find that it lacks the same.
        fcntl.flock(file, fcntl.LOCK_EX)
        notes = _lacking(connection, company_id, last_published(path))
        file.write("".join(f"{note}\n" for note in notes))
    return len(notes)


def add_note(folder: Path, company_id: UUID, note: str) -> None:
    """Add a checkpoint once more, with the lines of those who cosigned it since."""
    with file_of(folder, company_id).open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(f"{note}\n")


def _lacking(connection: psycopg.Connection[Any], company_id: UUID, last: Note | None) -> list[str]:
    since = {"epoch": epoch_of(last), "size": last.checkpoint.size} if last else {"epoch": 0, "size": 0}
    with transaction(connection, company_id, reading=True) as db:
        return [row["checkpoint"] for row in db.ask(_SINCE, {"company_id": company_id, **since}).rows()]


def file_of(folder: Path, company_id: UUID) -> Path:
    """Where checkpoints of a company's log are published."""
    return folder / f"{company_id}.txt"


def companies_in(folder: Path) -> list[UUID]:
    """The companies of which checkpoints lie in a folder."""
    found = []
    for path in sorted(folder.glob("*.txt")):
        with suppress(ValueError):
            found.append(UUID(path.stem))
    return found


def last_published(path: Path) -> Note | None:
    """The last checkpoint of a file that can be read; None without any."""
    try:
        with path.open("rb") as file:
            file.seek(max(path.stat().st_size - _TAIL, 0))
            tail = file.read().decode(errors="replace")
    except FileNotFoundError:
        return None
    return next(_notes_from_the_end(tail), None)


def all_published(path: Path) -> list[Note]:
    """Every checkpoint of a file that can be read, in the order in which they were added."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return []
    return [*_notes_from_the_end(text)][::-1]


def _notes_from_the_end(text: str) -> Iterator[Note]:
    # A note ends with an empty line, and has one between its text and its signatures.
    parts = text.split("\n\n")
    for begin in range(len(parts) - 3, -1, -1):
        with suppress(NotACheckpoint):
            yield read_note("\n\n".join(parts[begin : begin + 2]) + "\n")


def epoch_of(note: Note) -> int:
    """In which life of the log a checkpoint was made; 0 if its origin does not say."""
    number = note.checkpoint.origin.rpartition("/")[2]
    return int(number) if number.isascii() and number.isdigit() else 0
