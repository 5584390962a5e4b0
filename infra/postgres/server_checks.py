"""What must hold of a database server before MIPOS works in it, and what an operator should know of it."""

from typing import Any, LiteralString

import psycopg

from infra.postgres.embedded.binaries import check_server_version
from infra.postgres.installation import DatabaseUnfit

_ENCODING: LiteralString = (
    "SELECT current_database(), current_setting('server_encoding'), pg_is_in_recovery()"
)

# What a confirmed sale needs to survive a crash; an operator may have reasons to do without.
_UNSAFE: LiteralString = """
    SELECT name FROM pg_settings
     WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off'
     ORDER BY name
"""


class OtherEncoding(DatabaseUnfit):
    """The database {name} is encoded in {encoding}, MIPOS needs UTF8: make one with ENCODING 'UTF8'."""


class ReadOnlyServer(DatabaseUnfit):
    """The database {name} is a copy that can only be read: name the server that it follows."""


def check_server(connection: psycopg.Connection[Any]) -> list[str]:
    """What an operator should know of the server, in sentences. Raises ServerTooOld or DatabaseUnfit."""
    check_server_version(connection.info.server_version)
    [(name, encoding, is_copy)] = connection.execute(_ENCODING).fetchall()
    # The driver leaves texts undecoded where the database does not say how they are encoded.
    name, encoding = (text.decode() if isinstance(text, bytes) else text for text in (name, encoding))
    if encoding != "UTF8":
        raise OtherEncoding(name=name, encoding=encoding)
    if is_copy:
        raise ReadOnlyServer(name=name)
    off = [setting for (setting,) in connection.execute(_UNSAFE)]
    return [f"The database server runs with {one} off: a crash may lose sales it confirmed." for one in off]
