"""The log as read models see it: a company's facts in runs of positions, decoded once for all of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import LiteralString
from uuid import UUID

from psycopg.rows import tuple_row

from infra.eventstore.chain import ChainedEvent
from infra.eventstore.codec import Decode, EventTypes, decode_metadata
from infra.eventstore.data_keys import NoDataKey
from infra.eventstore.sealing import Place, is_sealed, subject_of
from infra.postgres.transactions import Transaction
from projections.base import Event, Fact, NewerEvent, Projection
from projections.declarations import record_read

#: How many positions of the log are read, folded and committed together.
BATCH = 5_000

_KEYS: LiteralString = """
    SELECT subject_id, wrapped FROM subject_keys
     WHERE company_id = %(company_id)s AND subject_id = ANY(%(ids)b::uuid[])
"""

EventRow = tuple[int, UUID, int, str, str, str, datetime]

# A range of positions rather than a LIMIT: positions have no gaps, and a run that holds nothing for the
# reader still says how far it reached. What is passed over is named, not what is read: a type that nobody
# here knows may be one that matters, so it has to be seen.
_EVENTS: LiteralString = """
    SELECT position, stream_id, stream_version, type, state, metadata, recorded_at
      FROM events
     WHERE company_id = %(company_id)s AND position > %(after)s AND position <= %(upto)s
       AND type <> ALL(%(passed_over)b::text[])
     ORDER BY position
"""


class FactReader:
    """Reads what some read models want to know, so that one reading serves all of them."""

    def __init__(self, types: EventTypes, projections: Sequence[Projection]) -> None:
        events = {event for model in projections for event in model.events}
        self._kinds = {types.by_event[event].name: types.by_event[event] for event in events}
        self._passed_over = sorted(types.by_name.keys() - self._kinds.keys())
        records = {
            name: record_read(_readers(projections, kind.event), kind.event)
            for name, kind in self._kinds.items()
        }
        self._decoders: dict[str, tuple[Event, Decode]] = {
            name: (kind.event, kind.decode_as(records[name])) for name, kind in self._kinds.items()
        }
        # Of the others nothing private is read, so that nothing need be opened.
        self._opening = {name for name, kind in self._kinds.items() if kind.reads_private(records[name])}
        self._types = types

    def read(self, db: Transaction, after: int, upto: int) -> list[Fact]:
        """Return the facts after one position up to another.

        Raises NewerEvent for a type or a version that this server does not know, and DamagedEvent for a state
        that is not what its type says.
        """
        return self._decode(db, rows_between(db, after, upto, self._passed_over))

    def decoded(self, db: Transaction, rows: Iterable[EventRow]) -> list[Fact]:
        """The facts among events that others want to know, too. Raises NewerEvent, DamagedEvent."""
        passed_over = frozenset(self._passed_over)
        return self._decode(db, [row for row in rows if row[3] not in passed_over])

    @property
    def passed_over(self) -> Sequence[str]:
        """The types of events that nobody here wants to know."""
        return self._passed_over

    def facts(self, db: Transaction, events: Iterable[ChainedEvent]) -> list[Fact]:
        """The facts among events that were read to be proved. Raises NewerEvent, DamagedEvent."""
        passed_over = frozenset(self._passed_over)
        return self._decode(
            db,
            [(*event[:6], moment_of(event.recorded_at)) for event in events if event.type not in passed_over],
        )

    def _keys(self, db: Transaction, rows: Sequence[EventRow]) -> Mapping[UUID, bytes]:
        """The keys with which is sealed what is read of these events, of those who were not forgotten."""
        subjects = {
            subject_of(state)
            for _, _, _, name, state, _, _ in rows
            if name in self._opening and is_sealed(state)
        }
        if not subjects:
            return {}
        keys = db.ask(_KEYS, {"company_id": db.company_id, "ids": list(subjects)}).rows()
        return {key["subject_id"]: key["wrapped"] for key in keys}

    def _decode(self, db: Transaction, rows: Sequence[EventRow]) -> list[Fact]:
        # Events of one decision share their metadata, letter by letter, and stand side by side.
        facts = []
        former, origin = None, None
        keys = self._keys(db, rows)
        for position, stream_id, version, name, state, metadata, recorded_at in rows:
            if name not in self._decoders:
                raise NewerEvent(f"This server does not know the event {name} at position {position}.")
            event, decode = self._decoders[name]
            kind = self._kinds[name]
            try:
                if origin is None or metadata != former:
                    former, origin = metadata, decode_metadata(metadata)
                if name in self._opening and is_sealed(state):
                    place = Place(db.company_id, subject_of(state), stream_id, version, name)
                    state = self._types.opened(state, place, keys.get(place.subject_id))  # noqa: PLW2901
                data = decode(state)
            except NoDataKey:
                raise
            except Exception as error:
                raise kind.trouble_with(state) from error
            facts.append(
                Fact(event, stream_id, version, data, origin.at, origin.actor, position, recorded_at)
            )
        return facts


def readers_by_mode(types: EventTypes, models: Sequence[Projection]) -> dict[str, FactReader]:
    """One reader for all inline ones and one for all others: inline ones read ids as such, others as text."""
    by_mode = {mode: [model for model in models if model.mode == mode] for mode in ("inline", "async")}
    return {mode: FactReader(types, own) for mode, own in by_mode.items() if own}


def rows_between(db: Transaction, after: int, upto: int, passed_over: Sequence[str]) -> list[EventRow]:
    """The events after one position up to another, save those of types that are passed over."""
    cursor = db.connection.cursor(binary=True, row_factory=tuple_row)
    params = {"company_id": db.company_id, "after": after, "upto": upto, "passed_over": list(passed_over)}
    return cursor.execute(_EVENTS, params).fetchall()


def moment_of(microseconds: int) -> datetime:
    """The moment so many microseconds after the beginning of 1970 (UTC)."""
    return _EPOCH + timedelta(microseconds=microseconds)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _readers(projections: Iterable[Projection], event: Event) -> Iterable[Projection]:
    return (model for model in projections if event in model.events)
