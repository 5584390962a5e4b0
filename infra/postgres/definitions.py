"""What read models are made from, and how a transaction sees that the database has the very same ones."""

import hashlib
from collections.abc import Iterable
from functools import cache
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from projections.base import CompanyClosed, Projection, ServerOutdated
from projections.declarations import fields_read

#: Raise this when a change that no read model shows makes the database useless for servers of before.
GENERATION = 1

# The lock that reading a table takes lasts until the end of the transaction, and who puts other read models
# in place takes these tables first, for itself alone. So nothing changes under a transaction that began with
# one of these statements, and whoever had to wait is refused if it did.
HOLD_INLINE: LiteralString = """
    SELECT CASE WHEN inline_models <> %(models)s THEN refuse_outdated() ELSE refuse_closed() END
      FROM installation
     WHERE inline_models <> %(models)s OR %(company_id)s = ANY(closed)
"""

HOLD_MODEL: LiteralString = """
    SELECT refuse_outdated() FROM projection_models WHERE name = %(projection)s AND digest <> %(digest)s
"""

_IS_OWN: LiteralString = "SELECT 1 FROM installation WHERE inline_models = %(models)s"

# A log that is being filled is no trouble: it is opened as soon as it is whole.
_CLOSED: LiteralString = """
    SELECT unnest(closed) FROM installation
    EXCEPT
    SELECT company_id FROM incoming_logs
"""

#: What the database raises then, and what that is to a client.
_REFUSALS = {"MP426": ServerOutdated, "MP423": CompanyClosed}


def digest_of(model: Projection) -> str:
    """What a read model's rows are made from, in short: another digest is another read model."""
    text = "\n".join([str(model.version), model.mode, *model.tables, *_events_read(model), model.schema])
    return hashlib.sha256(text.encode()).hexdigest()


# Each request to an asynchronous read model asks for its digest, and its events take 3 ms to look through.
@cache
def _events_read(model: Projection) -> tuple[str, ...]:
    # A read model that reads one more event, or one more field, was made without what the log has of it.
    return tuple(sorted(fields_read(model, event) for event in model.events))


def inline_digest(models: Iterable[Projection]) -> str:
    """What decisions are made on, in short: the generation, and every inline read model in their order."""
    own = [f"{model.name} {digest_of(model)}" for model in models if model.mode == "inline"]
    digest = hashlib.sha256("\n".join(own).encode()).hexdigest()
    return f"{GENERATION}.{digest}"


def raise_refusal(error: BaseException) -> None:
    """Raise ServerOutdated or CompanyClosed if that is what the database said."""
    refusal = _REFUSALS.get(getattr(error, "sqlstate", None) or "")
    if refusal is not None:
        raise refusal from error


def is_own(connection: psycopg.Connection[Any], models: str) -> bool:
    """Whether the database has these inline read models now; it may have others in the next moment."""
    return connection.execute(_IS_OWN, {"models": models}).fetchone() is not None


def closed_companies(connection: psycopg.Connection[Any]) -> frozenset[UUID]:
    """The companies for which nothing is decided or answered now, as a worker sees them.

    Those whose logs are on their way here are not among them.
    """
    return frozenset(company_id for (company_id,) in connection.execute(_CLOSED).fetchall())


def named(model: Projection) -> dict[str, Any]:
    """The parameters of HOLD_MODEL."""
    return {"projection": model.name, "digest": digest_of(model)}
