"""The stock ledger: every movement of goods, line by line, and the balance each one left."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, LiteralString, cast
from uuid import UUID

from domain.aggregate import events_of
from domain.costing import unit_cost
from domain.stock.movements import StockMovement
from projections.base import Database, Fact, Projection, Row
from projections.records import Reading
from projections.reports.sale_facts import add_rows

#: A place in the ledger is the event's position times this, plus the line's number within the event.
LINES_PER_EVENT = 100_000
#: What rows are called: after their movements, and what a receipt corrects of earlier sales.
TYPES = (*(event.kind for _, event in events_of(StockMovement)), "settlement", "cost_correction")  # type: ignore[attr-defined]  # all are movements


class MovedLine(Reading):
    """What is read of a movement's line."""

    variant_id: str
    quantity: Decimal
    value_change: int
    balance_quantity: Decimal
    balance_value: int
    unit_cost: int | None
    settlement: int


class Movement(Reading):
    """What is read of every movement."""

    storage_id: str
    occurred_at: datetime
    lines: tuple[MovedLine, ...]


class Receipt(Movement):
    """What is read of goods that came in."""

    supplier_id: str | None
    purchase_order_id: str | None
    reference: str | None


class Issue(Movement):
    """What is read of goods that went out with a sale."""

    order_id: str


class Reasoned(Movement):
    """What is read of a movement that has a reason."""

    reason: str


class Adjustment(Reasoned):
    """What is read of an adjustment."""

    reference: str | None


class SupplierReturn(Movement):
    """What is read of goods that went back to their supplier."""

    supplier_id: str
    reference: str | None


class StockMovements(Projection):
    """One row a line a movement, in the order of the log; values are minor currency units.

    A receipt that corrects the cost of goods sold before they came has the correction in a row of its own,
    so each row's balance is the one before it plus what the row itself changes.
    """

    name = "stock_movements"
    tables = ("stock_movements",)
    folds = {
        StockMovement.Received: Receipt,
        StockMovement.Issued: Issue,
        StockMovement.Adjusted: Adjustment,
        StockMovement.SupplierReturned: SupplierReturn,
        StockMovement.TransferredOut: Movement,
        StockMovement.TransferredIn: Movement,
        StockMovement.Counted: Movement,
        StockMovement.CountCorrected: Issue,
        StockMovement.Reversed: Reasoned,
    }
    # Nearly every movement is a sale, so looking for sales needs no index, and other types get a small one.
    schema = """
        CREATE TABLE stock_movements (
            company_id        uuid NOT NULL,
            place             bigint NOT NULL,
            recorded_at       timestamptz NOT NULL,
            occurred_at       timestamptz NOT NULL,
            type              text NOT NULL,
            storage_id        uuid NOT NULL,
            variant_id        uuid NOT NULL,
            quantity          numeric NOT NULL,
            unit_cost         bigint,
            value_change      bigint NOT NULL,
            balance_quantity  numeric NOT NULL,
            balance_value     bigint NOT NULL,
            reason            text,
            reference         text,
            order_id          uuid,
            supplier_id       uuid,
            purchase_order_id uuid,
            movement_id       uuid NOT NULL,
            actor_id          uuid,
            PRIMARY KEY (company_id, place)
        );
        CREATE INDEX stock_movements_by_variant ON stock_movements (company_id, variant_id, place);
        CREATE INDEX stock_movements_by_storage ON stock_movements (company_id, storage_id, place);
        CREATE INDEX stock_movements_by_time ON stock_movements (company_id, occurred_at);
        CREATE INDEX stock_movements_by_type ON stock_movements (company_id, type, place)
            WHERE type <> 'sale';
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Add the batch's rows in one statement."""
        rows = [row for fact in facts for row in _rows(fact)]
        add_rows(db, _ADD, _COLUMNS, rows)


_COLUMNS = (
    "place recorded_at occurred_at type storage_id variant_id quantity unit_cost value_change "
    "balance_quantity balance_value reason reference order_id supplier_id purchase_order_id movement_id "
    "actor_id"
)

_ADD: LiteralString = """
    INSERT INTO stock_movements (company_id, place, recorded_at, occurred_at, type, storage_id, variant_id,
                                 quantity, unit_cost, value_change, balance_quantity, balance_value,
                                 reason, reference, order_id, supplier_id, purchase_order_id, movement_id,
                                 actor_id)
    SELECT %(company_id)s, moved.*
      FROM unnest(%(place)b::bigint[], %(recorded_at)b::timestamptz[], %(occurred_at)b::timestamptz[],
                  %(type)b::text[], %(storage_id)b::uuid[], %(variant_id)b::uuid[], %(quantity)b::numeric[],
                  %(unit_cost)b::bigint[], %(value_change)b::bigint[],
                  %(balance_quantity)b::numeric[], %(balance_value)b::bigint[],
                  %(reason)b::text[], %(reference)b::text[], %(order_id)b::uuid[], %(supplier_id)b::uuid[],
                  %(purchase_order_id)b::uuid[], %(movement_id)b::uuid[], %(actor_id)b::uuid[]) AS moved
"""


def _rows(fact: Fact) -> Iterator[tuple[Any, ...]]:
    """The ledger's rows of one movement, in the order of `_COLUMNS`."""
    moved: Movement = fact.data
    event = cast("type[StockMovement.Moved]", fact.event)
    kind = event.kind
    number, storage = fact.position * LINES_PER_EVENT, moved.storage_id
    times = (fact.recorded_at, moved.occurred_at)
    origin = (*_ORIGINS[event](moved), fact.stream_id, fact.actor_id)
    for line in moved.lines:
        variant, balance_quantity, value = line.variant_id, line.balance_quantity, line.balance_value
        change, settlement = line.value_change, line.settlement
        balance = (balance_quantity, value - settlement)
        yield (
            number,
            *times,
            kind,
            storage,
            variant,
            line.quantity,
            line.unit_cost,
            change,
            *balance,
            *origin,
        )
        number += 1
        if settlement:
            yield (
                number,
                *times,
                _CORRECTIONS.get(event, "settlement"),
                storage,
                variant,
                _NONE,
                None,
                settlement,
                balance_quantity,
                value,
                *origin,
            )
            number += 1


#: Where a movement came from: reason, reference, order, supplier and purchase order.
_ORIGINS: Mapping[type[StockMovement.Moved], Callable[[Any], tuple[str | None, ...]]] = {
    StockMovement.Received: lambda moved: (
        None,
        moved.reference,
        None,
        moved.supplier_id,
        moved.purchase_order_id,
    ),
    StockMovement.Issued: lambda moved: (None, None, moved.order_id, None, None),
    StockMovement.Adjusted: lambda moved: (moved.reason, moved.reference, None, None, None),
    StockMovement.SupplierReturned: lambda moved: (None, moved.reference, None, moved.supplier_id, None),
    StockMovement.TransferredOut: lambda _moved: (None,) * 5,
    StockMovement.TransferredIn: lambda _moved: (None,) * 5,
    StockMovement.Counted: lambda _moved: (None,) * 5,
    StockMovement.CountCorrected: lambda moved: (None, None, moved.order_id, None, None),
    StockMovement.Reversed: lambda moved: (moved.reason, None, None, None, None),
}
#: What a movement corrects of the cost of earlier goods, where that is no settlement.
_CORRECTIONS: Mapping[type[StockMovement.Moved], str] = {StockMovement.Reversed: "cost_correction"}

_NONE = Decimal(0)

_LIST: LiteralString = """
    SELECT place, place / 100000 AS position, place %% 100000 AS line, recorded_at, occurred_at, type,
           storage_id, variant_id, quantity, unit_cost, value_change, balance_quantity, balance_value, reason,
           reference, order_id, supplier_id, purchase_order_id, movement_id, actor_id
      FROM stock_movements
     WHERE company_id = %(company_id)s AND place > %(after)s::bigint
       AND (%(variant_id)s::uuid IS NULL OR variant_id = %(variant_id)s::uuid)
       AND (%(storage_ids)b::uuid[] IS NULL OR storage_id = ANY(%(storage_ids)b::uuid[]))
       AND (%(store_ids)b::uuid[] IS NULL
            OR storage_id IN (SELECT id FROM settings
                               WHERE company_id = %(company_id)s AND kind = 'storages'
                                 AND parent_id = ANY(%(store_ids)b::uuid[])))
       AND (%(kind)s::text IS NULL OR type = %(kind)s::text)
       AND (%(from_time)s::timestamptz IS NULL OR occurred_at >= %(from_time)s::timestamptz)
       AND (%(to_time)s::timestamptz IS NULL OR occurred_at < %(to_time)s::timestamptz)
       AND (%(as_of)s::timestamptz IS NULL OR recorded_at <= %(as_of)s::timestamptz)
     ORDER BY place
     LIMIT %(limit)s::bigint
"""


def list_movements(
    db: Database,
    *,
    variant_id: UUID | None = None,
    storage_ids: Sequence[UUID] | None = None,
    store_ids: Sequence[UUID] = (),
    kind: str | None = None,
    from_time: datetime | None = None,
    to_time: datetime | None = None,
    as_of: datetime | None = None,
    after: int = 0,
    limit: int = 20,
) -> tuple[list[Row], bool]:
    """Movements behind the place `after`, oldest first, and whether there are more.

    With `store_ids` those in the storages of these stores alone. `kind` is a receipt, a sale or a
    settlement. `from_time` is inclusive, `to_time` is not; both are about when the goods moved. A row's
    `place` is where the next question goes on. `unit_cost` of what was sold is the average it went out at,
    rounded.
    """
    params = {
        "company_id": db.company_id,
        "variant_id": variant_id,
        "storage_ids": None if storage_ids is None else list(storage_ids),
        "store_ids": list(store_ids) if store_ids else None,
        "kind": kind,
        "from_time": from_time,
        "to_time": to_time,
        "as_of": as_of,
        "after": after,
        "limit": limit + 1,
    }
    rows = db.ask(_LIST, params).rows()
    return [_movement(row) for row in rows[:limit]], len(rows) > limit


def _movement(row: Row) -> Row:
    if row["unit_cost"] is not None or not row["quantity"]:
        return row
    return {**row, "unit_cost": unit_cost(row["value_change"], row["quantity"])}
