"""How far each code of tills is counted."""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from domain.orders import Order
from domain.tills import series_of
from projections.base import Database, Fact
from projections.orders.placed import STEPS
from projections.orders.settlements import SETTLEMENTS

_UNNUMBERED = STEPS | SETTLEMENTS | {Order.Voided}


def advance(facts: Sequence[Fact], db: Database) -> None:
    """Keep the highest number of each series, of sales and of refunds."""
    last: dict[UUID, int] = {}
    for fact in facts:
        if fact.event in _UNNUMBERED or not fact.data.series_number:
            continue
        series_id = fact.data.series_id
        if fact.event is Order.Sold:
            # Earlier sales name the till as their series, so the code is taken from the number.
            series_id = series_of(fact.data.number.rpartition("-")[0])
        last[series_id] = max(fact.data.series_number, last.get(series_id, 0))
    if last:
        params = {"company_id": db.company_id, "series": list(last), "numbers": list(last.values())}
        db.execute(_ADVANCE, params)


_ADVANCE: LiteralString = """
    INSERT INTO order_series AS series (company_id, series_id, last_number)
    SELECT %(company_id)s, unnest(%(series)b::uuid[]), unnest(%(numbers)b::bigint[])
        ON CONFLICT (company_id, series_id) DO UPDATE
       SET last_number = greatest(series.last_number, excluded.last_number)
"""
