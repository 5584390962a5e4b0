"""A company's log behind the interfaces of the event sourcing library, whose published cases try it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

import psycopg
from eventsourcing import persistence
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    Notification,
    StoredEvent,
    Subscription,
)
from psycopg.types.numeric import Int8

from infra.eventstore.append import APPEND_EVENTS
from infra.postgres.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from infra.postgres.pool import Pool

FIRST_POSSIBLE, LAST_POSSIBLE = -(2**63), 2**63 - 1

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


class CompanyAggregateRecorder(AggregateRecorder):
    """The streams of one company's log, reached through a pool of autocommitting connections."""

    def __init__(self, pool: Pool[Any], company_id: UUID) -> None:
        self._pool = pool
        self._company_id = company_id

    def _ask(self, query: LiteralString, **parameters: object) -> list[dict[str, Any]]:
        with library_errors(), self._pool.connection() as connection:
            with transaction(connection, self._company_id, reading=True) as current:
                answer = current.ask(query, {"company_id": self._company_id, **parameters})
            return answer.rows()

    def _append(self, events: Sequence[StoredEvent], metadata: str = "{}") -> list[int]:
        """Append events, all or none; return their positions. `metadata` is one JSON text for all."""
        if not events:
            return []
        parameters = append_parameters(self._company_id, events, [metadata] * len(events))
        with library_errors(), self._pool.connection() as connection:
            with transaction(connection, self._company_id) as current:
                answer = current.ask(APPEND_EVENTS, parameters)
            last = answer.rows()[0]["position"]
        return list(range(last - len(events) + 1, last + 1))

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Append events."""
        self._append(stored_events, **kwargs)
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
        """Append events, and return their positions."""
        return self._append(stored_events, **kwargs)

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
        """Nothing of ours follows a log through the library."""
        raise NotImplementedError
