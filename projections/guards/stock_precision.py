"""Stock is never finer than its unit: movements of fractions and edits to a coarser unit take turns."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import LiteralString
from uuid import UUID

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
                      AND scale(trim_scale(b.on_hand)) > %(precision)s) AS is_finer
"""

# What is no longer measured in anything is counted in whole pieces, as far as anybody can tell.
_FINER: LiteralString = """
    SELECT DISTINCT v.product_id
      FROM unnest(%(products)b::uuid[], %(units)b::uuid[]) AS moved(product_id, unit_id)
      JOIN variants AS v ON v.company_id = %(company_id)s AND v.product_id = moved.product_id
      JOIN stock_balances AS b ON b.company_id = v.company_id AND b.variant_id = v.id
      LEFT JOIN settings AS unit ON unit.company_id = v.company_id AND unit.id = moved.unit_id
     WHERE scale(trim_scale(b.on_hand)) > coalesce((unit.fields ->> 'precision')::int, 0)
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


def ask_finer(db: Database, units: Mapping[UUID, UUID | None], *, alone: bool) -> Answer:
    """Ask which products have stock that is finer than the units they are to have, None for none.

    `alone`, no fraction moves until the end.
    """
    params = {"company_id": db.company_id, "products": list(units), "units": list(units.values())}
    if alone:
        db.execute(_HOLD_ALONE, params)
    return db.ask(_FINER, params)
