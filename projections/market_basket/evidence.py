"""The orders behind a rule: those whose baskets have both."""

from typing import LiteralString

import numpy as np

from domain.pending import Pending
from projections.base import Database, Row
from projections.market_basket.counting import Counting
from projections.market_basket.history import Longs
from projections.market_basket.selection import choose, having, of_level
from projections.reports.names import name_of

_ORDERS: LiteralString = f"""
    SELECT fact.position, fact.order_id, called.number, fact.business_date, store.id AS store_id,
           {name_of("store.id")} AS store, fact.recorded_at, called.total
      FROM unnest(%(positions)b::bigint[]) WITH ORDINALITY AS asked(position, place)
      JOIN sales_facts AS fact ON fact.company_id = %(company_id)s AND fact.position = asked.position
      JOIN report_places AS store ON store.company_id = %(company_id)s AND store.kind = 'store'
                                 AND store.no = fact.store_no
      LEFT JOIN orders AS called ON called.company_id = %(company_id)s AND called.id = fact.order_id
     ORDER BY asked.place
"""


def find_positions(counting: Counting, one: int, other: int) -> Longs:
    """The positions of the baskets that have both of these, the newest first."""
    history, level = counting.history, counting.scope.level
    among = np.intersect1d(having(history, level, one), having(history, level, other))
    those = choose(history, counting.choice, among)
    of_slot, numbers = of_level(those, history.known, level)
    with_one, with_other = (of_slot[numbers == number] for number in (one, other))
    positions: Longs = history.positions[those.places[np.intersect1d(with_one, with_other)]]
    return positions[::-1]


def ask_orders(db: Database, positions: Longs, known_at: int) -> Pending[list[Row]]:
    """Ask for the orders whose baskets were recorded at these positions, in this order."""
    params = {"company_id": db.company_id, "positions": positions.tolist(), "position": known_at}
    answer = db.ask(_ORDERS, params)
    return Pending(answer.rows)
