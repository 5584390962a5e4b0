"""What a till needs to know of its store, besides what it sells."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from projections.base import Answer, Database, Row

# Of several the first by name; one that is closed comes last, as nothing is sold there.
_STORE_ID: LiteralString = """
    SELECT id FROM settings
     WHERE company_id = %(company_id)s AND kind = 'stores' AND NOT is_archived
       AND (%(store_ids)b::uuid[] IS NULL OR id = ANY(%(store_ids)b::uuid[]))
     ORDER BY is_active DESC, name_key
     LIMIT 1
"""
_STORE: LiteralString = f"""
    SELECT id, name, fields, is_active FROM settings
     WHERE company_id = %(company_id)s AND id = ({_STORE_ID})
"""

# One after another by their keys, whatever the planner knows of the tables.
_REGISTERS: LiteralString = f"""
    SELECT register.id, register.name, register.is_active, register.fields ->> 'code' AS code,
           coalesce((register.fields ->> 'has_drawer')::bool, true) AS has_drawer,
           shift.id AS shift_id, shift.opened_by, shift.opened_at
      FROM settings AS register
      LEFT JOIN LATERAL (
            SELECT shifts.id, shifts.opened_by, shifts.opened_at
              FROM drawers JOIN shifts ON shifts.company_id = drawers.company_id
                                      AND shifts.id = drawers.shift_id
             WHERE drawers.company_id = %(company_id)s AND drawers.register_id = register.id
             LIMIT 1
           ) AS shift ON true
     WHERE register.company_id = %(company_id)s AND register.kind = 'registers'
       AND register.parent_id = ({_STORE_ID}) AND NOT register.is_archived
     ORDER BY register.name_key, register.id
"""

_OF_COMPANY: LiteralString = """
    SELECT id, kind AS family, name, fields FROM settings
     WHERE company_id = %(company_id)s AND kind IN ('tax-rates', 'payment-methods')
       AND is_active AND NOT is_archived
     ORDER BY name_key, id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TillStore:
    """A store with its registers, and the taxes and payment methods that its company has in use."""

    store: Row
    registers: list[Row]
    tax_rates: list[Row]
    payment_methods: list[Row]


def ask_store(db: Database, store_ids: Collection[UUID]) -> Answer:
    """Ask for the store that a till of these stores, or of all, begins in."""
    return db.ask(_STORE, _params(db, store_ids))


def find_till_store(db: Database, store_ids: Collection[UUID]) -> TillStore | None:
    """That store and what belongs to it, or None if there is none."""
    store, registers = ask_store(db, store_ids), db.ask(_REGISTERS, _params(db, store_ids))
    of_company = db.ask(_OF_COMPANY, {"company_id": db.company_id})
    found = store.row()
    if found is None:
        return None
    rows = [{**row["fields"], **row} for row in of_company.rows()]
    return TillStore(
        store={**found["fields"], **found},
        registers=registers.rows(),
        tax_rates=[row for row in rows if row["family"] == "tax-rates"],
        payment_methods=[row for row in rows if row["family"] == "payment-methods"],
    )


def _params(db: Database, store_ids: Collection[UUID]) -> dict[str, object]:
    return {"company_id": db.company_id, "store_ids": list(store_ids) if store_ids else None}
