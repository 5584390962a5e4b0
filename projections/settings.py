"""Settings as the back office lists them: every kind in one table, told apart by `kind`."""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString
from uuid import UUID

import msgspec

from domain.catalog.brands import Brand
from domain.catalog.categories import Category
from domain.catalog.units import Unit
from domain.entities import Entity, fields_of
from domain.errors import Detail, Invalid
from domain.registers import Register
from domain.settings import DuplicateCode, DuplicateName, Setting, name_key
from domain.storages import Storage
from domain.stores import Store
from domain.tax_rates import TaxRate
from projections.base import Answer, Database, Fact, Projection, Row, facts_of

KINDS: Mapping[str, type[Setting]] = {
    kind.kind: kind for kind in (Store, Storage, Register, Brand, Category, Unit, TaxRate)
}
_KIND_OF = {event: kind for kind in KINDS.values() for event in facts_of(kind)}
_NOWHERE = UUID(int=0)
_encode = msgspec.json.Encoder().encode


class Settings(Projection):
    """One row for each brand, category, unit, tax rate, store, storage and register."""

    name = "settings"
    mode = "inline"
    tables = ("settings",)
    events = facts_of(*KINDS.values())
    schema = """
        CREATE TABLE settings (
            company_id  uuid NOT NULL,
            id          uuid NOT NULL,
            kind        text NOT NULL,
            scope_id    uuid NOT NULL,
            parent_id   uuid,
            name        text NOT NULL,
            name_key    text NOT NULL,
            code_key    text,
            is_archived boolean NOT NULL,
            fields      jsonb NOT NULL,
            version     bigint NOT NULL,
            created_at  timestamptz NOT NULL,
            updated_at  timestamptz NOT NULL,
            PRIMARY KEY (company_id, id)
        );
        CREATE UNIQUE INDEX settings_name ON settings (company_id, kind, scope_id, name_key)
            WHERE NOT is_archived;
        CREATE UNIQUE INDEX settings_code ON settings (company_id, kind, scope_id, code_key)
            WHERE NOT is_archived AND code_key IS NOT NULL;
        CREATE INDEX settings_parent ON settings (company_id, parent_id) WHERE parent_id IS NOT NULL;
        CREATE INDEX settings_storage ON settings (company_id, (fields ->> 'default_storage_id'))
            WHERE kind = 'stores';
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Insert what was registered, change what was revised, mark what was archived."""
        for fact in facts:
            if issubclass(fact.event, Entity.Registered):
                db.execute(_INSERT, _row(fact, db.company_id))
            elif issubclass(fact.event, Entity.Archived):
                db.execute(_ARCHIVE, _row(fact, db.company_id))
            else:
                db.execute(_UPDATE, _row(fact, db.company_id))


_INSERT: LiteralString = """
    INSERT INTO settings (company_id, id, kind, scope_id, parent_id, name, name_key, code_key, is_archived,
                          fields, version, created_at, updated_at)
    VALUES (%(company_id)s, %(id)s, %(kind)s, %(scope_id)s, %(parent_id)s, %(name)s,
            %(name_key)s, %(code_key)s, false, %(fields)s::text::jsonb, %(version)s, %(at)s, %(at)s)
"""

# What an event does not name stays: a missing name, code or parent keeps the row's own.
_UPDATE: LiteralString = """
    UPDATE settings
       SET name = coalesce(%(name)s::text, name),
           name_key = coalesce(%(name_key)s::text, name_key),
           code_key = coalesce(%(code_key)s::text, code_key),
           parent_id = CASE WHEN %(has_parent)s::bool THEN %(parent_id)s::uuid ELSE parent_id END,
           scope_id = CASE WHEN %(has_scope)s::bool THEN %(scope_id)s::uuid ELSE scope_id END,
           fields = fields || %(fields)s::text::jsonb,
           version = %(version)s,
           updated_at = %(at)s
     WHERE company_id = %(company_id)s AND id = %(id)s
"""

_ARCHIVE: LiteralString = """
    UPDATE settings SET is_archived = true, version = %(version)s, updated_at = %(at)s
     WHERE company_id = %(company_id)s AND id = %(id)s
"""


def _row(fact: Fact, company_id: UUID) -> dict[str, Any]:
    """What a fact says, as columns."""
    kind = _KIND_OF[fact.event]
    said = {name: getattr(fact.data, name) for name in fields_of(fact.event)}
    return {
        "company_id": company_id,
        "id": fact.stream_id,
        "version": fact.version,
        "at": fact.at,
        "fields": _encode(said).decode(),
        "has_parent": kind.parent in said,
        "has_scope": kind.scope in said,
        **_keys(kind, said),
    }


def _keys(kind: type[Setting], said: Mapping[str, Any]) -> dict[str, Any]:
    """The columns by which a setting is found, from those of its fields that are given."""
    return {
        "kind": kind.kind,
        "scope_id": (said.get(kind.scope) if kind.scope else None) or _NOWHERE,
        "parent_id": said.get(kind.parent) if kind.parent else None,
        "name": said.get("name"),
        "name_key": name_key(said["name"]) if "name" in said else None,
        "code_key": name_key(said["code"]) if said.get("code") else None,
    }


# ORDER BY follows one of the sort keys; a company has some hundreds of rows of a kind, so a sort is cheap.
_LIST: LiteralString = """
    SELECT id, name, fields, is_archived, version, created_at, updated_at
      FROM settings
     WHERE company_id = %(company_id)s AND kind = %(kind)s
       AND (%(archived)s::bool IS NULL OR is_archived = %(archived)s::bool)
       AND (%(parent_id)s::uuid IS NULL OR parent_id = %(parent_id)s::uuid)
       AND (%(ids)b::uuid[] IS NULL OR id = ANY(%(ids)b::uuid[]))
       AND (%(search)s::text IS NULL OR position(%(search)s::text IN name_key) > 0
            OR position(%(search)s::text IN coalesce(code_key, '')) > 0)
     ORDER BY CASE %(sort)s::text WHEN 'name' THEN name_key END,
              CASE %(sort)s::text WHEN '-name' THEN name_key END DESC,
              CASE %(sort)s::text WHEN 'created_at' THEN created_at END,
              CASE %(sort)s::text WHEN '-created_at' THEN created_at END DESC,
              id
     LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint
"""

_COUNT: LiteralString = """
    SELECT count(*) AS total
      FROM settings
     WHERE company_id = %(company_id)s AND kind = %(kind)s
       AND (%(archived)s::bool IS NULL OR is_archived = %(archived)s::bool)
       AND (%(parent_id)s::uuid IS NULL OR parent_id = %(parent_id)s::uuid)
       AND (%(ids)b::uuid[] IS NULL OR id = ANY(%(ids)b::uuid[]))
       AND (%(search)s::text IS NULL OR position(%(search)s::text IN name_key) > 0
            OR position(%(search)s::text IN coalesce(code_key, '')) > 0)
"""

_FIND: LiteralString = """
    SELECT id, name, fields, is_archived, version, created_at, updated_at
      FROM settings
     WHERE company_id = %(company_id)s AND id = %(id)s AND kind = %(kind)s
"""


def list_settings(
    db: Database,
    kind: str,
    *,
    page: int = 1,
    limit: int = 20,
    search: str | None = None,
    sort: str = "name",
    archived: bool | None = False,
    parent_id: UUID | None = None,
    ids: Sequence[UUID] | None = None,
) -> tuple[list[Row], int]:
    """One page of a kind and how many there are in all; `ids` narrows to those a user may see."""
    params = {
        "company_id": db.company_id,
        "kind": kind,
        "archived": archived,
        "parent_id": parent_id,
        "ids": list(ids) if ids else None,
        "search": name_key(search) if search else None,
        "sort": sort,
        "limit": limit,
        "offset": (page - 1) * limit,
    }
    found, count = db.ask(_LIST, params), db.ask(_COUNT, params)
    total = count.row()
    return found.rows(), total["total"] if total else 0


def find_setting(db: Database, kind: str, setting_id: UUID) -> Row | None:
    """One of a kind, archived or not, or None."""
    return db.ask(_FIND, {"company_id": db.company_id, "kind": kind, "id": setting_id}).row()


# The name, the code and the scope of the entity itself stand in for what an edit leaves as it is.
_TAKEN: LiteralString = """
    WITH own AS (
        SELECT scope_id FROM settings WHERE company_id = %(company_id)s AND id = %(id)s
    )
    SELECT other.name_key = %(name_key)s::text AS same_name, other.code_key = %(code_key)s::text AS same_code
      FROM settings AS other
     WHERE other.company_id = %(company_id)s AND other.kind = %(kind)s AND NOT other.is_archived
       AND other.id <> %(id)s
       AND other.scope_id = CASE WHEN %(has_scope)s::bool THEN %(scope_id)s::uuid
                                 ELSE coalesce((SELECT scope_id FROM own), %(scope_id)s::uuid) END
       AND (other.name_key = %(name_key)s::text OR other.code_key = %(code_key)s::text)
"""

# A reference must still be there when the decision is recorded, so it is held until then.
_REFERENCES: LiteralString = """
    SELECT id, kind FROM settings
     WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[]) AND NOT is_archived
     ORDER BY id
       FOR SHARE
"""

_CHILDREN: LiteralString = """
    SELECT EXISTS (SELECT 1 FROM settings
                    WHERE company_id = %(company_id)s AND parent_id = %(id)s AND NOT is_archived)
        OR EXISTS (SELECT 1 FROM settings
                    WHERE company_id = %(company_id)s AND kind = 'stores' AND NOT is_archived
                      AND fields ->> 'default_storage_id' = %(id)s::uuid::text)
        OR EXISTS (SELECT 1 FROM settings
                    WHERE company_id = %(company_id)s AND kind = 'units' AND NOT is_archived
                      AND fields ->> 'base_unit_id' = %(id)s::uuid::text)
        OR EXISTS (SELECT 1 FROM products
                    WHERE company_id = %(company_id)s AND status <> 'archived' AND brand_id = %(id)s)
        OR EXISTS (SELECT 1 FROM products
                    WHERE company_id = %(company_id)s AND status <> 'archived' AND category_id = %(id)s)
        OR EXISTS (SELECT 1 FROM products
                    WHERE company_id = %(company_id)s AND status <> 'archived' AND unit_id = %(id)s)
        OR EXISTS (SELECT 1 FROM products
                    WHERE company_id = %(company_id)s AND status <> 'archived'
                      AND tax_rate_ids @> ARRAY[%(id)s::uuid])
        OR EXISTS (SELECT 1 FROM stock_balances
                    WHERE company_id = %(company_id)s AND storage_id = %(id)s AND on_hand <> 0)
        AS in_use
"""


class References:
    """What was seen of the settings that a decision refers to."""

    def __init__(self, db: Database, wanted: Sequence[tuple[str, str, UUID]]) -> None:
        self._wanted = wanted
        self._answer: Answer | None = None
        if wanted:
            ids = sorted({target for _, _, target in wanted})
            self._answer = db.ask(_REFERENCES, {"company_id": db.company_id, "ids": ids})

    def check(self) -> None:
        """Raise Invalid for each field that refers to what is not there."""
        if self._answer is None:
            return
        there = {(row["kind"], row["id"]) for row in self._answer.rows()}
        missing = [
            Detail(field, "not_found", f"There is no such {KINDS[kind].noun}.")
            for field, kind, target in self._wanted
            if (kind, target) not in there
        ]
        if missing:
            raise Invalid(details=missing)


class SettingsSeen:
    """What was seen of the other settings when one was to be registered or revised."""

    def __init__(self, taken: Answer, references: References) -> None:
        self._taken = taken
        self._references = references

    def check(self) -> None:
        """Raise DuplicateName, DuplicateCode or Invalid."""
        self._references.check()
        taken = self._taken.rows()
        if any(row["same_name"] for row in taken):
            raise DuplicateName
        if taken:
            raise DuplicateCode


class SettingsGuard:
    """What commands ask of the settings before they decide."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def look(self, kind: type[Setting], setting_id: UUID, values: Mapping[str, Any]) -> SettingsSeen:
        """Ask which names are taken and which references exist, with the next round trip."""
        params = {
            "company_id": self._db.company_id,
            "id": setting_id,
            "has_scope": kind.scope in values,
            **_keys(kind, values),
        }
        wanted = [
            (reference.field, reference.kind, values[reference.field])
            for reference in kind.references
            if values.get(reference.field) is not None
        ]
        return SettingsSeen(self._db.ask(_TAKEN, params), References(self._db, wanted))

    def is_in_use(self, setting_id: UUID) -> bool:
        """Whether something not archived, or stock, refers to it."""
        row = self._db.ask(_CHILDREN, {"company_id": self._db.company_id, "id": setting_id}).row()
        return bool(row and row["in_use"])
