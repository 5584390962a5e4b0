"""Stock keeps its unit, and is never finer: movements and edits of units take turns."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import LiteralString
from uuid import UUID

from domain.catalog.units import UnitChange
from projections.base import Answer, Database

#: A fraction, for what may turn out to be one.
HALF = Decimal("0.5")

# Fractions may come and go side by side; a unit becomes coarser alone, having waited for those who had read
# how fine it was. A lock on the unit's row would be written with each kilogram that is sold.
_HOLD: LiteralString = """
    SELECT pg_advisory_xact_lock_shared(hashtextextended(%(company_id)s::uuid::text || 'precision', 0))
"""

_HOLD_ALONE: LiteralString = """
    SELECT pg_advisory_xact_lock(hashtextextended(%(company_id)s::uuid::text || 'precision', 0))
"""

_FINER_THAN_UNIT: LiteralString = """
    SELECT EXISTS (SELECT FROM products AS p
                     JOIN variants AS v ON v.company_id = p.company_id AND v.product_id = p.id
                     JOIN stock_balances AS b ON b.company_id = v.company_id AND b.variant_id = v.id
                    WHERE p.company_id = %(company_id)s AND p.unit_id = %(unit_id)s
                      AND greatest(scale(trim_scale(b.on_hand)), scale(trim_scale(b.incoming_transit)))
                          > %(precision)s) AS is_finer
"""

# What was measured in no unit yet comes to be measured in its first one: then its stock means the same.
_CHANGES: LiteralString = """
    SELECT p.id AS product_id, change.unit_id, coalesce(change.former_id, p.unit_id) AS former_id
      FROM (SELECT unnest(%(products)b::uuid[]) AS product_id, unnest(%(units)b::uuid[]) AS unit_id,
                   unnest(%(formers)b::uuid[]) AS former_id) AS change
      JOIN products AS p ON p.company_id = %(company_id)s AND p.id = change.product_id
"""

# Whoever receives stock of these variants has to wait, or has done so before it is looked for.
_HOLD_VARIANTS: LiteralString = f"""
    SELECT v.id
      FROM ({_CHANGES}) AS change
      JOIN variants AS v ON v.company_id = %(company_id)s AND v.product_id = change.product_id
     WHERE change.former_id <> change.unit_id OR (change.former_id IS NOT NULL AND change.unit_id IS NULL)
     ORDER BY v.id
       FOR UPDATE OF v
"""

# What is no longer measured in anything is counted in whole pieces, as far as anybody can tell.
_IN_USE: LiteralString = f"""
    SELECT DISTINCT change.product_id
      FROM ({_CHANGES}) AS change
      JOIN variants AS v ON v.company_id = %(company_id)s AND v.product_id = change.product_id
      JOIN stock_balances AS b ON b.company_id = v.company_id AND b.variant_id = v.id
      LEFT JOIN settings AS unit ON unit.company_id = v.company_id AND unit.id = change.unit_id
     WHERE greatest(scale(trim_scale(b.on_hand)), scale(trim_scale(b.incoming_transit)))
           > coalesce((unit.fields ->> 'precision')::int, 0)
        OR ((b.on_hand <> 0 OR b.incoming_transit <> 0 OR b.incoming_ordered <> 0 OR b.reserved <> 0)
            AND change.former_id IS NOT NULL AND change.former_id IS DISTINCT FROM change.unit_id)
"""


def hold_precisions(db: Database, quantities: Iterable[Decimal]) -> None:
    """Let no unit become coarser until the end, if some of these quantities are fractions.

    It comes before anything else is locked, and before it is read how fine the units are.
    """
    if any(quantity % 1 for quantity in quantities):
        db.execute(_HOLD, {"company_id": db.company_id})


def ask_finer_than_unit(db: Database, unit_id: UUID, precision: int) -> Answer:
    """Ask whether stock `is_finer` than its unit would be; no fraction moves until the end."""
    params = {"company_id": db.company_id, "unit_id": unit_id, "precision": precision}
    db.execute(_HOLD_ALONE, params)
    return db.ask(_FINER_THAN_UNIT, params)


def ask_units_in_use(db: Database, changes: Mapping[UUID, UnitChange], *, alone: bool) -> Answer:
    """Ask which products have stock that keeps them from such a change of their unit.

    What lies there, is promised, on order or on the way is measured in the former unit, or is finer than the
    new one. `alone`, no fraction moves until the end,
    and nothing comes in of what is measured in another unit from then on.
    """
    params = {
        "company_id": db.company_id,
        "products": list(changes),
        "units": [change.unit_id for change in changes.values()],
        "formers": [change.former_id for change in changes.values()],
    }
    if alone:
        db.execute(_HOLD_ALONE, params)
        db.execute(_HOLD_VARIANTS, params)
    return db.ask(_IN_USE, params)
