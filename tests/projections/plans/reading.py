"""Plans of statements as they run, and where they walk a table."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from infra.postgres.statements import Statement

#: What a statement may touch, however many there are: these are for a basket of five and a page of twenty.
MOST_ROWS, MOST_BLOCKS = 120, 500
#: What a list may look at again and again, for each row of another table.
MOST_AGAIN = 20

Call = tuple[Statement, Mapping[str, Any], UUID]


def explain(connection: psycopg.Connection[Any], name: str, call: Call) -> Mapping[str, Any]:
    """How a prepared statement ran; of one that cannot run again, how it would run."""
    statement, params, company_id = call
    values = sql.SQL(", ").join(sql.Literal(params[one]) for one in statement.names)
    arguments = sql.SQL("({})").format(values) if statement.names else sql.SQL("")
    connection.execute(sql.SQL("SET app.company_id = {}").format(sql.Literal(str(company_id))))
    execute = sql.SQL(" EXECUTE {}").format(sql.Identifier(name)) + arguments
    try:
        with connection.transaction(force_rollback=True):
            return plan_of(connection, sql.SQL("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)") + execute)
    except (psycopg.errors.UniqueViolation, psycopg.errors.SerializationFailure):
        return plan_of(connection, sql.SQL("EXPLAIN (FORMAT JSON)") + execute)


def plan_of(connection: psycopg.Connection[Any], statement: sql.Composed) -> Mapping[str, Any]:
    """The plan that EXPLAIN gives."""
    row = connection.execute(statement).fetchone()
    assert row
    plan: Mapping[str, Any] = row[0][0]["Plan"]
    return plan


def nodes_of(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """It and all below it."""
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes_of(child)


def faults_of(plan: Mapping[str, Any], tables: AbstractSet[str]) -> Iterator[str]:
    """Where a plan walks one of these tables instead of going to what it is asked for."""
    yield from walks_of(plan, tables)
    for node in nodes_of(plan):
        table, rows = node.get("Relation Name"), _looked_at(node) * node.get("Actual Loops", 0)
        if table in tables and rows > MOST_ROWS:
            yield f"looks at {rows:.0f} rows of {table} by {node.get('Index Name')} {node.get('Index Cond')}"
    blocks = plan.get("Shared Hit Blocks", 0) + plan.get("Shared Read Blocks", 0)
    if blocks > MOST_BLOCKS:
        yield f"touches {blocks} blocks"


def walks_of(plan: Mapping[str, Any], tables: AbstractSet[str]) -> Iterator[str]:
    """Where a plan reads all of one of these tables, or joins it without a key."""
    for node in nodes_of(plan):
        table = node.get("Relation Name")
        if table not in tables:
            continue
        if node["Node Type"] == "Seq Scan":
            yield f"reads all of {table}"
        if node.get("Actual Loops", 0) > 1 and _looked_at(node) > MOST_AGAIN:
            yield f"looks at {_looked_at(node):.0f} rows of {table} {node['Actual Loops']} times"


def _looked_at(node: Mapping[str, Any]) -> float:
    rows: float = node.get("Actual Rows", 0) + sum(
        node.get(f"Rows Removed by {one}", 0) for one in ("Filter", "Index Recheck", "Join Filter")
    )
    return rows
