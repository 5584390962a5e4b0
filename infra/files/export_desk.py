"""Where files of reports are asked for that a worker will write."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import msgspec

from commands.ports import Caller, DuplicateId
from commands.reports.exports import RequestExport, TooManyExports, TryRun
from projections.base import Database
from projections.pages import total_of

#: How many files of a company may wait at a time.
MOST_WAITING = 20

_WAITING: LiteralString = """
    SELECT count(*) AS total FROM report_exports
     WHERE company_id = %(company_id)s AND status IN ('queued', 'running')
"""

_OPEN: LiteralString = """
    INSERT INTO report_exports (company_id, id, status, area, section, format, parameters, options, user_id,
                                request_id, schedule_id, position, attempts, rows_done, created_at)
    VALUES (%(company_id)s, %(id)s, 'queued', %(area)s, %(section)s, %(format)s, %(parameters)s, %(options)s,
            %(user_id)s, %(request_id)s, %(schedule_id)s, %(position)s, 0, 0, %(now)s)
"""

# A try whose letter the mail server does not take waits as one that is not begun.
_WAITING_TO_TRY: LiteralString = """
    SELECT greatest((SELECT count(*) FROM report_exports
                      WHERE company_id = %(company_id)s AND status IN ('queued', 'running')),
                    (SELECT count(*) FROM report_runs
                      WHERE company_id = %(company_id)s AND is_try AND status IN ('due', 'writing'))) AS total
"""

_TRY: LiteralString = """
    INSERT INTO report_runs (company_id, id, schedule_id, period, is_try, user_id, status, created_at)
    VALUES (%(company_id)s, %(id)s, %(schedule_id)s, %(period)s, true, %(user_id)s, 'due', %(now)s)
"""

_FIND: LiteralString = """
    SELECT id, area, section, format, parameters, options, user_id, schedule_id, created_at
      FROM report_exports WHERE company_id = %(company_id)s AND id = %(id)s
"""

_DROP: LiteralString = """
    DELETE FROM report_exports WHERE company_id = %(company_id)s AND id = %(id)s
    RETURNING id
"""

_DROP_PARTS: LiteralString = """
    DELETE FROM report_export_parts WHERE company_id = %(company_id)s AND export_id = %(id)s
"""


class ExportDesk:
    """Takes orders for the files of one company. That one was taken or dropped is said by `changed`."""

    def __init__(self, db: Database, caller: Caller, now: datetime, changed: Callable[[], None]) -> None:
        self._db = db
        self._caller = caller
        self._now = now
        self._changed = changed

    def find_earlier(self, export: RequestExport) -> datetime | None:
        """When the caller asked for this very file; None if nothing has its id. Raises DuplicateId."""
        row = self._db.ask(_FIND, {"company_id": self._db.company_id, "id": export.id}).row()
        if row is None:
            return None
        asked = {**_columns(export), "user_id": self._caller.user_id}
        if any(row[name] != value for name, value in asked.items() if name != "position"):
            raise DuplicateId
        created_at: datetime = row["created_at"]
        return created_at

    def open(self, export: RequestExport) -> None:
        """Have it written. Raises TooManyExports."""
        own = {"company_id": self._db.company_id}
        if export.schedule_id is None and total_of(self._db.ask(_WAITING, own)) >= MOST_WAITING:
            raise TooManyExports
        self._changed()
        self._db.execute(
            _OPEN,
            {
                **own,
                **_columns(export),
                "user_id": self._caller.user_id,
                "request_id": self._caller.request_id,
                "now": self._now,
            },
        )

    def drop(self, export_id: UUID) -> bool:
        """Forget it with what there is of its file; whether it was there."""
        params = {"company_id": self._db.company_id, "id": export_id}
        if self._db.ask(_DROP, params).row() is None:
            return False
        self._changed()
        self._db.execute(_DROP_PARTS, params)
        return True

    def try_run(self, run: TryRun) -> None:
        """Have a run of a schedule made for the caller alone, as if it were due today.

        Raises TooManyExports.
        """
        waiting = self._db.ask(_WAITING_TO_TRY, {"company_id": self._db.company_id})
        if total_of(waiting) >= MOST_WAITING:
            raise TooManyExports
        self._changed()
        params = {"company_id": self._db.company_id, "id": run.id, "schedule_id": run.schedule_id}
        today = {"period": self._now.date(), "user_id": self._caller.user_id, "now": self._now}
        self._db.execute(_TRY, {**params, **today})


def _columns(export: RequestExport) -> dict[str, Any]:
    """What is asked for, as it is kept."""
    return {**vars(export), "options": msgspec.json.encode(export.options, order="deterministic").decode()}
