"""Seals a company's log: what is new in it is proved from its bytes, added to the tree, and signed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from domain.seals.checkpoints import Checkpoint, NotACheckpoint, read_note
from domain.seals.refusals import EpochForked
from domain.seals.tree import Growing, Subtree
from infra.eventstore.chain import Fault, LogAltered, Proof, Reason
from infra.postgres.transactions import Transaction, transaction
from infra.seals.comparing import STANDING, Outcome, Past, own_notes
from infra.seals.key import SealKey, is_signed_by
from infra.seals.published import file_of, last_published
from projections.seals import TILE_HEIGHT

#: How many events one transaction seals at most: some seconds. More take several seals, one after another.
MOST = 50_000
_HASH = 32

# Seals of one log are made one after another, and none while another life of it begins.
TURN: LiteralString = """
    SELECT pg_advisory_xact_lock(hashtextextended('mipos seal ' || %(company_id)s::text, 0))
"""

_STANDING: LiteralString = """
    SELECT head.position AS head,
           (SELECT max(number) FROM log_epochs WHERE company_id = %(company_id)s) AS epoch
      FROM company_head AS head
     WHERE head.company_id = %(company_id)s
"""

_LAST: LiteralString = f"""
    SELECT epoch, size, root, head_hash, frontier, vkey, checkpoint, sealed_at
      FROM audit_seals AS seal
     WHERE {STANDING}
     ORDER BY epoch DESC, size DESC
     LIMIT 1
"""

_HASH_AT: LiteralString = """
    SELECT hash FROM events WHERE company_id = %(company_id)s AND position = %(position)s
"""

_ADD: LiteralString = """
    INSERT INTO audit_seals
           (company_id, epoch, size, root, head_hash, frontier, vkey, checkpoint, sealed_at)
    VALUES (%(company_id)s, %(epoch)s, %(size)s, %(root)s, %(head_hash)s, %(frontier)s, %(vkey)s,
            %(checkpoint)s, %(sealed_at)s)
"""

_ADD_HASHES: LiteralString = """
    INSERT INTO audit_tiles AS tile (company_id, level, number, hashes)
    SELECT %(company_id)s, unnest(%(levels)b::int[]), unnest(%(numbers)b::bigint[]),
           unnest(%(hashes)b::bytea[])
        ON CONFLICT (company_id, level, number) DO UPDATE SET hashes = tile.hashes || excluded.hashes
"""


@dataclass(frozen=True, kw_only=True)
class Seal:
    """What a log was at a moment, as the database keeps it."""

    epoch: int
    size: int
    root: bytes
    head_hash: bytes
    frontier: bytes
    vkey: str
    checkpoint: str
    sealed_at: datetime

    @property
    def hashes(self) -> list[bytes]:
        """The frontier as hashes."""
        return [self.frontier[i : i + _HASH] for i in range(0, len(self.frontier), _HASH)]


class Sealer:
    """Seals logs with the key of the installation."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        key: SealKey,
        folder: Path | None = None,
        *,
        most: int = MOST,
    ) -> None:
        """`folder` has what was published of logs on this machine: what is not that is not signed."""
        self._connection = connection
        self._key = key
        self._folder = folder
        self._most = most

    def seal(self, company_id: UUID, now: datetime) -> Seal | None:
        """Seal all of a company's log. Returns its last seal; None if there is nothing to seal.

        Raises LogAltered, EpochForked.
        """
        self._compare(company_id)
        while True:
            with transaction(self._connection, company_id) as db:
                seal, goes_on = self._seal_some(db, now)
            if not goes_on:
                return seal

    def _compare(self, company_id: UUID) -> None:
        """See that the log goes on from what was published of it last. Raises LogAltered, EpochForked."""
        last = last_published(file_of(self._folder, company_id)) if self._folder else None
        if last is None:
            return
        with transaction(self._connection, company_id, reading=True) as db:
            outcome = Past(db).compare(own_notes(db, [last], self._key)).outcome
        if outcome is Outcome.BEHIND:
            raise EpochForked
        if outcome is Outcome.DIFFERS:
            raise LogAltered(company_id, Fault(last.checkpoint.size, Reason.SEAL_DIFFERS), None)

    def _seal_some(self, db: Transaction, now: datetime) -> tuple[Seal | None, bool]:
        """Seal the next events. Returns the last seal, and whether there is more to be sealed."""
        where = {"company_id": db.company_id}
        db.execute(TURN, where)
        standing, last = db.ask(_STANDING, where).row(), find_last(db)
        if standing is None or standing["head"] == 0:
            return None, False
        head, epoch = standing["head"], standing["epoch"]
        if last and head < last.size:
            raise EpochForked
        if last and (head, epoch) == (last.size, last.epoch):
            return last, False
        tree = _tree_after(db, last)
        upto = min(head, tree.size + self._most)
        made, head_hash = _grow(db, tree, upto, last.head_hash if last else b"")
        keep_hashes(db, made)
        seal = self._signed(db.company_id, epoch, tree, head_hash, now)
        add_seal(db, seal)
        return seal, upto < head

    def _signed(self, company_id: UUID, epoch: int, tree: Growing, head_hash: bytes, now: datetime) -> Seal:
        origin = self._key.origin_of(company_id, epoch)
        return Seal(
            epoch=epoch,
            size=tree.size,
            root=tree.root,
            head_hash=head_hash,
            frontier=b"".join(tree.frontier),
            vkey=self._key.vkey_of(company_id, epoch),
            checkpoint=self._key.sign(Checkpoint(origin=origin, size=tree.size, root=tree.root)),
            sealed_at=now,
        )


def find_last(db: Transaction) -> Seal | None:
    """The last seal of the company's log, or None."""
    row = db.ask(_LAST, {"company_id": db.company_id}).row()
    return Seal(**row) if row else None


def _tree_after(db: Transaction, last: Seal | None) -> Growing:
    """The tree as it was sealed last, if the seal is what it was. Raises LogAltered."""
    if last is None:
        return Growing()
    if not is_intact(last):
        raise LogAltered(db.company_id, Fault(last.size, Reason.SEAL_DIFFERS), None)
    return Growing(last.size, last.hashes)


def is_intact(seal: Seal) -> bool:
    """Whether a seal's own parts agree: its frontier gives its root, which is what was signed."""
    try:
        note = read_note(seal.checkpoint)
        root = Growing(seal.size, seal.hashes).root
    except (NotACheckpoint, ValueError):
        return False
    signed = note.checkpoint
    return (signed.size, signed.root) == (seal.size, seal.root) == (seal.size, root) and is_signed_by(
        note, seal.vkey
    )


def _grow(
    db: Transaction, tree: Growing, upto: int, head_hash: bytes
) -> tuple[Sequence[tuple[Subtree, bytes]], bytes]:
    """Add what was recorded since, proved from its bytes. Returns the subtrees made, and the last hash.

    Raises LogAltered.
    """
    if tree.size and head_hash != _stored_hash(db, tree.size):
        raise LogAltered(db.company_id, Fault(tree.size, Reason.SEAL_DIFFERS), None)
    proof, made = Proof(db.company_id, tree.size), []
    while proof.position < upto:
        for event in proof.next_page(db, upto):
            made += [one for one in tree.add(event.hash) if keeps(one[0])]
            head_hash = event.hash
    return made, head_hash


def _stored_hash(db: Transaction, position: int) -> bytes | None:
    row = db.ask(_HASH_AT, {"company_id": db.company_id, "position": position}).row()
    return row["hash"] if row else None


def add_seal(db: Transaction, seal: Seal) -> None:
    """Add a seal to those of the company's log."""
    db.execute(_ADD, {"company_id": db.company_id, **vars(seal)})


def keeps(subtree: Subtree) -> bool:
    """Whether the hash of a subtree is kept; the others follow from those, and from the log."""
    return subtree.height > 0 and not subtree.height % TILE_HEIGHT


def keep_hashes(db: Transaction, made: Sequence[tuple[Subtree, bytes]]) -> None:
    """Keep the hashes of subtrees, those of a row together and in their order."""
    rows: Mapping[tuple[int, int], bytearray] = defaultdict(bytearray)
    for subtree, whole in made:
        rows[subtree.height // TILE_HEIGHT, subtree.number >> TILE_HEIGHT] += whole
    if rows:
        db.execute(
            _ADD_HASHES,
            {
                "company_id": db.company_id,
                "levels": [level for level, _ in rows],
                "numbers": [number for _, number in rows],
                "hashes": [bytes(hashes) for hashes in rows.values()],
            },
        )
