"""What cannot be built aside: by an event that cannot be applied, or for want of what it is made from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from domain.companies import PLATFORM_ID
from projections.base import Projection

# What another read model is made from may be parked since an upgrade of before.
_STOP_DERIVED: LiteralString = """
    INSERT INTO built (company_id, projection, position, has_facts, error)
    SELECT base.company_id, %(name)s, 0, false,
           'It is made from ' || string_agg(base.projection, ', ') || ', which cannot be made.'
      FROM (SELECT company_id, projection FROM built WHERE error IS NOT NULL
             UNION
            SELECT company_id, projection FROM projection_checkpoints
             WHERE parked_at IS NOT NULL AND projection <> ALL(%(changed)s::text[])) AS base
     WHERE base.projection = ANY(%(sources)s::text[])
     GROUP BY base.company_id
        ON CONFLICT (company_id, projection) DO UPDATE SET error = excluded.error WHERE built.error IS NULL
"""

_STOPPED: LiteralString = """
    SELECT company_id, projection, error FROM built
     WHERE error IS NOT NULL AND projection = ANY(%(names)b::text[])
     ORDER BY projection, company_id
"""

_CONCERNED: LiteralString = """
    SELECT projection, count(*) FROM built
     WHERE has_facts AND company_id <> %(platform)s
     GROUP BY projection
"""


@dataclass(frozen=True)
class Stopped:
    """A read model that cannot be made for a company, and the event and the fault that stopped it."""

    company_id: UUID
    name: str
    error: str


def stop_derived(connection: psycopg.Connection[Any], models: Sequence[Projection]) -> None:
    """Note that what is made from a read model that cannot be made cannot be made either."""
    changed = [model.name for model in models]
    for model in models:
        if model.sources:
            params = {"name": model.name, "sources": list(model.sources), "changed": changed}
            connection.execute(_STOP_DERIVED, params)


def stopped(connection: psycopg.Connection[Any], names: Sequence[str]) -> list[Stopped]:
    """What of what has these names cannot be made, by an event that cannot be applied."""
    rows = connection.execute(_STOPPED, {"names": list(names)}).fetchall()
    return [Stopped(*row) for row in rows]


def concerned(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """How many companies, save the platform, have facts for each name, as far as is known by now."""
    return dict(connection.execute(_CONCERNED, {"platform": PLATFORM_ID}).fetchall())
