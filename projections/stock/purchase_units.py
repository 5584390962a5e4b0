"""In which unit each variant was bought last, at what price, and when it was ordered."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

from domain.aggregate import events_of
from domain.stock.movements import StockMovement
from domain.stock.purchase_lines import cost_of
from domain.stock.purchase_orders import PurchaseOrder
from domain.stock.purchase_units import PurchaseUnit
from projections.base import Database, Fact, Projection, Row
from projections.records import Reading
from projections.rows import add_rows


class ReceivedLine(Reading):
    """What is read of a line that came in: of how many of the product's units one was, and what it cost."""

    variant_id: str
    unit_id: str | None
    factor: Decimal | None
    entered_cost: int | None


class Receipt(Reading):
    """What is read of goods that came in."""

    lines: tuple[ReceivedLine, ...]


class OrderedLine(Reading):
    """What is read of a line that was ordered."""

    variant_id: str
    unit_id: str | None
    factor: Decimal
    unit_cost: int
    discount_percent: Decimal


class Ordered(Reading):
    """What is read of goods that were ordered."""

    ordered_at: datetime
    lines: tuple[OrderedLine, ...]


class PurchaseUnits(Projection):
    """One row for each variant that was ever ordered or came in: the unit of the last time.

    `unit_cost` is what one of that unit cost, less the discount, in minor currency units.
    """

    name = "purchase_units"
    version = 2
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
            unit_cost  bigint,
            ordered_at timestamptz,
            PRIMARY KEY (company_id, variant_id)
        );
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Keep the last of each variant; what came in leaves the time at which it was ordered."""
        last: dict[str, tuple[Any, ...]] = {}
        for *bought, ordered_at in _bought(facts):
            before = last.get(bought[0], (None,))
            last[bought[0]] = (*bought, ordered_at or before[-1])
        add_rows(db, _PUT, "variant_id unit_id factor unit_cost ordered_at", list(last.values()))


def _bought(facts: Sequence[Fact]) -> Iterator[tuple[Any, ...]]:
    for fact in facts:
        is_order = fact.event is PurchaseOrder.Ordered
        ordered_at = fact.data.ordered_at if is_order else None
        for line in fact.data.lines:
            unit_cost = (
                cost_of(Decimal(1), line.unit_cost, line.discount_percent) if is_order else line.entered_cost
            )
            # Earlier deliveries were entered in the product's unit, and do not say so.
            yield line.variant_id, line.unit_id, line.factor or Decimal(1), unit_cost, ordered_at


_PUT: LiteralString = """
    INSERT INTO purchase_units AS known (company_id, variant_id, unit_id, factor, unit_cost, ordered_at)
    SELECT %(company_id)s, unnest(%(variant_id)b::uuid[]), unnest(%(unit_id)b::uuid[]),
           unnest(%(factor)b::numeric[]), unnest(%(unit_cost)b::bigint[]),
           unnest(%(ordered_at)b::timestamptz[])
        ON CONFLICT (company_id, variant_id) DO UPDATE
       SET unit_id = excluded.unit_id, factor = excluded.factor, unit_cost = excluded.unit_cost,
           ordered_at = coalesce(excluded.ordered_at, known.ordered_at)
"""

_UNITS: LiteralString = """
    SELECT variant_id, unit_id, factor, unit_cost, ordered_at FROM purchase_units
     WHERE company_id = %(company_id)s AND variant_id = ANY(%(variants)b::uuid[])
"""


def purchase_units(db: Database, variant_ids: Collection[UUID]) -> Mapping[UUID, Row]:
    """The `unit_id`, `factor` and `unit_cost` by which each was bought last, and its `ordered_at`."""
    params = {"company_id": db.company_id, "variants": list(variant_ids)}
    return {row["variant_id"]: row for row in db.ask(_UNITS, params).rows()}


def purchase_unit(row: Row) -> PurchaseUnit:
    """The unit that a row of these holds."""
    return PurchaseUnit(unit_id=row["unit_id"], factor=row["factor"], unit_cost=row["unit_cost"])
