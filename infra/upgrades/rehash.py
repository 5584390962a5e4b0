"""The step of an upgrade that hashes the logs anew, while every transaction of ours waits."""

import time
from collections.abc import Callable, Sequence
from typing import Any, LiteralString

import psycopg

from domain.companies import PLATFORM_ID
from infra.eventstore.chain import LogAltered
from infra.eventstore.rehash import Rehashed, rehash_logs
from infra.postgres.installation import DatabaseUnfit
from infra.projections.closure import close_altered
from infra.projections.placement import HOLD_EVERYTHING

_COMPANIES: LiteralString = "SELECT count(*) FROM company_head WHERE company_id <> %(platform)s"


class LogsAltered(DatabaseUnfit):
    """{reason}. The version of before goes on unchanged; bring back what was recorded, then try again."""


def rehash(connection: psycopg.Connection[Any], progress: Callable[[int, int], None]) -> list[str]:
    """Hash every log anew, and close companies whose logs were altered, in the transaction of the migration.

    Nobody may be waiting within the former function that appends: he would go on in the former layout. Raises
    LogsAltered for what is no single company's fault. Returns, in sentences, what an operator should know.
    """
    connection.execute(HOLD_EVERYTHING)
    began = time.monotonic()
    done = rehash_logs(connection, progress)
    _refuse_widely_altered(connection, done.altered)
    close_altered(connection, done.altered)
    return _notes(done, time.monotonic() - began) if done.logs else []


def _notes(done: Rehashed, seconds: float) -> list[str]:
    figures = (
        f"Logs hashed anew, by digests of what events say: {done.logs:,}, with {done.events:,} events, "
        f"in {seconds:,.1f} s; altered: {len(done.altered):,}."
    )
    closed = (f"Closed: {one}. Bring back what was recorded, then migrate again." for one in done.altered)
    return [figures, *closed]


def _refuse_widely_altered(connection: psycopg.Connection[Any], altered: Sequence[LogAltered]) -> None:
    """Raise LogsAltered for the platform's log, or for those of more than half of the companies."""
    [(companies,)] = connection.execute(_COMPANIES, {"platform": PLATFORM_ID}).fetchall()
    for alteration in altered:
        if alteration.company_id == PLATFORM_ID or 2 * len(altered) > companies:
            raise LogsAltered(reason=alteration)
