"""Compares a log with what was published of it: it goes on, it lost its end, or it is another one now."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import LiteralString

from domain.seals.checkpoints import NotACheckpoint, Note, read_note, read_verifier_key, verifier_key
from domain.seals.tree import Growing
from infra.postgres.transactions import Transaction
from infra.seals.key import SealKey, is_signed_by
from infra.seals.published import epoch_of
from projections.base import Database

#: Hashes of a seal's frontier, 32 bytes each.
_HASH = 32

_HEAD: LiteralString = "SELECT position FROM company_head WHERE company_id = %(company_id)s"

_EPOCHS: LiteralString = """
    SELECT number, from_position FROM log_epochs WHERE company_id = %(company_id)s ORDER BY number
"""

_VKEYS: LiteralString = "SELECT DISTINCT vkey FROM audit_seals WHERE company_id = %(company_id)s"

#: The seals of what the log still is: those of a life before reach up to where the next one began at most.
STANDING: LiteralString = """
    seal.company_id = %(company_id)s
    AND seal.size <= ALL (SELECT later.from_position FROM log_epochs AS later
                           WHERE later.company_id = %(company_id)s AND later.number > seal.epoch)
"""

_LAST: LiteralString = f"""
    SELECT checkpoint FROM audit_seals AS seal WHERE {STANDING} ORDER BY epoch DESC, size DESC LIMIT 1
"""

_NEAREST: LiteralString = f"""
    SELECT size, root, frontier FROM audit_seals AS seal
     WHERE {STANDING} AND seal.size <= %(size)s
     ORDER BY size DESC, epoch DESC LIMIT 1
"""

_HASHES: LiteralString = """
    SELECT hash FROM events
     WHERE company_id = %(company_id)s AND position > %(after)s AND position <= %(size)s
     ORDER BY position
"""


class Outcome(Enum):
    """What a comparison came to."""

    #: The log has all that was published, or says itself what it lost.
    GOES_ON = "the log is what was published of it"
    #: It ends before what was published: it was brought back from an earlier moment.
    BEHIND = "the log ends before its last checkpoint, and no epoch was begun"
    #: It is long enough, and has another past.
    DIFFERS = "the log is not what was published of it"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What came of it; `last` is the last checkpoint, `shared` how many events both are known to have."""

    outcome: Outcome
    last: Note | None
    shared: int
    epoch: int


class Past:
    """What a log in the database is, and was by its own word."""

    def __init__(self, db: Transaction) -> None:
        self._db = db
        self._where = {"company_id": db.company_id}
        head = db.ask(_HEAD, self._where).row()
        self.head: int = head["position"] if head else 0
        self._epochs = [(one["number"], one["from_position"]) for one in db.ask(_EPOCHS, self._where).rows()]

    @property
    def epoch(self) -> int:
        """Which life of the log it is."""
        return max((number for number, _ in self._epochs), default=0)

    def compare(self, published: Sequence[Note]) -> Comparison:
        """Compare with checkpoints, in the order in which they were published.

        They are compared from the last one back to the first that the log can be held against.
        """
        notes = [*published, *self._own()]
        notes.sort(key=lambda note: (epoch_of(note), note.checkpoint.size))
        last, shared = notes[-1] if notes else None, 0
        outcome = Outcome.GOES_ON
        for note in reversed(notes):
            if self.is_told(note):
                if note is last:
                    break
                continue
            if note.checkpoint.size > self.head:
                outcome = Outcome.BEHIND if outcome is Outcome.GOES_ON else outcome
            elif self.root(note.checkpoint.size) == note.checkpoint.root:
                shared = note.checkpoint.size
                break
            else:
                outcome = Outcome.DIFFERS
        return Comparison(outcome=outcome, last=last, shared=shared, epoch=self.epoch)

    def is_told(self, note: Note) -> bool:
        """Whether the log itself says that it lost what this checkpoint is of."""
        begun = [behind for number, behind in self._epochs if number > epoch_of(note)]
        return bool(begun) and note.checkpoint.size > min(begun)

    def root(self, size: int) -> bytes:
        """The root of the first so many events, by the hashes that are stored."""
        row = self._db.ask(_NEAREST, {**self._where, "size": size}).row()
        tree = _tree(row["size"], row["root"], row["frontier"]) if row else Growing()
        for one in self._db.ask(_HASHES, {**self._where, "after": tree.size, "size": size}).rows():
            tree.add(one["hash"])
        return tree.root

    def _own(self) -> Iterable[Note]:
        """The last seal, which may have been kept where events were not."""
        for row in self._db.ask(_LAST, self._where).rows():
            try:
                yield read_note(row["checkpoint"])
            except NotACheckpoint:
                continue


def _tree(size: int, root: bytes, frontier: bytes) -> Growing:
    """The tree as a seal keeps it; an empty one if the seal is not what it was."""
    hashes = [frontier[i : i + _HASH] for i in range(0, len(frontier), _HASH)]
    tree = Growing(size, hashes) if len(hashes) == size.bit_count() else Growing()
    return tree if tree.root == root else Growing()


def own_notes(db: Database, notes: Iterable[Note], key: SealKey | None) -> list[Note]:
    """Those that this installation signed, with this key or with one that seals of the log name."""
    publics = {_public(row["vkey"]) for row in db.ask(_VKEYS, {"company_id": db.company_id}).rows()}
    if key is not None:
        publics.add(_public(key.vkey_of(db.company_id, 1)))
    return [note for note in notes if _is_own(note, publics - {None})]


def _is_own(note: Note, publics: Collection[bytes | None]) -> bool:
    origin = note.checkpoint.origin
    return any(one and is_signed_by(note, verifier_key(origin, one)) for one in publics)


def _public(vkey: str) -> bytes | None:
    try:
        return read_verifier_key(vkey)[1]
    except NotACheckpoint:
        return None
