"""The journal of stock: receipts, adjustments and returns to suppliers, each with what became of it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, LiteralString, cast
from uuid import UUID

from domain.settings import name_key
from domain.stock.movements import StockMovement
from projections.base import Database, Fact, Projection
from projections.records import Reading


class ValuedLine(Reading):
    """What is read of a line: by how much it changed the stock's value."""

    value_change: int


class ReturnedLine(ValuedLine):
    """What is read of a line that goes back to a supplier, or comes from there again."""

    variant_id: UUID
    quantity: Decimal


class Booked(Reading):
    """What is read of every entry."""

    storage_id: UUID
    occurred_at: datetime
    business_date: date | None
    reference: str | None
    note: str | None
    lines: tuple[ValuedLine, ...]


class Receipt(Booked):
    """What is read of a receipt."""

    supplier_id: UUID | None
    purchase_order_id: UUID | None


class Adjustment(Booked):
    """What is read of an adjustment."""

    reason: str


class SupplierReturn(Booked):
    """What is read of a return to a supplier."""

    supplier_id: UUID
    receipt_id: UUID | None
    credit_total: int
    lines: tuple[ReturnedLine, ...]


class Reversal(Reading):
    """What is read of a reversal."""

    original_id: UUID
    lines: tuple[ReturnedLine, ...]


class StockJournal(Projection):
    """One row a receipt, adjustment or supplier return, with its reversal; amounts are minor currency units.

    Beside it stands what of each receipt went back to its supplier, by variant, in the product's unit.
    """

    name = "stock_journal"
    version = 2
    mode = "inline"
    tables = ("stock_journal", "receipt_returns")
    folds = {
        StockMovement.Received: Receipt,
        StockMovement.Adjusted: Adjustment,
        StockMovement.SupplierReturned: SupplierReturn,
        StockMovement.Reversed: Reversal,
    }
    # These belong to documents with lists of their own: orders, transfers and counts.
    ignores = frozenset(
        {
            StockMovement.Issued,
            StockMovement.Returned,
            StockMovement.Voided,
            StockMovement.TransferredOut,
            StockMovement.TransferredIn,
            StockMovement.Counted,
            StockMovement.CountCorrected,
        }
    )
    schema = """
        CREATE TABLE stock_journal (
            company_id        uuid NOT NULL,
            id                uuid NOT NULL,
            kind              text NOT NULL,
            storage_id        uuid NOT NULL,
            supplier_id       uuid,
            receipt_id        uuid,
            purchase_order_id uuid,
            reason            text,
            reference         text,
            reference_key     text NOT NULL,
            note              text,
            occurred_at       timestamptz NOT NULL,
            recorded_at       timestamptz NOT NULL,
            business_date     date,
            created_by        uuid,
            line_count        bigint NOT NULL,
            value_change      numeric NOT NULL,
            credit_total      bigint,
            reversed_by       uuid,
            PRIMARY KEY (company_id, id)
        );
        CREATE INDEX stock_journal_by_time ON stock_journal (company_id, kind, occurred_at, id);
        CREATE INDEX stock_journal_by_recording ON stock_journal (company_id, kind, recorded_at, id);
        CREATE INDEX stock_journal_by_reference ON stock_journal (company_id, kind, reference_key, id);
        CREATE INDEX stock_journal_by_storage ON stock_journal
            (company_id, kind, storage_id, occurred_at, id);
        CREATE INDEX stock_journal_by_supplier ON stock_journal
            (company_id, kind, supplier_id, occurred_at, id) WHERE supplier_id IS NOT NULL;
        CREATE INDEX stock_journal_by_reason ON stock_journal
            (company_id, kind, reason, occurred_at, id) WHERE reason IS NOT NULL;
        CREATE TABLE receipt_returns (
            company_id uuid NOT NULL,
            receipt_id uuid NOT NULL,
            variant_id uuid NOT NULL,
            quantity   numeric NOT NULL,
            PRIMARY KEY (company_id, receipt_id, variant_id)
        );
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Add the entries of the batch, then what reversals and returns say of earlier ones."""
        reversals = [fact for fact in facts if fact.event is StockMovement.Reversed]
        if entries := [fact for fact in facts if fact.event is not StockMovement.Reversed]:
            _add(entries, db)
        if reversals:
            originals = {fact.data.original_id: fact.stream_id for fact in reversals}
            params = {"company_id": db.company_id, "originals": list(originals)}
            db.execute(_REVERSE, {**params, "reversals": list(originals.values())})
        returns = [fact for fact in facts if fact.event is StockMovement.SupplierReturned]
        if lines := [*_returned(returns), *_returned(reversals)]:
            _add_returned(lines, db)


def _add(entries: Iterable[Fact], db: Database) -> None:
    columns = list(zip(*map(_row, entries), strict=True))
    names = _COLUMNS.split()
    db.execute(_ADD, {"company_id": db.company_id, **dict(zip(names, map(list, columns), strict=True))})


_COLUMNS = (
    "id kind storage_id supplier_id receipt_id purchase_order_id reason reference reference_key note "
    "occurred_at recorded_at business_date created_by line_count value_change credit_total"
)

_ADD: LiteralString = """
    INSERT INTO stock_journal (company_id, id, kind, storage_id, supplier_id, receipt_id, purchase_order_id,
                               reason, reference, reference_key, note, occurred_at, recorded_at,
                               business_date, created_by, line_count, value_change, credit_total)
    SELECT %(company_id)s, unnest(%(id)b::uuid[]), unnest(%(kind)b::text[]), unnest(%(storage_id)b::uuid[]),
           unnest(%(supplier_id)b::uuid[]), unnest(%(receipt_id)b::uuid[]),
           unnest(%(purchase_order_id)b::uuid[]), unnest(%(reason)b::text[]), unnest(%(reference)b::text[]),
           unnest(%(reference_key)b::text[]), unnest(%(note)b::text[]),
           unnest(%(occurred_at)b::timestamptz[]), unnest(%(recorded_at)b::timestamptz[]),
           unnest(%(business_date)b::date[]), unnest(%(created_by)b::uuid[]),
           unnest(%(line_count)b::bigint[]), unnest(%(value_change)b::numeric[]),
           unnest(%(credit_total)b::bigint[])
    RETURNING company_id
"""


def _row(fact: Fact) -> tuple[Any, ...]:
    """The journal's row of one entry, in the order of `_COLUMNS`."""
    entry, event = fact.data, cast("type[StockMovement.Moved]", fact.event)
    is_return = event is StockMovement.SupplierReturned
    return (
        fact.stream_id,
        event.kind,
        entry.storage_id,
        None if event is StockMovement.Adjusted else entry.supplier_id,
        entry.receipt_id if is_return else None,
        entry.purchase_order_id if event is StockMovement.Received else None,
        entry.reason if event is StockMovement.Adjusted else None,
        entry.reference,
        name_key(entry.reference or ""),
        entry.note,
        entry.occurred_at,
        fact.at,
        entry.business_date,
        fact.actor_id,
        len(entry.lines),
        Decimal(sum(line.value_change for line in entry.lines)),
        entry.credit_total if is_return else None,
    )


_REVERSE: LiteralString = """
    UPDATE stock_journal AS entry SET reversed_by = reversal.id
      FROM (SELECT unnest(%(originals)b::uuid[]) AS original_id,
                   unnest(%(reversals)b::uuid[]) AS id) AS reversal
     WHERE entry.company_id = %(company_id)s AND entry.id = reversal.original_id
"""

#: What went back by an entry: the entry, the variant, and how much.
_Returned = tuple[UUID, UUID, Decimal]


def _returned(facts: Iterable[Fact]) -> Iterable[_Returned]:
    """What the lines of returns took away, and what those of reversals brought again (below zero)."""
    for fact in facts:
        entry_id = fact.data.original_id if fact.event is StockMovement.Reversed else fact.stream_id
        for line in fact.data.lines:
            yield entry_id, line.variant_id, -line.quantity


def _add_returned(lines: Sequence[_Returned], db: Database) -> None:
    db.execute(
        _ADD_RETURNED,
        {
            "company_id": db.company_id,
            "entries": [entry_id for entry_id, _, _ in lines],
            "variants": [variant_id for _, variant_id, _ in lines],
            "quantities": [quantity for _, _, quantity in lines],
        },
    )


# Only a return to a supplier can name a receipt, so what else was reversed falls out.
_ADD_RETURNED: LiteralString = """
    INSERT INTO receipt_returns AS returned (company_id, receipt_id, variant_id, quantity)
    SELECT %(company_id)s, entry.receipt_id, line.variant_id, sum(line.quantity)
      FROM (SELECT unnest(%(entries)b::uuid[]) AS entry_id, unnest(%(variants)b::uuid[]) AS variant_id,
                   unnest(%(quantities)b::numeric[]) AS quantity) AS line
      JOIN stock_journal AS entry ON entry.company_id = %(company_id)s AND entry.id = line.entry_id
     WHERE entry.receipt_id IS NOT NULL
     GROUP BY entry.receipt_id, line.variant_id
     ORDER BY entry.receipt_id, line.variant_id
        ON CONFLICT (company_id, receipt_id, variant_id) DO UPDATE
       SET quantity = returned.quantity + excluded.quantity
"""
