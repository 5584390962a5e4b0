"""Lookups of lists that are read whole: people, companies, packages, and what is fixed."""

from collections.abc import Callable
from typing import LiteralString

from domain.companies import PLATFORM_ID
from projections.base import Database, Row
from projections.lookups.selection import Lookup, Selection, choose

_USERS: LiteralString = """
    SELECT id, username AS label, role FROM users
     WHERE company_id = %(company_id)s AND is_active = %(active)s
       AND (%(only)s::uuid IS NULL OR id = %(only)s::uuid)
       AND (%(stores)b::uuid[] IS NULL OR cardinality(store_ids) = 0 OR store_ids && %(stores)b::uuid[])
     ORDER BY username, id
"""

# The platform sees every company, any other company only itself; row-level security says so as well.
_COMPANIES: LiteralString = """
    SELECT company_id AS id, name AS label FROM companies
     WHERE (company_id = %(company_id)s OR %(company_id)s = %(platform)s)
       AND (status = 'active') = %(active)s
     ORDER BY name, company_id
"""

_PACKAGES: LiteralString = """
    SELECT id, name AS label FROM packages
     WHERE company_id = %(company_id)s AND (is_active AND NOT is_archived) = %(active)s
     ORDER BY name, id
"""


def users(db: Database, selection: Selection) -> list[Row]:
    """Who works for the company; with a store, or for a user of stores, who works in these or in all.

    Labels are what people sign in with, so whoever has nothing to do with others finds themselves alone.
    """
    if selection.stores == []:
        return []
    params = {
        "company_id": db.company_id,
        "active": selection.active,
        "stores": selection.stores,
        "only": selection.alone,
    }
    return choose(db.ask(_USERS, params).rows(), selection)


def companies(db: Database, selection: Selection) -> list[Row]:
    """The caller's own company; for the platform, all of them."""
    params = {"company_id": db.company_id, "platform": PLATFORM_ID, "active": selection.active}
    return choose(db.ask(_COMPANIES, params).rows(), selection)


def packages(db: Database, selection: Selection) -> list[Row]:
    """What the platform offers to companies."""
    return choose(
        db.ask(_PACKAGES, {"company_id": PLATFORM_ID, "active": selection.active}).rows(), selection
    )


def fixed(rows: Callable[[], list[Row]]) -> Lookup:
    """The lookup of what is the same for everybody, and always in use."""
    return lambda _, selection: choose(rows() if selection.active else [], selection)
