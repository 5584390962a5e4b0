"""The roles of an installation: made where the owner may, with passwords that follow from the secret key."""

import base64
import hashlib
import hmac
import os
import re
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from infra.postgres.installation import DatabaseUnfit, Installation

_ROLE: LiteralString = "SELECT rolcanlogin, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s"

_VERIFIER: LiteralString = "SELECT rolpassword FROM pg_authid WHERE rolname = %s"

_READS_SECRETS: LiteralString = "SELECT has_table_privilege('pg_authid', 'SELECT')"

ITERATIONS, SALT_BYTES = 4096, 16
_VERIFIER_FORM = re.compile(r"SCRAM-SHA-256\$(\d+):([^$]+)\$.+")
_LOGIN_SECONDS = 5


class RoleMissing(DatabaseUnfit):
    """There is no role {role}, and {user} may make none: `mipos migrate --print-roles` says what to run."""


class RoleClosed(DatabaseUnfit):
    """The role {role} may not log in: give it the right LOGIN."""


class RoleTooMighty(DatabaseUnfit):
    """The role {role} sees every company (SUPERUSER or BYPASSRLS): the web server needs another."""


class PasswordNotOurs(DatabaseUnfit):
    """{user} may not set the password of {role}: `mipos migrate --print-roles` says what to run."""


def ensure_roles(connection: psycopg.Connection[Any], conninfo: str, installation: Installation) -> None:
    """See that both roles are there and can log in, changing nothing that is right. Raises DatabaseUnfit.

    `conninfo` leads to the same database; it tells where a role has to be able to log in.
    """
    for role in installation.roles:
        password = installation.passwords.get(role)
        attributes = connection.execute(_ROLE, [role]).fetchone()
        if attributes is None:
            _make(connection, role, password)
            continue
        can_log_in, sees_everything = attributes
        if not can_log_in:
            raise RoleClosed(role=role)
        if sees_everything and role == installation.app:
            raise RoleTooMighty(role=role)
        if password is not None and not _is_right(connection, conninfo, role, password):
            _set_password(connection, role, password)


def verifier_of(password: str, salt: bytes | None = None, iterations: int = ITERATIONS) -> str:
    """A password as the server keeps it (RFC 5803), so that no statement holds the password itself.

    It must be ASCII. A salt is drawn where none is given.
    """
    salt = salt or os.urandom(SALT_BYTES)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, iterations)
    stored_key = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    parts = [base64.b64encode(part).decode() for part in (salt, stored_key, server_key)]
    return "SCRAM-SHA-256${}:{}${}:{}".format(iterations, *parts)


def matches(verifier: str | None, password: str) -> bool:
    """Whether what the server keeps was made from this password."""
    parts = _VERIFIER_FORM.match(verifier or "")
    if parts is None:
        return False
    return hmac.compare_digest(parts[0], verifier_of(password, base64.b64decode(parts[2]), int(parts[1])))


def _make(connection: psycopg.Connection[Any], role: str, password: str | None) -> None:
    statement = sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role))
    if password is not None:
        secret = sql.Literal(verifier_of(password))
        statement += sql.SQL(" PASSWORD {}").format(secret)
    try:
        connection.execute(statement)
    except psycopg.errors.InsufficientPrivilege:
        raise RoleMissing(role=role, user=connection.info.user) from None


def _set_password(connection: psycopg.Connection[Any], role: str, password: str) -> None:
    secret = sql.Literal(verifier_of(password))
    try:
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), secret))
    except psycopg.errors.InsufficientPrivilege:
        raise PasswordNotOurs(role=role, user=connection.info.user) from None


def _is_right(connection: psycopg.Connection[Any], conninfo: str, role: str, password: str) -> bool:
    """Whether the role has this password: by what the server keeps, or where that is hidden by logging in."""
    if connection.execute(_READS_SECRETS).fetchall() == [(True,)]:
        [(verifier,)] = connection.execute(_VERIFIER, [role]).fetchall()
        return matches(verifier, password)
    try:
        address = make_conninfo(conninfo, user=role, password=password, connect_timeout=_LOGIN_SECONDS)
        psycopg.connect(address).close()
    except psycopg.OperationalError:
        return False
    return True
