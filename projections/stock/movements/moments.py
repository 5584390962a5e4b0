"""How far the stock ledger went at a moment."""

from datetime import datetime
from typing import LiteralString

from projections.base import Answer, Database
from projections.stock.movements.model import STRETCH

# Times hardly ever run backwards along the ledger, so what was known last lies in the last stretch that
# begins before the moment; it alone is read. Whatever a client was shown by then lies no further.
_PLACE: LiteralString = """
    SELECT moved.place
      FROM (SELECT first_place FROM stock_movement_stretches
             WHERE company_id = %(company_id)s AND known_from <= %(as_of)s
             ORDER BY first_place DESC
             LIMIT 1) AS last
     CROSS JOIN LATERAL (
            SELECT place, recorded_at FROM stock_movements
             WHERE company_id = %(company_id)s AND recorded_at <= %(as_of)s
               AND place >= last.first_place AND place < last.first_place + %(stretch)s::bigint
            OFFSET 0
           ) AS moved
     ORDER BY moved.recorded_at DESC, moved.place DESC
     LIMIT 1
"""


def ask_place(db: Database, as_of: datetime) -> Answer:
    """Ask for the place of the last row that was known at a moment; nothing if there was none."""
    return db.ask(_PLACE, {"company_id": db.company_id, "as_of": as_of, "stretch": STRETCH})
