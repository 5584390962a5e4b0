"""Finds out what became of a transaction whose connection broke off while it was being committed."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, dataclass
from typing import LiteralString
from uuid import UUID

from commands.unavailable import OutcomeUnknown
from infra.postgres.connections import CannotConnect, CommitUnknown, ConnectionLost
from infra.postgres.request_transactions import RequestTransaction
from projections.base import CompanyClosed, ServerOutdated

#: For how long it is tried to find out, in seconds, and how long to wait between two looks.
PATIENCE = 2.0
PAUSE = 0.05

# The backend of the lost connection commits when it gets to it; once gone, it commits nothing any more.
_END: LiteralString = """
    SELECT pg_terminate_backend(pid) AS is_signalled FROM pg_stat_activity
     WHERE pid = %(backend)s::bigint AND usename = current_user
"""

_RECORDED: LiteralString = """
    SELECT position FROM events
     WHERE company_id = %(company_id)s AND stream_id = %(stream_id)s AND stream_version = %(version)s
       AND metadata = %(metadata)s
"""


@dataclass(frozen=True, slots=True)
class Trace:
    """What tells a decision's last event from every other: its stream, its version and its metadata."""

    stream_id: UUID
    version: int
    metadata: str


def position_of(
    trace: Trace, lost: CommitUnknown, open_: Callable[[], AbstractContextManager[RequestTransaction]]
) -> int | None:
    """The position at which the decision was recorded after all; None if it is certain that it was not.

    `open_` opens a transaction on another connection. Raises OutcomeUnknown.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        # One that breaks off as well says nothing, so it is asked again.
        with suppress(ConnectionLost):
            is_served, position = _look(trace, lost.backend, open_)
            if position is not None or not is_served:
                return position
        if time.monotonic() > deadline:
            raise OutcomeUnknown
        time.sleep(PAUSE)


def _look(
    trace: Trace, backend: int, open_: Callable[[], AbstractContextManager[RequestTransaction]]
) -> tuple[bool, int | None]:
    """Whether the lost connection is still served, and the position at which the decision is recorded."""
    try:
        with open_() as db:
            # In this order: what the first does not find any more has ended before the second looks.
            serving = db.ask(_END, {"backend": backend})
            recorded = db.ask(_RECORDED, {"company_id": db.company_id, **asdict(trace)}).row()
            return bool(serving.rows()), int(recorded["position"]) if recorded else None
    except (CannotConnect, ServerOutdated, CompanyClosed) as error:
        raise OutcomeUnknown from error
