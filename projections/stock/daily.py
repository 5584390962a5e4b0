"""Stock by the day: what a storage had of a variant, what came and went, and for how long there was any."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import LiteralString

from domain.stock.movements import StockMovement
from projections.base import Database, Event, Fact, Projection
from projections.records import Reading
from projections.rows import add_rows

#: A storage and a variant, as text.
Key = tuple[str, str]
_NONE = Decimal(0)
_SECOND, _DAY = 10**6, 86_400 * 10**6


class MovedLine(Reading):
    """What is read of a movement's line."""

    variant_id: str
    quantity: Decimal
    balance_quantity: Decimal
    balance_value: int


class Movement(Reading):
    """What is read of a movement."""

    storage_id: str
    occurred_at: datetime
    business_date: date | None
    lines: tuple[MovedLine, ...]


@dataclass(slots=True)
class Day:
    """The row of a business date of a storage and a variant, as far as a batch has come."""

    storage_id: str
    variant_id: str
    business_date: date
    opening: Decimal
    closing: Decimal
    first_at: datetime
    last_at: datetime
    value: int = 0
    quantity_in: Decimal = _NONE
    quantity_out: Decimal = _NONE
    sold: Decimal = _NONE
    returned: Decimal = _NONE
    microseconds_in_stock: int = 0
    last_sold_at: datetime | None = None
    #: Whether the batch has anything to add to what the table knows of it.
    has_moved: bool = False

    def move(self, event: Event, at: datetime, line: MovedLine) -> None:
        """Take in a movement, which is not before the last."""
        if self.closing > 0:
            self.microseconds_in_stock += _microseconds(self.last_at, at)
        quantity = line.quantity
        if quantity > 0:
            self.quantity_in += quantity
            if event in _FROM_CUSTOMERS:
                self.returned += quantity
        else:
            self.quantity_out -= quantity
            if event is StockMovement.Issued:
                self.sold -= quantity
                self.last_sold_at = at
        self.closing, self.value, self.last_at = line.balance_quantity, line.balance_value, at
        self.has_moved = True


_FROM_CUSTOMERS = frozenset({StockMovement.Returned, StockMovement.Voided})


class StockDaily(Projection):
    """One row for each storage, variant and business date on which something moved.

    `returned` is what customers brought back and what voids took back, on the day that it came; `sold` is not
    lowered by it.

    Movements follow each other as they were recorded, each at the time it happened, but never before the one
    that was recorded before it: one that comes late counts for the day on which the stock stood then. So the
    `closing` of a row is the `opening` of the next, and a day without a row is as the row before it ends.
    `microseconds_in_stock` is for how long there was any between the first and the last movement of the day;
    before and after these it follows from `opening` and `closing`. `value` is minor currency units.
    """

    name = "stock_daily"
    version = 2
    tables = ("stock_daily",)
    reading_indexes = ("stock_daily_by_date",)
    folds = dict.fromkeys(
        (
            StockMovement.Received,
            StockMovement.Issued,
            StockMovement.Returned,
            StockMovement.Voided,
            StockMovement.Adjusted,
            StockMovement.SupplierReturned,
            StockMovement.TransferredOut,
            StockMovement.TransferredIn,
            StockMovement.Counted,
            StockMovement.CountCorrected,
            StockMovement.Reversed,
        ),
        Movement,
    )
    schema = """
        CREATE TABLE stock_daily (
            company_id            uuid NOT NULL,
            storage_id            uuid NOT NULL,
            variant_id            uuid NOT NULL,
            business_date         date NOT NULL,
            opening               numeric NOT NULL,
            quantity_in           numeric NOT NULL,
            quantity_out          numeric NOT NULL,
            sold                  numeric NOT NULL,
            returned              numeric NOT NULL,
            closing               numeric NOT NULL,
            value                 bigint NOT NULL,
            microseconds_in_stock bigint NOT NULL,
            first_at              timestamptz NOT NULL,
            last_at               timestamptz NOT NULL,
            last_sold_at          timestamptz,
            PRIMARY KEY (company_id, storage_id, variant_id, business_date)
        ) WITH (fillfactor = 70);
        CREATE INDEX stock_daily_by_date ON stock_daily (company_id, business_date);
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Add a batch up in memory, going on from the last day of everything that moves in it."""
        keys = {(fact.data.storage_id, line.variant_id) for fact in facts for line in fact.data.lines}
        days = _Days(_last_days(keys, db))
        for fact in facts:
            days.add(fact)
        # In the order of their key, so that neighbours lie in the same page of its index.
        add_rows(db, _PUT, _COLUMNS, sorted(_row(day) for day in days.moved()))


class _Days:
    """The days of a batch, of which each storage and variant has a current one."""

    def __init__(self, last: Iterable[Day]) -> None:
        self._current = {(day.storage_id, day.variant_id): day for day in last}
        self._done: list[Day] = []

    def add(self, fact: Fact) -> None:
        """Take in a movement."""
        moved: Movement = fact.data
        occurred_at = moved.occurred_at
        # Earlier movements do not know their business date.
        business_date = moved.business_date or occurred_at.date()
        for line in moved.lines:
            key = (moved.storage_id, line.variant_id)
            day, at = self._current.get(key), occurred_at
            if day is None or (at >= day.last_at and business_date > day.business_date):
                if day is not None:
                    self._done.append(day)
                opening = line.balance_quantity - line.quantity
                day = self._current[key] = Day(*key, business_date, opening, opening, at, at)
            day.move(fact.event, max(at, day.last_at), line)

    def moved(self) -> list[Day]:
        """The days on which something moved."""
        return [day for day in (*self._done, *self._current.values()) if day.has_moved]


def _microseconds(since: datetime, until: datetime) -> int:
    passed = until - since
    return passed.days * _DAY + passed.seconds * _SECOND + passed.microseconds


def _last_days(keys: Collection[Key], db: Database) -> list[Day]:
    params = {
        "company_id": db.company_id,
        "storages": [storage_id for storage_id, _ in keys],
        "variants": [variant_id for _, variant_id in keys],
    }
    return [
        Day(
            str(row["storage_id"]),
            str(row["variant_id"]),
            row["business_date"],
            row["closing"],
            row["closing"],
            row["last_at"],
            row["last_at"],
        )
        for row in db.ask(_LAST, params).rows()
    ]


def _row(day: Day) -> tuple[object, ...]:
    """The columns of a day, in the order of `_COLUMNS`."""
    return (
        day.storage_id,
        day.variant_id,
        day.business_date,
        day.opening,
        day.quantity_in,
        day.quantity_out,
        day.sold,
        day.returned,
        day.closing,
        day.value,
        day.microseconds_in_stock,
        day.first_at,
        day.last_at,
        day.last_sold_at,
    )


_COLUMNS = (
    "storage_id variant_id business_date opening quantity_in quantity_out sold returned closing value "
    "microseconds_in_stock first_at last_at last_sold_at"
)

_LAST: LiteralString = """
    SELECT moved.storage_id, moved.variant_id, last.business_date, last.closing, last.last_at
      FROM (SELECT unnest(%(storages)b::uuid[]) AS storage_id,
                   unnest(%(variants)b::uuid[]) AS variant_id) AS moved
     CROSS JOIN LATERAL (
            SELECT business_date, closing, last_at FROM stock_daily
             WHERE company_id = %(company_id)s AND storage_id = moved.storage_id
               AND variant_id = moved.variant_id
             ORDER BY business_date DESC LIMIT 1
           ) AS last
"""

_PUT: LiteralString = """
    INSERT INTO stock_daily AS known (company_id, storage_id, variant_id, business_date, opening, quantity_in,
                                      quantity_out, sold, returned, closing, value, microseconds_in_stock,
                                      first_at, last_at, last_sold_at)
    SELECT %(company_id)s, unnest(%(storage_id)b::uuid[]), unnest(%(variant_id)b::uuid[]),
           unnest(%(business_date)b::date[]), unnest(%(opening)b::numeric[]),
           unnest(%(quantity_in)b::numeric[]), unnest(%(quantity_out)b::numeric[]),
           unnest(%(sold)b::numeric[]), unnest(%(returned)b::numeric[]), unnest(%(closing)b::numeric[]),
           unnest(%(value)b::bigint[]), unnest(%(microseconds_in_stock)b::bigint[]),
           unnest(%(first_at)b::timestamptz[]), unnest(%(last_at)b::timestamptz[]),
           unnest(%(last_sold_at)b::timestamptz[])
        ON CONFLICT (company_id, storage_id, variant_id, business_date) DO UPDATE
       SET quantity_in = known.quantity_in + excluded.quantity_in,
           quantity_out = known.quantity_out + excluded.quantity_out,
           sold = known.sold + excluded.sold,
           returned = known.returned + excluded.returned,
           closing = excluded.closing,
           value = excluded.value,
           microseconds_in_stock = known.microseconds_in_stock + excluded.microseconds_in_stock,
           last_at = excluded.last_at,
           last_sold_at = coalesce(excluded.last_sold_at, known.last_sold_at)
"""
