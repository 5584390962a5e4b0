"""What changes name: taxes, variants, categories and stores, be they archived by now."""

from collections.abc import Iterable, Mapping
from typing import LiteralString
from uuid import UUID

from projections.base import Database

_SETTINGS: LiteralString = """
    SELECT id, kind FROM settings
     WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[])
       AND kind IN ('stores', 'categories', 'tax-rates')
"""

_VARIANTS: LiteralString = """
    SELECT id FROM variants WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[])
"""

_CATEGORIES: LiteralString = """
    SELECT id, parent_id FROM settings WHERE company_id = %(company_id)s AND kind = 'categories'
"""

_STORES: LiteralString = """
    SELECT id, name FROM settings WHERE company_id = %(company_id)s AND kind = 'stores'
"""


def known_of(db: Database, ids: Iterable[UUID]) -> frozenset[tuple[str, UUID]]:
    """Which of these ids the company has, each with its kind."""
    params = {"company_id": db.company_id, "ids": list(ids)}
    settings, variants = db.ask(_SETTINGS, params), db.ask(_VARIANTS, params)
    return frozenset(
        [(row["kind"], row["id"]) for row in settings.rows()]
        + [("variants", row["id"]) for row in variants.rows()]
    )


def parents_of_categories(db: Database) -> Mapping[UUID, UUID | None]:
    """By category, the one above it."""
    rows = db.ask(_CATEGORIES, {"company_id": db.company_id}).rows()
    return {row["id"]: row["parent_id"] for row in rows}


def names_of_stores(db: Database) -> Mapping[UUID, str]:
    """By store, what it is called."""
    return {row["id"]: row["name"] for row in db.ask(_STORES, {"company_id": db.company_id}).rows()}
