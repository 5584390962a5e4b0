"""How far each read model has come, company by company, and which of them wait for a person."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from infra.eventstore.chain import LogAltered
from infra.postgres.transactions import Transaction, transaction

_HEAD: LiteralString = "SELECT position FROM company_head WHERE company_id = %(company_id)s"

_POSITION: LiteralString = """
    SELECT position FROM projection_checkpoints
     WHERE company_id = %(company_id)s AND projection = %(projection)s
"""

# Reading the table holds off an upgrade that would put others in place, until the transaction ends.
_OWN: LiteralString = "SELECT name FROM projection_models WHERE digest = ANY(%(digests)b::text[])"

# The worker that holds the rows does the work; the others look for other work instead of waiting.
_TAKE: LiteralString = """
    SELECT projection, position FROM projection_checkpoints
     WHERE company_id = %(company_id)s AND projection = ANY(%(projections)b::text[]) AND parked_at IS NULL
       AND paused_at IS NULL
     ORDER BY projection
       FOR UPDATE SKIP LOCKED
"""

_HOLD: LiteralString = """
    SELECT position FROM projection_checkpoints
     WHERE company_id = %(company_id)s AND projection = %(projection)s
       FOR UPDATE
"""

_RESUME: LiteralString = """
    INSERT INTO projection_checkpoints (company_id, projection, position, whole_at, updated_at, made_at)
    VALUES (%(company_id)s, %(projection)s, %(position)s, %(position)s, %(now)s, %(now)s)
        ON CONFLICT (company_id, projection) DO UPDATE
       SET position = excluded.position, whole_at = excluded.whole_at, updated_at = excluded.updated_at,
           made_at = excluded.made_at, parked_at = NULL, error = NULL
"""

_MOVE: LiteralString = """
    UPDATE projection_checkpoints
       SET position = %(position)s, whole_at = greatest(whole_at, %(position)s), updated_at = %(now)s
     WHERE company_id = %(company_id)s AND projection = ANY(%(projections)b::text[])
"""

_PARK: LiteralString = """
    UPDATE projection_checkpoints
       SET parked_at = %(now)s, error = %(error)s, tried_position = position,
           attempts = CASE WHEN tried_position = position THEN attempts + 1 ELSE 1 END
     WHERE company_id = %(company_id)s AND projection = %(projection)s
"""

_UNPARK: LiteralString = """
    UPDATE projection_checkpoints SET parked_at = NULL, error = NULL
     WHERE company_id = %(company_id)s AND projection = %(projection)s AND parked_at IS NOT NULL
       AND NOT starts_with(error, %(altered)s)
    RETURNING position
"""

# A company that looks busy is found at the next poll, not at the next look at all of them.
_WAKE: LiteralString = """
    UPDATE company_activity SET active_at = greatest(active_at, %(now)s) WHERE company_id = %(company_id)s
"""


def head_of(db: Transaction) -> int:
    """The position of the company's last event; 0 for a company without a log."""
    row = db.ask(_HEAD, {"company_id": db.company_id}).row()
    return row["position"] if row else 0


def position_of(db: Transaction, projection: str) -> int:
    """The position up to which a read model knows the company's log; 0 without a checkpoint."""
    row = db.ask(_POSITION, {"company_id": db.company_id, "projection": projection}).row()
    return row["position"] if row else 0


def take(db: Transaction, digests: Mapping[str, str]) -> tuple[dict[str, int], int]:
    """Lock the checkpoints nobody else holds. Returns their positions by name, and the company's head.

    Only those of read models whose digest in the database is the given one: a worker of another version has
    other tables in mind.
    """
    own = db.ask(_OWN, {"digests": list(digests.values())}).rows()
    names = [row["name"] for row in own if row["name"] in digests]
    params = {"company_id": db.company_id, "projections": names}
    positions, head = db.ask(_TAKE, params), db.ask(_HEAD, params)
    row = head.row()
    return {row["projection"]: row["position"] for row in positions.rows()}, row["position"] if row else 0


def move(db: Transaction, projections: Sequence[str], position: int) -> None:
    """Record that these read models know the log up to a position."""
    params = {"company_id": db.company_id, "projections": list(projections), "position": position}
    db.execute(_MOVE, {**params, "now": datetime.now(UTC)})


def hold(db: Transaction, projection: str) -> int:
    """Lock a checkpoint, waiting for the worker that has it. Returns its position; 0 without a checkpoint."""
    row = db.ask(_HOLD, {"company_id": db.company_id, "projection": projection}).row()
    return row["position"] if row else 0


def resume(db: Transaction, projection: str, position: int) -> None:
    """Record that a read model made anew knows the log up to a position; whatever parked it is over."""
    params = {"company_id": db.company_id, "projection": projection, "position": position}
    db.execute(_RESUME, {**params, "now": datetime.now(UTC)})


def park(db: Transaction, projection: str, error: str) -> None:
    """Stop a read model of the company until a person has looked at the error."""
    params = {"company_id": db.company_id, "projection": projection, "error": error}
    db.execute(_PARK, {**params, "now": datetime.now(UTC)})


def unpark(connection: psycopg.Connection[Any], projection: str, company_id: UUID) -> bool:
    """Let a parked read model go on from where it stopped. False if it was not parked, or must not go on.

    A worker does not prove what it folds: at an event that is not what was recorded only a rebuild helps.
    """
    with transaction(connection, company_id) as db:
        params = {
            "company_id": company_id,
            "projection": projection,
            "altered": f"{LogAltered.__name__}: ",
            "now": datetime.now(UTC),
        }
        freed = db.ask(_UNPARK, params)
        db.execute(_WAKE, params)
        return freed.row() is not None
