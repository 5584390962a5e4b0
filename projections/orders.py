"""Orders as they are found again, and how far each till's code is counted."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

from domain.orders import Order
from domain.tills import series_of
from projections.base import Database, Fact, Projection
from projections.pages import PAGE, list_and_count
from projections.records import Reading


class Total(Reading):
    """What is read of a sale's sums."""

    total: int


class Sale(Reading):
    """What is read of a sale."""

    number: str
    series_id: UUID
    series_number: int
    channel: str
    store_id: UUID
    register_id: UUID | None
    cashier_id: UUID | None
    customer_id: UUID | None
    business_date: date
    occurred_at: datetime
    totals: Total


class Orders(Projection):
    """One row for each order with what lists are filtered by; the order itself is read from the log.

    Numbers are counted by the code they begin with, so that a code that was given to another till goes on
    where it was. What must not occur twice is a place in a series, which guards the first sale under a code.
    Orders from elsewhere have no such place: their `series_number` is 0. A log in which a place occurs twice
    all the same is told by `clash`, the position of the sale that came second.
    """

    name = "orders"
    version = 3
    mode = "inline"
    tables = ("orders", "order_series")
    folds = {Order.Sold: Sale}
    schema = """
        CREATE TABLE orders (
            company_id    uuid NOT NULL,
            id            uuid NOT NULL,
            number        text NOT NULL,
            series_id     uuid NOT NULL,
            series_number bigint NOT NULL,
            channel       text NOT NULL,
            store_id      uuid NOT NULL,
            register_id   uuid,
            cashier_id    uuid,
            customer_id   uuid,
            business_date date NOT NULL,
            occurred_at   timestamptz NOT NULL,
            recorded_at   timestamptz NOT NULL,
            total         bigint NOT NULL,
            clash         bigint NOT NULL DEFAULT 0,
            PRIMARY KEY (company_id, id)
        );
        CREATE UNIQUE INDEX orders_by_series ON orders (company_id, series_id, series_number, clash)
            WHERE series_number > 0;
        CREATE INDEX orders_by_number ON orders (company_id, number);
        CREATE INDEX orders_by_time ON orders (company_id, occurred_at, id);
        CREATE INDEX orders_by_recording ON orders (company_id, recorded_at) WHERE series_number > 0;
        CREATE INDEX orders_by_store ON orders (company_id, store_id, occurred_at, id);
        CREATE INDEX orders_by_cashier ON orders (company_id, cashier_id, occurred_at, id)
            WHERE cashier_id IS NOT NULL;
        CREATE TABLE order_series (
            company_id  uuid NOT NULL,
            series_id   uuid NOT NULL,
            last_number bigint NOT NULL,
            PRIMARY KEY (company_id, series_id)
        ) WITH (fillfactor = 50);
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Sales arrive in bulk at an import, so a batch is one statement a table."""
        sales: list[Sale] = [fact.data for fact in facts]
        db.execute(
            _INSERT_RECORDED if facts[0].is_recorded else _INSERT,
            {
                "company_id": db.company_id,
                "positions": [fact.position for fact in facts],
                "ids": [fact.stream_id for fact in facts],
                "numbers": [sale.number for sale in sales],
                "series": [sale.series_id for sale in sales],
                "series_numbers": [sale.series_number for sale in sales],
                "channels": [sale.channel for sale in sales],
                "stores": [sale.store_id for sale in sales],
                "registers": [sale.register_id for sale in sales],
                "cashiers": [sale.cashier_id for sale in sales],
                "customers": [sale.customer_id for sale in sales],
                "dates": [sale.business_date for sale in sales],
                "times": [sale.occurred_at for sale in sales],
                "recorded": [fact.at for fact in facts],
                "totals": [sale.totals.total for sale in sales],
            },
        )
        last: dict[UUID, int] = {}
        for sale in sales:
            if sale.series_number:
                # Earlier sales name the till as their series, so the code is taken from the number.
                series_id = series_of(sale.number.rpartition("-")[0])
                last[series_id] = max(sale.series_number, last.get(series_id, 0))
        db.execute(
            _ADVANCE,
            {"company_id": db.company_id, "series": list(last), "numbers": list(last.values())},
        )


_INSERT: LiteralString = """
    INSERT INTO orders (company_id, id, number, series_id, series_number, channel, store_id, register_id,
                        cashier_id, customer_id, business_date, occurred_at, recorded_at, total)
    SELECT %(company_id)s, sale.*
      FROM unnest(%(ids)b::uuid[], %(numbers)b::text[], %(series)b::uuid[], %(series_numbers)b::bigint[],
                  %(channels)b::text[], %(stores)b::uuid[], %(registers)b::uuid[], %(cashiers)b::uuid[],
                  %(customers)b::uuid[], %(dates)b::date[], %(times)b::timestamptz[],
                  %(recorded)b::timestamptz[], %(totals)b::bigint[]) AS sale
"""

_INSERT_RECORDED: LiteralString = """
    INSERT INTO orders (company_id, id, number, series_id, series_number, channel, store_id, register_id,
                        cashier_id, customer_id, business_date, occurred_at, recorded_at, total, clash)
    SELECT %(company_id)s, sale.id, number, series_id, series_number, channel, store_id, register_id,
           cashier_id, customer_id, business_date, occurred_at, recorded_at, total,
           CASE WHEN series_number > 0
                 AND (row_number() OVER (PARTITION BY series_id, series_number ORDER BY position) > 1
                      OR EXISTS (SELECT FROM orders AS earlier
                                  WHERE earlier.company_id = %(company_id)s
                                    AND earlier.series_id = sale.series_id
                                    AND earlier.series_number = sale.series_number))
                THEN position ELSE 0 END
      FROM unnest(%(ids)b::uuid[], %(numbers)b::text[], %(series)b::uuid[], %(series_numbers)b::bigint[],
                  %(channels)b::text[], %(stores)b::uuid[], %(registers)b::uuid[], %(cashiers)b::uuid[],
                  %(customers)b::uuid[], %(dates)b::date[], %(times)b::timestamptz[],
                  %(recorded)b::timestamptz[], %(totals)b::bigint[], %(positions)b::bigint[])
        AS sale(id, number, series_id, series_number, channel, store_id, register_id, cashier_id,
                customer_id, business_date, occurred_at, recorded_at, total, position)
"""

_ADVANCE: LiteralString = """
    INSERT INTO order_series AS series (company_id, series_id, last_number)
    SELECT %(company_id)s, sold.*
      FROM unnest(%(series)b::uuid[], %(numbers)b::bigint[]) AS sold
        ON CONFLICT (company_id, series_id) DO UPDATE
       SET last_number = greatest(series.last_number, excluded.last_number)
"""

_FILTER: LiteralString = """
       company_id = %(company_id)s
       AND (%(cashier_id)s::uuid IS NULL OR cashier_id = %(cashier_id)s::uuid)
       AND (%(store_ids)b::uuid[] IS NULL OR store_id = ANY(%(store_ids)b::uuid[]))
       AND (%(from_date)s::date IS NULL OR business_date >= %(from_date)s::date)
       AND (%(to_date)s::date IS NULL OR business_date <= %(to_date)s::date)
       AND (%(search)s::text IS NULL OR number = %(search)s::text)
"""
_LIST: LiteralString = f"""
    SELECT id FROM orders
     WHERE {_FILTER}
     ORDER BY occurred_at DESC, id DESC
    {PAGE}
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM orders WHERE {_FILTER}"


def list_orders(
    db: Database,
    *,
    page: int = 1,
    limit: int = 20,
    search: str | None = None,
    cashier_id: UUID | None = None,
    store_ids: Sequence[UUID] | None = None,
    from_date: date | None = None,
    to_date: date | None = None,
) -> tuple[list[UUID], int]:
    """The ids of one page of orders, newest first, and how many there are; `search` is a whole number."""
    rows, total = list_and_count(
        db,
        _LIST,
        _COUNT,
        page=page,
        limit=limit,
        cashier_id=cashier_id,
        store_ids=list(store_ids) if store_ids else None,
        from_date=from_date,
        to_date=to_date,
        search=search,
    )
    return [row["id"] for row in rows], total
