"""What a question is answered from: the read models of a company, and its aggregates out of its log."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from infra.decisions.positions import LogPosition
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Readings
from infra.eventstore.history import states_of
from projections.base import KNOWN_AT, Database, EventNotReadable, Params, Row
from projections.feed import PublicFact
from projections.log import EVENT


class Reading:
    """A question's view of the company: its read models, and its aggregates from the log."""

    def __init__(
        self,
        db: Database,
        writer: EventWriter,
        position: LogPosition | None = None,
        kept: Database | None = None,
    ) -> None:
        self.db = db
        #: Where answers are that were kept: a copy of the database has none of them.
        self.kept = kept or db
        self._writer = writer
        self._position = position
        #: What is left to be run once the question is answered.
        self.later: list[tuple[LiteralString, Params]] = []

    @property
    def position(self) -> int:
        """Up to which position of the log all read models know it that the question is answered from."""
        return self._position.reached if self._position else 0

    def aggregates(self, kind: type[Any], ids: list[UUID], as_of: datetime | None = None) -> list[Any]:
        """The aggregates of these ids, in this order, as they are or were known by `as_of`.

        Raises NewerEvent, DamagedEvent.
        """
        return [one for _, one in self.streams(kind, ids, as_of) if _readable(one)]

    def streams(
        self, kind: type[Any], ids: list[UUID], as_of: datetime | None = None
    ) -> list[tuple[UUID, Any]]:
        """The same with its id each, for pages: in place of one that cannot be read is why that is so."""
        params = {"company_id": self.db.company_id, "ids": ids, "as_of": as_of}
        answer = self.db.ask(_STREAMS_AS_OF if as_of else _STREAMS, params)
        streams: dict[UUID, list[dict[str, Any]]] = {}
        for row in answer.rows():
            streams.setdefault(row["stream_id"], []).append(row)
        results = ((one, self._rebuilt(streams[one])) for one in ids if one in streams)
        return [(one, result) for one, result in results if isinstance(result, (kind, EventNotReadable))]

    def _rebuilt(self, events: list[dict[str, Any]]) -> Any:
        try:
            return self._writer.types.rebuild(events)
        except EventNotReadable as trouble:
            return trouble

    def decode(self, row: Mapping[str, Any], readings: Readings) -> tuple[type[Any], Any]:
        """What a row of the log says: the event, and of those in `readings` what these read, else all.

        Raises NewerEvent, DamagedEvent.
        """
        return self._writer.types.decode(row, readings)

    def public_fact(self, row: Row, *, with_costs: bool) -> PublicFact:
        """What followers of the log are told of a row of it, without what tells about persons.

        Raises NewerEvent, DamagedEvent.
        """
        return self._writer.types.public_fact(row, with_costs=with_costs)

    def opened(self, row: Row) -> Row:
        """A row of the log with what is sealed in it, if that can be read; else as it is."""
        return self._writer.types.in_clear(row)

    def states(
        self, versions: Mapping[UUID, Collection[int]]
    ) -> dict[tuple[UUID, int], dict[str, Any] | EventNotReadable]:
        """What these streams were at these versions, by stream and version, as JSON has it, or why not."""
        return states_of(self.db, self._writer.types, versions)

    def run_afterwards(self, query: LiteralString, params: Params) -> None:
        """Have a statement run once the question is answered, if that can be; the answer does without it."""
        self.later.append((query, params))


_STREAMS: LiteralString = f"""
    SELECT {EVENT} FROM events AS e
     WHERE e.company_id = %(company_id)s AND e.stream_id = ANY(%(ids)b::uuid[])
     ORDER BY e.stream_id, e.stream_version
"""

# The last version that was known (see `Fact.known_at`), and all before it: a clock that was set back must not
# leave one of them out.
_STREAMS_AS_OF: LiteralString = f"""
    SELECT {EVENT}
      FROM (SELECT stream_id, max(stream_version) AS version FROM events
             WHERE company_id = %(company_id)s AND stream_id = ANY(%(ids)b::uuid[])
               AND {KNOWN_AT} <= %(as_of)s
             GROUP BY stream_id) AS latest
      JOIN events AS e ON e.company_id = %(company_id)s AND e.stream_id = latest.stream_id
                      AND e.stream_version <= latest.version
     ORDER BY e.stream_id, e.stream_version
"""


def _readable(result: Any) -> bool:
    if isinstance(result, EventNotReadable):
        raise result
    return True
