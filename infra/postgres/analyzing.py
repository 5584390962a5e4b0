"""Lets the planner know what bulk work filled, rather than a minute later by itself, or never.

Until somebody has looked at a table, its statements are planned for what it was before. Those of the hot
paths are written so that it does not matter (`tests/projections/test_plans.py`); reports are not.
"""

from typing import Any, LiteralString

import psycopg

# What this session changed is told to all at the next end of a transaction, not a second later.
_TELL: LiteralString = "SELECT pg_stat_force_next_flush()"

# Tables that nobody has looked at, or that have grown by more than a tenth since. What changes in place, as
# the ends of logs do with every sale, is what it was; and whoever looks makes all sessions plan anew.
_GROWN: LiteralString = """
    SELECT class.relname
      FROM pg_stat_user_tables AS known JOIN pg_class AS class ON class.oid = known.relid
     WHERE known.schemaname = current_schema() AND class.relkind = 'r' AND known.n_live_tup > 0
       AND (known.last_analyze IS NULL AND known.last_autoanalyze IS NULL
            OR known.n_live_tup > 1.1 * greatest(class.reltuples, 0) + 1000)
     ORDER BY class.relname
"""

_ANALYZE: LiteralString = "SELECT analyze_table(%(name)s)"


def analyze_grown(connection: psycopg.Connection[Any]) -> tuple[str, ...]:
    """Analyze what has grown by more than a tenth, each table in a transaction of its own.

    Any role of an installation may: a function of the owner's does it. The connection is in autocommit mode,
    between two transactions. Returns the names of the tables.
    """
    connection.execute(_TELL)
    names = tuple(name for (name,) in connection.execute(_GROWN).fetchall())
    for name in names:
        connection.execute(_ANALYZE, {"name": name})
    return names
