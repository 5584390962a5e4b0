"""Which read models the database has: made where nothing is yet, put in place whole, or taken away."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from infra.postgres.definitions import GENERATION, digest_of, inline_digest
from infra.postgres.installation import Installation
from infra.projections.closure import close
from infra.projections.verifications import note_all_made_anew
from projections.base import Projection

# Every transaction of ours reads one of these tables before anything else, so this waits for those that have
# begun, and the others wait for us. Nothing else has to be locked, and nothing can be met crosswise.
HOLD_EVERYTHING: LiteralString = "LOCK TABLE installation, projection_models IN ACCESS EXCLUSIVE MODE"

_MODELS: LiteralString = "SELECT name, digest, tables FROM projection_models"

_NOTE: LiteralString = """
    INSERT INTO projection_models (name, mode, digest, tables)
    VALUES (%(name)s, %(mode)s, %(digest)s, %(tables)s)
        ON CONFLICT (name) DO UPDATE
       SET mode = excluded.mode, digest = excluded.digest, tables = excluded.tables
"""

_NOTE_TABLES: LiteralString = """
    UPDATE projection_models SET tables = %(tables)s WHERE name = %(name)s AND tables = '{}'
"""

_FORGET: LiteralString = "DELETE FROM projection_models WHERE name = ANY(%(names)s::text[])"

_FORGET_PLACES: LiteralString = "DELETE FROM projection_checkpoints WHERE projection = ANY(%(names)s::text[])"

# What stopped at an event is parked there, and answers nothing before it knows as much as the log now has.
_TAKE_PLACES: LiteralString = """
    INSERT INTO projection_checkpoints AS checkpoint
           (company_id, projection, position, whole_at, updated_at, made_at, parked_at, error)
    SELECT head.company_id, model.name, coalesce(built.position, 0), head.position,
           clock_timestamp(), clock_timestamp(),
           CASE WHEN built.error IS NOT NULL THEN clock_timestamp() END, built.error
      FROM company_head AS head
     CROSS JOIN unnest(%(names)s::text[]) AS model(name)
      LEFT JOIN built ON built.company_id = head.company_id AND built.projection = model.name
        ON CONFLICT (company_id, projection) DO UPDATE
       SET position = excluded.position, whole_at = excluded.whole_at, updated_at = excluded.updated_at,
           made_at = excluded.made_at, parked_at = excluded.parked_at, error = excluded.error
"""

_DECLARE: LiteralString = """
    UPDATE installation SET inline_models = %(models)s WHERE inline_models <> %(models)s
"""


_DECLARE_GENERATION: LiteralString = """
    UPDATE installation SET inline_models = %(generation)s
     WHERE NOT starts_with(inline_models, %(generation)s)
"""


@dataclass(frozen=True)
class Difference:
    """How the read models of a version differ from those in the database.

    `changed` are those to be made, the unchanged ones among them that are made from others that are; `gone`
    are the names of those that this version has not.
    """

    changed: tuple[Projection, ...]
    gone: tuple[str, ...]
    #: The tables of read models in the database.
    tables: Mapping[str, Sequence[str]]

    def __bool__(self) -> bool:
        return bool(self.changed or self.gone)


NO_DIFFERENCE = Difference((), (), {})


def difference(connection: psycopg.Connection[Any], models: Sequence[Projection]) -> Difference:
    """What there is to do before the database has these read models."""
    present = {name: (digest, tables) for name, digest, tables in connection.execute(_MODELS).fetchall()}
    names = {model.name for model in models if present.get(model.name, ("",))[0] != digest_of(model)}
    changed = tuple(model for model in models if model.name in names or names.intersection(model.sources))
    gone = tuple(present.keys() - {model.name for model in models})
    return Difference(changed, gone, {name: tables for name, (_, tables) in present.items()})


def define(connection: psycopg.Connection[Any], schema: str, there: Difference) -> None:
    """Make the tables of read models that no company has rows in."""
    take_away(connection, schema, there)
    for model in there.changed:
        connection.execute(model.schema)
        _note(connection, model)


def put_live(connection: psycopg.Connection[Any], installation: Installation, there: Difference) -> None:
    """Let what was built aside take the place of what was there, in the transaction that holds everything.

    A company for which a read model that decisions are made on stopped at an event is closed.
    """
    schema, aside = installation.schema, installation.next_schema
    take_away(connection, schema, there)
    for model in there.changed:
        for table in model.tables:
            moved = sql.SQL("ALTER TABLE {} SET SCHEMA {}")
            connection.execute(moved.format(sql.Identifier(aside, table), sql.Identifier(schema)))
        _note(connection, model)
    names = [model.name for model in there.changed if model.mode == "async"]
    connection.execute(_TAKE_PLACES, {"names": names})
    note_all_made_anew(connection, [model.name for model in there.changed])
    close(connection, there.changed)


def take_away(connection: psycopg.Connection[Any], schema: str, there: Difference) -> None:
    """Drop what is about to be replaced, and what this version has not."""
    tables = [table for name in there.gone for table in there.tables[name]]
    for model in there.changed:
        tables += [*model.tables, *there.tables.get(model.name, ())]
    for table in dict.fromkeys(tables):
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(schema, table)))
    inline = [model.name for model in there.changed if model.mode == "inline"]
    connection.execute(_FORGET, {"names": list(there.gone)})
    connection.execute(_FORGET_PLACES, {"names": [*there.gone, *inline]})


def declare(connection: psycopg.Connection[Any], models: Iterable[Projection]) -> None:
    """Declare to every server on which read models decisions are made, and note which tables are whose."""
    models = tuple(models)
    for model in models:
        connection.execute(_NOTE_TABLES, {"name": model.name, "tables": list(model.tables)})
    connection.execute(_DECLARE, {"models": inline_digest(models)})


def declare_generation(connection: psycopg.Connection[Any]) -> None:
    """Send servers of before away if this version's database is useless to them, whatever the read models."""
    connection.execute(_DECLARE_GENERATION, {"generation": f"{GENERATION}."})


def _note(connection: psycopg.Connection[Any], model: Projection) -> None:
    params = {
        "name": model.name,
        "mode": model.mode,
        "digest": digest_of(model),
        "tables": list(model.tables),
    }
    connection.execute(_NOTE, params)
