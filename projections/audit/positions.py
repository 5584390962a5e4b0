"""Where in a log a moment lies."""

from datetime import datetime
from typing import LiteralString

from projections.base import Answer, Database


def between(db: Database, from_time: datetime | None, to_time: datetime | None) -> tuple[int, int]:
    """The last position before `from_time` (0: none), and the last before `to_time`, or of all.

    NOTE: The end is read before the events are, so all that lies before it is there to be seen.
    """
    before = ask_position_before(db, from_time) if from_time else None
    if to_time is None:
        head = db.ask(_HEAD, {"company_id": db.company_id})
    else:
        head = ask_position_before(db, to_time)
    return (_position(before) if before else 0), _position(head)


def ask_position_before(db: Database, moment: datetime) -> Answer:
    """Ask for the last position that was recorded before a moment, in its column `position`; 0: none."""
    return db.ask(_BEFORE, {"company_id": db.company_id, "moment": moment})


def _position(answer: Answer) -> int:
    row = answer.row()
    return row["position"] if row else 0


_HEAD: LiteralString = "SELECT position FROM company_head WHERE company_id = %(company_id)s"

# Times never run backwards along the log, so ever smaller steps lead to the last event before a moment: each
# is taken if the event it leads to is there and still before it. One event is looked up for each step, which
# a join would not promise.
_BEFORE: LiteralString = """
    WITH RECURSIVE search(position, step) AS (
        SELECT 0::bigint, 1099511627776
        UNION ALL
        SELECT position + CASE WHEN (SELECT e.recorded_at FROM events AS e
                                      WHERE e.company_id = %(company_id)s
                                        AND e.position = search.position + step) < %(moment)s::timestamptz
                               THEN step ELSE 0 END,
               step / 2
          FROM search
         WHERE step > 0
    )
    SELECT max(position) AS position FROM search
"""
