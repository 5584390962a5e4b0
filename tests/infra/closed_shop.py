"""A shop whose stores are closed day by day."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from domain.fiscal import ClosedFigures, Closing
from domain.orders import Order
from domain.shifts.facts import net_of_return, tax_of_return
from domain.stores import Store
from infra.decisions.bulk import found_company
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.jobs.fiscal_closings import FiscalClosings
from infra.projections.worker import Worker
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from tests.golden import golden_event
from tests.projections.shop import Shop

WRITER = EventWriter(EVENT_TYPES, PROJECTIONS)
#: A store whose day ends at four, by a clock with summer time.
CLOCK = {"timezone": "Europe/Berlin", "day_cut": "04:00", "currency": "EUR"}
#: Facts are recorded now, and closed on days to come: these end a month and a year.
BEGIN = date(datetime.now(UTC).year + 1, 12, 12)
FIGURES = ("receipts", "refunds", "gross_sales", "net_sales", "tax", "tips", "rounding")


class ClosedShop(Shop):
    """A shop whose stores are closed day by day."""

    def __init__(self, database: Any, seed: int = 1, **clock: str) -> None:
        super().__init__(database, seed)
        self.database = database
        with self.open() as opened:
            found_company(opened)
            stores = [self._registered(store, {**CLOCK, **clock}) for store in self.stores]
            WRITER.record(opened, stores, Metadata(at=datetime.now(UTC)))

    def _registered(self, store_id: UUID, clock: dict[str, Any]) -> Store.Registered:
        kind = EVENT_TYPES.by_event[Store.Registered]
        names: dict[str, Any] = {"default_storage_id": None, "tax_rate_ids": (), "name": str(store_id)}
        event: Store.Registered = golden_event(kind, store_id, code=str(store_id)[:8], **names, **clock)
        return event

    def archive(self, store_id: UUID) -> None:
        """Give a store up."""
        event = golden_event(EVENT_TYPES.by_event[Store.Archived], store_id, 2)
        with self.open() as opened:
            WRITER.record(opened, [event], Metadata(at=datetime.now(UTC)))

    def follow(self) -> None:
        """Let the read models come to the end of the log."""
        worker = Worker(self.database.worker, EVENT_TYPES, PROJECTIONS)
        while worker.step():
            pass
        worker.close()

    def close_until(self, day: date, **more: Any) -> int:
        """Close what is due after that business day has ended; how many closings are made."""
        return self.look(datetime.combine(day + timedelta(days=1), time(12), UTC), **more)

    def look(self, now: datetime, **more: Any) -> int:
        """Do the job at a time to come. Read models follow each of its parts, as by that clock they do."""
        total = 0
        with psycopg.connect(self.database.worker, autocommit=True) as connection:
            made = 1
            while made:
                self.follow()
                connection.execute("DELETE FROM fiscal_rounds WHERE company_id = %s", [self.company_id])
                made = FiscalClosings(connection, WRITER, now, **more).run(seconds=0)
                total += made
        return total

    def closings(self, kind: str | None = None, store_id: UUID | None = None) -> list[Closing.Made]:
        """Those of the log, in the order in which they were made."""
        with psycopg.connect(self.database.owner, row_factory=dict_row) as connection:
            rows = connection.execute(_CLOSINGS, [self.company_id]).fetchall()
        closings: list[Any] = [EVENT_TYPES.rebuild([row]) for row in rows]
        made: list[Closing.Made] = [closing.made for closing in closings]
        return [one for one in made if kind in (None, one.kind) and store_id in (None, one.store_id)]

    def trade(self, day: date, store_id: UUID) -> None:
        """Sell, take back and void at random, some of it days ago."""
        chance = self.chance
        late = day - timedelta(days=chance.randrange(4))
        self.sell(chance.randint(1, 3), day=day, store_id=store_id)
        if chance.random() < 0.4:
            self.sell(1, day=late, store_id=store_id)
        if chance.random() < 0.5:
            self.refund(1, day=chance.choice([day, late]), store_id=store_id)
        if chance.random() < 0.3:
            self.void(1)
        if chance.random() < 0.3:
            self.take_back(1, day=day, store_id=store_id)


_CLOSINGS = """
    SELECT company_id, stream_id, stream_version, type, state, metadata, NULL AS subject_key
      FROM events WHERE company_id = %s AND type = 'fiscal.Closing.Made' ORDER BY position
"""


def taken(events: Iterable[Any]) -> dict[str, int]:
    """What facts come to by what they say themselves; a void takes back what it repeats."""
    sums = dict.fromkeys(FIGURES, 0)
    for event in events:
        for name, value in zip(FIGURES, _said_by(event), strict=True):
            sums[name] += value
    return sums


def _said_by(event: Any) -> list[int]:
    if isinstance(event, Order.Sold | Order.Voided):
        totals, sign = event.totals, 1 if isinstance(event, Order.Sold) else -1
        sums = (totals.gross_sales, totals.net_sales, totals.tax_total, totals.tip_total, totals.rounding)
        return [sign, 0, *(sign * one for one in sums)]
    tips = sum(payment.tip for payment in event.payments)
    return [0, 1, 0, -net_of_return(event), -tax_of_return(event), -tips, -event.rounding]


def figures_of(figures: ClosedFigures) -> dict[str, int]:
    """The same figures of a closing."""
    return {name: getattr(figures, name) for name in FIGURES}
