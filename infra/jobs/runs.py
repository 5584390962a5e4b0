"""What became of jobs when they were done last, for those who watch."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, LiteralString

import psycopg

_NOTE: LiteralString = """
    INSERT INTO job_runs (name, last_run, milliseconds, last_error, next_run)
    VALUES (%(name)s, %(began)s, %(milliseconds)s, %(error)s, %(following)s)
        ON CONFLICT (name) DO UPDATE
       SET last_run = excluded.last_run, milliseconds = excluded.milliseconds,
           last_error = excluded.last_error, next_run = excluded.next_run
"""


@dataclass(frozen=True, kw_only=True)
class JobRun:
    """When a job was begun, how long it took, what was wrong, if anything, and when it follows at last."""

    name: str
    began: datetime
    milliseconds: int
    error: str | None
    following: datetime


def note_run(connection: psycopg.Connection[Any], run: JobRun) -> None:
    """Let those who watch see it."""
    connection.execute(_NOTE, asdict(run))
