"""What sold of each variant in each storage, less what came back, and for how long there was any of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import LiteralString

from domain.stock.levels import Key
from domain.stock.reorder_suggestions import Sales
from projections.base import Database, Row

_NOTHING = timedelta()
_MICROSECOND, _DAY = timedelta(microseconds=1), 86_400 * 10**6
_CENT = Decimal("0.01")

# A day counts if anything moved on it since then. Business dates follow the clocks of stores, so that a few
# days before are looked through, too.
_SINCE: LiteralString = """
       own.company_id = %(company_id)s AND own.last_at > %(since)s::timestamptz
       AND own.business_date >= (%(since)s::timestamptz AT TIME ZONE 'UTC')::date - 3
"""
_DAY_OF_LEVEL: LiteralString = """
       own.storage_id, own.variant_id, own.sold - own.returned AS sold, own.opening, own.closing,
       own.first_at, own.last_at,
       own.microseconds_in_stock * interval '1 microsecond' AS between_movements,
       lag(own.last_at) OVER days AS previous_at,
       coalesce(lead(own.first_at) OVER days, %(now)s::timestamptz) AS next_at
"""
_DAYS: LiteralString = """
    WINDOW days AS (PARTITION BY own.storage_id, own.variant_id ORDER BY own.business_date)
"""
# Between movements a day says it; before its first one what it began with, after its last what it ended with.
_SUMS: LiteralString = """
       storage_id, variant_id, sum(sold) AS sold,
       sum(least(between_movements, last_at - greatest(first_at, %(since)s::timestamptz))
           + CASE WHEN closing > 0 THEN greatest(next_at - last_at, interval '0') ELSE interval '0' END
           + CASE WHEN opening > 0 AND previous_at IS NULL
                  THEN greatest(first_at - %(since)s::timestamptz, interval '0')
                  ELSE interval '0' END) AS in_stock
"""
#: Of everything that moved in these `storages`, or in any: how much was sold and did not
#: come back, and for how long there was any.
SALES_OF_STORAGES: LiteralString = f"""
    SELECT {_SUMS}
      FROM (SELECT {_DAY_OF_LEVEL}
              FROM stock_daily AS own
             WHERE {_SINCE}
               AND (%(storages)b::uuid[] IS NULL OR own.storage_id = ANY(%(storages)b::uuid[]))
            {_DAYS}) AS day
     GROUP BY storage_id, variant_id
"""
_OF_LEVELS: LiteralString = f"""
    SELECT {_SUMS}
      FROM (SELECT {_DAY_OF_LEVEL}
              FROM (SELECT unnest(%(storages)b::uuid[]) AS storage_id,
                           unnest(%(variants)b::uuid[]) AS variant_id) AS level
              JOIN stock_daily AS own
                ON own.storage_id = level.storage_id AND own.variant_id = level.variant_id
             WHERE {_SINCE}
            {_DAYS}) AS day
     GROUP BY storage_id, variant_id
"""


def sales_of_levels(db: Database, since: datetime, now: datetime, keys: Sequence[Key]) -> Mapping[Key, Sales]:
    """Sales of those of these variants in their storages that moved since then."""
    params = {
        "company_id": db.company_id,
        "since": since,
        "now": now,
        "storages": [storage_id for storage_id, _ in keys],
        "variants": [variant_id for _, variant_id in keys],
    }
    return {
        (row["storage_id"], row["variant_id"]): Sales(sold=row["sold"], days_in_stock=_days(row["in_stock"]))
        for row in db.ask(_OF_LEVELS, params).rows()
    }


def sales_since(level: Row, since: datetime, now: datetime) -> Sales:
    """Sales of a level, from its `sold` and `in_stock`; what did not move since then is there as it was."""
    if level["sold"] is None:
        return Sales(sold=Decimal(0), days_in_stock=_days(now - since if level["on_hand"] > 0 else _NOTHING))
    return Sales(sold=level["sold"], days_in_stock=_days(level["in_stock"]))


def _days(passed: timedelta) -> Decimal:
    return (Decimal(passed // _MICROSECOND) / _DAY).quantize(_CENT, ROUND_HALF_UP)
