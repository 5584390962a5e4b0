"""Checking closings against the log: every fact added up again, from the first event."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg

from infra.eventstore.codec import EventTypes
from infra.postgres.transactions import transaction
from infra.projections.faults import reason_of
from infra.projections.reading import BATCH, FactReader
from infra.projections.staging import Progress
from projections.fiscal.recount import ClosedFacts, ClosingFault, Recount


@dataclass
class ClosingOutcome:
    """What is wrong with the closings of several companies, and why others could not be checked."""

    companies: int = 0
    closings: int = 0
    faults: dict[UUID, list[ClosingFault]] = field(default_factory=dict)
    gaps: dict[UUID, str] = field(default_factory=dict)


def verify_closings(
    conninfo: str, types: EventTypes, companies: Mapping[UUID, int], progress: Progress
) -> ClosingOutcome:
    """Add up the logs of these companies, each up to its position, and compare every closing; nobody waits.

    One that cannot be checked holds up no other.
    """
    outcome = ClosingOutcome()
    reader = FactReader(types, [ClosedFacts()])
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for company_id, head in companies.items():
            try:
                faults, closings = _recount(connection, reader, company_id, head, progress)
            except psycopg.OperationalError:
                raise
            except Exception as error:  # noqa: BLE001 an event may be damaged in any way
                outcome.gaps[company_id] = reason_of(error)
                continue
            outcome.companies += 1
            outcome.closings += closings
            if faults:
                outcome.faults[company_id] = faults
    return outcome


def _recount(
    connection: psycopg.Connection[Any], reader: FactReader, company_id: UUID, head: int, progress: Progress
) -> tuple[list[ClosingFault], int]:
    """What is wrong, and how many closings there are.

    The log is read in parts, each in a transaction of its own, so that the server can clean up meanwhile.
    """
    faults: list[ClosingFault] = []
    with transaction(connection, company_id, reading=True) as db:
        recount = Recount(db, head)
    for after in range(0, head, BATCH):
        with transaction(connection, company_id, reading=True) as db:
            faults += recount.feed(db, reader.read(db, after, min(after + BATCH, head)))
        progress(min(after + BATCH, head), head)
    return faults, recount.closings
