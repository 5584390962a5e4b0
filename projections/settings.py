"""Settings as the back office lists them: every kind in one table, told apart by `kind`."""

from collections.abc import Mapping, Sequence
from itertools import groupby
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
from projections.base import Answer, Database, Fact, Projection, Row, facts_of, total_of

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
        for is_new, run in groupby(facts, lambda fact: issubclass(fact.event, Entity.Registered)):
            rows = [(_row(fact, db.company_id), fact) for fact in run]
            if is_new:
                columns = {f"{name}_list": [row[name] for row, _ in rows] for name in rows[0][0]}
                db.execute(_INSERT, {**columns, "company_id": db.company_id})
                continue
            for row, fact in rows:
                db.execute(_ARCHIVE if issubclass(fact.event, Entity.Archived) else _UPDATE, row)


_INSERT: LiteralString = """
    INSERT INTO settings (company_id, id, kind, scope_id, parent_id, name, name_key, code_key, is_archived,
                          fields, version, created_at, updated_at)
    SELECT %(company_id)s, id, kind, scope_id, parent_id, name, name_key, code_key, false, fields::jsonb,
           version, at, at
      FROM unnest(%(id_list)b::uuid[], %(kind_list)b::text[], %(scope_id_list)b::uuid[],
                  %(parent_id_list)b::uuid[], %(name_list)b::text[], %(name_key_list)b::text[],
                  %(code_key_list)b::text[], %(fields_list)b::text[], %(version_list)b::bigint[],
                  %(at_list)b::timestamptz[])
           AS new(id, kind, scope_id, parent_id, name, name_key, code_key, fields, version, at)
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
    return found.rows(), total_of(count)


def find_setting(db: Database, kind: str, setting_id: UUID) -> Row | None:
    """One of a kind, archived or not, or None."""
    return db.ask(_FIND, {"company_id": db.company_id, "kind": kind, "id": setting_id}).row()


# The name, the code and the scope of the entity itself stand in for what an edit leaves as it is.
_TAKEN: LiteralString = """
    WITH wanted AS (
        SELECT coalesce(%(name_key)s::text, own.name_key) AS name_key,
               coalesce(%(code_key)s::text, own.code_key) AS code_key,
               CASE WHEN %(has_scope)s::bool THEN %(scope_id)s::uuid
                    ELSE coalesce(own.scope_id, %(scope_id)s::uuid) END AS scope_id
          FROM (SELECT 1) AS always
          LEFT JOIN settings AS own ON own.company_id = %(company_id)s AND own.id = %(id)s
    )
    SELECT other.name_key = wanted.name_key AS same_name
      FROM settings AS other, wanted
     WHERE other.company_id = %(company_id)s AND other.kind = %(kind)s AND NOT other.is_archived
       AND other.id <> %(id)s AND other.scope_id = wanted.scope_id
       AND (other.name_key = wanted.name_key OR other.code_key = wanted.code_key)
"""

# Whoever hangs one of a kind under another holds this lock, so that no two of them close a ring together.
_HOLD_KIND: LiteralString = """
    SELECT pg_advisory_xact_lock(hashtextextended(%(company_id)s::uuid::text || %(kind)s, 0))
"""

# What hangs above the one that is to become its parent; UNION ends even a ring.
_ABOVE: LiteralString = """
    WITH RECURSIVE above AS (
        SELECT %(target)s::uuid AS id
     UNION
        SELECT (one.fields ->> %(field)s)::uuid
          FROM above JOIN settings AS one ON one.company_id = %(company_id)s AND one.id = above.id
         WHERE one.fields ->> %(field)s IS NOT NULL
    )
    SELECT EXISTS (SELECT 1 FROM above WHERE id = %(id)s) AS closes
"""

# A reference must still be there when the decision is recorded, so it is held until then.
_REFERENCES: LiteralString = """
    SELECT id, kind FROM settings
     WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[]) AND NOT is_archived
     ORDER BY id
       FOR SHARE
"""

# Nobody may begin to refer to it while it is looked for who does.
_HOLD: LiteralString = """
    SELECT id FROM settings WHERE company_id = %(company_id)s AND id = %(id)s FOR UPDATE
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
    """What was seen of the other settings when one was to be registered or revised.

    `rings` are the fields by which it would hang under another of its kind, each with whether that closes a
    ring.
    """

    def __init__(self, taken: Answer, references: References, rings: Mapping[str, Answer]) -> None:
        self._taken = taken
        self._references = references
        self._rings = rings

    def check(self) -> None:
        """Raise DuplicateName, DuplicateCode or Invalid."""
        self._references.check()
        ringed = [field for field, answer in self._rings.items() if (row := answer.row()) and row["closes"]]
        if ringed:
            message = "Nothing can hang under itself."
            raise Invalid(details=[Detail(field, "ring", message) for field in ringed])
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
        rings = self._rings(kind, setting_id, wanted)
        return SettingsSeen(self._db.ask(_TAKEN, params), References(self._db, wanted), rings)

    def _rings(
        self, kind: type[Setting], setting_id: UUID, wanted: Sequence[tuple[str, str, UUID]]
    ) -> dict[str, Answer]:
        of_its_kind = [(field, target) for field, other, target in wanted if other == kind.kind]
        if not of_its_kind:
            return {}
        company_id = self._db.company_id
        self._db.execute(_HOLD_KIND, {"company_id": company_id, "kind": kind.kind})
        return {
            field: self._db.ask(
                _ABOVE, {"company_id": company_id, "id": setting_id, "field": field, "target": target}
            )
            for field, target in of_its_kind
        }

    def is_in_use(self, setting_id: UUID) -> bool:
        """Whether something not archived, or stock, refers to it; nothing can begin to until the end."""
        params = {"company_id": self._db.company_id, "id": setting_id}
        self._db.execute(_HOLD, params)
        row = self._db.ask(_CHILDREN, params).row()
        return bool(row and row["in_use"])
