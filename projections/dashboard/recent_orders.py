"""The orders that were recorded last."""

from typing import LiteralString
from uuid import UUID

from domain.pending import Pending
from projections.base import Database, Row
from projections.reports.names import user_name_of
from projections.reports.period import Period

# `recorded_at` never runs backwards, so its order is that of the log. An index has by it what was sold here;
# what came from elsewhere, such as an import, is looked for by when it was sold. Of stores whose last order
# lies beyond so many of the company's, those that were sold last are told; of a period its last days.
_RECENT: LiteralString = f"""
    WITH candidate AS (
        (SELECT id FROM (SELECT id, store_id FROM orders
                          WHERE company_id = %(company_id)s AND series_number > 0
                            AND %(from_date)s::date IS NULL
                          ORDER BY recorded_at DESC
                          LIMIT CASE WHEN %(stores)b::uuid[] IS NULL THEN %(limit)s::bigint ELSE 2000 END
                        ) AS recorded
          WHERE %(stores)b::uuid[] IS NULL OR store_id = ANY(%(stores)b::uuid[])
          LIMIT %(limit)s::bigint)
     UNION
        (SELECT id FROM orders
          WHERE company_id = %(company_id)s AND %(stores)b::uuid[] IS NULL
            AND %(from_date)s::date IS NULL
          ORDER BY occurred_at DESC, id DESC
          LIMIT %(limit)s::bigint)
     UNION
        SELECT sold.id
          FROM unnest(%(stores)b::uuid[]) AS store(id)
         CROSS JOIN LATERAL (
               SELECT id FROM orders
                WHERE company_id = %(company_id)s AND store_id = store.id
                  AND %(from_date)s::date IS NULL
                ORDER BY occurred_at DESC, id DESC
                LIMIT %(limit)s::bigint) AS sold
     UNION
        (SELECT id FROM orders
          WHERE company_id = %(company_id)s
            AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
            AND (%(stores)b::uuid[] IS NULL OR store_id = ANY(%(stores)b::uuid[]))
          ORDER BY business_date DESC, occurred_at DESC, id DESC
          LIMIT %(limit)s::bigint)
    )
    SELECT o.id, o.number, o.occurred_at AS time, o.store_id, place.name AS store,
           place.fields ->> 'timezone' AS timezone, o.cashier_id, {user_name_of("o.cashier_id")} AS cashier,
           o.total, o.status
      FROM candidate
      JOIN orders AS o ON o.company_id = %(company_id)s AND o.id = candidate.id
      LEFT JOIN settings AS place ON place.company_id = %(company_id)s AND place.id = o.store_id
     ORDER BY o.recorded_at DESC, o.occurred_at DESC, o.id DESC
     LIMIT %(limit)s::bigint
"""


def ask_recent(
    db: Database, stores: tuple[UUID, ...] | None, period: Period | None, limit: int
) -> Pending[list[Row]]:
    """Ask for so many orders, of a period or of all times, the newest first."""
    params = {
        "company_id": db.company_id,
        "stores": None if stores is None else list(stores),
        "from_date": period and period.from_date,
        "to_date": period and period.to_date,
        "limit": limit,
    }
    return Pending(db.ask(_RECENT, params).rows)
