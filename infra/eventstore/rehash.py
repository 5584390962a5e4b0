"""Hashes the logs anew that were hashed in the former layout, over the bytes of state and metadata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, LiteralString

from infra.eventstore.chain import (
    ChainedEvent,
    ChainReport,
    Fault,
    LogAltered,
    Proof,
    Reason,
    event_hash,
    genesis_hash,
    linked_hash,
)
from infra.postgres.transactions import Transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    import psycopg

_LOGS: LiteralString = "SELECT company_id, position FROM company_head ORDER BY company_id"

_HOLD: LiteralString = """
    SELECT position FROM company_head WHERE company_id = %(company_id)s FOR UPDATE
"""

_WRITE: LiteralString = """
    UPDATE events SET hash = anew.hash
      FROM unnest(%(hashes)b::bytea[]) WITH ORDINALITY AS anew(hash, ordinal)
     WHERE company_id = %(company_id)s AND position > %(after)s AND position <= %(last)s
       AND position = %(after)s + anew.ordinal AND events.hash <> anew.hash
"""

_WRITE_END: LiteralString = """
    UPDATE company_head SET hash = %(hash)s
     WHERE company_id = %(company_id)s AND position = %(position)s AND hash = %(former)s
"""


@dataclass(frozen=True)
class Rehashed:
    """How many logs and events there are; those that were altered are hashed anew only up to there."""

    logs: int
    events: int
    altered: Sequence[LogAltered]


def rehash_logs(connection: psycopg.Connection[Any], progress: Callable[[int, int], None]) -> Rehashed:
    """Hash every log anew within the open transaction; whoever calls this keeps all writers out."""
    logs: list[tuple[UUID, int]] = connection.execute(_LOGS).fetchall()
    done, total, altered = 0, sum(end for _, end in logs), []

    def advance(position: int) -> None:
        progress(done + position, total)

    for company_id, end in logs:
        try:
            rehash_log(connection, company_id, advance)
        except LogAltered as alteration:
            altered.append(alteration)
        done += end
    return Rehashed(len(logs), total, altered)


def rehash_log(
    connection: psycopg.Connection[Any],
    company_id: UUID,
    progress: Callable[[int], None] = lambda _: None,
) -> None:
    """Hash a company's log anew within the open transaction, or the rest of it, and hold it until the end.

    Raises LogAltered at the first event whose bytes give neither the former hash nor today's. What lies
    before it is hashed anew, so that every later proof finds the same fault at the same position.
    """
    db = Transaction(connection, company_id)
    held = db.ask(_HOLD, {"company_id": company_id}).row()
    _Rehashing(company_id, progress).extend(db, held["position"] if held else 0)


def former_hash(previous: bytes, event: ChainedEvent) -> bytes:
    """The hash that an event had in the former layout, given the one before it."""
    state_bytes = event.state.encode()
    return linked_hash(previous, event, len(state_bytes).to_bytes(4), state_bytes, event.metadata.encode())


class _Rehashing(Proof):
    """Proves a log by the hash that each event has, its former one or today's, and writes today's."""

    def __init__(self, company_id: UUID, progress: Callable[[int], None]) -> None:
        super().__init__(company_id)
        self._former = genesis_hash(company_id)
        self._progress = progress

    def _page(self, db: Transaction, events: Sequence[ChainedEvent]) -> ChainReport:
        hashes, fault = [self._last_hash or b""], None
        for event in events:
            former, today = former_hash(self._former, event), event_hash(hashes[-1], event)
            if event.position != self.position + len(hashes):
                fault = Fault(self.position + len(hashes), Reason.MISSING)
            elif event.hash not in (former, today):
                fault = Fault(event.position, Reason.ALTERED)
            if fault:
                break
            self._former = former
            hashes.append(today)
        self._write(db, hashes[1:])
        self._progress(self.position + len(hashes) - 1)
        return ChainReport(self._company_id, len(hashes) - 1, hashes[-1], fault)

    def _write(self, db: Transaction, hashes: Sequence[bytes]) -> None:
        where = {"company_id": self._company_id, "after": self.position, "last": self.position + len(hashes)}
        db.execute(_WRITE, {**where, "hashes": hashes})

    def _compare_end(self, db: Transaction) -> None:
        where = {"company_id": self._company_id, "position": self.position}
        db.execute(_WRITE_END, {**where, "former": self._former, "hash": self._last_hash})
        super()._compare_end(db)
