"""The facts of a shift, read from the log by its entries, for its report."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from domain.shifts.facts import ShiftFact
from projections.base import Answer, Database, Event, Row

#: Reads what a row of the log says: the event, and all its fields.
Decode = Callable[[Mapping[str, Any]], tuple[Event, Any]]

# What became known after the close is in no report.
_FACTS: LiteralString = """
    SELECT e.position, e.stream_id, e.stream_version, e.type, e.state, e.metadata
      FROM (SELECT stream_id, version FROM shift_entries
             WHERE company_id = %(company_id)s AND shift_id = %(shift_id)s AND NOT is_late
               AND (%(as_of)s::timestamptz IS NULL OR recorded_at <= %(as_of)s::timestamptz)) AS entry
     CROSS JOIN LATERAL (
            SELECT position, stream_id, stream_version, type, state, metadata FROM events
             WHERE company_id = %(company_id)s AND stream_id = entry.stream_id
               AND stream_version = entry.version
             LIMIT 1
           ) AS e
     ORDER BY e.position
"""


def ask_facts(db: Database, shift_id: UUID, as_of: datetime | None = None) -> Answer:
    """Ask for the events of a shift that were not late, as they were known by `as_of`."""
    return db.ask(_FACTS, {"company_id": db.company_id, "shift_id": shift_id, "as_of": as_of})


def facts_of(rows: Iterable[Row], decode: Decode) -> list[ShiftFact]:
    """What these rows of the log say."""
    decoded = ((row["stream_id"], *decode(row)) for row in rows)
    return [ShiftFact(event=event, stream_id=stream_id, data=data) for stream_id, event, data in decoded]
