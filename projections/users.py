"""Users, and the directory that leads from a user name to a company before anybody has signed in."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, LiteralString
from uuid import UUID

from domain.settings import name_key
from domain.users import User
from projections.base import Answer, Database, Projection, Row
from projections.search.within import joined_words
from projections.user_directory import DIRECTORY, username_key

_LEAVE_DIRECTORY: LiteralString = """
    DELETE FROM user_directory WHERE company_id = %(company_id)s AND user_id = %(stream_id)s
"""

# A name as it is spelt, and what all that look like it have in common, mostly the same.
_NAMES: LiteralString = """
    SELECT own.digest, %(company_id)s::uuid, %(stream_id)s::uuid, %(at)s::timestamptz, own.is_spelt
      FROM (VALUES (%(spelt_digest)s::text, true), (%(name_digest)s::text, false)) AS own(digest, is_spelt)
     WHERE own.is_spelt OR own.digest <> %(spelt_digest)s::text
"""

_ENTER_DIRECTORY: LiteralString = f"""
    INSERT INTO user_directory (name_digest, company_id, user_id, since, is_spelt) {_NAMES}
    RETURNING company_id
"""

# Each company is folded for itself, so one may have given up a name long before another took it, and come
# second here: the name is whose claim is the latest, in whatever order they come. Names of before may look
# alike and be spelt otherwise: each is found by its own spelling.
_ENTER_RECORDED: LiteralString = f"""
    INSERT INTO user_directory AS entry (name_digest, company_id, user_id, since, is_spelt) {_NAMES}
        ON CONFLICT (name_digest, is_spelt) DO UPDATE
       SET company_id = excluded.company_id, user_id = excluded.user_id, since = excluded.since
     WHERE entry.since <= excluded.since
"""

_RENAME: LiteralString = """
    UPDATE users
       SET username = %(username)s, username_key = %(username_key)s,
           username_words = %(username_words)s, version = %(version)s, updated_at = %(at)s
     WHERE company_id = %(company_id)s AND id = %(stream_id)s
"""

_REGISTER: LiteralString = """
    INSERT INTO users (company_id, id, username, username_key, username_words, email, email_key, role,
                       store_ids, granted, denied, is_active, is_archived, rights_version, version,
                       created_at, updated_at)
    VALUES (%(company_id)s, %(stream_id)s, %(username)s, %(username_key)s, %(username_words)s, %(email)s,
            %(email_key)s, %(role)s, %(store_ids)b::uuid[], %(granted)b::text[], %(denied)b::text[],
            %(is_active)s, false, %(version)s, %(version)s, %(at)s, %(at)s)
"""


_TOUCH: LiteralString = """
    UPDATE users SET version = %(version)s, updated_at = %(at)s
     WHERE company_id = %(company_id)s AND id = %(stream_id)s
"""


def _email_key(email: str | None) -> str:
    return name_key(email or "")


#: How users refer to a store (`id`) that is to be archived.
USES: LiteralString = """
    EXISTS (SELECT 1 FROM users
             WHERE company_id = %(company_id)s AND NOT is_archived AND %(id)s::uuid = ANY(store_ids))
"""


class Users(Projection):
    """One row for each user of the company, and one in the platform's directory of user names.

    The directory has digests of names (see `UserDirectory`), as every company can read it: of each name as it
    is spelt (`is_spelt`), and, if that is another, of what it looks like.
    Who is archived leaves the directory, so that somebody else can take the name.
    `rights_version` is the version at which the user's rights changed last; access tokens carry it, so that
    one issued before the change is known by it.
    """

    name = "users"
    version = 7
    mode = "inline"
    tables = ("users", "user_directory")
    on = {
        User.Registered: (_REGISTER, _ENTER_DIRECTORY),
        User.Renamed: (_RENAME, _LEAVE_DIRECTORY, _ENTER_DIRECTORY),
        User.Readdressed: """
            UPDATE users
               SET email = %(email)s, email_key = %(email_key)s, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        User.Appointed: """
            UPDATE users
               SET role = %(role)s, rights_version = %(version)s, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        User.Posted: """
            UPDATE users
               SET store_ids = %(store_ids)b::uuid[],
                   rights_version = %(version)s, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        User.Empowered: """
            UPDATE users
               SET granted = %(granted)b::text[], denied = %(denied)b::text[],
                   rights_version = %(version)s, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        User.Barred: """
            UPDATE users
               SET is_active = %(is_active)s,
                   rights_version = %(version)s, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        User.PasswordReset: _TOUCH,
        User.PinSet: _TOUCH,
        User.Archived: (
            """
            UPDATE users SET is_active = false, is_archived = true, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
            """,
            _LEAVE_DIRECTORY,
        ),
    }
    on_recorded = {
        User.Registered: (_REGISTER, _LEAVE_DIRECTORY, _ENTER_RECORDED),
        User.Renamed: (_RENAME, _LEAVE_DIRECTORY, _ENTER_RECORDED),
    }
    derives = {
        "username_key": (username_key, "username"),
        "username_words": (joined_words, "username"),
        "name_digest": (DIRECTORY.digest, "username"),
        "spelt_digest": (DIRECTORY.spelt_digest, "username"),
        "email_key": (_email_key, "email"),
    }
    schema = """
        CREATE TABLE users (
            company_id     uuid NOT NULL,
            id             uuid NOT NULL,
            username       text NOT NULL,
            username_key   text NOT NULL,
            username_words text NOT NULL,
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
            name_digest text NOT NULL,
            company_id  uuid NOT NULL,
            user_id     uuid NOT NULL,
            since       timestamptz NOT NULL,
            is_spelt    boolean NOT NULL,
            PRIMARY KEY (name_digest, is_spelt)
        );
        CREATE INDEX user_directory_by_user ON user_directory (company_id, user_id);
    """
    # Whoever signs in is of no company yet; what everybody sees tells no name.
    shared_rows: ClassVar[Mapping[str, LiteralString]] = {"user_directory": "true"}


_FIND: LiteralString = """
    SELECT u.id, u.username, u.email, u.role, u.store_ids, u.granted, u.denied, u.is_active, u.rights_version,
           c.password_hash, c.pin_hash, c.last_login
      FROM users AS u
      LEFT JOIN credentials AS c ON c.company_id = u.company_id AND c.id = u.id
     WHERE u.company_id = %(company_id)s AND u.id = %(id)s
"""

_DIRECTORY: LiteralString = """
    SELECT company_id, user_id FROM user_directory
     WHERE name_digest = ANY(ARRAY[%(spelt_digest)s, %(name_digest)s])
     ORDER BY name_digest = %(spelt_digest)s DESC, is_spelt DESC
"""

_STORES: LiteralString = """
    SELECT id, name, fields ->> 'code' AS code FROM settings
     WHERE company_id = %(company_id)s AND kind = 'stores' AND NOT is_archived
       AND (cardinality(%(ids)b::uuid[]) = 0 OR id = ANY(%(ids)b::uuid[]))
     ORDER BY name_key
     LIMIT 1000
"""


def ask_directory(db: Database, username: str) -> Answer:
    """Ask which company and user a user name belongs to; first who spells it so, then who else looks so."""
    digests = {"spelt_digest": DIRECTORY.spelt_digest(username), "name_digest": DIRECTORY.digest(username)}
    return db.ask(_DIRECTORY, digests)


def find_user(db: Database, user_id: UUID) -> Row | None:
    """The user with the hashes of password and pin, for signing in; never to be shown as it is."""
    return db.ask(_FIND, {"company_id": db.company_id, "id": user_id}).row()


def stores_of(db: Database, store_ids: Sequence[UUID]) -> list[Row]:
    """The stores a user works in: those named, or all of the company's."""
    return db.ask(_STORES, {"company_id": db.company_id, "ids": list(store_ids)}).rows()
