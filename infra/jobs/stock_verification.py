"""Compares every company's stock balances with the sums of its log, a little at a time, round after round."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import structlog

from infra.decisions.unit_of_work import EventWriter
from infra.jobs.job import Job
from infra.jobs.stock_rounds import (
    Round,
    companies_due,
    forget,
    keep_round,
    known_within,
    note,
    round_at_hand,
)
from infra.postgres.definitions import HOLD_MODEL, named
from infra.postgres.transactions import Transaction, transaction
from infra.projections.reading import FactReader
from projections.base import CompanyClosed, Row, ServerOutdated
from projections.stock.differences import StockDifference, find_differences, next_stretch

#: How often it is done, and for how long: at most a tenth of one processor, however many balances there are.
EVERY, SECONDS = timedelta(seconds=5), 0.5
#: How long after the begin of a round the next one begins.
PAUSE = timedelta(minutes=1)
#: How many balances are compared in a transaction, and by how many events the sums may be behind for that.
BALANCES, EVENTS = 5_000, 1_000
#: How many differences of one transaction are logged one by one.
LOGGED = 20

log = structlog.get_logger("jobs")

# A snapshot has the balances at the end of the log, and the sums at a position a little before it.
_SNAPSHOTS: LiteralString = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ"

_POSITIONS: LiteralString = """
    SELECT head.position AS head, mark.position AS sums
      FROM company_head AS head
      JOIN projection_checkpoints AS mark
        ON mark.company_id = head.company_id AND mark.projection = %(projection)s
     WHERE head.company_id = %(company_id)s AND mark.parked_at IS NULL AND mark.position >= mark.whole_at
"""


class StockVerification:
    """Goes on with the rounds of those companies that are due, for a bounded time; nobody waits for it."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        writer: EventWriter,
        now: datetime,
        balances: int = BALANCES,
    ) -> None:
        self._connection = connection
        self._inline = writer.models
        self._sums = writer.model("stock_sums")
        self._reader = FactReader(writer.types, [self._sums])
        self._now = now
        self._balances = balances

    def go_on(self, seconds: float = SECONDS) -> None:
        """Compare until the time is up or every round that is due has come to its end."""
        self._connection.execute(_SNAPSHOTS)
        end = time.monotonic() + seconds
        for company_id in companies_due(self._connection, self._now, PAUSE):
            while time.monotonic() < end and self.compare_some(company_id):
                pass

    def compare_some(self, company_id: UUID) -> bool:
        """Compare some balances of a company. Returns whether its round goes on."""
        try:
            with transaction(self._connection, company_id, models=self._inline) as db:
                db.execute(HOLD_MODEL, named(self._sums))
                positions = db.ask(
                    _POSITIONS, {"company_id": company_id, "projection": self._sums.name}
                ).row()
                if positions is None or positions["head"] - positions["sums"] > EVENTS:
                    # The worker comes first.
                    return False
                goes_on, new, gone = self._step(db, positions)
        except (CompanyClosed, ServerOutdated):
            # This very moment; the schedule tells of it.
            return False
        _tell(new, gone, company_id)
        return goes_on

    def _step(self, db: Transaction, positions: Row) -> tuple[bool, Sequence[StockDifference], int]:
        """Compare the next balances. Returns whether the round goes on, and what differs anew or no more."""
        own = round_at_hand(db) or Round(self._now, positions["head"])
        stretch = next_stretch(db, own.after, self._balances)
        facts = self._reader.read(db, positions["sums"], positions["head"])
        found, known = find_differences(db, stretch, facts), known_within(db, stretch)
        gone = known - {one.place for one in found}
        if gone:
            forget(db, gone)
        if found:
            note(db, found, self._now)
        keep_round(db, own, stretch, self._now)
        return not stretch.is_last, [one for one in found if one.place not in known], len(gone)


def _tell(new: Sequence[StockDifference], gone: int, company_id: UUID) -> None:
    """Log each difference once, and how many there are no more."""
    for one in new[:LOGGED]:
        log.error(
            "stock is not what the events add up to",
            company_id=str(company_id),
            **one.named_place,
            kept=f"{one.kept:f}",
            sum=f"{one.sum:f}",
            position=one.position,
            is_said_by_event=one.is_said_by_event,
        )
    if len(new) > LOGGED:
        rest = len(new) - LOGGED
        log.error("more stock is not what the events add up to", company_id=str(company_id), more=rest)
    if gone:
        log.info("stock is what the events add up to again", company_id=str(company_id), figures=gone)


STOCK_VERIFICATION = Job(
    name="stock-verification",
    every=EVERY,
    do=lambda connection, writer, now: StockVerification(connection, writer, now).go_on(),
    reads_models=True,
)
