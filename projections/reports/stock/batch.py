"""A batch of events as the rows of the reports of stock."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from domain.orders import Order
from domain.stock.movements import StockMovement
from domain.stock.purchase_orders import PurchaseOrder
from domain.stock.transfers import Transfer
from projections.base import Database, Fact
from projections.reports.stock import statements as sql
from projections.reports.stock.documents import Documents
from projections.reports.stock.ledger_rows import LedgerRow, ledger_rows
from projections.reports.stock.promises import PROMISED, promises_of
from projections.reports.stock.purchases import Purchases
from projections.reports.stock.totals import Total
from projections.reports.stock.voids import Voids
from projections.rows import add_rows
from projections.stock.movements.rows import IN_TRANSIT

#: A storage and a variant, as text.
Level = tuple[str, str]


class Batch:
    """The rows that a batch comes to, and what is remembered of the documents that it is about.

    A shipment takes the layers that lie in its storage, so those of the events before it are written first.
    """

    def __init__(self, db: Database, facts: Sequence[Fact]) -> None:
        self._db = db
        self._facts: list[tuple[Any, ...]] = []
        self._layers: list[tuple[Any, ...]] = []
        self._promises: list[tuple[Any, ...]] = []
        self._totals: dict[Level, Total] = defaultdict(Total)
        self._documents = Documents(db, facts)
        self._purchases = Purchases(db, facts)
        self._voids = Voids(db, facts)

    def add(self, fact: Fact) -> None:
        """Add what an event comes to."""
        self._purchases.add(fact)
        if fact.event is Transfer.Drafted:
            self._documents.keep_route(fact)
        elif fact.event is Order.Voided:
            self._voids.keep(fact)
        elif fact.event in PROMISED:
            self._promise(fact)
        elif fact.event is not PurchaseOrder.Drafted:
            self._move(fact)

    def write(self) -> None:
        """Add the rows to the tables, one statement each."""
        add_rows(self._db, sql.ADD_FACTS, sql.FACT, self._facts)
        self._write_layers()
        add_rows(self._db, sql.ADD_PROMISES, sql.PROMISE, self._promises)
        totals = [(*level, *total.columns()) for level, total in self._totals.items()]
        add_rows(self._db, sql.ADD_TOTALS, sql.TOTAL, totals)
        self._documents.write()
        self._purchases.write()
        self._voids.write()

    def _write_layers(self) -> None:
        add_rows(self._db, sql.ADD_LAYERS, sql.LAYER, self._layers)
        self._layers = []

    def _promise(self, fact: Fact) -> None:
        day = fact.known_at.date()
        for number, promise in enumerate(promises_of(fact)):
            if promise.reserved or promise.ordered:
                self._promises.append((fact.position, number, day, *promise))
                total = self._totals[promise.storage_id, promise.variant_id]
                total.reserved += promise.reserved
                total.ordered += promise.ordered

    def _move(self, fact: Fact) -> None:
        if fact.event is StockMovement.TransferredOut:
            self._write_layers()
            self._documents.keep_shipments(fact)
        self._documents.keep_original(fact)
        rows = self._voids.dated(fact, ledger_rows(fact))
        for row in rows:
            self._count(fact, row)
        layers = self._documents.layers_of(fact, rows)
        self._layers += [(fact.position, number, *layer) for number, layer in enumerate(layers)]

    def _count(self, fact: Fact, row: LedgerRow) -> None:
        kind, supplier_id = self._documents.origin_of(row)
        towards = self._documents.destination_of(row) if row.storage_id == IN_TRANSIT else None
        key = (fact.position, row.number, row.business_date, row.storage_id, row.variant_id)
        self._facts.append((*key, kind, row.quantity, row.value, supplier_id, fact.actor_id, towards))
        self._totals[row.storage_id, row.variant_id].move(row, kind, fact.position)
        if towards is not None:
            self._totals[towards, row.variant_id].in_transit += row.quantity
