"""Number series of documents and devices: the last number of each, without a gap."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import LiteralString

from domain.devices import LETTER, Device
from domain.stock.counts import StockCount
from domain.stock.purchase_orders import PurchaseOrder
from domain.stock.transfers import Transfer
from projections.base import Database, Event, Fact, Projection
from projections.records import Reading

#: The events that take a number, each with the letters that the number begins with.
SERIES: Mapping[Event, str] = MappingProxyType(
    {
        Transfer.Drafted: "TR",
        StockCount.Begun: "CT",
        PurchaseOrder.Drafted: "PO",
        Device.Enrolled: LETTER,
    }
)


class Numbered(Reading):
    """What is read of a document: its number."""

    series_number: int


class DocumentSeries(Projection):
    """The last number of each kind of document; the row is locked by whoever takes the next one."""

    name = "document_series"
    mode = "inline"
    tables = ("document_series",)
    folds = dict.fromkeys(SERIES, Numbered)
    # A document keeps the number it began with.
    ignores = frozenset(
        {
            Transfer.Amended,
            Transfer.Discarded,
            Transfer.Shipped,
            Transfer.Received,
            Transfer.Cancelled,
            StockCount.Tallied,
            StockCount.CompletionBegun,
            StockCount.Completed,
            StockCount.Cancelled,
            PurchaseOrder.Amended,
            PurchaseOrder.Discarded,
            PurchaseOrder.Ordered,
            PurchaseOrder.DeliveryTaken,
            PurchaseOrder.DeliveryReversed,
            PurchaseOrder.Rescheduled,
            PurchaseOrder.Cancelled,
            PurchaseOrder.Closed,
            Device.Retired,
        }
    )
    schema = """
        CREATE TABLE document_series (
            company_id  uuid NOT NULL,
            kind        text NOT NULL,
            last_number bigint NOT NULL,
            PRIMARY KEY (company_id, kind)
        );
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Keep the highest number of each kind."""
        last = {
            SERIES[fact.event]: fact.data.series_number
            for fact in sorted(facts, key=lambda fact: fact.data.series_number)
        }
        params = {"company_id": db.company_id, "kinds": sorted(last)}
        db.execute(_ADVANCE, {**params, "numbers": [last[kind] for kind in sorted(last)]})


_ADVANCE: LiteralString = """
    INSERT INTO document_series AS series (company_id, kind, last_number)
    SELECT %(company_id)s, unnest(%(kinds)b::text[]), unnest(%(numbers)b::bigint[])
        ON CONFLICT (company_id, kind) DO UPDATE
       SET last_number = greatest(series.last_number, excluded.last_number)
"""
