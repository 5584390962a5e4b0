"""Where events are settled that read models cannot apply. It is the platform's."""

from collections.abc import Callable
from typing import Any, LiteralString
from uuid import UUID

import structlog

from commands.failed_events import FailedEvent
from commands.ports import Caller
from projections.base import Database
from projections.failed_events import find_failed_event, list_failed_events

log = structlog.get_logger("projections")

_RELEASE: LiteralString = "SELECT release_failed_event(%(about)s, %(projection)s, %(position)s) AS is_done"

_SKIP: LiteralString = """
    SELECT skip_failed_event(%(about)s, %(projection)s, %(position)s, %(reason)s, %(user_id)s) AS is_done
"""


class FailedEvents:
    """Settles them in a transaction of the platform; `changed` says that something was done."""

    def __init__(self, db: Database, caller: Caller, changed: Callable[[], None]) -> None:
        self._db = db
        self._caller = caller
        self._changed = changed

    def find(self, failed_id: UUID) -> FailedEvent | None:
        """It, as long as something is parked there."""
        row = find_failed_event(self._db, failed_id)
        return FailedEvent(**row) if row else None

    def find_parked(self, projection: str, company_id: UUID) -> FailedEvent | None:
        """The one before which this read model of this company waits, if it does."""
        rows, _ = list_failed_events(self._db, page=1, limit=1, projection=projection, about=company_id)
        return FailedEvent(**rows[0]) if rows else None

    def release(self, failed: FailedEvent) -> bool:
        """Let it be tried again: a worker takes it up at once."""
        return self._settle(_RELEASE, failed)

    def skip(self, failed: FailedEvent, reason: str) -> bool:
        """Pass over it, and note who did that and why."""
        log.warning(
            "a read model passes over an event",
            projection=failed.projection,
            company_id=str(failed.company_id),
            position=failed.position,
        )
        return self._settle(_SKIP, failed, reason=reason, user_id=self._caller.user_id)

    def _settle(self, query: LiteralString, failed: FailedEvent, **more: Any) -> bool:
        self._changed()
        place = {"about": failed.company_id, "projection": failed.projection, "position": failed.position}
        row = self._db.ask(query, {**place, **more}).row()
        return bool(row and row["is_done"])
