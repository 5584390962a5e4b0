"""Companies that are closed because a read model that decisions are made on does not know all of their log.

Such a read model is parked for the company, like one that a worker follows the log with. A company is closed
as long as one of its inline read models is parked: `installation` says so to every transaction.
"""

from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from infra.eventstore.chain import LogAltered
from infra.postgres.transactions import Transaction
from projections.base import Projection

# What was built aside knows the log up to here, and no further.
_PARK: LiteralString = """
    INSERT INTO projection_checkpoints
           (company_id, projection, position, whole_at, updated_at, parked_at, error)
    SELECT company_id, projection, position, position, clock_timestamp(), clock_timestamp(), error
      FROM built
     WHERE error IS NOT NULL AND projection = ANY(%(names)s::text[])
"""

# Of a log that was altered nothing more is decided, whatever the read models know of it.
_PARK_ALL: LiteralString = """
    INSERT INTO projection_checkpoints AS checkpoint
           (company_id, projection, position, whole_at, updated_at, parked_at, error)
    SELECT %(company_id)s, name, %(position)s, %(position)s, clock_timestamp(), clock_timestamp(), %(error)s
      FROM projection_models WHERE mode = 'inline'
        ON CONFLICT (company_id, projection) DO UPDATE
       SET position = excluded.position, parked_at = excluded.parked_at, error = excluded.error
"""

_CLOSE: LiteralString = """
    UPDATE installation
       SET closed = ARRAY(SELECT DISTINCT checkpoint.company_id FROM projection_checkpoints AS checkpoint
                            JOIN projection_models AS model ON model.name = checkpoint.projection
                           WHERE checkpoint.parked_at IS NOT NULL AND model.mode = 'inline')
"""

_PARKED: LiteralString = """
    SELECT company_id, array_agg(projection) FROM projection_checkpoints
     WHERE parked_at IS NOT NULL AND company_id = ANY(SELECT unnest(closed) FROM installation)
     GROUP BY company_id ORDER BY company_id
"""

# What is made from a read model that is parked is not whole either.
_UNPARK: LiteralString = """
    DELETE FROM projection_checkpoints AS own
     WHERE own.company_id = %(company_id)s AND own.projection = %(projection)s
       AND NOT EXISTS (SELECT FROM projection_checkpoints AS base
                        WHERE base.company_id = %(company_id)s AND base.parked_at IS NOT NULL
                          AND base.projection = ANY(%(sources)b::text[]))
    RETURNING own.company_id
"""

_OPEN: LiteralString = """
    UPDATE installation SET closed = array_remove(closed, %(company_id)s)
     WHERE NOT EXISTS (SELECT FROM projection_checkpoints AS checkpoint
                         JOIN projection_models AS model ON model.name = checkpoint.projection
                        WHERE checkpoint.company_id = %(company_id)s
                          AND checkpoint.parked_at IS NOT NULL AND model.mode = 'inline')
"""


def close(connection: psycopg.Connection[Any], changed: Sequence[Projection]) -> None:
    """Park what could not be built of the changed read models, and close the companies it is parked for.

    In the transaction that holds everything. Companies for which nothing is parked any more are open again.
    """
    names = [model.name for model in changed if model.mode == "inline"]
    connection.execute(_PARK, {"names": names})
    connection.execute(_CLOSE)


def close_altered(connection: psycopg.Connection[Any], altered: Sequence[LogAltered]) -> None:
    """Close the companies whose logs were altered, in the transaction that holds everything."""
    for alteration in altered:
        params = {"company_id": alteration.company_id, "position": alteration.fault.position - 1}
        connection.execute(_PARK_ALL, {**params, "error": f"{LogAltered.__name__}: {alteration}"})
    if altered:
        connection.execute(_CLOSE)


def open_if_whole(db: Transaction, model: Projection) -> None:
    """Record that an inline read model was made anew, and open its company if that was the last one to be.

    The caller holds the company's log, so that of two that are made anew at once the second sees the first.
    """
    params = {"company_id": db.company_id, "projection": model.name, "sources": list(model.sources)}
    if db.ask(_UNPARK, params).row():
        db.execute(_OPEN, params)


def parked_of_closed(connection: psycopg.Connection[Any]) -> dict[UUID, list[str]]:
    """The companies that are closed, each with every read model that is to be made anew."""
    return dict(connection.execute(_PARKED).fetchall())
