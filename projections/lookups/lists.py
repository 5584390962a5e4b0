"""Lookups of lists that are read whole: people, companies, packages, and what is fixed."""

from collections.abc import Callable
from typing import LiteralString

from domain.companies import PLATFORM_ID
from projections.base import Database, Row
from projections.lookups.asking import Asked, Lookup, choose

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


def users(db: Database, asked: Asked) -> list[Row]:
    """Who works for the company; with a store, or for a user of stores, who works in these or in all.

    Labels are what people sign in with, so whoever has nothing to do with others finds themselves alone.
    """
    if asked.stores == []:
        return []
    params = {
        "company_id": db.company_id,
        "active": asked.active,
        "stores": asked.stores,
        "only": asked.alone,
    }
    return choose(db.ask(_USERS, params).rows(), asked)


def companies(db: Database, asked: Asked) -> list[Row]:
    """The asker's own company; for the platform, all of them."""
    params = {"company_id": db.company_id, "platform": PLATFORM_ID, "active": asked.active}
    return choose(db.ask(_COMPANIES, params).rows(), asked)


def packages(db: Database, asked: Asked) -> list[Row]:
    """What the platform offers to companies."""
    return choose(db.ask(_PACKAGES, {"company_id": PLATFORM_ID, "active": asked.active}).rows(), asked)


def fixed(rows: Callable[[], list[Row]]) -> Lookup:
    """The lookup of what is the same for everybody, and always in use."""
    return lambda _, asked: choose(rows() if asked.active else [], asked)
