"""What checks of read models found, and that what was made anew since is as it should be."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from infra.postgres.transactions import Transaction, transaction

_NOTE: LiteralString = """
    INSERT INTO projection_verifications (company_id, projection, position, differing, verified_at)
    VALUES (%(company_id)s, %(projection)s, %(position)s, %(differing)s, %(now)s)
        ON CONFLICT (company_id, projection) DO UPDATE
       SET position = excluded.position, differing = excluded.differing, verified_at = excluded.verified_at
"""

# What was passed over is in it again.
_MEND_SKIPPED: LiteralString = """
    UPDATE skipped_events SET mended_at = %(now)s
     WHERE company_id = %(company_id)s AND projection = %(projection)s AND mended_at IS NULL
"""

_MEND_ALL_SKIPPED: LiteralString = """
    UPDATE skipped_events SET mended_at = clock_timestamp()
     WHERE projection = ANY(%(names)s::text[]) AND mended_at IS NULL
"""

_MEND: LiteralString = """
    UPDATE projection_verifications SET differing = 0
     WHERE company_id = %(company_id)s AND projection = %(projection)s AND differing > 0
"""

_MEND_ALL: LiteralString = """
    UPDATE projection_verifications SET differing = 0
     WHERE projection = ANY(%(names)s::text[]) AND differing > 0
"""


def note_verified(conninfo: str, projection: str, company_id: UUID, position: int, differing: int) -> None:
    """Note that a read model was compared up to a position, and how many rows are not what the log says."""
    with (
        psycopg.connect(conninfo, autocommit=True, application_name="mipos staging") as connection,
        transaction(connection, company_id) as db,
    ):
        params = {"company_id": company_id, "projection": projection, "position": position}
        db.execute(_NOTE, {**params, "differing": differing, "now": datetime.now(UTC)})


def note_made_anew(db: Transaction, projection: str) -> None:
    """Note that the company's rows of a read model are those of the log again."""
    own = {"company_id": db.company_id, "projection": projection}
    db.execute(_MEND, own)
    db.execute(_MEND_SKIPPED, {**own, "now": datetime.now(UTC)})


def note_all_made_anew(connection: psycopg.Connection[Any], names: Sequence[str]) -> None:
    """The same of these read models for every company, in the transaction that holds everything."""
    for statement in (_MEND_ALL, _MEND_ALL_SKIPPED):
        connection.execute(statement, {"names": list(names)})
