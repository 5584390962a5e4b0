"""What a company's log is held against: its seals in the database, and what was published of them.

Who can write everything in the database can make seals there as well, by a key of their own. What was
published lies elsewhere: so up to the last published checkpoint, only what was published is a seal.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import LiteralString
from uuid import UUID

from domain.seals.checkpoints import NotACheckpoint, Note, read_note
from domain.seals.tree import Growing
from infra.eventstore.chain import Fault, Reason
from infra.seals.comparing import STANDING, own_notes
from infra.seals.key import SealKey, is_signed_by
from infra.seals.published import epoch_of
from infra.seals.sealing import Seal
from projections.base import Database
from projections.log_proofs import find_head

# Those of this stretch, and the last of all.
_SEALS: LiteralString = f"""
    SELECT epoch, size, root, head_hash, frontier, vkey, checkpoint, sealed_at
      FROM audit_seals AS seal
     WHERE {STANDING}
       AND (seal.size BETWEEN %(first)s AND %(last)s
            OR (seal.epoch, seal.size) = (SELECT epoch, size FROM audit_seals AS seal WHERE {STANDING}
                                           ORDER BY epoch DESC, size DESC LIMIT 1))
     ORDER BY epoch, size
"""

_EPOCHS: LiteralString = """
    SELECT number, from_position FROM log_epochs WHERE company_id = %(company_id)s ORDER BY number
"""


@dataclass
class Evidence:
    """Of which sizes the root and the last hash are known, and what is wrong with the seals themselves."""

    #: Up to which position the log is sealed; 0 if never.
    sealed: int = 0
    roots: dict[int, set[bytes]] = field(default_factory=lambda: defaultdict(set))
    hashes: dict[int, set[bytes]] = field(default_factory=lambda: defaultdict(set))
    #: What is wrong with a seal, by its size.
    faults: dict[int, Reason] = field(default_factory=dict)
    #: What is wrong with the end of the log.
    end: Fault | None = None

    @property
    def reach(self) -> int:
        """Up to which position there is something to hold a log against."""
        return max(self.sealed, *self.roots, 0)

    def fault_at(self, tree: Growing, last_hash: bytes) -> Fault | None:
        """What is wrong with a log of this tree, or with a seal of it."""
        size = tree.size
        if size in self.roots:
            agrees = self.roots[size] == {tree.root} and self.hashes.get(size, {last_hash}) == {last_hash}
            if not agrees:
                return Fault(size, Reason.SEAL_DIFFERS)
        return Fault(size, self.faults[size]) if size in self.faults else None


class Gathering:
    """Gathers what is known of a log; `published` was read before the head of the log is."""

    def __init__(self, db: Database, key: SealKey | None, published: Sequence[Note]) -> None:
        self._db = db
        self._key = key
        # What was cosigned is published once more, with the lines of witnesses.
        notes = {note.own.text: note.own for note in published}
        self._published = sorted(notes.values(), key=_place)
        self._texts = frozenset(notes)
        self._last = _place(self._published[-1]) if notes else (0, 0)

    def gather(self, first: int, last: int) -> Evidence:
        """All that is known of the log from one position to another."""
        where = {"company_id": self._db.company_id}
        rows = self._db.ask(_SEALS, {**where, "first": first, "last": last})
        lives = Lives({row["number"]: row["from_position"] for row in self._db.ask(_EPOCHS, where).rows()})
        seals = [Seal(**row) for row in rows.rows()]
        evidence = Evidence(sealed=seals[-1].size if seals else 0)
        for seal in seals:
            if first <= seal.size <= last:
                self._add_seal(evidence, seal)
        known = {seal.checkpoint for seal in seals}
        for note in self._published:
            if first <= note.checkpoint.size <= last and lives.has(note) and note.text not in known:
                self._add_note(evidence, note, is_of_present=epoch_of(note) == lives.present)
        self._look_at_end(evidence, seals, lives)
        return evidence

    def _add_seal(self, evidence: Evidence, seal: Seal) -> None:
        evidence.roots[seal.size].add(seal.root)
        evidence.hashes[seal.size].add(seal.head_hash)
        is_unknown = (seal.epoch, seal.size) <= self._last and seal.checkpoint not in self._texts
        reason = fault_of(self._db.company_id, seal) or (Reason.SEAL_DIFFERS if is_unknown else None)
        if reason:
            evidence.faults.setdefault(seal.size, reason)

    def _add_note(self, evidence: Evidence, note: Note, *, is_of_present: bool) -> None:
        """Add what was published and is no seal. One of this life was taken out of the database."""
        size = note.checkpoint.size
        evidence.roots[size].add(note.checkpoint.root)
        if not self._is_own(note):
            evidence.faults.setdefault(size, Reason.SIGNATURE_FALSE)
        elif is_of_present:
            evidence.faults.setdefault(size, Reason.SEAL_DIFFERS)

    def _is_own(self, note: Note) -> bool:
        return bool(own_notes(self._db, [note], self._key))

    def _look_at_end(self, evidence: Evidence, seals: Sequence[Seal], lives: "Lives") -> None:
        """Compare the end of the log with the last that was sealed of it."""
        head = find_head(self._db)
        last = [(one.epoch, one.size) for one in seals[-1:]]
        last += [_place(note) for note in self._published[-1:] if self._is_own(note)]
        if any(epoch > lives.present or (epoch == lives.present and size > head) for epoch, size in last):
            evidence.end = Fault(head + 1, Reason.EPOCH_FORKED)


def _place(note: Note) -> tuple[int, int]:
    return epoch_of(note), note.checkpoint.size


class Lives:
    """The lives of a log, each by its number, with the position behind which it began."""

    def __init__(self, begun: Mapping[int, int]) -> None:
        self._begun = begun
        #: The number of the present one.
        self.present = max(begun, default=1)

    def has(self, note: Note) -> bool:
        """Whether what a checkpoint is of is still in the log: a later life may have begun before its end."""
        epoch, size = _place(note)
        return all(size <= begun for number, begun in self._begun.items() if number > epoch)


def fault_of(company_id: UUID, seal: Seal) -> Reason | None:
    """What is wrong with a seal by its own parts."""
    try:
        note = read_note(seal.checkpoint)
        root = Growing(seal.size, seal.hashes).root
    except (NotACheckpoint, ValueError):
        return Reason.SEAL_DIFFERS
    said = note.checkpoint
    is_whole = (said.size, said.root) == (seal.size, seal.root) and root == seal.root
    if not (is_whole and said.origin.endswith(f"/{company_id}/{seal.epoch}")):
        return Reason.SEAL_DIFFERS
    return None if is_signed_by(note, seal.vkey) else Reason.SIGNATURE_FALSE
