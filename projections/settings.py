"""Settings as the back office lists them: every kind in one table, told apart by `kind`."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, LiteralString
from uuid import UUID

import msgspec

from domain.entities import Entity, fields_of
from domain.kinds import SETTINGS
from domain.settings import Setting, name_key
from projections.base import (
    Answer,
    Database,
    Event,
    Fact,
    Projection,
    Row,
    belonging,
    in_whole,
)
from projections.pages import BY_NAME_OR_TIME, PAGE, list_and_count
from projections.search.within import bare_words, has_all

#: What all kinds do alike. A kind with an event of its own is not folded here by guess: it is an error.
_FAMILIES: tuple[Event, ...] = (Entity.Registered, Entity.Revised, Setting.Switched, Entity.Archived)
_KIND_OF = {event: kind for kind in SETTINGS for event in belonging((kind,), *_FAMILIES)}
NOWHERE = UUID(int=0)
#: How a setting refers to another (`id`) that is to be archived.
USES: LiteralString = """
    EXISTS (SELECT 1 FROM settings
             WHERE company_id = %(company_id)s AND parent_id = %(id)s AND NOT is_archived)
    OR EXISTS (SELECT 1 FROM settings
                WHERE company_id = %(company_id)s AND kind = 'stores' AND NOT is_archived
                  AND fields ->> 'default_storage_id' = %(id)s::uuid::text)
    OR EXISTS (SELECT 1 FROM settings
                WHERE company_id = %(company_id)s AND kind = 'stores' AND NOT is_archived
                  AND fields -> 'tax_rate_ids' ? %(id)s::uuid::text)
    OR EXISTS (SELECT 1 FROM settings
                WHERE company_id = %(company_id)s AND kind = 'units' AND NOT is_archived
                  AND fields ->> 'base_unit_id' = %(id)s::uuid::text)
"""
_encode = msgspec.json.Encoder().encode


class Settings(Projection):
    """One row for each store, brand, supplier and whatever else a shop sets up."""

    name = "settings"
    version = 8
    mode = "inline"
    tables = ("settings",)
    folds = in_whole(*_KIND_OF)
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
            is_active   boolean NOT NULL,
            is_archived boolean NOT NULL,
            fields      jsonb NOT NULL,
            version     bigint NOT NULL,
            created_at  timestamptz NOT NULL,
            updated_at  timestamptz NOT NULL,
            name_clash  bigint NOT NULL DEFAULT 0,
            code_clash  bigint NOT NULL DEFAULT 0,
            PRIMARY KEY (company_id, id)
        );
        CREATE UNIQUE INDEX settings_name ON settings (company_id, kind, scope_id, name_key, name_clash)
            WHERE NOT is_archived;
        CREATE UNIQUE INDEX settings_code ON settings (company_id, kind, scope_id, code_key, code_clash)
            WHERE NOT is_archived AND code_key IS NOT NULL;
        CREATE INDEX settings_by_code ON settings (company_id, code_key) WHERE code_key IS NOT NULL;
        CREATE INDEX settings_parent ON settings (company_id, parent_id) WHERE parent_id IS NOT NULL;
        CREATE INDEX settings_storage ON settings (company_id, (fields ->> 'default_storage_id'))
            WHERE kind = 'stores';
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Insert what was registered, change what was revised, mark what was switched or archived."""
        for is_new, run in groupby(facts, lambda fact: issubclass(fact.event, Entity.Registered)):
            rows = [(_row(fact, db.company_id), fact) for fact in run]
            if is_new:
                columns = {f"{name}_list": [row[name] for row, _ in rows] for name in rows[0][0]}
                statement = _INSERT_RECORDED if rows[0][1].is_recorded else _INSERT
                db.execute(statement, {**columns, "company_id": db.company_id})
                continue
            for row, fact in rows:
                _change(row, fact, db)


def _change(row: dict[str, Any], fact: Fact, db: Database) -> None:
    if issubclass(fact.event, Entity.Archived):
        db.execute(_ARCHIVE, row)
    elif issubclass(fact.event, Setting.Switched):
        db.execute(_SWITCH, {**row, "is_active": fact.event.is_active})
    elif issubclass(fact.event, Entity.Revised):
        db.execute(_UPDATE, row)


_OF_NEW: LiteralString = """
    unnest(%(id_list)b::uuid[]) AS id, unnest(%(kind_list)b::text[]) AS kind,
    unnest(%(scope_id_list)b::uuid[]) AS scope_id, unnest(%(parent_id_list)b::uuid[]) AS parent_id,
    unnest(%(name_list)b::text[]) AS name, unnest(%(name_key_list)b::text[]) AS name_key,
    unnest(%(code_key_list)b::text[]) AS code_key, unnest(%(fields_list)b::text[]) AS fields,
    unnest(%(version_list)b::bigint[]) AS version, unnest(%(at_list)b::timestamptz[]) AS at
"""

_INSERT: LiteralString = f"""
    INSERT INTO settings (company_id, id, kind, scope_id, parent_id, name, name_key, code_key, is_active,
                          is_archived, fields, version, created_at, updated_at)
    SELECT %(company_id)s, id, kind, scope_id, parent_id, name, name_key, code_key, true, false,
           fields::jsonb, version, at, at
      FROM (SELECT {_OF_NEW}) AS new
    RETURNING company_id
"""

_INSERT_RECORDED: LiteralString = f"""
    INSERT INTO settings (company_id, id, kind, scope_id, parent_id, name, name_key, code_key, is_active,
                          is_archived, fields, version, created_at, updated_at, name_clash, code_clash)
    SELECT %(company_id)s, id, kind, scope_id, parent_id, name, name_key, code_key, true, false,
           fields::jsonb, version, at, at,
           CASE WHEN row_number() OVER (PARTITION BY kind, scope_id, name_key ORDER BY position) > 1
                  OR EXISTS (SELECT FROM settings AS earlier
                              WHERE earlier.company_id = %(company_id)s AND earlier.kind = new.kind
                                AND earlier.scope_id = new.scope_id AND earlier.name_key = new.name_key
                                AND earlier.name_clash = 0 AND NOT earlier.is_archived)
                THEN position ELSE 0 END,
           CASE WHEN code_key IS NOT NULL
                 AND (row_number() OVER (PARTITION BY kind, scope_id, code_key ORDER BY position) > 1
                      OR EXISTS (SELECT FROM settings AS earlier
                                  WHERE earlier.company_id = %(company_id)s AND earlier.kind = new.kind
                                    AND earlier.scope_id = new.scope_id AND earlier.code_key = new.code_key
                                    AND earlier.code_clash = 0 AND NOT earlier.is_archived))
                THEN position ELSE 0 END
      FROM (SELECT {_OF_NEW}, unnest(%(position_list)b::bigint[]) AS position) AS new
    RETURNING company_id
"""

# What an event does not name stays: without a name, code or parent the row keeps its own.
_UPDATE: LiteralString = """
    UPDATE settings AS own
       SET name = coalesce(%(name)s::text, name),
           name_clash = CASE WHEN %(name_key)s::text IS NULL AND NOT %(has_scope)s::bool THEN name_clash
                             WHEN %(position)s > 0
                              AND EXISTS (SELECT FROM settings AS other
                                           WHERE other.company_id = %(company_id)s AND other.kind = own.kind
                                             AND other.scope_id = CASE WHEN %(has_scope)s::bool
                                                                       THEN %(scope_id)s::uuid
                                                                       ELSE own.scope_id END
                                             AND other.name_key = coalesce(%(name_key)s::text, own.name_key)
                                             AND other.name_clash = 0 AND NOT other.is_archived
                                             AND other.id <> own.id)
                             THEN %(position)s ELSE 0 END,
           code_clash = CASE WHEN NOT %(has_code)s::bool AND NOT %(has_scope)s::bool THEN code_clash
                             WHEN %(position)s > 0
                              AND EXISTS (SELECT FROM settings AS other
                                           WHERE other.company_id = %(company_id)s AND other.kind = own.kind
                                             AND other.scope_id = CASE WHEN %(has_scope)s::bool
                                                                       THEN %(scope_id)s::uuid
                                                                       ELSE own.scope_id END
                                             AND other.code_key = CASE WHEN %(has_code)s::bool
                                                                       THEN %(code_key)s::text
                                                                       ELSE own.code_key END
                                             AND other.code_clash = 0 AND NOT other.is_archived
                                             AND other.id <> own.id)
                             THEN %(position)s ELSE 0 END,
           name_key = coalesce(%(name_key)s::text, name_key),
           code_key = CASE WHEN %(has_code)s::bool THEN %(code_key)s::text ELSE code_key END,
           parent_id = CASE WHEN %(has_parent)s::bool THEN %(parent_id)s::uuid ELSE parent_id END,
           scope_id = CASE WHEN %(has_scope)s::bool THEN %(scope_id)s::uuid ELSE scope_id END,
           fields = fields || %(fields)s::text::jsonb,
           version = %(version)s,
           updated_at = %(at)s
     WHERE company_id = %(company_id)s AND id = %(id)s
"""

_SWITCH: LiteralString = """
    UPDATE settings SET is_active = %(is_active)s, version = %(version)s, updated_at = %(at)s
     WHERE company_id = %(company_id)s AND id = %(id)s
"""

_ARCHIVE: LiteralString = """
    UPDATE settings SET is_archived = true, version = %(version)s, updated_at = %(at)s
     WHERE company_id = %(company_id)s AND id = %(id)s
"""


def _row(fact: Fact, company_id: UUID) -> dict[str, Any]:
    """What a fact says, as columns."""
    kind = _KIND_OF[fact.event]
    values = {name: getattr(fact.data, name) for name in fields_of(fact.event)}
    return {
        "company_id": company_id,
        "id": fact.stream_id,
        "version": fact.version,
        "at": fact.at,
        "position": fact.position,
        "fields": _encode(values).decode(),
        "has_parent": kind.parent in values,
        **keys_of(kind, values),
    }


def keys_of(kind: type[Setting], values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns by which a setting is found, from those of its fields that are given."""
    return {
        "kind": kind.kind,
        "scope_id": (values.get(kind.scope) if kind.scope else None) or NOWHERE,
        "parent_id": values.get(kind.parent) if kind.parent else None,
        "name": values.get("name"),
        "name_key": name_key(values["name"]) if "name" in values else None,
        "code_key": name_key(values["code"]) if values.get("code") else None,
        "has_code": "code" in values,
        "has_scope": kind.scope in values,
    }


# The search has the words of each name.
_WORDS: LiteralString = """(SELECT replace(entry.name, ' ', '') FROM search_entries AS entry
                          WHERE entry.company_id = %(company_id)s AND entry.id = settings.id
                            AND entry.kind = %(kind)s)"""

_FILTER: LiteralString = f"""
       company_id = %(company_id)s AND kind = %(kind)s
       AND (%(archived)s::bool IS NULL OR is_archived = %(archived)s::bool)
       AND (%(parent_id)s::uuid IS NULL OR parent_id = %(parent_id)s::uuid)
       AND (%(active)s::bool IS NULL OR is_active = %(active)s::bool)
       AND (%(store_ids)b::uuid[] IS NULL
            OR CASE WHEN kind = 'stores' THEN id ELSE parent_id END = ANY(%(store_ids)b::uuid[])
            OR (%(storeless)s::bool AND kind <> 'stores' AND parent_id IS NULL))
       AND (%(search)s::text IS NULL OR position(%(search)s::text IN name_key) > 0
            OR position(%(search)s::text IN coalesce(code_key, '')) > 0
            OR {has_all(_WORDS)})
"""
_LIST: LiteralString = f"""
    SELECT id, name, fields, is_active, is_archived, version, created_at, updated_at FROM settings
     WHERE {_FILTER}
     ORDER BY {BY_NAME_OR_TIME}, id
    {PAGE}
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM settings WHERE {_FILTER}"

_FIND: LiteralString = """
    SELECT id, parent_id, name, fields, is_active, is_archived, version, created_at, updated_at
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
    active: bool | None = None,
    parent_id: UUID | None = None,
    store_ids: Sequence[UUID] = (),
    storeless: bool = False,
) -> tuple[list[Row], int]:
    """One page of a kind and how many there are in all.

    `store_ids` narrows to these stores and what is theirs, `storeless` adds what belongs to no store.
    """
    return list_and_count(
        db,
        _LIST,
        _COUNT,
        page=page,
        limit=limit,
        kind=kind,
        archived=archived,
        active=active,
        parent_id=parent_id,
        store_ids=list(store_ids) if store_ids else None,
        storeless=storeless,
        search=name_key(search) if search else None,
        bare=bare_words(search or ""),
        sort=sort,
    )


def ask_setting(db: Database, kind: str, setting_id: UUID) -> Answer:
    """Ask for one of a kind, archived or not, with the next round trip."""
    return db.ask(_FIND, {"company_id": db.company_id, "kind": kind, "id": setting_id})
