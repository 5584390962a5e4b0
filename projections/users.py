"""Users, and the directory that leads from a user name to a company before anybody has signed in."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, LiteralString
from uuid import UUID

from domain.entities import Entity, fields_of
from domain.settings import name_key
from domain.users import User
from projections.base import Answer, Database, Fact, Projection, Row, facts_of


class Users(Projection):
    """One row for each user of the company, and one in the platform's directory of user names.

    Who is archived leaves the directory, so that somebody else can take the name.
    `rights_version` is the version at which the user's rights changed last; access tokens carry it, so that
    one issued before the change is known by it.
    """

    name = "users"
    version = 4
    mode = "inline"
    tables = ("users", "user_directory")
    events = facts_of(User)
    schema = """
        CREATE TABLE users (
            company_id     uuid NOT NULL,
            id             uuid NOT NULL,
            username       text NOT NULL,
            username_key   text NOT NULL,
            email          text,
            email_key      text NOT NULL,
            role           text NOT NULL,
            store_ids      uuid[] NOT NULL,
            granted        text[] NOT NULL,
            denied         text[] NOT NULL,
            is_active      boolean NOT NULL,
            is_archived    boolean NOT NULL,
            rights_version bigint NOT NULL,
            version        bigint NOT NULL,
            created_at     timestamptz NOT NULL,
            updated_at     timestamptz NOT NULL,
            PRIMARY KEY (company_id, id)
        );
        CREATE TABLE user_directory (
            username_key text PRIMARY KEY,
            company_id   uuid NOT NULL,
            user_id      uuid NOT NULL,
            since        timestamptz NOT NULL
        );
        CREATE INDEX user_directory_by_user ON user_directory (company_id, user_id);
    """
    # Whoever signs in is of no company yet.
    shared_rows: ClassVar[Mapping[str, LiteralString]] = {"user_directory": "true"}

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Insert who was registered, change what was revised."""
        for fact in facts:
            said = {name: getattr(fact.data, name) for name in fields_of(fact.event)}
            params: dict[str, Any] = dict.fromkeys(fields_of(User.Registered))
            params.update(said, company_id=db.company_id, id=fact.stream_id, version=fact.version, at=fact.at)
            for name in ("store_ids", "granted", "denied"):
                params[name] = list(said[name]) if name in said else None
            params["username_key"] = username_key(said["username"]) if "username" in said else None
            params["email_key"] = name_key(said.get("email") or "")
            if issubclass(fact.event, Entity.Registered):
                db.execute(_INSERT, params)
            else:
                params["readdressed"] = "email" in said
                params["empowered"] = not said.keys().isdisjoint(_RIGHTS)
                params["is_archived"] = issubclass(fact.event, Entity.Archived)
                db.execute(_UPDATE, params)
            _enter_directory(fact, params, db)


def _enter_directory(fact: Fact, params: dict[str, Any], db: Database) -> None:
    if params["username_key"] is not None or issubclass(fact.event, Entity.Archived):
        db.execute(_LEAVE_DIRECTORY, params)
    if params["username_key"] is not None:
        db.execute(_ENTER_RECORDED if fact.is_recorded else _ENTER_DIRECTORY, params)


_RIGHTS = frozenset({"role", "store_ids", "granted", "denied", "is_active"})

_INSERT: LiteralString = """
    INSERT INTO users (company_id, id, username, username_key, email, email_key, role, store_ids, granted,
                       denied, is_active, is_archived, rights_version, version, created_at, updated_at)
    VALUES (%(company_id)s, %(id)s, %(username)s, %(username_key)s, %(email)s, %(email_key)s, %(role)s,
            %(store_ids)b::uuid[], %(granted)b::text[], %(denied)b::text[], %(is_active)s, false, %(version)s,
            %(version)s, %(at)s, %(at)s)
"""

_UPDATE: LiteralString = """
    UPDATE users
       SET username = coalesce(%(username)s::text, username),
           username_key = coalesce(%(username_key)s::text, username_key),
           email = CASE WHEN %(readdressed)s::bool THEN %(email)s::text ELSE email END,
           email_key = CASE WHEN %(readdressed)s::bool THEN %(email_key)s::text ELSE email_key END,
           role = coalesce(%(role)s::text, role),
           store_ids = coalesce(%(store_ids)b::uuid[], store_ids),
           granted = coalesce(%(granted)b::text[], granted),
           denied = coalesce(%(denied)b::text[], denied),
           is_active = coalesce(%(is_active)s::bool, is_active) AND NOT %(is_archived)s::bool,
           is_archived = %(is_archived)s::bool,
           rights_version = CASE WHEN %(empowered)s::bool THEN %(version)s ELSE rights_version END,
           version = %(version)s,
           updated_at = %(at)s
     WHERE company_id = %(company_id)s AND id = %(id)s
"""

_LEAVE_DIRECTORY: LiteralString = """
    DELETE FROM user_directory WHERE company_id = %(company_id)s AND user_id = %(id)s
"""

_ENTER_DIRECTORY: LiteralString = """
    INSERT INTO user_directory (username_key, company_id, user_id, since)
    VALUES (%(username_key)s, %(company_id)s, %(id)s, %(at)s)
"""

# Each company is folded for itself, so one may have given up a name long before another took it, and come
# second here: the name is whose claim is the latest, in whatever order they come.
_ENTER_RECORDED: LiteralString = """
    INSERT INTO user_directory AS known (username_key, company_id, user_id, since)
    VALUES (%(username_key)s, %(company_id)s, %(id)s, %(at)s)
        ON CONFLICT (username_key) DO UPDATE
       SET company_id = excluded.company_id, user_id = excluded.user_id, since = excluded.since
     WHERE known.since <= excluded.since
"""

_FIND: LiteralString = """
    SELECT u.id, u.username, u.email, u.role, u.store_ids, u.granted, u.denied, u.is_active, u.rights_version,
           c.password_hash, c.last_login
      FROM users AS u
      LEFT JOIN credentials AS c ON c.company_id = u.company_id AND c.id = u.id
     WHERE u.company_id = %(company_id)s AND u.id = %(id)s
"""

_DIRECTORY: LiteralString = "SELECT company_id, user_id FROM user_directory WHERE username_key = %(key)s"

_STORES: LiteralString = """
    SELECT id, name, fields ->> 'code' AS code FROM settings
     WHERE company_id = %(company_id)s AND kind = 'stores' AND NOT is_archived
       AND (cardinality(%(ids)b::uuid[]) = 0 OR id = ANY(%(ids)b::uuid[]))
     ORDER BY name_key
     LIMIT 1000
"""


def username_key(username: str) -> str:
    """The form in which two user names are the same, over all companies."""
    return name_key(username)


def ask_directory(db: Database, username: str) -> Answer:
    """Ask which company and user a user name belongs to."""
    return db.ask(_DIRECTORY, {"key": username_key(username)})


def find_user(db: Database, user_id: UUID) -> Row | None:
    """The user with the hash of the password, for signing in; never to be shown as it is."""
    return db.ask(_FIND, {"company_id": db.company_id, "id": user_id}).row()


def stores_of(db: Database, store_ids: Sequence[UUID]) -> list[Row]:
    """The stores a user works in: those named, or all of the company's."""
    return db.ask(_STORES, {"company_id": db.company_id, "ids": list(store_ids)}).rows()
