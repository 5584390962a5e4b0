"""Lookups of what a shop sets up: stores, storages, brands, tax rates and their like."""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from domain.payment_methods import PaymentMethod
from domain.payments import BUILT_IN
from domain.settings import name_key
from domain.storages import Storage
from domain.stores import Store
from projections.base import Database, Row
from projections.lookups.selection import Lookup, Selection, choose
from projections.search.entries import ACTIVE, ARCHIVED, INACTIVE
from projections.search.find import find_as_meant, find_as_typed, list_first

#: How many stores or storages are looked at before those of other stores are left out.
_MANY = 1_000

# What a bound user or a filter leaves out is left out here; other kinds have no store.
_FETCH: LiteralString = """
    SELECT id, name AS label, parent_id, fields FROM settings
     WHERE company_id = %(company_id)s AND kind = %(kind)s AND id = ANY(%(ids)b::uuid[])
       AND (%(stores)b::uuid[] IS NULL
            OR CASE kind WHEN 'stores' THEN id ELSE parent_id END = ANY(%(stores)b::uuid[])
            OR (%(storeless)s::bool AND kind = 'storages' AND parent_id IS NULL))
"""

_CODES: LiteralString = """
    SELECT id FROM settings
     WHERE company_id = %(company_id)s AND kind = %(kind)s AND code_key = %(key)s
       AND CASE WHEN is_archived THEN 'archived' WHEN is_active THEN 'active' ELSE 'inactive' END
           = ANY(%(statuses)b::text[])
     ORDER BY id
"""

#: What a lookup shows of a kind besides id and label.
FIELDS: dict[str, tuple[str, ...]] = {
    "stores": ("code",),
    "storages": ("code", "store_id"),
    "suppliers": ("code",),
    "brands": (),
    "categories": ("parent_id",),
    "units": ("symbol",),
    "variant-types": ("values",),
    "payment-methods": ("code", "kind"),
    "tax-rates": ("rate", "inclusive"),
}


def setting(kind: str) -> Lookup:
    """The lookup of a kind of setting."""
    return lambda db, selection: _look_up(db, kind, selection)


def payment_methods(db: Database, selection: Selection) -> list[Row]:
    """What every till takes, and what the company takes besides; a payment names its `code`."""
    built_in = [
        {"id": code, "label": code.replace("_", " ").capitalize(), "code": code, "kind": code}
        for code in sorted(BUILT_IN)
    ]
    every_till = choose(built_in, selection) if selection.active else []
    return [*every_till, *_look_up(db, PaymentMethod.kind, selection)][: selection.limit]


def _look_up(db: Database, kind: str, selection: Selection) -> list[Row]:
    stores = selection.stores if kind in (Store.kind, Storage.kind) else None
    statuses = [ACTIVE] if selection.active else [INACTIVE, ARCHIVED]
    ids = _find(db, kind, selection, statuses, selection.limit if stores is None else _MANY)
    params = {
        "company_id": db.company_id,
        "kind": kind,
        "ids": ids,
        "stores": stores,
        "storeless": selection.store_id is None,
    }
    by_id = {row["id"]: row for row in db.ask(_FETCH, params).rows()}
    return [_shown(kind, by_id[one]) for one in ids if one in by_id][: selection.limit]


def _find(db: Database, kind: str, selection: Selection, statuses: Sequence[str], limit: int) -> list[UUID]:
    """Those with this code come first."""
    if not selection.search:
        return list_first(db, kind, statuses=statuses, limit=limit)
    key = name_key(selection.search)
    codes = db.ask(
        _CODES, {"company_id": db.company_id, "kind": kind, "key": key, "statuses": list(statuses)}
    )
    hits = find_as_typed(db, kind, selection.search, statuses=statuses, limit=limit)
    coded = [row["id"] for row in codes.rows()]
    if not hits and not coded:
        hits = find_as_meant(db, kind, selection.search, statuses=statuses, limit=limit)
    return list(dict.fromkeys([*coded, *(one for _, one in hits)]))


def _shown(kind: str, row: Row) -> Row:
    return {
        "id": row["id"],
        "label": row["label"],
        **{name: row["fields"].get(name) for name in FIELDS[kind]},
    }
