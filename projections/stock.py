"""Stock on hand: a balance for each storage and variant, locked by every decision that moves it."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import LiteralString
from uuid import UUID

from domain.costing import unit_cost
from domain.stock import StockMovement
from projections.base import Database, Fact, Projection, Row
from projections.pages import PAGE, list_and_count
from projections.records import Reading


class MovedLine(Reading):
    """What is read of a movement's line: the balance that it left."""

    variant_id: UUID
    balance_quantity: Decimal
    balance_value: int
    last_unit_cost: Decimal


class Movement(Reading):
    """What is read of a movement."""

    storage_id: UUID
    lines: tuple[MovedLine, ...]


#: How stock refers to a storage (`id`) that is to be archived.
USES: LiteralString = """
    EXISTS (SELECT 1 FROM stock_balances
             WHERE company_id = %(company_id)s AND storage_id = %(id)s AND on_hand <> 0)
"""


class StockBalances(Projection):
    """What each storage holds of each variant: a quantity and its total value, never a rounded average."""

    name = "stock"
    mode = "inline"
    tables = ("stock_balances",)
    folds = {StockMovement.Received: Movement, StockMovement.Issued: Movement}
    schema = """
        CREATE TABLE stock_balances (
            company_id     uuid NOT NULL,
            storage_id     uuid NOT NULL,
            variant_id     uuid NOT NULL,
            on_hand        numeric NOT NULL,
            value          bigint NOT NULL,
            last_unit_cost numeric NOT NULL,
            PRIMARY KEY (company_id, storage_id, variant_id)
        ) WITH (fillfactor = 70);
        CREATE INDEX stock_balances_by_variant ON stock_balances (company_id, variant_id);
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """The last line about a balance says what it is: whoever wrote it held the lock on it."""
        last = {(fact.data.storage_id, line.variant_id): line for fact in facts for line in fact.data.lines}
        keys = sorted(last)
        db.execute(
            _UPSERT,
            {
                "company_id": db.company_id,
                "storages": [storage_id for storage_id, _ in keys],
                "variants": [variant_id for _, variant_id in keys],
                "on_hand": [last[key].balance_quantity for key in keys],
                "values": [last[key].balance_value for key in keys],
                "costs": [last[key].last_unit_cost for key in keys],
            },
        )


_UPSERT: LiteralString = """
    INSERT INTO stock_balances AS balance (company_id, storage_id, variant_id, on_hand, value, last_unit_cost)
    SELECT %(company_id)s, storage_id, variant_id, on_hand, value, last_unit_cost
      FROM unnest(%(storages)b::uuid[], %(variants)b::uuid[], %(on_hand)b::numeric[], %(values)b::bigint[],
                  %(costs)b::numeric[]) AS moved(storage_id, variant_id, on_hand, value, last_unit_cost)
        ON CONFLICT (company_id, storage_id, variant_id) DO UPDATE
       SET on_hand = excluded.on_hand, value = excluded.value, last_unit_cost = excluded.last_unit_cost
"""

_BALANCES: LiteralString = """
           stock_balances AS b
      JOIN variants AS v ON v.company_id = b.company_id AND v.id = b.variant_id
      JOIN settings AS s ON s.company_id = b.company_id AND s.id = b.storage_id
"""
_FILTER: LiteralString = """
       b.company_id = %(company_id)s
       AND (%(storage_id)s::uuid IS NULL OR b.storage_id = %(storage_id)s::uuid)
       AND (%(variant_id)s::uuid IS NULL OR b.variant_id = %(variant_id)s::uuid)
       AND (%(store_ids)b::uuid[] IS NULL OR s.parent_id = ANY(%(store_ids)b::uuid[]))
       AND (NOT %(below_reorder)s::bool OR b.on_hand <= v.reorder_level)
"""
_LEVELS: LiteralString = f"""
    SELECT b.storage_id, s.name AS storage_name, b.variant_id, v.product_id, v.sku, p.name,
           v.name AS variant_name, b.on_hand, b.value, v.reorder_level
      FROM {_BALANCES}
      JOIN products AS p ON p.company_id = v.company_id AND p.id = v.product_id
     WHERE {_FILTER}
     ORDER BY b.storage_id, b.variant_id
    {PAGE}
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM {_BALANCES} WHERE {_FILTER}"


def list_levels(
    db: Database,
    *,
    page: int = 1,
    limit: int = 20,
    storage_id: UUID | None = None,
    store_ids: Collection[UUID] = (),
    variant_id: UUID | None = None,
    below_reorder: bool = False,
) -> tuple[list[Row], int]:
    """One page of stock levels, of these stores or of all, and how many there are in all.

    `average_cost` is rounded for display.
    """
    rows, total = list_and_count(
        db,
        _LEVELS,
        _COUNT,
        page=page,
        limit=limit,
        storage_id=storage_id,
        store_ids=list(store_ids) if store_ids else None,
        variant_id=variant_id,
        below_reorder=below_reorder,
    )
    return [_level(row) for row in rows], total


def _level(row: Row) -> Row:
    on_hand, none = row["on_hand"], Decimal(0)
    average = unit_cost(row["value"], on_hand)
    return {**row, "reserved": none, "incoming": none, "available": on_hand, "average_cost": average}
