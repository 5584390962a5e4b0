"""The key of the directory of user names: kept as keys of persons are, so that it outlives the data key."""

from typing import Final, LiteralString
from uuid import UUID

import psycopg

from domain.companies import PLATFORM_ID
from infra.eventstore.data_keys import DataKeys
from infra.postgres.transactions import Transaction, transaction
from projections.user_directory import DIRECTORY

#: Under which id it is kept in the platform's own company, where no person has this.
_ID: Final = UUID("00000000-0000-4000-8000-0000000000d1")
_WHERE: Final = {"company_id": PLATFORM_ID, "id": _ID}
_PURPOSE: Final = b"mipos directory of user names"

_EXISTS: LiteralString = "SELECT to_regclass('subject_keys') IS NOT NULL"
_FIND: LiteralString = """
    SELECT wrapped FROM subject_keys WHERE company_id = %(company_id)s AND subject_id = %(id)s
"""
_KEEP: LiteralString = """
    INSERT INTO subject_keys (company_id, subject_id, kind, kek_id, wrapped)
    VALUES (%(company_id)s, %(id)s, 'directory', %(kek_id)b, %(wrapped)b)
        ON CONFLICT DO NOTHING
"""


def derive_directory_key(data_keys: DataKeys) -> None:
    """Take the key of an installation that keeps none yet: it follows from the data key of today."""
    DIRECTORY.load(data_keys.derived(_PURPOSE))


def read_directory_key(conninfo: str, data_keys: DataKeys) -> None:
    """Take the key that a database keeps; one without, or without tables, has the one that is derived.

    Raises NoDataKey.
    """
    derive_directory_key(data_keys)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        row = connection.execute(_EXISTS).fetchone()
        if row and row[0]:
            with transaction(connection, PLATFORM_ID) as db:
                _read(db, data_keys)


def keep_directory_key(conninfo: str, data_keys: DataKeys) -> None:
    """See that a database keeps the key, and take it: whoever kept one first is right. Raises NoDataKey."""
    derive_directory_key(data_keys)
    with psycopg.connect(conninfo, autocommit=True) as connection, transaction(connection, PLATFORM_ID) as db:
        if not _read(db, data_keys):
            wrapped = data_keys.wrap(data_keys.derived(_PURPOSE), PLATFORM_ID, _ID)
            db.execute(_KEEP, {**_WHERE, "kek_id": data_keys.current_id, "wrapped": wrapped})
            _read(db, data_keys)


def _read(db: Transaction, data_keys: DataKeys) -> bool:
    """Take the key that is kept, and say whether one is."""
    row = db.ask(_FIND, _WHERE).row()
    if row:
        DIRECTORY.load(data_keys.unwrap(row["wrapped"], PLATFORM_ID, _ID))
    return row is not None
