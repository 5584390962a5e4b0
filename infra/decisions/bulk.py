"""Writing much at once: what a history or a sample brings enters the log by the same facts as live sales."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, LiteralString, TypeVar
from uuid import NAMESPACE_OID, UUID, uuid5

from psycopg import errors

from domain.aggregate import UNSTAMPED, Aggregate
from domain.errors import Conflict
from domain.settings import name_key
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.postgres.connections import BULK
from infra.postgres.pipeline import request_transaction
from infra.postgres.pool import RequestPool
from infra.process.garbage import collecting_no_garbage
from projections.base import Database

C = TypeVar("C", bound=Aggregate.Created)
#: Makes the events that a stream begins with. It is called only when the log has no such stream yet.
Maker = Callable[[], Iterable[Any]]
Streams = Mapping[UUID, Maker]

#: How many events travel to the log in one statement.
APPEND_SIZE = 5000

_COMPANIES = uuid5(NAMESPACE_OID, "mipos/companies")

_FOUND_COMPANY: LiteralString = "SELECT found_company(%(company_id)s)"

_EXISTING: LiteralString = """
    SELECT stream_id FROM events
     WHERE company_id = %(company_id)s AND stream_id = ANY(%(ids)b::uuid[]) AND stream_version = 1
"""


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


def record_events(db: Database, writer: EventWriter, events: Sequence[Aggregate.Event], at: datetime) -> None:
    """Record any number of events, decided at `at`."""
    for start in range(0, len(events), APPEND_SIZE):
        writer.record(db, events[start : start + APPEND_SIZE], Metadata(at=at))


class BulkRecorder:
    """Records streams of one company in batches. Each batch is a transaction: it is there or it is not."""

    def __init__(self, pool: RequestPool, writer: EventWriter, company_id: UUID) -> None:
        self._pool = pool
        self._writer = writer
        self._company_id = company_id

    def record(self, batches: Iterable[Streams]) -> Generator[int]:
        """Record what is missing of each batch, one after another; yields each batch's number of new events.

        No stream may be in two batches. While the database writes a batch, the next is made, which takes a
        second connection of the pool. Raises NameTaken.
        """
        with collecting_no_garbage(), ThreadPoolExecutor(max_workers=1) as writer:
            writing: Future[int] | None = None
            for streams in batches:
                events = self._missing(streams)
                if writing:
                    yield writing.result()
                writing = writer.submit(self._write, events)
            if writing:
                yield writing.result()

    def _missing(self, streams: Streams) -> list[Aggregate.Event]:
        with (
            self._pool.connection() as connection,
            request_transaction(
                connection, self._company_id, reading=True, models=self._writer.models, bounds=BULK
            ) as db,
        ):
            return missing_events(db, streams)

    def _write(self, events: Sequence[Aggregate.Event]) -> int:
        if events:
            try:
                with (
                    self._pool.connection() as connection,
                    request_transaction(
                        connection, self._company_id, models=self._writer.models, bounds=BULK
                    ) as db,
                ):
                    db.execute(_COMMIT_LATER, {})
                    record_events(db, self._writer, events, datetime.now(UTC))
            except errors.UniqueViolation as error:
                raise NameTaken from error
        return len(events)
