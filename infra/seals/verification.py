"""Verifies a company's log: its bytes and chain, its head, what was sealed of it, and what was published.

Events that no seal covers yet are chained only: whoever can write everything in the database can make these
anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from domain.seals.tree import Growing, Subtree, stretch
from infra.eventstore.chain import (
    BEYOND_HEAD,
    EVENTS,
    HASH_AT,
    HEAD,
    PAGE_SIZE,
    REASONS,
    ChainedEvent,
    Fault,
    Head,
    Reason,
    follow,
    genesis_hash,
)
from infra.seals.evidence import Evidence, Gathering
from infra.seals.key import SealKey
from infra.seals.published import all_published, file_of
from projections.base import Database
from projections.log_proofs import LogFault, LogProof, stretch_of, stretch_within
from projections.seals import LAST_POSITION, TILE_HEIGHT, ask_hashes, find_tile_beyond, find_tiles

_HASH = 32


@dataclass(frozen=True, kw_only=True)
class OutsideRecord:
    """What an installation knows of its logs outside of the database: its key, and what it published."""

    key: SealKey | None
    folder: Path

    def verify(self, db: Database, first: int, last: int | None) -> LogProof:
        """Verify a stretch within one transaction, page by page. Raises Invalid, RangeTooLarge."""
        verification = Verification.begin(db, self, first, last)
        while not verification.is_over:
            verification.take(db, read_page(db, verification.next, verification.end))
        return verification.concluded(db)


@dataclass(frozen=True)
class Page:
    """What following a part of the chain found: the hashes of sound events, and what is wrong after them."""

    hashes: Sequence[bytes]
    fault: Fault | None


def read_page(db: Database, first: int, end: int) -> Page:
    """Recompute the hashes of the next events, chained to the one that is stored before them."""
    start, last = hash_before(db, first), min(first + PAGE_SIZE - 1, end)
    if start is None:
        return Page((), Fault(first - 1, Reason.MISSING))
    asked = {"company_id": db.company_id, "first": first, "last": last}
    events = [ChainedEvent(**row) for row in db.ask(EVENTS, asked).rows()]
    report = follow(db.company_id, start, first, events)
    fault = report.fault
    if fault is None and report.verified < last - first + 1:
        fault = Fault(first + report.verified, Reason.MISSING)
    return Page([event.hash for event in events[: report.verified]], fault)


def hash_before(db: Database, position: int) -> bytes | None:
    """The hash that an event is chained to, as it is stored; None where there is none."""
    if position == 1:
        return genesis_hash(db.company_id)
    row = db.ask(HASH_AT, {"company_id": db.company_id, "position": position - 1}).row()
    return row["hash"] if row else None


class Verification:
    """A verification under way, from position `first` to `end`."""

    def __init__(self, first: int, end: int, head: Head, evidence: Evidence, before: bytes) -> None:
        self.first = first
        self.end = end
        self._head = head
        self._evidence = evidence
        #: As far as there is something to hold against it; None where nothing is.
        self._tree: Growing | None = None
        self._verified = 0
        self._last_hash = before
        self._fault: Fault | None = None

    @classmethod
    def begin(
        cls, db: Database, outside: OutsideRecord, first: int, last: int | None, *, is_short: bool = True
    ) -> "Verification":
        """Begin one; one `is_short` if somebody waits for it. Raises Invalid, RangeTooLarge."""
        # In this order: a file lacks what is just being sealed, and a seal is of what is there.
        published = all_published(file_of(outside.folder, db.company_id))
        evidence = Gathering(db, outside.key, published).gather(
            first, LAST_POSITION if last is None else last
        )
        row = db.ask(HEAD, {"company_id": db.company_id}).row()
        head = Head(**row) if row else Head(0, b"")
        first, end = (stretch_of if is_short else stretch_within)(first, last, head.position)
        before = hash_before(db, first)
        made = cls(first, end, head, evidence, before or b"")
        if before is None:
            made.note(Fault(first - 1, Reason.MISSING))
        elif first <= evidence.reach and first - 1 <= evidence.sealed:
            made.grow_on(db)
        return made

    def grow_on(self, db: Database) -> None:
        """Take the tree of what lies before, as it is stored."""
        subtrees = stretch(0, self.first - 1)
        try:
            known = ask_hashes(db, subtrees).read()
        except KeyError:
            self.note(Fault(self.first - 1, Reason.SEAL_DIFFERS))
        else:
            self._tree = Growing(self.first - 1, [known[subtree] for subtree in subtrees])

    @property
    def next(self) -> int:
        """The position that comes next."""
        return self.first + self._verified

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to be looked at, as something is wrong or all was."""
        return self._fault is not None or self.next > self.end

    def note(self, fault: Fault | None) -> None:
        """Note what is wrong."""
        self._fault = self._fault or fault

    def take(self, db: Database, page: Page) -> None:
        """Hold the next part of the chain against what was sealed."""
        found = [self._held(db, page.hashes), page.fault]
        faults = sorted((one for one in found if one), key=lambda one: one.position)
        sound = faults[0].position - self.next if faults else len(page.hashes)
        self._verified += max(0, min(sound, len(page.hashes)))
        if sound > 0:
            self._last_hash = page.hashes[min(sound, len(page.hashes)) - 1]
        self.note(faults[0] if faults else None)

    def concluded(self, db: Database) -> LogProof:
        """What was found, the end of the log included if it comes to that."""
        if self._fault is None and self.end == self._head.position:
            self.note(self._fault_at_end(db))
        fault = self._fault
        return LogProof(
            self.first,
            self.end,
            self._verified,
            self._last_hash,
            LogFault(fault.position, REASONS[fault.reason], fault.reason.value) if fault else None,
            self._evidence.sealed,
        )

    def _fault_at_end(self, db: Database) -> Fault | None:
        if self._verified and self._last_hash != self._head.hash:
            return Fault(self.end, Reason.HEAD_DIFFERS)
        if beyond := db.ask(BEYOND_HEAD, {"company_id": db.company_id}).row():
            return Fault(beyond["position"], Reason.BEYOND_HEAD)
        if self._evidence.end:
            return self._evidence.end
        tile = find_tile_beyond(db)
        return Fault(tile["size"], Reason.SEAL_DIFFERS) if tile else None

    def _held(self, db: Database, hashes: Iterable[bytes]) -> Fault | None:
        """The first thing that is wrong with these by the seals and the rows of the tree."""
        tree, found, made = self._tree, None, []
        if tree is None:
            return None
        for one in hashes:
            if tree.size >= self._evidence.reach:
                break
            made += [row for row in tree.add(one) if _is_kept(row[0], self._evidence.sealed)]
            found = self._evidence.fault_at(tree, one)
            if found:
                break
        of_rows = _fault_of_rows(db, made)
        return min(filter(None, (found, of_rows)), key=lambda fault: fault.position, default=None)


def _is_kept(subtree: Subtree, sealed: int) -> bool:
    """Whether the database has a hash of this in the rows of the tree."""
    is_row = subtree.height > 0 and subtree.height % TILE_HEIGHT == 0
    return is_row and _end(subtree) <= sealed


def _end(subtree: Subtree) -> int:
    """The position of its last event."""
    return (subtree.number + 1) << subtree.height


def _fault_of_rows(db: Database, made: Sequence[tuple[Subtree, bytes]]) -> Fault | None:
    """Where rows of the tree are not what follows from the log."""
    if not made:
        return None
    rows = find_tiles(db, ((one.height // TILE_HEIGHT, one.number >> TILE_HEIGHT) for one, _ in made))
    for subtree, whole in sorted(made, key=lambda one: _end(one[0])):
        row = rows.get((subtree.height // TILE_HEIGHT, subtree.number >> TILE_HEIGHT), b"")
        place = _HASH * (subtree.number % (1 << TILE_HEIGHT))
        if row[place : place + _HASH] != whole:
            return Fault(_end(subtree), Reason.SEAL_DIFFERS)
    return None
