"""How the read models stand: what is defined, how far behind each is, and what is parked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, LiteralString
from uuid import UUID

import psycopg

from infra.eventstore.chain import LogAltered
from infra.postgres.definitions import digest_of
from projections.base import Projection


@dataclass(frozen=True)
class Parked:
    """A read model of a company that waits for a person, after the position it knows."""

    company_id: UUID
    position: int
    parked_at: datetime
    error: str

    @property
    def is_of_altered_log(self) -> bool:
        """Whether it waits at an event that is not what was recorded."""
        return self.error.startswith(f"{LogAltered.__name__}: ")


@dataclass(frozen=True)
class Status:
    """A read model over the companies asked for. Lags are numbers of events; inline ones never lag.

    Where an inline one is parked, the company is closed.

    `definition` tells whether the database's tables are the ones this version defines.
    """

    name: str
    mode: Literal["inline", "async"]
    tables: tuple[str, ...]
    definition: Literal["current", "other version", "missing"]
    companies: int
    least_lag: int
    greatest_lag: int
    parked: tuple[Parked, ...]


@dataclass(frozen=True)
class Skipped:
    """An event that a read model of a company passed over for a reason, and was not made anew since."""

    projection: str
    company_id: UUID
    position: int
    skipped_at: datetime
    reason: str


_DIGESTS: LiteralString = "SELECT name, digest FROM projection_models"

_LAGS: LiteralString = """
    SELECT checkpoint.projection, count(*),
           min(head.position - checkpoint.position), max(head.position - checkpoint.position)
      FROM projection_checkpoints AS checkpoint
      JOIN company_head AS head ON head.company_id = checkpoint.company_id
     WHERE %(company_id)s::uuid IS NULL OR checkpoint.company_id = %(company_id)s::uuid
     GROUP BY checkpoint.projection
"""

_PARKED: LiteralString = """
    SELECT projection, company_id, position, parked_at, error FROM projection_checkpoints
     WHERE parked_at IS NOT NULL AND (%(company_id)s::uuid IS NULL OR company_id = %(company_id)s::uuid)
     ORDER BY projection, parked_at, company_id
"""

_SKIPPED: LiteralString = """
    SELECT projection, company_id, position, skipped_at, reason FROM skipped_events
     WHERE mended_at IS NULL AND (%(company_id)s::uuid IS NULL OR company_id = %(company_id)s::uuid)
     ORDER BY projection, company_id, position
"""

_COMPANIES: LiteralString = """
    SELECT count(*) FROM company_head WHERE %(company_id)s::uuid IS NULL OR company_id = %(company_id)s::uuid
"""


def list_status(
    connection: psycopg.Connection[Any], models: Sequence[Projection], company_id: UUID | None = None
) -> list[Status]:
    """The read models in the order they are given, for one company or all. Needs the worker's role."""
    which = {"company_id": company_id}
    digests = dict(connection.execute(_DIGESTS).fetchall())
    lags = {name: numbers for name, *numbers in connection.execute(_LAGS, which).fetchall()}
    parked: dict[str, list[Parked]] = {}
    for name, *what in connection.execute(_PARKED, which).fetchall():
        parked.setdefault(name, []).append(Parked(*what))
    everybody = connection.execute(_COMPANIES, which).fetchall()[0][0]
    statuses = []
    for model in models:
        inline = [everybody, 0, 0]
        companies, least, greatest = inline if model.mode == "inline" else lags.get(model.name, [0, 0, 0])
        statuses.append(
            Status(
                name=model.name,
                mode=model.mode,
                tables=tuple(model.tables),
                definition=_definition(model, digests.get(model.name)),
                companies=companies,
                least_lag=least,
                greatest_lag=greatest,
                parked=tuple(parked.get(model.name, ())),
            )
        )
    return statuses


def list_skipped(connection: psycopg.Connection[Any], company_id: UUID | None = None) -> list[Skipped]:
    """What was passed over, for one company or all. Needs the worker's role."""
    return [Skipped(*row) for row in connection.execute(_SKIPPED, {"company_id": company_id}).fetchall()]


def _definition(model: Projection, digest: str | None) -> Literal["current", "other version", "missing"]:
    if digest is None:
        return "missing"
    return "current" if digest == digest_of(model) else "other version"
