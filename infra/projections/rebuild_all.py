"""Rebuilding many read models of many companies, several at a time; what fails leaves the others alone."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import LiteralString
from uuid import UUID

import psycopg

from infra.eventstore.codec import EventTypes
from infra.postgres.analyzing import analyze_grown
from infra.postgres.connections import STAGING, bounded
from infra.projections.measured import count_failed_rebuild, count_rebuild
from infra.projections.rebuild import RebuildReport, rebuild_together
from infra.projections.sharing import Failure, share_out
from infra.projections.staging import Progress, ignore_progress
from projections.base import Projection


@dataclass
class RebuildOutcome:
    """What became of many rebuilds: those that were done, and those that were not."""

    reports: list[RebuildReport] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    #: How many events of how many companies were what was recorded.
    proved_events: int = 0
    proved_companies: int = 0


def rebuild_all(
    conninfo: str,
    types: EventTypes,
    models: Sequence[Projection],
    companies: Sequence[UUID] | None = None,
    *,
    processes: int = 1,
    progress: Progress = ignore_progress,
) -> RebuildOutcome:
    """Rebuild read models for these companies, or all, several at a time in processes of their own.

    Each company's log is read once for all its read models, or once a process where there are more of these,
    and proved as it is read. A log that is not what was recorded, or a read model that cannot be made, is a
    failure of that company alone. `progress` is told the positions passed by all of them together.
    """
    heads = heads_of(conninfo, companies)
    outcome = RebuildOutcome()

    def make(own: Sequence[Projection], company_id: UUID, tell: Progress) -> list[RebuildReport | Exception]:
        try:
            return rebuild_together(conninfo, types, own, company_id, tell)
        except psycopg.OperationalError as error:
            # A session that is lost is a failure of these alone.
            return [error] * len(own)

    for one in share_out(make, models, heads, processes, progress):
        if isinstance(one, Failure):
            outcome.failures.append(one)
        else:
            outcome.reports.append(one)
    whole = {report.company_id for report in outcome.reports}
    outcome.proved_companies, outcome.proved_events = len(whole), sum(heads[one] for one in whole)
    _count(outcome)
    if any(report.rows_changed for report in outcome.reports):
        with psycopg.connect(bounded(conninfo, STAGING), autocommit=True) as connection:
            analyze_grown(connection)
    return outcome


def _count(outcome: RebuildOutcome) -> None:
    """Count here what was done in processes of their own, which have ended."""
    for report in outcome.reports:
        count_rebuild(report.projection, report.rows_changed, report.seconds)
    for failure in outcome.failures:
        count_failed_rebuild(failure.projection)


def with_derived(models: Collection[Projection], registered: Sequence[Projection]) -> list[Projection]:
    """These read models and what is made from them, in the order of all that are known."""
    names = {model.name for model in models}
    return [model for model in registered if model.name in names or names.intersection(model.sources)]


_HEADS: LiteralString = """
    SELECT company_id, position FROM company_head
     WHERE %(companies)b::uuid[] IS NULL OR company_id = ANY(%(companies)b::uuid[])
     ORDER BY position DESC, company_id
"""


def heads_of(conninfo: str, companies: Sequence[UUID] | None = None) -> dict[UUID, int]:
    """The end of each of these companies' logs, or of all, the longest first; the unknown are left out."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        selection = None if companies is None else list(companies)
        return dict(connection.execute(_HEADS, {"companies": selection}).fetchall())
