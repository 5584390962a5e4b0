"""Puts the house together: database, log, read models, sign-in, and the API on top."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString

import psycopg
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest, multiprocess
from psycopg_pool import ConnectionPool, PoolTimeout

from api.gateway import House, TokenRejected
from commands.ports import Caller
from domain.companies import PLATFORM_ID
from infra.application import Application
from infra.authentication import SignIn
from infra.pipeline import RequestConnection
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.tokens import TokenExpired, TokenForged, Tokens
from infra.unit_of_work import Ledger

Pool = ConnectionPool[RequestConnection]

_LAG: LiteralString = "SELECT projection, companies, greatest_lag, parked FROM projection_lag()"


def open_pool(conninfo: str, size: int) -> Pool:
    """A pool of connections as every transaction of ours expects them."""
    return ConnectionPool(
        conninfo,
        # All from the start: a connection's first statements are slow, so none should begin in a rush.
        min_size=size,
        max_size=size,
        timeout=10,
        connection_class=RequestConnection,
        kwargs={"autocommit": True, "application_name": "mipos"},
        open=True,
    )


def make_ledger() -> Ledger:
    """The ledger over every event type and read model."""
    return Ledger(EVENT_TYPES, PROJECTIONS)


class Doorman(SignIn):
    """Sign-in together with the check of access tokens."""

    def caller_of(self, token: str) -> Caller:
        """Who carries this access token. Raises TokenRejected."""
        try:
            return self.tokens.caller_of(token)
        except TokenExpired:
            raise TokenRejected(expired=True) from None
        except TokenForged:
            raise TokenRejected(expired=False) from None


@dataclass(frozen=True)
class Watch:
    """Looks after what the API stands on. A parked read model is shown, but does not stop the shop."""

    application: Application

    def check(self) -> dict[str, Any]:
        """Whether the database answers, and how far the read models are behind."""
        try:
            with self.application.transaction(PLATFORM_ID, reading=True) as db:
                models = db.ask(_LAG, {}).rows()
        except (psycopg.Error, PoolTimeout):
            return {"ready": False, "message": "The database does not answer.", "database": False}
        return {"ready": True, "message": "Ready", "database": True, "projections": models}

    def metrics(self) -> bytes:
        """Counters of all processes in the format of Prometheus."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(REGISTRY)
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


def build_house(
    pool: Pool,
    *,
    secret: str,
    access_seconds: int = 900,
    refresh_seconds: int = 1_209_600,
    max_body_bytes: int = 1_048_576,
    cors_origins: tuple[str, ...] = (),
) -> House:
    """Everything behind the API, over one pool of connections."""
    application = Application(pool, make_ledger())
    return House(
        gateway=application,
        authentication=Doorman(application, Tokens(secret, access_seconds), refresh_seconds),
        health=Watch(application),
        now=lambda: datetime.now(UTC),
        max_body_bytes=max_body_bytes,
        cors_origins=cors_origins,
    )
