"""Checking stock against the log: every figure of every balance, added up again from the first event."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import psycopg

from infra.eventstore.codec import EventTypes
from infra.projections.checkpoints import head_of
from infra.projections.faults import reason_of
from infra.projections.proved_log import ProvedLog
from infra.projections.staging import Progress, Staging, staging_session
from projections.stock.differences import (
    FIRST,
    StockDifference,
    Stretch,
    count_balances,
    find_differences,
    next_stretch,
)
from projections.stock.sums import StockSums

#: How many balances are compared in one transaction, so that the server can clean up behind the tills.
STEP = 10_000


@dataclass(frozen=True)
class StockReport:
    """What a check of a company's stock found, up to a position of its log."""

    company_id: UUID
    position: int
    events: int
    balances: int
    differences: tuple[StockDifference, ...]


@dataclass
class StockOutcome:
    """What the checks of several companies found, and why others could not be checked."""

    reports: list[StockReport] = field(default_factory=list)
    gaps: dict[UUID, str] = field(default_factory=dict)

    @property
    def differences(self) -> Iterator[StockDifference]:
        """All that was found."""
        for report in self.reports:
            yield from report.differences


def verify_stock(
    conninfo: str, types: EventTypes, company_id: UUID, progress: Progress, *, step: int = STEP
) -> StockReport:
    """Add up a company's log in tables of this session's own, and compare its balances; nobody waits for it.

    Each few thousand balances are compared at one moment, with sums up to the end of the log at that moment.
    The log is proved by its hashes on the way. Raises LogAltered, and what an unreadable event raises.
    """
    differences: list[StockDifference] = []
    balances = 0
    stretch: Stretch | None = None
    with staging_session(conninfo) as connection:
        sums = StockSums()
        staging = Staging(connection, sums, ProvedLog(types, [sums], company_id), progress)
        staging.catch_up(head_of)
        staging.analyze()
        connection.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        while stretch is None or not stretch.is_last:
            with staging.transaction() as db:
                position = head_of(db)
                folded = staging.fold(db, position)
                stretch = next_stretch(db, stretch.upto if stretch else FIRST, step)
                differences += find_differences(db, stretch)
                balances += count_balances(db, stretch)
            staging.advance(position, folded)
    return StockReport(company_id, staging.position, staging.events, balances, tuple(differences))


def verify_stock_of_all(
    conninfo: str, types: EventTypes, companies: Mapping[UUID, int], progress: Progress
) -> StockOutcome:
    """Check each of these companies; one that cannot be checked holds up no other."""
    outcome = StockOutcome()
    for company_id in companies:
        try:
            outcome.reports.append(verify_stock(conninfo, types, company_id, progress))
        except psycopg.OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 an event may be damaged in any way
            outcome.gaps[company_id] = reason_of(error)
    return outcome
