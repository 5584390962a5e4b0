"""Checking many read models of many companies, and saying of each that could not be checked why."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import psycopg

from infra.eventstore.chain import LogAltered, Proof
from infra.eventstore.codec import EventTypes
from infra.postgres.connections import STAGING, bounded
from infra.postgres.transactions import transaction
from infra.projections.reading import BATCH
from infra.projections.rebuild_all import reason_of
from infra.projections.status import Status, list_status
from infra.projections.verifications import note_verified
from infra.projections.verify import VerifyReport, verify
from projections.base import Projection

#: Told what is checked, how many positions of its log are done, and of how many.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Gap:
    """A read model of a company that could not be checked, or not up to the end of the log, and why."""

    projection: str
    company_id: UUID
    reason: str


@dataclass
class VerifyOutcome:
    """What many checks found."""

    reports: list[VerifyReport] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    #: How many events of how many companies were what was recorded, and how long it took to see that.
    proved_events: int = 0
    proved_companies: int = 0
    proof_seconds: float = 0.0

    @property
    def false(self) -> list[VerifyReport]:
        """The checks that found differences."""
        return [report for report in self.reports if not report.is_true]


def verify_all(
    conninfo: str,
    types: EventTypes,
    models: Sequence[Projection],
    companies: Mapping[UUID, int],
    progress: Progress,
) -> VerifyOutcome:
    """Check these read models of these companies, whose logs are proved first, up to the ends that are given.

    What cannot be checked is a gap; so is what a parked read model does not know.
    """
    outcome = VerifyOutcome()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        statuses = {status.name: status for status in list_status(connection, models)}
    for company_id, head in companies.items():
        altered = _prove(conninfo, company_id, head, progress, outcome)
        for model in models:
            reason = altered or _reason_not_to(statuses[model.name])
            if reason is None:
                reason = _verify(conninfo, types, model, company_id, head, progress, outcome)
            if reason is None:
                reason = _reason_of_less(statuses[model.name], company_id)
            if reason is not None:
                outcome.gaps.append(Gap(model.name, company_id, reason))
    return outcome


def _prove(
    conninfo: str, company_id: UUID, head: int, progress: Progress, outcome: VerifyOutcome
) -> str | None:
    """Prove a company's log, once for all its read models; why it is not what was recorded, or None."""
    started = time.monotonic()
    try:
        _recompute(conninfo, company_id, head, lambda done: progress("log", done, head))
    except LogAltered as error:
        return str(error)
    finally:
        outcome.proof_seconds += time.monotonic() - started
    outcome.proved_companies += 1
    outcome.proved_events += head
    return None


def _recompute(conninfo: str, company_id: UUID, head: int, progress: Callable[[int], None]) -> None:
    """Recompute the hashes of a company's log up to its end. Raises LogAltered.

    Events never change, so that each few thousand of them may be seen at another moment.
    """
    proof = Proof(company_id)
    address = bounded(conninfo, STAGING)
    with psycopg.connect(address, autocommit=True, application_name="mipos staging") as connection:
        while True:
            end = min(proof.position + BATCH, head)
            with transaction(connection, company_id, reading=True) as db:
                proof.extend(db, end)
            progress(end)
            if end == head:
                return


def _verify(  # noqa: PLR0917 what is checked, and the report
    conninfo: str,
    types: EventTypes,
    model: Projection,
    company_id: UUID,
    head: int,
    progress: Progress,
    outcome: VerifyOutcome,
) -> str | None:
    """Check one read model of one company; why that was not possible, or None."""
    try:
        report = verify(
            conninfo,
            types,
            model,
            company_id,
            lambda done, total: progress(model.name, done, total),
            proved=head,
        )
    except psycopg.OperationalError:
        raise
    except Exception as error:  # noqa: BLE001 a read model may raise anything
        return reason_of(error)
    outcome.reports.append(report)
    note_verified(conninfo, model.name, company_id, report.position, report.differing)
    return None


def _reason_not_to(status: Status) -> str | None:
    """Why a read model cannot be compared with anything, or None."""
    if status.definition == "current":
        return None
    return f"its tables are not those of this version ({status.definition}): run mipos migrate"


def _reason_of_less(status: Status, company_id: UUID) -> str | None:
    """Why only a part of the log was checked, or None. What a worker is just about to fold is none."""
    for parked in status.parked:
        if parked.company_id == company_id:
            return f"it is parked, and knows nothing after position {parked.position:,}: {parked.error}"
    return None
