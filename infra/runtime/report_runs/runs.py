"""Runs of schedules of reports, from when they are due until they came to their end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID, uuid5

import psycopg

from domain.names import one_line
from domain.report_schedules import Timing
from infra.postgres.transactions import Transaction, transaction
from infra.process.ids import uuid7

# Found without a lock and across companies, so it is only a hint where to look.
_SCHEDULES: LiteralString = """
    SELECT head.company_id, schedule.id, schedule.fields, schedule.created_at,
           (SELECT max(run.period) FROM report_runs AS run
             WHERE run.company_id = head.company_id AND run.schedule_id = schedule.id AND NOT run.is_try)
      FROM company_head AS head
      JOIN settings AS schedule ON schedule.company_id = head.company_id
       AND schedule.kind = 'report-schedules' AND NOT schedule.is_archived
     WHERE head.company_id <> ALL((SELECT closed FROM installation)::uuid[])
"""

# A run that another look has begun stays as it is.
_BEGIN: LiteralString = """
    INSERT INTO report_runs (company_id, id, schedule_id, period, is_try, status, failure, created_at,
                             finished_at)
    VALUES (%(company_id)s, %(id)s, %(schedule_id)s, %(period)s, false, %(status)s, %(failure)s, %(now)s,
            %(finished_at)s)
        ON CONFLICT (company_id, schedule_id, period) WHERE NOT is_try DO NOTHING
"""

_OPEN: LiteralString = """
    SELECT run.company_id, run.id, run.schedule_id, run.period, run.is_try, run.user_id, run.status,
           run.export_id, run.text, run.created_at, schedule.name, schedule.fields
      FROM company_head AS head
      JOIN report_runs AS run ON run.company_id = head.company_id AND run.status IN ('due', 'writing')
      LEFT JOIN settings AS schedule ON schedule.company_id = run.company_id AND schedule.id = run.schedule_id
     WHERE head.company_id <> ALL((SELECT closed FROM installation)::uuid[])
     ORDER BY run.created_at, run.period
"""

# Nobody reads its text any more, which may tell of customers.
_END: LiteralString = """
    UPDATE report_runs SET status = %(status)s, failure = %(failure)s, finished_at = %(now)s, text = NULL,
           is_met = coalesce(%(is_met)s::boolean, is_met)
     WHERE company_id = %(company_id)s AND id = %(id)s
"""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run of a schedule that is not at its end."""

    company_id: UUID
    id: UUID
    schedule_id: UUID
    period: date
    is_try: bool
    user_id: UUID | None
    status: str
    export_id: UUID | None
    text: str | None
    created_at: datetime
    name: str | None
    #: The fields of its schedule; None if there is no such schedule.
    fields: Mapping[str, Any] | None

    @property
    def own(self) -> dict[str, UUID]:
        """What statements know it by."""
        return {"company_id": self.company_id, "id": self.id}

    @property
    def owner(self) -> UUID | None:
        """In whose name it is made: of a try of whoever tries, else of whoever changed the schedule last."""
        return self.user_id or (UUID(self.fields["user_id"]) if self.fields else None)

    @property
    def title(self) -> str:
        """What its letters are about; names of before may have line breaks."""
        name = one_line(self.name or "Report")
        return f"Test: {name}" if self.is_try else name

    @property
    def addresses(self) -> list[str]:
        """Which addresses outside of the company are mailed; none with a try."""
        return [] if self.is_try else list((self.fields or {}).get("addresses", ()))

    @property
    def outside_export_id(self) -> UUID:
        """By what its file for addresses outside is known, where that has less than the other."""
        return uuid5(self.id, "outside")

    @property
    def recipients(self) -> list[UUID]:
        """Who is mailed."""
        if self.is_try:
            return [self.user_id] if self.user_id else []
        return [UUID(user_id) for user_id in (self.fields or {}).get("recipients", ())]


def begin_due(connection: psycopg.Connection[Any], now: datetime) -> None:
    """Note which runs are due; of a schedule that is not enabled, that they were left out."""
    for company_id, schedule_id, fields, created_at, latest in connection.execute(_SCHEDULES).fetchall():
        timing = Timing.of(fields)
        after = max(created_at, timing.moment_on(latest)) if latest else created_at
        for period in timing.due_between(after, now):
            enabled = fields["enabled"]
            params = {
                "company_id": company_id,
                "id": uuid7(),
                "schedule_id": schedule_id,
                "period": period,
                "status": "due" if enabled else "skipped",
                "failure": None if enabled else "The schedule is not enabled.",
                "now": now,
                "finished_at": None if enabled else now,
            }
            connection.execute(_BEGIN, params)


def open_runs(connection: psycopg.Connection[Any]) -> list[Run]:
    """Those that are not at their end, the oldest first."""
    names = Run.__dataclass_fields__
    rows = connection.execute(_OPEN).fetchall()
    return [Run(**dict(zip(names, row, strict=True))) for row in rows]


def end_within(
    db: Transaction, run: Run, now: datetime, status: str, failure: str | None, *, is_met: bool | None = None
) -> bool:
    """Within a transaction, the same."""
    params = {"status": status, "failure": failure, "now": now, "is_met": is_met}
    db.execute(_END, {**run.own, **params})
    return True


def end(
    connection: psycopg.Connection[Any], run: Run, now: datetime, status: str, failure: str | None
) -> bool:
    """It came to its end, and why not to another, if it should have; always true."""
    with transaction(connection, run.company_id) as db:
        return end_within(db, run, now, status, failure)
