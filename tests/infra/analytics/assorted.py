"""A shop whose goods are filed anew all the time and handed over in turns, and the export of its facts."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from domain.companies import Company
from domain.orders import SaleLine
from domain.orders.back_office import fulfil
from domain.orders.handovers import LineQuantity
from domain.pricing import PricedBasket
from infra.analytics.line_files import Exported, LineFiles
from infra.decisions.bulk import first_fact
from infra.eventstore.codec import Metadata
from infra.projections.checkpoints import resume
from projections.reports.sales.sales_reports import SalesReports
from tests.projections.reports.trade import EVERYTHING, Trade


class AssortedTrade(Trade):
    """Eight variants of four products; which category and brand each sale says is chance, even none."""

    def __init__(self, database: Any, seed: int = 1) -> None:
        super().__init__(database, seed)
        self.database = database
        # The same twice among those of which orders are placed.
        self.variants[2] = self.variants[1]
        products = [uuid4() for _ in range(4)]
        self.products = {variant: products[at % 4] for at, variant in enumerate(self.variants)}
        self.categories, self.brands = ([None, *(uuid4() for _ in range(5))] for _ in range(2))

    def trade(self, rounds: int = 3) -> "AssortedTrade":
        super().trade(rounds)
        for _ in range(4):
            self.hand_over_in_turns()
        self.fold([EVERYTHING])
        self.know(len(self.events))
        return self

    def hand_over_in_turns(self) -> None:
        """Place an order and hand it over line by line, on other dates."""
        order = self.place(self._day())
        for line in self.chance.sample(order.terms.lines, 3):
            whole = [LineQuantity(line_id=line.id, quantity=line.quantity)]
            self.step(fulfil, order, self._day(), whole, costs={line.id: 7}, storage_id=None)

    def know(self, position: int) -> None:
        """Let reports know the log up to a position."""
        with self.work() as opened:
            resume(opened, SalesReports.name, position)

    def be_called(self, name: str) -> None:
        called = {"name": name, "currency": "EUR", "timezone": "Europe/Berlin"}
        with self.open() as opened:
            event = first_fact(Company.Registered, self.company_id, **called)
            self._writer.record(opened, [event], Metadata(at=datetime.now(UTC)))

    def export(self, folder: Path, **fields: Any) -> Exported:
        files = LineFiles(self.database.worker, self.company_id, folder, **fields)
        return files.write(lambda _done, _total: None)

    def _lines(self, *args: Any, **fields: Any) -> tuple[tuple[SaleLine, ...], PricedBasket]:
        lines, basket = super()._lines(*args, **fields)
        choose = self.chance.choice
        filed = (
            replace(line, category_id=choose(self.categories), brand_id=choose(self.brands)) for line in lines
        )
        return tuple(filed), basket
