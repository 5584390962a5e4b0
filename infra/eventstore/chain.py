"""Proof that nothing in a company's log was altered, left out or put in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import TYPE_CHECKING, Any, LiteralString, NamedTuple

from psycopg import sql
from psycopg.rows import args_row

from infra.process.garbage import collecting_no_garbage
from projections.log_proofs import FaultReason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from uuid import UUID

    import psycopg

    from infra.postgres.transactions import Transaction

PAGE_SIZE = 2_000

# NOTE: A time that no clock shows (infinity) has no microseconds and was written by no append; it becomes a
# number that no hash covers, so that it is reported like any other alteration.
EVENTS: LiteralString = """
    SELECT position, stream_id, stream_version, type, state, metadata,
           CASE WHEN isfinite(recorded_at) THEN (extract(epoch FROM recorded_at) * 1000000)::bigint
                ELSE 9223372036854775807 END AS recorded_at,
           hash
      FROM events
     WHERE company_id = %(company_id)s
       AND position BETWEEN %(first)s AND coalesce(%(last)s::bigint, 9223372036854775807)
     ORDER BY position
"""
HEAD: LiteralString = "SELECT position, hash FROM company_head WHERE company_id = %(company_id)s"
# One statement, one snapshot: what is appended meanwhile moves the head with it. The head comes first: with a
# join the planner takes a third of the log to lie beyond, and walks all of it to find nothing.
BEYOND_HEAD: LiteralString = """
    SELECT position FROM events
     WHERE company_id = %(company_id)s
       AND position > (SELECT position FROM company_head WHERE company_id = %(company_id)s)
     ORDER BY position LIMIT 1
"""
HASH_AT: LiteralString = """
    SELECT hash FROM events WHERE company_id = %(company_id)s AND position = %(position)s
"""


class ChainedEvent(NamedTuple):
    """An event as the log keeps it; `recorded_at` is in microseconds since 1970 (UTC)."""

    position: int
    stream_id: UUID
    stream_version: int
    type: str
    state: str
    metadata: str
    recorded_at: int
    hash: bytes


class Head(NamedTuple):
    """Where a company's log ends."""

    position: int
    hash: bytes


class Reason(Enum):
    """What is wrong at a position."""

    ALTERED = "the event's bytes do not give its hash"
    MISSING = "there is no event"
    BEYOND_HEAD = "the event lies beyond the head of the log"
    HEAD_DIFFERS = "the head of the log has another hash than its last event"
    NO_HEAD = "the company has no log"
    SEAL_DIFFERS = "the log or the seal is not what was sealed"
    SIGNATURE_FALSE = "the seal is not signed with the key of the log"
    EPOCH_FORKED = "more was sealed than there is, and no epoch was begun"


#: What each is called where others read it.
REASONS: dict[Reason, FaultReason] = {
    Reason.ALTERED: "altered",
    Reason.MISSING: "missing",
    Reason.BEYOND_HEAD: "beyond_head",
    Reason.HEAD_DIFFERS: "head_differs",
    Reason.NO_HEAD: "no_head",
    Reason.SEAL_DIFFERS: "seal_differs",
    Reason.SIGNATURE_FALSE: "signature_false",
    Reason.EPOCH_FORKED: "epoch_forked",
}


@dataclass(frozen=True)
class Fault:
    """The first position that is wrong, and why; what follows it was not looked at."""

    position: int
    reason: Reason


@dataclass(frozen=True)
class ChainReport:
    """What verifying a stretch of a company's log found.

    `last_hash` is the hash of the last sound event. Who can write everything can also compute a whole new
    chain: comparing this hash with one noted earlier, outside the database, excludes that as well.
    """

    company_id: UUID
    verified: int
    last_hash: bytes
    fault: Fault | None = None

    @property
    def is_sound(self) -> bool:
        """Whether everything was as it was written."""
        return self.fault is None


def genesis_hash(company_id: UUID) -> bytes:
    """Return the hash that a company's first event is chained to."""
    return sha256(company_id.bytes).digest()


def event_hash(previous: bytes, event: ChainedEvent) -> bytes:
    """Return the hash an event should have, given the one before it.

    Digests of state and metadata stand for them, so that who gets a proof need not get to read them.
    The layout is that of `event_hash` in functions.sql; this is its independent second implementation.
    """
    return linked_hash(
        previous,
        event,
        sha256(event.state.encode()).digest(),
        sha256(event.metadata.encode()).digest(),
    )


def linked_hash(previous: bytes, event: ChainedEvent, *payload: bytes) -> bytes:
    """Return the hash of what says which event it is and what comes before it, and of its payload."""
    type_bytes = event.type.encode()
    return sha256(
        b"".join(
            (
                previous,
                event.position.to_bytes(8, signed=True),
                event.stream_id.bytes,
                event.stream_version.to_bytes(8, signed=True),
                event.recorded_at.to_bytes(8, signed=True),
                len(type_bytes).to_bytes(4),
                type_bytes,
                *payload,
            )
        )
    ).digest()


def verify_chain(
    connection: psycopg.Connection[Any],
    company_id: UUID,
    from_position: int = 1,
    to_position: int | None = None,
) -> ChainReport:
    """Recompute every hash from one position to another, or to the head, which then has to agree as well.

    A stretch that begins later than 1 is chained to the hash stored before it. The connection must have no
    transaction open: everything is read from one snapshot, while others go on writing.
    """
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute(
            sql.SQL("SET LOCAL app.company_id = {}").format(sql.Literal(str(company_id))), prepare=False
        )
        parameters = {"company_id": company_id, "first": from_position, "last": to_position}
        head = connection.cursor(row_factory=args_row(Head)).execute(HEAD, parameters).fetchone()
        start = _hash_before(connection, company_id, from_position)
        if head is None or start is None:
            fault = Fault(0, Reason.NO_HEAD) if head is None else Fault(from_position - 1, Reason.MISSING)
            return ChainReport(company_id, 0, b"", fault)
        with connection.cursor("chain", row_factory=args_row(ChainedEvent)) as events:
            events.itersize = PAGE_SIZE
            events.execute(EVENTS, parameters, binary=True)
            report = follow(company_id, start, from_position, events)
    if report.fault is not None:
        return report
    return _compared_with_head(report, from_position + report.verified - 1, head, to_position)


def _hash_before(connection: psycopg.Connection[Any], company_id: UUID, position: int) -> bytes | None:
    if position == 1:
        return genesis_hash(company_id)
    row = connection.execute(HASH_AT, {"company_id": company_id, "position": position - 1}).fetchone()
    return row[0] if row else None


def follow(company_id: UUID, start: bytes, first: int, events: Iterable[ChainedEvent]) -> ChainReport:
    """Follow the chain from a hash through events that should begin at `first`, up to the first fault."""
    last_hash, position = start, first
    for event in events:
        if event.position != position:
            return ChainReport(company_id, position - first, last_hash, Fault(position, Reason.MISSING))
        if event.hash != event_hash(last_hash, event):
            return ChainReport(company_id, position - first, last_hash, Fault(position, Reason.ALTERED))
        last_hash, position = event.hash, position + 1
    return ChainReport(company_id, position - first, last_hash)


def _compared_with_head(report: ChainReport, last: int, head: Head, to_position: int | None) -> ChainReport:
    """Add what only the head can tell: events cut off at the end, or put behind it."""
    expected = head.position if to_position is None else to_position
    fault = None
    if last < expected:
        fault = Fault(last + 1, Reason.MISSING)
    elif last > head.position:
        fault = Fault(head.position + 1, Reason.BEYOND_HEAD)
    elif last == head.position and report.last_hash != head.hash:
        fault = Fault(last, Reason.HEAD_DIFFERS)
    return ChainReport(report.company_id, report.verified, report.last_hash, fault)


TYPE_AT: LiteralString = """
    SELECT type FROM events WHERE company_id = %(company_id)s AND position = %(position)s
"""


class LogAltered(Exception):
    """A company's log is not what was recorded, from this position on; nothing can be derived from it."""

    def __init__(self, company_id: UUID, fault: Fault, event_type: str | None) -> None:
        self.company_id, self.fault, self.event_type = company_id, fault, event_type
        event = f" ({event_type})" if event_type else ""
        super().__init__(
            f"the log of company {company_id} is not what was recorded: "
            f"at position {fault.position:,}{event} {fault.reason.value}"
        )


class Proof:
    """How far a company's log was found to be what was recorded.

    What others have proved up to `position` is not looked at again; the hash that is stored there counts.
    """

    def __init__(self, company_id: UUID, position: int = 0) -> None:
        self.position = position
        self._company_id = company_id
        self._last_hash = genesis_hash(company_id) if position == 0 else None

    def extend(self, db: Transaction, upto: int) -> None:
        """Recompute the hashes up to a position, with the log's own end if that is it. Raises LogAltered."""
        for _ in self.pages(db, upto):
            pass

    def pages(self, db: Transaction, upto: int) -> Iterator[Sequence[ChainedEvent]]:
        """The events up to a position, page by page as they are proved; `extend` for who needs them too.

        The log's own end is looked at after the last page. Raises LogAltered.
        """
        self._begin(db)
        while self.position < upto:
            yield self.next_page(db, upto)
        self._compare_end(db)

    def next_page(self, db: Transaction, upto: int) -> Sequence[ChainedEvent]:
        """The next events, up to a position at most, proved; the log's own end is not looked at.

        Raises LogAltered.
        """
        self._begin(db)
        end = min(self.position + PAGE_SIZE, upto)
        with collecting_no_garbage():
            events = self._read(db, end)
            report = self._page(db, events)
        self._check(db, report.fault or _shortfall(report, self.position, end))
        self.position, self._last_hash = end, report.last_hash
        return events

    def _begin(self, db: Transaction) -> None:
        """Take the hash that is stored where others ended, if that is not known yet."""
        if self._last_hash is None:
            self._last_hash = _hash_before(db.connection, self._company_id, self.position + 1)

    def _page(self, db: Transaction, events: Sequence[ChainedEvent]) -> ChainReport:  # noqa: ARG002
        """Follow the chain through the next events, up to the first fault."""
        return follow(self._company_id, self._last_hash or b"", self.position + 1, events)

    def _read(self, db: Transaction, last: int) -> Sequence[ChainedEvent]:
        """The events that come next, up to a position."""
        rows = db.connection.cursor(row_factory=args_row(ChainedEvent), binary=True)
        parameters = {"company_id": self._company_id, "first": self.position + 1, "last": last}
        return rows.execute(EVENTS, parameters).fetchall()

    def _compare_end(self, db: Transaction) -> None:
        """Compare with the head of the log, if that is how far it was proved, and look behind it."""
        where = {"company_id": self._company_id}
        head = db.connection.cursor(row_factory=args_row(Head)).execute(HEAD, where).fetchone()
        if head and head.position == self.position and head.hash != self._last_hash:
            self._check(db, Fault(self.position, Reason.HEAD_DIFFERS))
        for (beyond,) in db.connection.execute(BEYOND_HEAD, where).fetchall():
            self._check(db, Fault(beyond, Reason.BEYOND_HEAD))

    def _check(self, db: Transaction, fault: Fault | None) -> None:
        if fault is None:
            return
        params = {"company_id": self._company_id, "position": fault.position}
        row = db.connection.execute(TYPE_AT, params).fetchone()
        raise LogAltered(self._company_id, fault, row[0] if row else None)


def _shortfall(report: ChainReport, after: int, upto: int) -> Fault | None:
    """The fault of a stretch that ends before it should."""
    return Fault(after + report.verified + 1, Reason.MISSING) if after + report.verified < upto else None
