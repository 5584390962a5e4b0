"""Units as a conversion reads them: each with every unit below it."""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from domain.catalog.units import Measure
from projections.base import Answer, Database

# One after another by their keys, whatever the planner knows of the tables. NOTE: UNION, so that even a ring
# would end.
_BASES: LiteralString = """
     UNION
        SELECT base.id, base.fields
          FROM chain
         CROSS JOIN LATERAL (
                SELECT id, fields FROM settings
                 WHERE company_id = %(company_id)s AND id = (chain.fields ->> 'base_unit_id')::uuid
                 LIMIT 1
               ) AS base
    )
    SELECT id, (fields ->> 'precision')::bigint AS precision,
           (fields ->> 'base_unit_id')::uuid AS base_unit_id, (fields ->> 'factor')::numeric AS factor
      FROM chain
"""
_CHAINS: LiteralString = f"""
    WITH RECURSIVE chain AS (
        SELECT id, fields FROM settings
         WHERE company_id = %(company_id)s AND kind = 'units' AND id = ANY(%(ids)b::uuid[])
    {_BASES}
"""
#: The units that goods (`variants`) are entered in (`units`) or counted in, each with every unit below it.
MEASURES_OF_GOODS: LiteralString = f"""
    WITH RECURSIVE chain AS (
        SELECT unit.id, unit.fields
          FROM (SELECT unnest(%(units)b::uuid[]) AS id
                 UNION
                SELECT p.unit_id
                  FROM unnest(%(variants)b::uuid[]) AS listed(id)
                 CROSS JOIN LATERAL (
                        SELECT product_id FROM variants
                         WHERE company_id = %(company_id)s AND id = listed.id
                         LIMIT 1
                       ) AS v
                 CROSS JOIN LATERAL (
                        SELECT unit_id FROM products
                         WHERE company_id = %(company_id)s AND id = v.product_id
                         LIMIT 1
                       ) AS p
               ) AS named
         CROSS JOIN LATERAL (
                SELECT id, fields FROM settings
                 WHERE company_id = %(company_id)s AND id = named.id AND kind = 'units'
                 LIMIT 1
               ) AS unit
    {_BASES}
"""


def find_measures(db: Database, unit_ids: Sequence[UUID]) -> dict[UUID, Measure]:
    """These units, as far as there are such, and all that they are multiples of."""
    return measures_of(db.ask(_CHAINS, {"company_id": db.company_id, "ids": list(unit_ids)}))


def measures_of(answer: Answer) -> dict[UUID, Measure]:
    """The units that were asked for."""
    return {row.pop("id"): Measure(**row) for row in map(dict, answer.rows())}
