"""Counts what the logs have of each type, and which streams are long, a stretch of new events at a time."""

from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from infra.decisions.unit_of_work import EventWriter
from infra.jobs.job import Job
from infra.postgres.transactions import Transaction, transaction

#: How many positions are counted in one transaction: half a second of a processor.
STRETCH = 200_000
#: How many long streams are kept of each log; no more than those can be among as many of all logs.
LONGEST = 10

# Found without a lock and across companies, so it is only a hint where to look.
_BEHIND: LiteralString = """
    SELECT head.company_id FROM company_head AS head
      LEFT JOIN counted_logs AS counted ON counted.company_id = head.company_id
     WHERE head.position > coalesce(counted.position, 0)
"""

_BEGIN: LiteralString = """
    INSERT INTO counted_logs (company_id, position) VALUES (%(company_id)s, 0) ON CONFLICT DO NOTHING
"""

_TAKE: LiteralString = """
    SELECT counted.position AS after, least(head.position, counted.position + %(stretch)s) AS upto
      FROM counted_logs AS counted JOIN company_head AS head ON head.company_id = counted.company_id
     WHERE counted.company_id = %(company_id)s
       FOR UPDATE OF counted
"""

_COUNT: LiteralString = """
    INSERT INTO log_counts AS known (company_id, type, events, streams)
    SELECT company_id, type, count(*), count(*) FILTER (WHERE stream_version = 1)
      FROM events
     WHERE company_id = %(company_id)s AND position > %(after)s AND position <= %(upto)s
     GROUP BY company_id, type
        ON CONFLICT (company_id, type) DO UPDATE
       SET events = known.events + excluded.events, streams = known.streams + excluded.streams
"""

# A stream that grew is among these events, with its last version.
_KEEP_LONG: LiteralString = """
    INSERT INTO long_streams AS known (company_id, stream_id, events)
    SELECT company_id, stream_id, max(stream_version)
      FROM events
     WHERE company_id = %(company_id)s AND position > %(after)s AND position <= %(upto)s
     GROUP BY company_id, stream_id
     ORDER BY 3 DESC, stream_id
     LIMIT %(longest)s
        ON CONFLICT (company_id, stream_id) DO UPDATE SET events = excluded.events
"""

_DROP_SHORT: LiteralString = """
    DELETE FROM long_streams
     WHERE company_id = %(company_id)s
       AND stream_id NOT IN (SELECT stream_id FROM long_streams WHERE company_id = %(company_id)s
                              ORDER BY events DESC, stream_id LIMIT %(longest)s)
"""

_MOVE: LiteralString = """
    UPDATE counted_logs SET position = %(upto)s WHERE company_id = %(company_id)s
"""


def count_logs(connection: psycopg.Connection[Any], _writer: EventWriter, _now: datetime) -> None:
    """Count what is new in each log, up to its end."""
    for (company_id,) in connection.execute(_BEHIND).fetchall():
        while _count_stretch(connection, company_id):
            pass


def _count_stretch(connection: psycopg.Connection[Any], company_id: UUID) -> bool:
    """Count some more events of a log; whether there are more than that."""
    with transaction(connection, company_id) as db:
        db.execute(_BEGIN, {"company_id": company_id})
        row = db.ask(_TAKE, {"company_id": company_id, "stretch": STRETCH}).row()
        if row is None or row["after"] >= row["upto"]:
            return False
        _count(db, row["after"], row["upto"])
        return bool(row["upto"] - row["after"] == STRETCH)


def _count(db: Transaction, after: int, upto: int) -> None:
    params = {"company_id": db.company_id, "after": after, "upto": upto, "longest": LONGEST}
    for statement in (_COUNT, _KEEP_LONG, _DROP_SHORT, _MOVE):
        db.execute(statement, params)


LOG_COUNTS = Job(name="log-counts", every=timedelta(seconds=30), do=count_logs)
