"""Writing much at once: what a history or a sample brings enters the log by the same facts as live sales."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event
from typing import Any, LiteralString, TypeVar
from uuid import NAMESPACE_OID, UUID, uuid5

from psycopg import errors

from domain.aggregate import UNSTAMPED, Aggregate
from domain.errors import Conflict
from domain.settings import name_key
from infra.decisions.unit_of_work import EventRow, EventWriter
from infra.eventstore.codec import Metadata
from infra.eventstore.subject_keys import KeysOfSubjects
from infra.postgres.connections import BULK
from infra.postgres.pool import RequestPool
from infra.postgres.request_transactions import request_transaction
from infra.process.garbage import collecting_no_garbage
from infra.process.turns import taking_brief_turns
from projections.base import Answer, Database

C = TypeVar("C", bound=Aggregate.Created)
#: Makes the events that a stream begins with. It is called only when the log has no such stream yet.
Maker = Callable[[], Iterable[Any]]
Streams = Mapping[UUID, Maker]

#: How many events travel to the log in one statement.
APPEND_SIZE = 5000
#: How many batches are being recorded at once: one is appended, the next one is made.
AT_ONCE = 2

_COMPANIES = uuid5(NAMESPACE_OID, "mipos/companies")

_FOUND_COMPANY: LiteralString = "SELECT found_company(%(company_id)s)"

_EXISTING: LiteralString = """
    SELECT stream_id FROM events
     WHERE company_id = %(company_id)s AND stream_id = ANY(%(ids)b::uuid[]) AND stream_version = 1
"""

_ECHO: LiteralString = "SELECT %(company_id)s::uuid AS company_id"

# A batch that a crash of the server takes back is simply brought in again by the next run.
_COMMIT_LATER: LiteralString = "SET LOCAL synchronous_commit = off"


class NameTaken(Conflict):
    """The company has something else already under an id, name, code or SKU that is to be brought in."""

    code = "name_taken"
    remedy = "Bring the history into a company that has nothing yet."


def company_named(name: str) -> UUID:
    """The id of a company that is made by its name alone, so that the name finds it again."""
    return uuid5(_COMPANIES, name_key(name))


def found_company(db: Database) -> None:
    """Begin the log of this transaction's company, unless it has begun."""
    db.execute(_FOUND_COMPANY, {"company_id": db.company_id})


def first_fact(event: type[C], stream_id: UUID, **fields: Any) -> C:
    """The first fact of a stream, without the aggregate around it: a past fact has nothing left to decide."""
    return event(
        originator_id=stream_id, originator_version=1, originator_topic="", timestamp=UNSTAMPED, **fields
    )


def missing_events(db: Database, streams: Streams) -> list[Aggregate.Event]:
    """The events of those streams that the log has not, in the order of the streams."""
    params = {"company_id": db.company_id, "ids": list(streams)}
    there = {row["stream_id"] for row in db.ask(_EXISTING, params).rows()}
    events = [event for stream_id, make in streams.items() if stream_id not in there for event in make()]
    # First facts go first: read models insert a run of them in one statement.
    events.sort(key=lambda event: event.originator_version)
    return events


class BulkWriter:
    """Many events of one transaction: their read models are written as they come, the append comes last.

    The append locks the head of the company's log, for which all its writers wait.
    """

    def __init__(self, db: Database, writer: EventWriter, keys: KeysOfSubjects | None = None) -> None:
        self._db = db
        self._writer = writer
        self._keys = keys or writer.keys(db)
        self._rows: list[EventRow] = []
        self._written: Answer | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it was given nothing."""
        return not self._rows

    def write(self, events: Sequence[Aggregate.Event], metadata: Metadata) -> None:
        """Queue what the read models make of these events, and keep of them what the log needs.

        The database works on it while the next is made; what was queued before is awaited, so that an error
        shows and nothing piles up.
        """
        self.wait()
        events, rows = self._writer.sealed(self._db, events, self._keys)
        self._writer.fold(self._db, events, metadata)
        self._rows += rows
        self._written = self._db.ask(_ECHO, {"company_id": self._db.company_id})

    def wait(self) -> None:
        """Wait until the read models are written."""
        if self._written is not None:
            self._written.row()
            self._written = None

    def append(self, metadata: Metadata) -> Answer:
        """Queue the append of all that was given, one event or more. Answers the position of the last."""
        rows = self._rows
        pieces = (rows[start : start + APPEND_SIZE] for start in range(0, len(rows), APPEND_SIZE))
        return [self._writer.append(self._db, piece, metadata) for piece in pieces][-1]


def record_events(db: Database, writer: EventWriter, events: Sequence[Aggregate.Event], at: datetime) -> None:
    """Record any number of events, decided at `at`."""
    bulk, metadata = BulkWriter(db, writer), Metadata(at=at)
    for start in range(0, len(events), APPEND_SIZE):
        bulk.write(events[start : start + APPEND_SIZE], metadata)
    if events:
        bulk.append(metadata)


class BulkRecorder:
    """Records streams of one company in batches. Each batch is a transaction: it is there or it is not.

    While one is appended, the next is made and its read models are written, on a second connection of the
    pool. Only one at a time writes read models, and it is appended after the one before was committed: so
    no two wait for each other, and a run that breaks off leaves the batches up to some one of them.
    """

    def __init__(self, pool: RequestPool, writer: EventWriter, company_id: UUID) -> None:
        self._pool = pool
        self._writer = writer
        self._company_id = company_id

    def record(self, batches: Iterable[Streams]) -> Generator[int]:
        """Record what is missing of each batch, one after another; yields each batch's number of new events.

        No stream may be in two batches. Raises NameTaken.
        """
        recording = deque[Future[int]]()
        is_written = Event()
        with (
            collecting_no_garbage(),
            taking_brief_turns(),
            ThreadPoolExecutor(max_workers=AT_ONCE) as recorders,
        ):
            for streams in batches:
                if recording:
                    is_written.wait()
                if len(recording) == AT_ONCE:
                    yield recording.popleft().result()
                former, is_written = recording[-1] if recording else None, Event()
                recording.append(recorders.submit(self._record, streams, former, is_written))
            while recording:
                yield recording.popleft().result()

    def _record(self, streams: Streams, former: Future[int] | None, is_written: Event) -> int:
        """Record what is missing, after the batch before; says when the read models are written."""
        try:
            with (
                self._pool.connection() as connection,
                request_transaction(
                    connection, self._company_id, models=self._writer.models, bounds=BULK
                ) as db,
            ):
                bulk, metadata = BulkWriter(db, self._writer), Metadata(at=datetime.now(UTC))
                if events := missing_events(db, streams):
                    db.execute(_COMMIT_LATER, {})
                    bulk.write(events, metadata)
                    bulk.wait()
                is_written.set()
                if former:
                    former.result()
                if events:
                    bulk.append(metadata)
        except errors.UniqueViolation as error:
            raise NameTaken from error
        finally:
            is_written.set()
        return len(events)
