"""Events that read models cannot apply, over all companies, and those that were passed over."""

from typing import Any, LiteralString
from uuid import UUID

from projections.base import Database, Row
from projections.pages import PAGE, list_and_count

# What is asked about other companies is asked of functions that answer the platform alone.
_MATCHES: LiteralString = """
    FROM failed_events()
   WHERE (%(projection)s::text IS NULL OR projection = %(projection)s::text)
     AND (%(about)s::uuid IS NULL OR owner_id = %(about)s::uuid)
"""

_COLUMNS: LiteralString = """
    id, projection, mode, owner_id AS company_id, position, type, stream_id, error, parked_at, attempts,
    starts_with(error, 'LogAltered: ') AS is_altered
"""

_PAGE: LiteralString = f"SELECT {_COLUMNS} {_MATCHES} ORDER BY parked_at DESC, id {PAGE}"

_COUNT: LiteralString = f"SELECT count(*) AS total {_MATCHES}"

_FIND: LiteralString = f"SELECT {_COLUMNS} FROM failed_events() WHERE id = %(id)s"


def list_failed_events(
    db: Database, *, page: int, limit: int, projection: str | None, about: UUID | None
) -> tuple[list[Row], int]:
    """A page of them, what was parked last first, and how many there are."""
    filters: dict[str, Any] = {"projection": projection, "about": about}
    return list_and_count(db, _PAGE, _COUNT, page=page, limit=limit, **filters)


def find_failed_event(db: Database, failed_id: UUID) -> Row | None:
    """One of them, as long as something is parked there."""
    return db.ask(_FIND, {"id": failed_id}).row()
