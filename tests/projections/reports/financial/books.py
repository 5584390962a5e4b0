"""The log of a trade in a database, and read models that folded it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, get_args
from uuid import uuid4

import psycopg

from infra.decisions.unit_of_work import EventWriter
from infra.postgres.transactions import Transaction, transaction
from infra.projections.reading import FactReader
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from projections.base import Projection, Row
from projections.reports.columns import COSTS, Column
from projections.reports.explaining import Explained, ask_explained
from projections.reports.period import Interval, Period
from projections.reports.section import Criteria, Section
from projections.reports.table import Table, ask_table
from tests.projections.reports.financial.trade import Trade

#: Every business date of a trade, and every position of its log.
EVER = Period(date(2026, 1, 1), date(2026, 12, 31))
EVERYTHING = 2**63 - 1


class Books:
    """The trade in a database: its log as it was recorded, and read models that folded it."""

    def __init__(self, database: Any, trade: Trade) -> None:
        self.trade = trade
        self.company_id = uuid4()
        self._app = psycopg.connect(database.app, autocommit=True)
        self._worker = psycopg.connect(database.worker, autocommit=True)
        writer = EventWriter(EVENT_TYPES, PROJECTIONS)
        with transaction(self._app, self.company_id) as opened:
            opened.execute("SELECT open_company(%(company_id)s)", {"company_id": self.company_id})
        for events, metadata in trade.world.decisions:
            with transaction(self._app, self.company_id) as opened:
                writer.record(opened, events, metadata)

    def close(self) -> None:
        """Let go of the database."""
        self._app.close()
        self._worker.close()

    @contextmanager
    def work(self) -> Iterator[Transaction]:
        """A transaction of a worker."""
        with transaction(self._worker, self.company_id) as opened:
            yield opened

    def fold(self, *models: Projection, size: int = 1_000_000) -> None:
        """Let these read models take in the whole log, in batches of so many facts."""
        reader = FactReader(EVENT_TYPES, models)
        with self.work() as opened:
            facts = reader.read(opened, 0, 1_000_000)
        for first in range(0, len(facts), size):
            with self.work() as opened:
                for model in models:
                    batch = [one for one in facts[first : first + size] if one.event in model.events]
                    if batch:
                        model.apply(batch, opened)

    def report(self, section: Section, **asked: Any) -> Table:
        """All rows of a section, of all that was ever recorded but for what is asked otherwise."""
        with transaction(self._app, self.company_id) as opened:
            return ask_table(opened, section, _asked(section, **asked)).read()

    def explain(self, section: Section, column: Column, row: Row | None, **asked: Any) -> Explained:
        """The facts of a figure of a row, or without one of the whole."""
        with transaction(self._app, self.company_id) as opened:
            asking = _asked(section, **asked)
            return ask_explained(opened, section, asking, column.name, row).read()


def ways_to_ask(section: Section) -> Iterator[dict[str, Any]]:
    """With each group of a section, or each interval."""
    if "interval" in section.filters:
        yield from ({"filters": {"interval": one}} for one in get_args(Interval))
    elif section.groups:
        yield from ({"group": group} for group in section.groups)
    else:
        yield {}


def _asked(section: Section, **asked: Any) -> Criteria:
    every: dict[str, Any] = {
        "period": EVER,
        "position": EVERYTHING,
        "permissions": frozenset({COSTS}),
        "group": section.groups[0] if section.groups else None,
        "limit": None,
        **asked,
    }
    usual = {"interval": "day"} if "interval" in section.filters else {}
    filters = {**dict.fromkeys(section.filters), **usual, **every.pop("filters", {})}
    return Criteria(**every, filters=filters)
