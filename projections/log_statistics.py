"""What the logs of all companies come to, as whoever runs the platform sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from domain.pending import Pending
from projections.base import Database, Row

#: How many of the longest streams are told.
LONGEST = 10

# Of logs of companies the platform gets numbers, from functions that give no more.
_EVENTS: LiteralString = "SELECT events, events_since FROM recorded_events(%(since)s)"

_LOGS: LiteralString = "SELECT count_logs() AS companies"

_BY_TYPE: LiteralString = "SELECT type, events, streams FROM events_by_type() ORDER BY events DESC, type"

_LONGEST: LiteralString = """
    SELECT owner_id AS company_id, stream_id, type, events FROM longest_streams(%(longest)s::integer)
     ORDER BY events DESC, stream_id
"""

# Rows are those that the server counted when it last looked; bytes are those on the disk, indexes included.
_TABLES: LiteralString = """
    SELECT relname AS name, greatest(reltuples, 0)::bigint AS rows, pg_total_relation_size(oid) AS bytes
      FROM pg_class
     WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
     ORDER BY 3 DESC, 1
"""

# One that was not done for a week is none of this version any more, or nobody does any.
_JOBS: LiteralString = """
    SELECT name, last_run, milliseconds, last_error, next_run FROM job_runs
     WHERE last_run > clock_timestamp() - interval '7 days'
     ORDER BY name
"""

_DELIVERIES: LiteralString = "SELECT pending, dead FROM count_deliveries()"

_SEALS: LiteralString = "SELECT events_not_sealed() AS not_sealed"

_EPOCH: LiteralString = "SELECT log_epoch FROM installation"


@dataclass(frozen=True, kw_only=True)
class LogStatistics:
    """What one round trip finds."""

    events: int
    events_since: int
    companies: int
    by_type: Sequence[Row]
    largest_streams: Sequence[Row]
    tables: Sequence[Row]
    jobs: Sequence[Row]
    #: Deliveries to webhooks, `pending` and `dead`.
    webhooks: Row
    log_epoch: int
    #: Events after the last seal, of the log with most.
    not_sealed: int

    @property
    def streams(self) -> int:
        """How many things have a history."""
        return sum(row["streams"] for row in self.by_type)


def ask_log_statistics(db: Database, since: datetime) -> Pending[LogStatistics]:
    """Ask with the next round trip; `events_since` are those recorded since that moment."""
    load, logs, epoch = db.ask(_EVENTS, {"since": since}), db.ask(_LOGS, {}), db.ask(_EPOCH, {})
    by_type, longest = db.ask(_BY_TYPE, {}), db.ask(_LONGEST, {"longest": LONGEST})
    seals = db.ask(_SEALS, {})
    tables, jobs, deliveries = db.ask(_TABLES, {}), db.ask(_JOBS, {}), db.ask(_DELIVERIES, {})
    return Pending(
        lambda: LogStatistics(
            **{**(load.row() or {}), **(logs.row() or {}), **(epoch.row() or {}), **(seals.row() or {})},
            # The database adds up as decimal numbers.
            by_type=[{**row, "events": int(row["events"])} for row in by_type.rows()],
            largest_streams=longest.rows(),
            tables=tables.rows(),
            jobs=jobs.rows(),
            webhooks=deliveries.row() or {},
        )
    )
