"""Checking many read models of many companies, and saying of each that could not be checked why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import psycopg

from infra.eventstore.codec import EventTypes
from infra.projections.sharing import Failure, share_out
from infra.projections.staging import Progress, ignore_progress
from infra.projections.status import Status, list_status
from infra.projections.verifications import note_verified
from infra.projections.verify import VerifyReport, verify_together
from projections.base import Projection


@dataclass
class VerifyOutcome:
    """What many checks found, and what could not be checked, or not up to the end of the log."""

    reports: list[VerifyReport] = field(default_factory=list)
    gaps: list[Failure] = field(default_factory=list)
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
    progress: Progress = ignore_progress,
    *,
    processes: int = 1,
) -> VerifyOutcome:
    """Check these read models of these companies, whose ends are given, several at a time.

    Each company's log is read once for all its read models, or once a process where there are more of these,
    and proved as it is read. What cannot be checked is a gap; so is what a parked read model does not know.
    `progress` is told the positions passed by all of them together.
    """
    with psycopg.connect(conninfo, autocommit=True) as connection:
        statuses = {status.name: status for status in list_status(connection, models)}
    outcome = VerifyOutcome(gaps=_of_other_versions(statuses.values(), companies))
    fit = [model for model in models if statuses[model.name].definition == "current"]

    def check(own: Sequence[Projection], company_id: UUID, tell: Progress) -> list[VerifyReport | Exception]:
        found = verify_together(conninfo, types, own, company_id, tell)
        for one in found:
            if isinstance(one, psycopg.OperationalError):
                raise one
            if isinstance(one, VerifyReport):
                note_verified(conninfo, one.projection, company_id, one.position, one.differing)
        return found

    for one in share_out(check, fit, companies, processes, progress):
        if isinstance(one, Failure):
            outcome.gaps.append(one)
        else:
            outcome.reports.append(one)
            outcome.gaps += _of_parking(statuses[one.projection], one.company_id)
    _count_proofs(outcome, companies)
    return outcome


def _of_other_versions(statuses: Iterable[Status], companies: Iterable[UUID]) -> list[Failure]:
    """Those that cannot be compared with anything."""
    reason = "its tables are not those of this version ({}): run mipos migrate"
    return [
        Failure(status.name, company_id, reason.format(status.definition))
        for company_id in companies
        for status in statuses
        if status.definition != "current"
    ]


def _of_parking(status: Status, company_id: UUID) -> list[Failure]:
    """What of the log was not checked. What a worker is just about to fold is no gap."""
    reason = "it is parked, and knows nothing after position {:,}: {}"
    return [
        Failure(status.name, company_id, reason.format(parked.position, parked.error))
        for parked in status.parked
        if parked.company_id == company_id
    ]


def _count_proofs(outcome: VerifyOutcome, heads: Mapping[UUID, int]) -> None:
    """Count each log once, however many processes have proved it."""
    seconds: dict[UUID, float] = {}
    for report in outcome.reports:
        seconds[report.company_id] = max(report.proof_seconds, seconds.get(report.company_id, 0))
    outcome.proved_companies, outcome.proof_seconds = len(seconds), sum(seconds.values())
    outcome.proved_events = sum(heads[company_id] for company_id in seconds)
