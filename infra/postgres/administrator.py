"""What an administrator runs once for an owner that may make neither roles nor schemas."""

from collections.abc import Iterator
from typing import LiteralString

from psycopg import sql

from infra.postgres.installation import Installation
from infra.postgres.roles import verifier_of

_HEAD = """\
-- What an administrator runs once in the database {database}, so that {owner} can migrate it.
-- Roles that are there already need not be made again.
"""

# For everybody: a single role cannot be kept from what everybody may.
_TEMPORARY: LiteralString = """\
-- The web server needs no temporary tables, and should be able to make none. Other programs in this database
-- that make some need the right for roles of their own; if that cannot be, leave this one statement out.
REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC"""

_STATISTICS: LiteralString = """\
-- So that the age of the oldest snapshot (/metrics) takes in the sessions of others; it can be left out.
GRANT pg_read_all_stats TO {}"""


def statements_for_administrator(installation: Installation, owner: str, database: str) -> str:
    """The statements, ready to be run; passwords stand there only in the form that the server keeps."""
    statements = _statements(installation, owner, database)
    lines = [f"{statement.as_string()};\n" for statement in statements]
    return _HEAD.format(database=database, owner=owner) + "".join(lines)


def _statements(installation: Installation, owner: str, database: str) -> Iterator[sql.Composed]:
    app, worker = (sql.Identifier(role) for role in installation.roles)
    own, where = sql.Identifier(owner), sql.Identifier(database)
    for role in installation.roles:
        password = installation.passwords.get(role)
        secret = "the password that its address names" if password is None else verifier_of(password)
        yield sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(secret))
    for schema in installation.schemas:
        yield sql.SQL("CREATE SCHEMA {} AUTHORIZATION {}").format(sql.Identifier(schema), own)
    yield sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}, {}").format(where, own, app, worker)
    yield sql.SQL(_TEMPORARY).format(where)
    yield sql.SQL("GRANT TEMPORARY ON DATABASE {} TO {}").format(where, worker)
    yield sql.SQL(_STATISTICS).format(own)
