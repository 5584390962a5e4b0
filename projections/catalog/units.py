"""Units as a conversion reads them: each with every unit below it."""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from domain.catalog.units import Measure
from projections.base import Database

# NOTE: UNION, so that even a ring would end.
_CHAINS: LiteralString = """
    WITH RECURSIVE chain AS (
        SELECT id, fields FROM settings
         WHERE company_id = %(company_id)s AND kind = 'units' AND id = ANY(%(ids)b::uuid[])
     UNION
        SELECT base.id, base.fields
          FROM chain
          JOIN settings AS base ON base.company_id = %(company_id)s
                               AND base.id = (chain.fields ->> 'base_unit_id')::uuid
    )
    SELECT id, (fields ->> 'precision')::bigint AS precision,
           (fields ->> 'base_unit_id')::uuid AS base_unit_id, (fields ->> 'factor')::numeric AS factor
      FROM chain
"""


def find_measures(db: Database, unit_ids: Sequence[UUID]) -> dict[UUID, Measure]:
    """These units, as far as there are such, and all that they are multiples of."""
    rows = db.ask(_CHAINS, {"company_id": db.company_id, "ids": list(unit_ids)}).rows()
    return {row.pop("id"): Measure(**row) for row in rows}
