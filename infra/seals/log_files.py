"""A company's log as a file that proves itself: each event with its bytes, chained, and signed at the end.

The form is written for strangers: `verify_log.py` beside this reads it with plain Python, on any machine.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, LiteralString
from uuid import UUID

import psycopg

from domain.errors import NotFound
from domain.seals.checkpoints import Checkpoint, NotACheckpoint, read_note
from domain.seals.tree import Growing
from infra.eventstore.chain import ChainedEvent, Fault, LogAltered, Proof, Reason, genesis_hash
from infra.eventstore.sealing import is_about_somebody, subject_of
from infra.postgres.connections import BULK, bounded
from infra.postgres.transactions import transaction
from infra.seals.key import SealKey

#: Told after each page: how many events of the log were proved, and of how many.
Progress = Callable[[int, int], None]

_HEAD: LiteralString = """
    SELECT head.position, max(epoch.number) AS epoch
      FROM company_head AS head
      JOIN log_epochs AS epoch ON epoch.company_id = head.company_id
     WHERE head.company_id = %(company_id)s
     GROUP BY head.position
"""


# Of this life of the log, and signed with this key: what a reader of the file can check.
_NOTES: LiteralString = """
    SELECT size, checkpoint FROM audit_seals
     WHERE company_id = %(company_id)s AND epoch = %(epoch)s AND vkey = %(vkey)s
       AND size BETWEEN %(first)s AND %(last)s
"""


class NoEvents(NotFound):
    """There are no events in this part of the log."""

    code = "no_events"
    remedy = "Name positions that the log has."


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Which events: from one position to another, both included; to the end where none is named."""

    first: int = 1
    last: int | None = None
    #: Whether one that ends behind the end of the log is meant up to there.
    is_clipped: bool = False

    def within(self, head: int) -> "Stretch":
        """The same of a log that ends at this position. Raises NoEvents."""
        last = head if self.last is None or (self.is_clipped and self.last > head) else self.last
        if not 1 <= self.first <= last <= head:
            raise NoEvents
        return Stretch(first=self.first, last=last)


class LogFile:
    """Writes one file of one company's log."""

    def __init__(
        self,
        conninfo: str,
        company_id: UUID,
        key: SealKey,
        *,
        stretch: Stretch = Stretch(),
        withholds_metadata: bool = False,
    ) -> None:
        self._conninfo = conninfo
        self._company_id = company_id
        self._key = key
        self._stretch = stretch
        self._withholds_metadata = withholds_metadata
        #: Whom the events in the file tell about, once it is written.
        self.subjects: set[UUID] = set()

    def write(self, path: Path, now: datetime, progress: Progress) -> Stretch:
        """Write the file, whole or not at all, and only what was recorded: every hash is recomputed first.

        Returns which events are in it. Raises NoEvents, LogAltered.
        """
        unfinished = path.with_name(f"{path.name}.part")
        try:
            with (
                psycopg.connect(bounded(self._conninfo, BULK), autocommit=True) as connection,
                unfinished.open("wb") as file,
            ):
                stretch = self._write(connection, _Hashed(file), now, progress)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        return stretch

    def _write(
        self, connection: psycopg.Connection[Any], file: "_Hashed", now: datetime, progress: Progress
    ) -> Stretch:
        with transaction(connection, self._company_id, reading=True) as db:
            row = db.ask(_HEAD, {"company_id": self._company_id}).row()
        if row is None:
            raise NoEvents
        stretch, tree = self._stretch.within(row["position"]), Growing()
        notes = self._notes(connection, stretch, row["epoch"])
        before = genesis_hash(self._company_id)
        for event in self._proved(connection, stretch, progress):
            if event.position == stretch.first:
                file.write(self._head(stretch, row["epoch"], before, tree, now))
            tree.add(event.hash)
            before = event.hash
            if event.position >= stretch.first:
                file.write(self._shown(event))
                if is_about_somebody(event.state):
                    self.subjects.add(subject_of(event.state))
            if event.position in notes:
                file.write(self._sealed(notes[event.position], tree))
        if tree.size not in notes:
            file.write(self._sealed(self._note(tree, row["epoch"]), tree))
        file.write(f"end {_count(stretch)} {file.digest}\n".encode())
        return stretch

    def _proved(
        self, connection: psycopg.Connection[Any], stretch: Stretch, progress: Progress
    ) -> Iterator[ChainedEvent]:
        """The events from the first of the log on, page by page, each in a short transaction of its own."""
        proof, last = Proof(self._company_id), stretch.last or 0
        while proof.position < last:
            with transaction(connection, self._company_id, reading=True) as db:
                page = proof.next_page(db, last)
            yield from page
            progress(proof.position, last)

    def _head(self, stretch: Stretch, epoch: int, before: bytes, tree: Growing, now: datetime) -> bytes:
        frontier = " ".join(one.hex() for one in tree.frontier)
        lines = [
            "mipos-log 1",
            f"origin {self._key.origin_of(self._company_id, epoch)}",
            f"company {self._company_id}",
            "layout 2",
            f"events {stretch.first} {stretch.last}",
            f"before {before.hex()}",
            *([f"frontier {frontier}"] if frontier else []),
            f"vkey {self._key.vkey_of(self._company_id, epoch)}",
            f"made {now.astimezone(UTC).isoformat()}",
        ]
        return "\n".join([*lines, "\n"]).encode()

    def _shown(self, event: ChainedEvent) -> bytes:
        state, metadata = event.state.encode(), event.metadata.encode()
        withheld = f"-{sha256(metadata).hexdigest()}" if self._withholds_metadata else None
        line = (
            f"event {event.position} {event.stream_id} {event.stream_version} {event.recorded_at} "
            f"{event.type} {event.hash.hex()} {len(state)} {withheld or len(metadata)}\n"
        ).encode()
        return b"".join((line, state, b"\n", *(() if withheld else (metadata, b"\n"))))

    def _notes(self, connection: psycopg.Connection[Any], stretch: Stretch, epoch: int) -> dict[int, str]:
        """The checkpoints of seals in the stretch, by how many events they cover."""
        where = {"company_id": self._company_id, "first": stretch.first, "last": stretch.last}
        signed = {"epoch": epoch, "vkey": self._key.vkey_of(self._company_id, epoch)}
        with transaction(connection, self._company_id, reading=True) as db:
            return {row["size"]: row["checkpoint"] for row in db.ask(_NOTES, {**where, **signed}).rows()}

    def _note(self, tree: Growing, epoch: int) -> str:
        origin = self._key.origin_of(self._company_id, epoch)
        return self._key.sign(Checkpoint(origin=origin, size=tree.size, root=tree.root))

    def _sealed(self, note: str, tree: Growing) -> bytes:
        """A checkpoint as the file has it. Raises LogAltered if the log is not what it says."""
        try:
            is_so = read_note(note).checkpoint.root == tree.root
        except NotACheckpoint:
            is_so = False
        if not is_so:
            raise LogAltered(self._company_id, Fault(tree.size, Reason.SEAL_DIFFERS), None)
        return f"checkpoint {len(note.encode())}\n{note}".encode()


def _count(stretch: Stretch) -> int:
    return (stretch.last or 0) - stretch.first + 1


class _Hashed:
    """A file that keeps the hash of all that was written to it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = sha256()

    def write(self, data: bytes) -> None:
        """Write on."""
        self._hash.update(data)
        self._file.write(data)

    @property
    def digest(self) -> str:
        """The hash so far, in hexadecimal digits."""
        return self._hash.hexdigest()
