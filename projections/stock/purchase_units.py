"""In which unit each variant was bought last, and when it was ordered."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

from domain.aggregate import events_of
from domain.stock.movements import StockMovement
from domain.stock.purchase_orders import PurchaseOrder
from projections.base import Database, Fact, Projection, Row
from projections.records import Reading
from projections.reports.sale_facts import add_rows


class ReceivedLine(Reading):
    """What is read of a line that came in: of how many of the product's units one was."""

    variant_id: str
    unit_id: str | None
    factor: Decimal | None


class Receipt(Reading):
    """What is read of goods that came in."""

    lines: tuple[ReceivedLine, ...]


class OrderedLine(Reading):
    """What is read of a line that was ordered."""

    variant_id: str
    unit_id: str | None
    factor: Decimal


class Ordered(Reading):
    """What is read of goods that were ordered."""

    ordered_at: datetime
    lines: tuple[OrderedLine, ...]


class PurchaseUnits(Projection):
    """One row for each variant that was ever ordered or came in: the unit of the last time."""

    name = "purchase_units"
    tables = ("purchase_units",)
    folds = {StockMovement.Received: Receipt, PurchaseOrder.Ordered: Ordered}
    # Nothing else says in which unit something is bought.
    ignores = frozenset(
        {
            *(event for _, event in events_of(StockMovement) if event is not StockMovement.Received),
            *(event for _, event in events_of(PurchaseOrder) if event is not PurchaseOrder.Ordered),
        }
    )
    schema = """
        CREATE TABLE purchase_units (
            company_id uuid NOT NULL,
            variant_id uuid NOT NULL,
            unit_id    uuid,
            factor     numeric NOT NULL,
            ordered_at timestamptz,
            PRIMARY KEY (company_id, variant_id)
        );
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Keep the last of each variant; what came in leaves the time at which it was ordered."""
        last: dict[str, tuple[Any, ...]] = {}
        for variant_id, unit_id, factor, ordered_at in _bought(facts):
            before = last.get(variant_id, (None,) * 4)
            last[variant_id] = (variant_id, unit_id, factor, ordered_at or before[3])
        add_rows(db, _PUT, "variant_id unit_id factor ordered_at", list(last.values()))


def _bought(facts: Sequence[Fact]) -> Iterator[tuple[str, str | None, Decimal, datetime | None]]:
    for fact in facts:
        ordered_at = fact.data.ordered_at if fact.event is PurchaseOrder.Ordered else None
        for line in fact.data.lines:
            # Earlier deliveries were entered in the product's unit, and do not say so.
            yield line.variant_id, line.unit_id, line.factor or Decimal(1), ordered_at


_PUT: LiteralString = """
    INSERT INTO purchase_units AS known (company_id, variant_id, unit_id, factor, ordered_at)
    SELECT %(company_id)s, bought.*
      FROM unnest(%(variant_id)b::uuid[], %(unit_id)b::uuid[], %(factor)b::numeric[],
                  %(ordered_at)b::timestamptz[]) AS bought
        ON CONFLICT (company_id, variant_id) DO UPDATE
       SET unit_id = excluded.unit_id, factor = excluded.factor,
           ordered_at = coalesce(excluded.ordered_at, known.ordered_at)
"""

_UNITS: LiteralString = """
    SELECT variant_id, unit_id, factor, ordered_at FROM purchase_units
     WHERE company_id = %(company_id)s AND variant_id = ANY(%(variants)b::uuid[])
"""


def purchase_units(db: Database, variant_ids: Collection[UUID]) -> Mapping[UUID, Row]:
    """The `unit_id` and `factor` in which each of these variants was bought last, and its `ordered_at`."""
    params = {"company_id": db.company_id, "variants": list(variant_ids)}
    return {row["variant_id"]: row for row in db.ask(_UNITS, params).rows()}
