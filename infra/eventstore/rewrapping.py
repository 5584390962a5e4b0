"""Keeps the keys of persons under today's data key, so that a former one is needed no more."""

from collections.abc import Callable
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from infra.eventstore.data_keys import DataKeys
from infra.postgres.transactions import Transaction, transaction
from projections.base import Row

#: How many keys are kept anew in a transaction.
BATCH = 1000

_FIRST = UUID(int=0)

# Whoever is forgotten at this moment loses their key, and gets it from nobody again.
_KEPT_OTHERWISE: LiteralString = """
    SELECT subject_id, wrapped FROM subject_keys
     WHERE company_id = %(company_id)s AND subject_id > %(after)s AND kek_id <> %(kek_id)b
     ORDER BY subject_id
     LIMIT %(most)s::bigint
       FOR UPDATE
"""

_KEEP: LiteralString = """
    UPDATE subject_keys AS key SET kek_id = %(kek_id)b, wrapped = anew.wrapped
      FROM (SELECT unnest(%(ids)b::uuid[]) AS id, unnest(%(wrapped)b::bytea[]) AS wrapped) AS anew
     WHERE key.company_id = %(company_id)s AND key.subject_id = anew.id
"""


def rewrap(
    connection: psycopg.Connection[Any],
    data_keys: DataKeys,
    company_id: UUID,
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Keep every key of a company under today's data key, as the application. Returns how many were not.

    `progress` is told of each batch how many they were. Raises NoDataKey for one that no data key opens.
    """
    total, after = 0, _FIRST
    while True:
        with transaction(connection, company_id) as db:
            rows = _kept_otherwise(db, data_keys, after)
            if not rows:
                return total
            _keep(db, data_keys, rows)
        total, after = total + len(rows), rows[-1]["subject_id"]
        progress(len(rows))


def _kept_otherwise(db: Transaction, data_keys: DataKeys, after: UUID) -> list[Row]:
    params = {"company_id": db.company_id, "after": after, "kek_id": data_keys.current_id, "most": BATCH}
    return db.ask(_KEPT_OTHERWISE, params).rows()


def _keep(db: Transaction, data_keys: DataKeys, rows: list[Row]) -> None:
    company_id, ids = db.company_id, [row["subject_id"] for row in rows]
    wrapped = [_anew(data_keys, row["wrapped"], company_id, row["subject_id"]) for row in rows]
    params = {"company_id": company_id, "kek_id": data_keys.current_id, "ids": ids, "wrapped": wrapped}
    db.execute(_KEEP, params)


def _anew(data_keys: DataKeys, wrapped: bytes, company_id: UUID, subject_id: UUID) -> bytes:
    """A key under today's data key; one that was lost when its log was brought here stays lost."""
    if not wrapped:
        return wrapped
    return data_keys.wrap(data_keys.unwrap(wrapped, company_id, subject_id), company_id, subject_id)
