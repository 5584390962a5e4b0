"""Who is signed in, as they are shown themselves, and what their till needs to begin."""

from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

from domain.users import role_id
from projections.base import Database, Row
from projections.companies import find_company
from projections.shifts.own import ask_current
from projections.users import find_user, stores_of

# A store that is closed comes last: a till begins where one can sell.
_STORES: LiteralString = """
    SELECT id, name, fields FROM settings
     WHERE company_id = %(company_id)s AND kind = 'stores' AND NOT is_archived
       AND (cardinality(%(ids)b::uuid[]) = 0 OR id = ANY(%(ids)b::uuid[]))
     ORDER BY is_active DESC, name_key
     LIMIT 1
"""

_REGISTERS: LiteralString = """
    SELECT till.id, till.name, till.fields ->> 'code' AS code, till.parent_id AS store_id
      FROM settings AS till
      JOIN settings AS store ON store.company_id = till.company_id AND store.id = till.parent_id
     WHERE till.company_id = %(company_id)s AND till.kind = 'registers' AND NOT till.is_archived
       AND NOT store.is_archived
       AND (cardinality(%(ids)b::uuid[]) = 0 OR till.parent_id = ANY(%(ids)b::uuid[]))
     ORDER BY store.name_key, till.name_key
     LIMIT 1000
"""


def show_user(db: Database, user: Row) -> dict[str, Any]:
    """A user with company and stores, and without anything secret."""
    company = find_company(db)
    role = {"id": role_id(user["role"]), "name": user["role"]}
    shown = {name: user[name] for name in ("id", "username", "email", "is_active", "last_login")}
    own = {"id": db.company_id, "name": company["name"], "email": company["email"]} if company else None
    stores = stores_of(db, user["store_ids"])
    return {**shown, "role_id": role["id"], "role": role, "company": own, "stores": stores}


def find_shown(db: Database, user_id: UUID) -> dict[str, Any] | None:
    """The user of this id with company and stores, or None."""
    user = find_user(db, user_id)
    return show_user(db, user) if user else None


def show_till(db: Database, user_id: UUID | None, store_ids: Sequence[UUID]) -> dict[str, Any]:
    """The store a till begins in, the registers of all the stores one works in, the shift one goes on with.

    Store and shift are None if there is none.
    """
    params = {"company_id": db.company_id, "ids": list(store_ids)}
    stores, registers = db.ask(_STORES, params), db.ask(_REGISTERS, params)
    shift = ask_current(db, user_id)
    store = stores.row()
    if store is not None:
        store = {**store["fields"], "id": store["id"], "name": store["name"]}
    return {"store": store, "registers": registers.rows(), "open_shift": shift.row()}
