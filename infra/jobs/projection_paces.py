"""How fast read models follow the logs: what each knows is noted now and then."""

from datetime import datetime, timedelta
from typing import Any, LiteralString

import psycopg

from infra.decisions.unit_of_work import EventWriter
from infra.jobs.job import Job

#: How long a note is kept: a little longer than the minute over which a pace is told.
KEPT = timedelta(minutes=2)

# What decisions are made on knows each event at once; the checkpoints of all companies are read once.
_NOTE: LiteralString = """
    INSERT INTO projection_paces (projection, noted_at, events)
    SELECT model.name, %(now)s,
           CASE WHEN model.mode = 'inline' THEN logs.events ELSE coalesce(known.events, 0) END
      FROM projection_models AS model
     CROSS JOIN (SELECT coalesce(sum(position), 0) AS events FROM company_head) AS logs
      LEFT JOIN (SELECT projection, sum(position) AS events FROM projection_checkpoints GROUP BY projection)
             AS known ON known.projection = model.name
        ON CONFLICT DO NOTHING
"""

# A clock that was ahead for a while left notes of times to come.
_FORGET: LiteralString = """
    DELETE FROM projection_paces WHERE noted_at < %(before)s OR noted_at > %(now)s
"""


def note_paces(connection: psycopg.Connection[Any], _writer: EventWriter, now: datetime) -> None:
    """Note what each read model knows by now, and forget what was noted long ago."""
    connection.execute(_FORGET, {"before": now - KEPT, "now": now})
    connection.execute(_NOTE, {"now": now})


PROJECTION_PACES = Job(name="projection-paces", every=timedelta(seconds=10), do=note_paces)
