"""Events as an auditor reads them: each with its author and its times."""

import json
from typing import Any, LiteralString

from projections.audit.looks import Look
from projections.base import Answer, Database, Row
from projections.log import EVENT


def ask_events(db: Database, look: Look) -> Answer:
    """Ask for the events of a look, in the order of the log even where that goes backwards.

    `actor` is the present name of the user of the company; `event_of` reads the rest, once it is opened.
    """
    positions = [event["position"] for event in look.events]
    return db.ask(_EVENTS, {"company_id": db.company_id, "positions": positions})


def event_of(row: Row) -> Row:
    """An event of a look: `data` is what it says, as it was written, be it no JSON at all."""
    row = {name: value for name, value in row.items() if name not in _OF_DECODING}
    data, metadata = _parsed(row.pop("state")), _parsed(row.pop("metadata"))
    fields = metadata if isinstance(metadata, dict) else {}
    origin = {"request_id": "request", "terminal": "terminal", "approved_by": "approved_by"}
    return {
        **row,
        "at": fields.get("at"),
        **{name: fields.get(key) for name, key in origin.items()},
        "data": data,
    }


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


_OF_DECODING = frozenset({"company_id", "subject_key"})

_ACTOR: LiteralString = """'"actor":"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"'"""

_EVENTS: LiteralString = f"""
    SELECT {EVENT},
           e.position, e.recorded_at, e.hash, author.id AS actor_id, actor.username AS actor
      FROM events AS e
     CROSS JOIN LATERAL (
            SELECT substring(e.metadata FROM {_ACTOR})::uuid
           ) AS author(id)
      LEFT JOIN users AS actor ON actor.company_id = e.company_id AND actor.id = author.id
     WHERE e.company_id = %(company_id)s AND e.position = ANY(%(positions)b::bigint[])
     ORDER BY e.position
"""
