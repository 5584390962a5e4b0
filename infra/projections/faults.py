"""What kept a read model from an event: the database's trouble, which passes, or the event's own."""

from typing import LiteralString

import psycopg

from domain.errors import Refusal
from infra.eventstore.chain import LogAltered
from infra.postgres.transactions import Transaction
from infra.process.troubles import described

# What a server says of its own state rather than of the statement: it passes without anybody's doing.
_PASSING = ("08", "40", "53", "55", "57", "58", "XX")

_EVENT: LiteralString = """
    SELECT type, stream_id FROM events WHERE company_id = %(company_id)s AND position = %(position)s
"""


def is_passing(error: Exception) -> bool:
    """Whether the same may well succeed a little later."""
    if isinstance(error, psycopg.Error) and error.sqlstate is not None:
        return error.sqlstate.startswith(_PASSING)
    return isinstance(error, psycopg.OperationalError)


def reason_of(error: Exception) -> str:
    """Why a read model could not be made, in a sentence or two."""
    if isinstance(error, (LogAltered, Refusal)):
        return str(error)
    return "; ".join([described(error), *getattr(error, "__notes__", [])])


def describe(db: Transaction, position: int, error: Exception) -> str:
    """What a person needs to find the event and the fault; what the event says of anybody is not told."""
    event = db.ask(_EVENT, {"company_id": db.company_id, "position": position}).row() or {}
    causes = "; ".join(described(one) for one in (error, error.__cause__) if one)
    return f"{causes} (event {event.get('type')} at position {position}, stream {event.get('stream_id')})"
