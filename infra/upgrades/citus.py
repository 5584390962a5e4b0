"""`mipos migrate --citus`: tables of companies spread over the nodes of a cluster, each company on one."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from infra.postgres.distribution import FIRST, ON_EVERY_NODE, ON_NODE_OF_COMPANY, Place, places
from infra.postgres.installation import DatabaseUnfit, Installation
from projections.base import Projection

#: Older ones do not propagate policies, grants and functions to nodes.
OLDEST = 12

_VERSION: LiteralString = (
    "SELECT split_part(extversion, '.', 1)::int FROM pg_extension WHERE extname = 'citus'"
)

_IS_COORDINATOR: LiteralString = "SELECT citus_is_coordinator()"

_NODES: LiteralString = """
    SELECT count(*) FROM pg_dist_node WHERE noderole = 'primary' AND isactive AND groupid <> 0
"""

_PLACED: LiteralString = """
    SELECT class.relname,
           CASE WHEN part.partmethod = 'h' THEN column_to_column_name(part.logicalrelid, part.partkey) END,
           part.partmethod = 'n' AND part.repmodel = 't', part.colocationid
      FROM pg_dist_partition AS part JOIN pg_class AS class ON class.oid = part.logicalrelid
     WHERE class.relnamespace = to_regnamespace(quote_ident(%(schema)s))
"""

_PLACED_FUNCTIONS: LiteralString = """
    SELECT proc.proname, object.force_delegation IS TRUE
      FROM pg_dist_object AS object
      JOIN pg_proc AS proc ON proc.oid = object.objid AND object.classid = 'pg_proc'::regclass
     WHERE proc.pronamespace = to_regnamespace(quote_ident(%(schema)s))
"""

_PROPAGATES: LiteralString = """
    SELECT EXISTS (
        SELECT FROM pg_db_role_setting AS setting JOIN pg_database AS database ON database.oid = setdatabase
         WHERE datname = current_database() AND setrole = 0
           AND 'citus.propagate_set_commands=local' = ANY(setting.setconfig))
"""

# Without it the nodes do not learn which company a transaction entered, and show it no row.
_PROPAGATE: LiteralString = "ALTER DATABASE {} SET citus.propagate_set_commands = 'local'"

_EVERYWHERE: LiteralString = "SELECT create_reference_table({})"
_FIRST: LiteralString = "SELECT create_distributed_table({}, {}, colocate_with => 'none')"
_WITH_FIRST: LiteralString = "SELECT create_distributed_table({}, {}, colocate_with => {})"

# What lay here before it was spread is hidden from then on: whoever is erased would live on in it.
_CLEAR: LiteralString = "SELECT truncate_local_data_after_distributing_table({})"

_ON_NODE: LiteralString = """\
SELECT create_distributed_function({}, 'company', colocate_with => {}, force_delegation => true)"""
_ON_EVERY_NODE: LiteralString = "SELECT create_distributed_function({})"


class NoCitus(DatabaseUnfit):
    """The database {name} has no Citus: an administrator runs CREATE EXTENSION citus in it, on every node."""


class CitusTooOld(DatabaseUnfit):
    """The database {name} has Citus {version}; MIPOS needs {oldest} or newer."""


class NoCoordinator(DatabaseUnfit):
    """The database {name} is a node of a cluster of Citus: name its coordinator in DATABASE_URL."""


class NoNodes(DatabaseUnfit):
    """The cluster of {name} has no node beside its coordinator: SELECT citus_add_node('host', 5432)."""


class PlacedOtherwise(DatabaseUnfit):
    """{table} is spread otherwise than MIPOS needs it: SELECT undistribute_table('{table}'), then again."""


@dataclass(frozen=True)
class Present:
    """What of an installation is spread over nodes already: nothing, where there is no Citus."""

    #: By table: by which column, whether it is on every node, and with which others it lies.
    tables: Mapping[str, tuple[str | None, bool, int]]
    #: By function: whether it runs where its company is.
    functions: Mapping[str, bool]
    propagates: bool


NOTHING = Present({}, {}, propagates=False)


def distribute(
    conninfo: str, installation: Installation, models: Iterable[Projection], tell: Callable[[str], None]
) -> int:
    """Spread what is not spread yet; `conninfo` leads to its owner, on the coordinator.

    Each table is one transaction, so that whoever breaks it off goes on where it stopped. Returns how many
    tables and functions were spread, and tells each. Raises DatabaseUnfit.
    """
    with psycopg.connect(conninfo, autocommit=True) as connection:
        _check(connection)
        todo = list(steps(connection.info.dbname, installation, models, present(connection, installation)))
        for name, statements in todo:
            with connection.transaction():
                for statement in statements:
                    connection.execute(statement)
            tell(name)
    return len(todo)


def described(conninfo: str, installation: Installation, models: Iterable[Projection]) -> str:
    """The statements still to be run; all of them for a server without Citus. Raises DatabaseUnfit."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        there = NOTHING
        if connection.execute(_VERSION).rowcount:
            _check(connection)
            there = present(connection, installation)
        todo = steps(connection.info.dbname, installation, models, there)
        return "".join(f"{one.as_string()};\n" for _, statements in todo for one in statements)


def present(connection: psycopg.Connection[Any], installation: Installation) -> Present:
    """What is spread over nodes already."""
    schema = {"schema": installation.schema}
    tables = connection.execute(_PLACED, schema).fetchall()
    functions = connection.execute(_PLACED_FUNCTIONS, schema).fetchall()
    [(propagates,)] = connection.execute(_PROPAGATES).fetchall()
    return Present({table: (*place,) for table, *place in tables}, dict(functions), propagates)


def _check(connection: psycopg.Connection[Any]) -> None:
    """See that this is the coordinator of a cluster. Raises DatabaseUnfit."""
    name = connection.info.dbname
    version = connection.execute(_VERSION).fetchone()
    if version is None:
        raise NoCitus(name=name)
    if version[0] < OLDEST:
        raise CitusTooOld(name=name, version=version[0], oldest=OLDEST)
    if connection.execute(_IS_COORDINATOR).fetchone() != (True,):
        raise NoCoordinator(name=name)
    if connection.execute(_NODES).fetchone() == (0,):
        raise NoNodes(name=name)


Step = tuple[str, list[sql.Composed]]


def steps(
    database: str, installation: Installation, models: Iterable[Projection], there: Present
) -> Iterator[Step]:
    """What is left to do, in the order in which it can be done, each with what it is about."""
    schema = installation.schema
    if not there.propagates:
        yield "settings", [sql.SQL(_PROPAGATE).format(sql.Identifier(database))]
    planned = places(models)
    for table, place in planned.items():
        if table in there.tables:
            _check_place(table, place, there)
        elif place.column or place.is_everywhere:
            yield table, _placing(schema, table, place)
    first = sql.Literal(f"{schema}.{FIRST}")
    for name, arguments in ON_NODE_OF_COMPANY.items():
        if not there.functions.get(name):
            yield name, [sql.SQL(_ON_NODE).format(_function(schema, name, arguments), first)]
    for name, arguments in ON_EVERY_NODE.items():
        if name not in there.functions:
            yield name, [sql.SQL(_ON_EVERY_NODE).format(_function(schema, name, arguments))]


def _function(schema: str, name: str, arguments: str) -> sql.Literal:
    return sql.Literal(f"{schema}.{name}({arguments})")


def _placing(schema: str, table: str, place: Place) -> list[sql.Composed]:
    where = sql.Literal(f"{schema}.{table}")
    if place.is_everywhere:
        placed = sql.SQL(_EVERYWHERE).format(where)
    elif table == FIRST or not place.is_with_company:
        placed = sql.SQL(_FIRST).format(where, sql.Literal(place.column))
    else:
        first = sql.Literal(f"{schema}.{FIRST}")
        placed = sql.SQL(_WITH_FIRST).format(where, sql.Literal(place.column), first)
    return [placed, sql.SQL(_CLEAR).format(where)]


def _check_place(table: str, place: Place, there: Present) -> None:
    """Raise PlacedOtherwise for what a former plan, or somebody else, has put elsewhere."""
    column, is_everywhere, group = there.tables[table]
    is_with_first = place.is_with_company and FIRST in there.tables and group == there.tables[FIRST][2]
    if (column, is_everywhere) != (place.column, place.is_everywhere):
        raise PlacedOtherwise(table=table)
    if place.is_with_company and not is_with_first:
        raise PlacedOtherwise(table=table)
