"""What storages and suppliers are called now, for those who read of them by their ids."""

from collections.abc import Collection, Mapping
from typing import LiteralString
from uuid import UUID

from projections.base import Database

# One after another by their keys, whatever the planner knows of the table.
_NAMES: LiteralString = """
    SELECT named.id, named.name
      FROM unnest(%(ids)b::uuid[]) AS requested(id)
     CROSS JOIN LATERAL (
            SELECT id, name FROM settings
             WHERE company_id = %(company_id)s AND id = requested.id
             LIMIT 1
           ) AS named
"""


def find_names(db: Database, ids: Collection[UUID]) -> Mapping[UUID, str]:
    """The name of each that there is."""
    rows = db.ask(_NAMES, {"company_id": db.company_id, "ids": list(ids)}).rows()
    return {row["id"]: row["name"] for row in rows}
