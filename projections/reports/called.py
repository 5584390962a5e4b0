"""What the things that a report is asked about are called, as far as whoever asks may know it."""

from collections.abc import Mapping, Sequence
from typing import LiteralString
from uuid import UUID

from domain.pending import Pending
from projections.base import Database
from projections.reports.names import name_of, user_name_of
from projections.reports.section import Criteria

#: The permission without which customers are told by their ids alone.
CUSTOMERS = "customers.view"

# Of places, only those of the stores that are asked about have a name: others may be hidden from the reader.
_CALLED: LiteralString = f"""
    SELECT asked.id, coalesce(
               {name_of("setting.id")}, setting.name, {user_name_of("asked.id")},
               (SELECT CASE WHEN erased_at IS NULL THEN name ELSE 'erased' END FROM customers
                 WHERE company_id = %(company_id)s AND id = asked.id AND %(has_customers)s::bool)) AS name
      FROM unnest(%(ids)b::uuid[]) AS asked(id)
      LEFT JOIN settings AS setting
        ON setting.company_id = %(company_id)s AND setting.id = asked.id
       AND (%(stores)b::uuid[] IS NULL
            OR CASE setting.kind WHEN 'stores' THEN setting.id = ANY(%(stores)b::uuid[])
                                 WHEN 'registers' THEN setting.parent_id = ANY(%(stores)b::uuid[])
                                 WHEN 'storages' THEN setting.parent_id = ANY(%(stores)b::uuid[])
                                 ELSE true END)
"""


def ask_called(db: Database, criteria: Criteria, ids: Sequence[UUID]) -> Pending[Mapping[UUID, str]]:
    """Ask for the names of these, at the position that is asked for; what has none is left out."""
    params = {
        "company_id": db.company_id,
        "position": criteria.position,
        "ids": list(ids),
        "stores": None if criteria.stores is None else list(criteria.stores),
        "has_customers": CUSTOMERS in criteria.permissions,
    }
    answer = db.ask(_CALLED, params)
    return Pending(lambda: {row["id"]: row["name"] for row in answer.rows() if row["name"] is not None})
