"""In which unit goods are counted, by its name of today."""

from collections.abc import Collection, Mapping
from typing import LiteralString, NamedTuple
from uuid import UUID

from projections.base import Database

_UNITS: LiteralString = """
    SELECT v.id AS variant_id, unit.id, unit.name, unit.fields ->> 'symbol' AS symbol
      FROM unnest(%(variant_ids)b::uuid[]) AS requested(id)
     CROSS JOIN LATERAL (
            SELECT id, product_id FROM variants
             WHERE company_id = %(company_id)s AND id = requested.id
             LIMIT 1
           ) AS v
     CROSS JOIN LATERAL (
            SELECT unit_id FROM products WHERE company_id = %(company_id)s AND id = v.product_id LIMIT 1
           ) AS p
     CROSS JOIN LATERAL (
            SELECT id, name, fields FROM settings
             WHERE company_id = %(company_id)s AND id = p.unit_id
             LIMIT 1
           ) AS unit
"""


class OwnUnit(NamedTuple):
    """The unit that a product is counted in."""

    id: UUID
    name: str
    symbol: str


def own_units(db: Database, variant_ids: Collection[UUID]) -> Mapping[UUID, OwnUnit]:
    """The unit of each variant whose product has one."""
    params = {"company_id": db.company_id, "variant_ids": list(variant_ids)}
    return {
        row["variant_id"]: OwnUnit(row["id"], row["name"], row["symbol"])
        for row in db.ask(_UNITS, params).rows()
    }
