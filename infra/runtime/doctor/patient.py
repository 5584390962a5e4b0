"""What checks look at: the database as one of its lesser roles sees it, the settings, and this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from domain.companies import PLATFORM_ID
from infra.eventstore.codec import EventTypes
from infra.postgres.installation import Installation
from infra.postgres.transactions import Transaction, transaction
from infra.runtime.service_state import ServiceState, look
from infra.runtime.settings import Settings
from projections.base import Projection, Row

#: How many logs are looked into at most: those that were written to last.
LOGS = 200

_LATEST: LiteralString = "SELECT company_id, position, recorded_at FROM latest_logs(%(many)s)"

# The application sees the rows of one company, the workers those of every.
_ROLES: LiteralString = """
    SELECT max(pg_get_userbyid(role)) FILTER (WHERE policy.polname = 'own_company') AS app,
           max(pg_get_userbyid(role)) FILTER (WHERE policy.polname = 'every_company') AS worker
      FROM pg_policy AS policy CROSS JOIN LATERAL unnest(policy.polroles) AS role
     WHERE policy.polrelid = 'events'::regclass
"""


@dataclass(frozen=True)
class Patient:
    """An installation. The connection is one of its roles', in autocommit mode."""

    connection: psycopg.Connection[Any]
    settings: Settings
    types: EventTypes
    models: tuple[Projection, ...]

    @contextmanager
    def within(self, company_id: UUID = PLATFORM_ID) -> Iterator[Transaction]:
        """A transaction that reads, of a company or of the platform."""
        with transaction(self.connection, company_id, reading=True) as db:
            yield db

    def ask(self, query: LiteralString, **params: Any) -> list[Row]:
        """Ask as the platform."""
        with self.within() as db:
            return db.ask(query, params).rows()

    @cached_property
    def state(self) -> ServiceState:
        """What `/ready` knows."""
        with self.within() as db:
            return look(db)

    @cached_property
    def latest_logs(self) -> list[Row]:
        """The logs that were written to last, each with its end and when that was."""
        return self.ask(_LATEST, many=LOGS)

    @cached_property
    def installation(self) -> Installation:
        """Schema and roles, as the policies in force name them."""
        [roles] = self.ask(_ROLES)
        return Installation(self.settings.schema, roles["app"] or "", roles["worker"] or "")

    @property
    def embedded_data(self) -> Path | None:
        """Where the embedded server keeps its files, if it does so here."""
        data = self.settings.data_dir / "data"
        return data if self.settings.uses_embedded_server and data.is_dir() else None
