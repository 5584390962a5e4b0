"""The stock ledger as a read model: its rows, and where in it those of a time lie."""

from collections.abc import Iterable, Sequence
from typing import LiteralString

from domain.stock.transfers import Transfer
from projections.base import Database, Fact, Projection
from projections.rows import add_rows
from projections.stock.movements.rows import COLUMNS, LINES_PER_EVENT, READ, Row, rows_of

#: How many places of the ledger a stretch of it has, those of a thousand events.
STRETCH = 1_000 * LINES_PER_EVENT


class StockMovements(Projection):
    """One row a line a movement, in the order of the log; values are minor currency units.

    A movement that corrects the cost of earlier goods has the correction in a row of its own, and a row of a
    transfer that leaves or reaches a storage has the opposite row beside it, of the goods in transit (see
    `IN_TRANSIT`). So each row's balance is the one before it plus what the row itself changes, and all rows
    together are worth what lies in storages and what is on the way.

    Rows are shown in the order of the log, but asked for by when goods moved, which may be long before. So
    for each stretch of the ledger it is noted which times its rows are of.
    """

    name = "stock_movements"
    version = 4
    tables = ("stock_movements", "stock_movement_stretches")
    reading_indexes = (
        "stock_movements_by_variant",
        "stock_movements_by_storage",
        "stock_movements_by_time",
        "stock_movements_by_actor",
        "stock_movements_by_order",
        "stock_movements_by_refund",
        "stock_movements_by_type",
        "stock_movements_by_reason",
        "stock_movements_by_supplier",
        "stock_movements_by_purchase_order",
        "stock_movements_by_transfer",
        "stock_movements_by_count",
    )
    folds = READ
    # What a transfer moves is in its movements, save what never arrived.
    ignores = frozenset(
        {
            Transfer.Drafted,
            Transfer.Amended,
            Transfer.Discarded,
            Transfer.Shipped,
            Transfer.Cancelled,
        }
    )
    # Columns of a fixed length come first, as texts before them cost 16 bytes of padding in each row. Nearly
    # every movement is a sale, so looking for sales needs no index, and what sales do not have is in small
    # ones. The lines of an order lie together: its index has them as one entry.
    schema = """
        CREATE TABLE stock_movements (
            company_id        uuid NOT NULL,
            place             bigint NOT NULL,
            recorded_at       timestamptz NOT NULL,
            occurred_at       timestamptz NOT NULL,
            unit_cost         bigint,
            value_change      bigint NOT NULL,
            balance_value     bigint NOT NULL,
            business_date     date,
            storage_id        uuid NOT NULL,
            variant_id        uuid NOT NULL,
            order_id          uuid,
            refund_id         uuid,
            supplier_id       uuid,
            purchase_order_id uuid,
            transfer_id       uuid,
            count_id          uuid,
            reversal_of       uuid,
            movement_id       uuid NOT NULL,
            actor_id          uuid,
            quantity          numeric NOT NULL,
            balance_quantity  numeric NOT NULL,
            type              text NOT NULL,
            reason            text,
            reference         text,
            note              text,
            PRIMARY KEY (company_id, place)
        );
        CREATE INDEX stock_movements_by_variant ON stock_movements (company_id, variant_id, place);
        CREATE INDEX stock_movements_by_storage ON stock_movements (company_id, storage_id, place);
        CREATE INDEX stock_movements_by_time ON stock_movements (company_id, occurred_at);
        CREATE INDEX stock_movements_by_actor ON stock_movements (company_id, actor_id, place);
        CREATE INDEX stock_movements_by_order ON stock_movements (company_id, order_id)
            WHERE order_id IS NOT NULL;
        CREATE INDEX stock_movements_by_refund ON stock_movements (company_id, refund_id)
            WHERE refund_id IS NOT NULL;
        CREATE INDEX stock_movements_by_type ON stock_movements (company_id, type, place)
            WHERE type <> 'sale';
        CREATE INDEX stock_movements_by_reason ON stock_movements (company_id, reason, place)
            WHERE type = 'adjustment';
        CREATE INDEX stock_movements_by_supplier ON stock_movements (company_id, supplier_id, place)
            WHERE supplier_id IS NOT NULL;
        CREATE INDEX stock_movements_by_purchase_order
            ON stock_movements (company_id, purchase_order_id, place) WHERE purchase_order_id IS NOT NULL;
        CREATE INDEX stock_movements_by_transfer ON stock_movements (company_id, transfer_id, place)
            WHERE transfer_id IS NOT NULL;
        CREATE INDEX stock_movements_by_count ON stock_movements (company_id, count_id, place)
            WHERE count_id IS NOT NULL;
        CREATE TABLE stock_movement_stretches (
            company_id  uuid NOT NULL,
            first_place bigint NOT NULL,
            known_from  timestamptz NOT NULL,
            earliest    timestamptz NOT NULL,
            latest      timestamptz NOT NULL,
            PRIMARY KEY (company_id, first_place)
        );
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Add the batch's rows in one statement, and note their times in another."""
        rows = [row for fact in facts for row in rows_of(fact)]
        add_rows(db, _ADD, COLUMNS, rows)
        add_rows(db, _NOTE, "first_place known_from earliest latest", _stretches(rows))


def _stretches(rows: Iterable[Row]) -> list[Row]:
    """The stretches that the rows lie in, and the first and last times of each."""
    times: dict[int, tuple[list[object], list[object]]] = {}
    for place, recorded_at, occurred_at, *_ in rows:
        known, moved = times.setdefault(place - place % STRETCH, ([], []))
        known.append(recorded_at)
        moved.append(occurred_at)
    return [(first, min(known), min(moved), max(moved)) for first, (known, moved) in times.items()]  # type: ignore[type-var]  # times


_ADD: LiteralString = """
    INSERT INTO stock_movements (company_id, place, recorded_at, occurred_at, type, storage_id, variant_id,
                                 quantity, unit_cost, value_change, balance_quantity, balance_value,
                                 reason, reference, note, order_id, refund_id, supplier_id,
                                 purchase_order_id, transfer_id, count_id, reversal_of, movement_id, actor_id,
                                 business_date)
    SELECT %(company_id)s, unnest(%(place)b::bigint[]), unnest(%(recorded_at)b::timestamptz[]),
           unnest(%(occurred_at)b::timestamptz[]), unnest(%(type)b::text[]), unnest(%(storage_id)b::uuid[]),
           unnest(%(variant_id)b::uuid[]), unnest(%(quantity)b::numeric[]), unnest(%(unit_cost)b::bigint[]),
           unnest(%(value_change)b::bigint[]), unnest(%(balance_quantity)b::numeric[]),
           unnest(%(balance_value)b::bigint[]), unnest(%(reason)b::text[]), unnest(%(reference)b::text[]),
           unnest(%(note)b::text[]), unnest(%(order_id)b::uuid[]), unnest(%(refund_id)b::uuid[]),
           unnest(%(supplier_id)b::uuid[]), unnest(%(purchase_order_id)b::uuid[]),
           unnest(%(transfer_id)b::uuid[]), unnest(%(count_id)b::uuid[]), unnest(%(reversal_of)b::uuid[]),
           unnest(%(movement_id)b::uuid[]), unnest(%(actor_id)b::uuid[]), unnest(%(business_date)b::date[])
    RETURNING company_id
"""

_NOTE: LiteralString = """
    INSERT INTO stock_movement_stretches AS stretch (company_id, first_place, known_from, earliest, latest)
    SELECT %(company_id)s, unnest(%(first_place)b::bigint[]), unnest(%(known_from)b::timestamptz[]),
           unnest(%(earliest)b::timestamptz[]), unnest(%(latest)b::timestamptz[])
        ON CONFLICT (company_id, first_place) DO UPDATE
       SET known_from = least(stretch.known_from, excluded.known_from),
           earliest = least(stretch.earliest, excluded.earliest),
           latest = greatest(stretch.latest, excluded.latest)
"""
