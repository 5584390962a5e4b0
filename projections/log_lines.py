"""Lines of the log as whoever runs the platform looks for them: newest first, so many at a look.

No read model: lines are no facts, and nobody rebuilds them. One of the filters chooses by its index, in the
order of time; the others are looked at line by line, for so many lines at most. What a look leaves out is
left to the next.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from projections.base import Database, Row

#: How many lines one look passes over at most, when it looks at them one by one.
SCANNED = 200_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SPECIAL = re.compile(r"([\\%_])")
#: Versions of ids that tell their moment.
_OF_TIME = 7

_LINE: LiteralString = """
           at, id, level, logger, event, request_id, company_id, user_id, route, status, milliseconds, fields
"""

# A line at the very moment of another is told from it by its id.
_WITHIN: LiteralString = """
           at >= %(from_time)s AND at < %(to_time)s
           AND (at, id) < (%(before_at)s, %(before_id)s)
"""

# Which one chooses is known before the statement is, so each has a plan that uses its index.
_CHOICES: Mapping[str, LiteralString] = {
    "request_id": "request_id = %(request_id)s AND",
    "company_id": "company_id = %(company)s AND",
    "logger": "logger = %(logger)s AND logger <> 'request' AND",
    "level": "level = %(level)s AND level <> 'info' AND",
    "": "",
}
#: What nearly every line has: of no use to choose by, and in no index.
_COMMON = {"logger": "request", "level": "info"}

_FILTER: LiteralString = """
       (%(request_id)s::text IS NULL OR request_id = %(request_id)s)
       AND (%(company)s::uuid IS NULL OR company_id = %(company)s)
       AND (%(logger)s::text IS NULL OR logger = %(logger)s)
       AND (%(level)s::text IS NULL OR level = %(level)s)
       AND (%(search)s::text IS NULL OR event ILIKE %(search)s OR fields ILIKE %(search)s)
"""

_LINES: Mapping[str, LiteralString] = {
    name: f"""
    SELECT * FROM (
           SELECT {_LINE} FROM log_lines
            WHERE {choice} {_WITHIN}
            ORDER BY at DESC, id DESC
            LIMIT %(scanned)s
           ) AS line
     WHERE {_FILTER}
     ORDER BY at DESC, id DESC
     LIMIT %(limit)s
"""
    for name, choice in _CHOICES.items()
}

_LAST: Mapping[str, LiteralString] = {
    name: f"""
    SELECT id FROM log_lines
     WHERE {choice} {_WITHIN}
     ORDER BY at DESC, id DESC
    OFFSET %(scanned)s - 1 LIMIT 1
"""
    for name, choice in _CHOICES.items()
}


@dataclass(frozen=True, slots=True)
class Look:
    """The lines of one look. The next goes on before `next_before`, if there `has_more`."""

    lines: Sequence[Row]
    next_before: UUID | None
    has_more: bool


def moment_of(line_id: UUID) -> datetime | None:
    """When the line of this id was written; None for what is no id of a line.

    Such an id is a UUID of version 7 whose first bits count milliseconds, and the next twelve microseconds.
    """
    microseconds = line_id.int >> 64 & 0xFFF
    if line_id.version != _OF_TIME or microseconds >= 1000:  # noqa: PLR2004 so many has a millisecond
        return None
    try:
        return _EPOCH + timedelta(milliseconds=line_id.int >> 80, microseconds=microseconds)
    except OverflowError:
        # A time after the year 9999.
        return None


def list_lines(
    db: Database,
    *,
    from_time: datetime,
    to_time: datetime,
    before: UUID | None,
    limit: int,
    search: str | None = None,
    **filters: Any,
) -> Look:
    """Look for lines from a time on, before another, newest first; `before` is the id of the last one seen.

    `filters` are `request_id`, `company_id`, `logger` and `level`; `search` is a part of the event or of the
    fields, as they are written. A look that has more may show fewer than `limit`.
    """
    choice = next((name for name in _CHOICES if filters.get(name) not in {None, _COMMON.get(name)}), "")
    params = {
        "request_id": filters.get("request_id"),
        "company": filters.get("company_id"),
        "logger": filters.get("logger"),
        "level": filters.get("level"),
        "search": None if search is None else "%" + _SPECIAL.sub(r"\\\1", search) + "%",
        "from_time": from_time,
        "to_time": to_time,
        "before_at": (before and moment_of(before)) or to_time,
        "before_id": before or UUID(int=0),
        "scanned": SCANNED,
        "limit": limit + 1,
    }
    lines = db.ask(_LINES[choice], params).rows()
    if len(lines) > limit:
        return Look(lines[:limit], lines[limit - 1]["id"], has_more=True)
    last = db.ask(_LAST[choice], params).row()
    return Look(lines, last["id"] if last else None, has_more=last is not None)
