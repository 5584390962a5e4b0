"""A company's log behind the event sourcing library's own recorder interfaces."""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

import psycopg
from eventsourcing import persistence
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    Notification,
    ProcessRecorder,
    StoredEvent,
    Subscription,
    Tracking,
    TrackingRecorder,
)
from eventsourcing.utils import resolve_topic
from psycopg.types.numeric import Int8

from infra.eventstore.append import APPEND_EVENTS
from infra.postgres.connections import BULK, bounded
from infra.postgres.pool import Pool
from infra.postgres.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from eventsourcing.utils import Environment, EnvType

FIRST_POSSIBLE, LAST_POSSIBLE = -(2**63), 2**63 - 1
PAGE_SIZE = 500
SHORTEST_PAUSE, LONGEST_PAUSE = 0.002, 0.25

EVENTS_FORWARDS: LiteralString = """
    SELECT stream_id, stream_version, type, state FROM events
     WHERE company_id = %(company_id)s AND stream_id = %(stream_id)s
       AND stream_version > %(after)s AND stream_version <= %(until)s
     ORDER BY stream_version LIMIT %(limit)s::bigint
"""
EVENTS_BACKWARDS: LiteralString = """
    SELECT stream_id, stream_version, type, state FROM events
     WHERE company_id = %(company_id)s AND stream_id = %(stream_id)s
       AND stream_version > %(after)s AND stream_version <= %(until)s
     ORDER BY stream_version DESC LIMIT %(limit)s::bigint
"""
NOTIFICATIONS: LiteralString = """
    SELECT position, stream_id, stream_version, type, state FROM events
     WHERE company_id = %(company_id)s AND position >= %(start)s AND position <= %(stop)s
       AND (cardinality(%(types)s::text[]) = 0 OR type = ANY (%(types)s::text[]))
     ORDER BY position LIMIT %(limit)s
"""
HEAD_POSITION: LiteralString = """
    SELECT position FROM company_head WHERE company_id = %(company_id)s AND position > 0
"""
# A notification that is not news leaves nothing to store in a column that must not be null, so the database
# refuses it on the spot, and the commit can travel in the same round trip.
TRACK: LiteralString = """
    INSERT INTO tracking (company_id, application, notification_id)
    VALUES (%(company_id)s, %(application)s, %(notification_id)s)
    ON CONFLICT (company_id, application) DO UPDATE SET notification_id =
        CASE WHEN tracking.notification_id < excluded.notification_id THEN excluded.notification_id END
"""
TRACKED: LiteralString = """
    SELECT notification_id FROM tracking WHERE company_id = %(company_id)s AND application = %(application)s
"""


def append_parameters(
    company_id: UUID, events: Sequence[StoredEvent], metadata: Sequence[str]
) -> dict[str, object]:
    """Return the parameters of APPEND_EVENTS for a batch, with one JSON text of metadata for each event."""
    return {
        "company_id": company_id,
        "stream_ids": [event.originator_id for event in events],
        "stream_versions": [event.originator_version for event in events],
        "types": [event.topic for event in events],
        "states": [event.state.decode() for event in events],
        "metadata": list(metadata),
    }


@contextmanager
def library_errors() -> Iterator[None]:
    """Raise the driver's errors as the library's errors of the same name."""
    try:
        yield
    except psycopg.Error as error:
        for ancestor in type(error).__mro__:
            ours = getattr(persistence, ancestor.__name__, None)
            if isinstance(ours, type) and issubclass(ours, persistence.PersistenceError):
                raise ours(str(error)) from error
        raise persistence.PersistenceError(str(error)) from error


class CompanyRecorder:
    """One company's log, reached through a pool of autocommitting connections.

    Nothing here is tried again: whether a commit that broke off took place is for the caller to find out.
    """

    def __init__(self, pool: Pool[Any], company_id: UUID) -> None:
        self._pool = pool
        self._company_id = company_id

    def _ask(self, query: LiteralString, **parameters: object) -> list[dict[str, Any]]:
        """Read in a transaction of its own, in one round trip."""
        with library_errors(), self._pool.connection() as connection:
            with transaction(connection, self._company_id, reading=True) as current:
                answer = current.ask(query, {"company_id": self._company_id, **parameters})
            return answer.rows()

    def _record(
        self, events: Sequence[StoredEvent], metadata: str = "{}", tracking: Tracking | None = None
    ) -> list[int]:
        """Record events and tracking together, in one round trip; return the events' positions.

        The head of the log is locked last, so that it is never held while waiting for anything else.
        """
        answer = None
        with library_errors(), self._pool.connection() as connection:
            with transaction(connection, self._company_id) as current:
                if tracking is not None:
                    current.execute(TRACK, self._tracking_parameters(tracking))
                if events:
                    notes = [metadata] * len(events)
                    answer = current.ask(APPEND_EVENTS, append_parameters(self._company_id, events, notes))
            last = answer.rows()[0]["position"] if answer is not None else 0
        return list(range(last - len(events) + 1, last + 1))

    def _tracking_parameters(self, tracking: Tracking) -> Mapping[str, object]:
        return {
            "company_id": self._company_id,
            "application": tracking.application_name,
            "notification_id": tracking.notification_id,
        }


class CompanyAggregateRecorder(CompanyRecorder, AggregateRecorder):
    """The streams of a company's log."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Append events, all or none; `metadata` is one JSON text for the batch.

        Raises IntegrityError when a stream already has one of the versions.
        """
        self._record(stored_events, **kwargs)
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Return a stream's events in order of their versions, after `gt` and up to `lte`."""
        rows = self._ask(
            EVENTS_BACKWARDS if desc else EVENTS_FORWARDS,
            stream_id=originator_id,
            after=Int8(FIRST_POSSIBLE if gt is None else gt),
            until=Int8(LAST_POSSIBLE if lte is None else lte),
            limit=limit,
        )
        return [
            StoredEvent(row["stream_id"], row["stream_version"], row["type"], row["state"].encode())
            for row in rows
        ]


class CompanyApplicationRecorder(CompanyAggregateRecorder, ApplicationRecorder):
    """The whole of a company's log; its positions are the notification ids."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Append events as the aggregate recorder does, and return their positions."""
        return self._record(stored_events, **kwargs)

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Return at most `limit` events from `start` to `stop`, of the given types or of any."""
        first = FIRST_POSSIBLE if start is None else start if inclusive_of_start else start + 1
        rows = self._ask(
            NOTIFICATIONS,
            start=Int8(first),
            stop=Int8(LAST_POSSIBLE if stop is None else stop),
            types=list(topics),
            limit=Int8(limit),
        )
        return [
            Notification(
                originator_id=row["stream_id"],
                originator_version=row["stream_version"],
                topic=row["type"],
                state=row["state"].encode(),
                id=row["position"],
            )
            for row in rows
        ]

    def max_notification_id(self) -> int | None:
        """Return the position of the last event, or None for an empty log."""
        rows = self._ask(HEAD_POSITION)
        return rows[0]["position"] if rows else None

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        """Follow the log from after `gt`, waiting for what is yet to be recorded."""
        return LogSubscription(self, gt, topics)


class LogSubscription(Subscription[CompanyApplicationRecorder]):
    """Follows a log by looking at its head, more and more seldom while nothing happens.

    Being woken by the database instead would put one lock around the commits of all companies.
    """

    def __init__(
        self, recorder: CompanyApplicationRecorder, gt: int | None = None, topics: Sequence[str] = ()
    ) -> None:
        super().__init__(recorder, gt, topics)
        self._read_up_to = gt or 0
        self._page: deque[Notification] = deque()
        self._stopped = Event()

    def stop(self) -> None:
        """End the iteration, also one that is waiting."""
        super().stop()
        self._stopped.set()

    def __next__(self) -> Notification:
        pause = SHORTEST_PAUSE
        while not self._stopped.is_set():
            if self._page:
                return self._page.popleft()
            if not self._read_page():
                self._stopped.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
        raise StopIteration

    def _read_page(self) -> bool:
        """Read what lies between the last look and the head; False when there is nothing new."""
        head = self._recorder.max_notification_id() or 0
        if head <= self._read_up_to:
            return False
        self._page.extend(
            self._recorder.select_notifications(
                self._read_up_to, PAGE_SIZE, head, self._topics, inclusive_of_start=False
            )
        )
        self._read_up_to = self._page[-1].id if len(self._page) == PAGE_SIZE else head
        return True


class CompanyTrackingRecorder(CompanyRecorder, TrackingRecorder):
    """How far a company has processed what other applications recorded."""

    def insert_tracking(self, tracking: Tracking) -> None:
        """Move the application's mark forwards; raises IntegrityError where that is not forwards."""
        self._record((), tracking=tracking)

    def max_tracking_id(self, application_name: str) -> int | None:
        """Return the last notification processed of an application, or None."""
        rows = self._ask(TRACKED, application=application_name)
        return rows[0]["notification_id"] if rows else None


class CompanyProcessRecorder(CompanyTrackingRecorder, CompanyApplicationRecorder, ProcessRecorder):
    """Records events together with the mark of the notification they came of (`tracking`)."""


class CompanyLogFactory(InfrastructureFactory[CompanyTrackingRecorder]):
    """Makes the recorders of the company COMPANY_ID in the database DATABASE_URL."""

    DATABASE_URL = "DATABASE_URL"
    COMPANY_ID = "COMPANY_ID"

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        self._company_id = UUID(self._setting(self.COMPANY_ID))
        address = bounded(self._setting(self.DATABASE_URL), BULK)
        self._pool = Pool(lambda: psycopg.connect(address, autocommit=True), 10, wait=30)

    def _setting(self, name: str) -> str:
        value = self.env.get(name)
        if not value:
            raise persistence.InfrastructureFactoryError(f"{name} is not set")
        return value

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """Return a recorder of streams; the log keeps no snapshots, which are no facts."""
        if purpose != "events":
            raise persistence.NotSupportedError(f"The log records events, not {purpose}")
        return CompanyAggregateRecorder(self._pool, self._company_id)

    def application_recorder(self) -> ApplicationRecorder:
        """Return a recorder of the whole log."""
        return CompanyApplicationRecorder(self._pool, self._company_id)

    def tracking_recorder(
        self, tracking_recorder_class: type[CompanyTrackingRecorder] | None = None
    ) -> CompanyTrackingRecorder:
        """Return a recorder of the given class, or of the one TRACKING_RECORDER_TOPIC names."""
        topic = self.env.get(self.TRACKING_RECORDER_TOPIC)
        named: type[CompanyTrackingRecorder] = resolve_topic(topic) if topic else CompanyTrackingRecorder
        return (tracking_recorder_class or named)(self._pool, self._company_id)

    def process_recorder(self) -> ProcessRecorder:
        """Return a recorder of events with their tracking."""
        return CompanyProcessRecorder(self._pool, self._company_id)

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()
