"""Rows of sales: one at a till, many at an import."""

from collections.abc import Sequence
from typing import LiteralString

from projections.base import Database, Fact, Row
from projections.orders.readings import Sale, beginning_of


def put_sales(facts: Sequence[Fact], db: Database) -> None:
    """Rows of sales, all in one statement."""
    rows = [_row_of(fact) for fact in facts]
    if len(rows) == 1 and not facts[0].is_recorded:
        db.execute(_INSERT_ONE, {"company_id": db.company_id, **rows[0]})
        return
    db.execute(
        _INSERT_RECORDED if facts[0].is_recorded else _INSERT,
        {
            "company_id": db.company_id,
            "position": [fact.position for fact in facts],
            **{column: [row[column] for row in rows] for column in rows[0]},
        },
    )


def _row_of(fact: Fact) -> Row:
    """What is written of a sale, by column."""
    sale: Sale = fact.data
    return {**beginning_of(fact), "total": sale.totals.total, "methods": _methods(sale)}


def _methods(sale: Sale) -> str:
    """How it was paid, in one text, as arrays of arrays are not sent; no code of a method has a comma."""
    return ",".join(sorted({paid.method for paid in sale.payments}))


_COLUMNS: LiteralString = """
    id, number, series_id, series_number, channel, store_id, register_id, cashier_id, customer_id,
    business_date, occurred_at, recorded_at, total, shift_id, methods
"""

# A till's sale, one at a time: the lists that a batch comes in would take longer to make and to unfold than
# the row to write.
_INSERT_ONE: LiteralString = f"""
    INSERT INTO orders (company_id, {_COLUMNS})
    VALUES (%(company_id)s, %(id)s, %(number)s, %(series_id)s, %(series_number)s, %(channel)s, %(store_id)s,
            %(register_id)s, %(cashier_id)s, %(customer_id)s, %(business_date)s, %(occurred_at)s,
            %(recorded_at)s, %(total)s, %(shift_id)s, string_to_array(%(methods)s, ','))
"""

_LISTS: LiteralString = """
    unnest(%(id)b::uuid[]) AS id, unnest(%(number)b::text[]) AS number,
    unnest(%(series_id)b::uuid[]) AS series_id, unnest(%(series_number)b::bigint[]) AS series_number,
    unnest(%(channel)b::text[]) AS channel, unnest(%(store_id)b::uuid[]) AS store_id,
    unnest(%(register_id)b::uuid[]) AS register_id, unnest(%(cashier_id)b::uuid[]) AS cashier_id,
    unnest(%(customer_id)b::uuid[]) AS customer_id, unnest(%(business_date)b::date[]) AS business_date,
    unnest(%(occurred_at)b::timestamptz[]) AS occurred_at,
    unnest(%(recorded_at)b::timestamptz[]) AS recorded_at, unnest(%(total)b::bigint[]) AS total,
    unnest(%(shift_id)b::uuid[]) AS shift_id, string_to_array(unnest(%(methods)b::text[]), ',') AS methods
"""

_INSERT: LiteralString = f"""
    INSERT INTO orders (company_id, {_COLUMNS})
    SELECT %(company_id)s, {_LISTS}
    RETURNING company_id
"""

_INSERT_RECORDED: LiteralString = f"""
    INSERT INTO orders (company_id, {_COLUMNS}, clash)
    SELECT %(company_id)s, {_COLUMNS},
           CASE WHEN series_number > 0
                 AND (row_number() OVER (PARTITION BY series_id, series_number ORDER BY position) > 1
                      OR EXISTS (SELECT FROM orders AS earlier
                                  WHERE earlier.company_id = %(company_id)s
                                    AND earlier.series_id = sale.series_id
                                    AND earlier.series_number = sale.series_number))
                THEN position ELSE 0 END
      FROM (SELECT {_LISTS}, unnest(%(position)b::bigint[]) AS position) AS sale
    RETURNING company_id
"""
