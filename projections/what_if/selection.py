"""Which sales are of a range, and their events."""

from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from projections.base import Database
from projections.reports.period import Period

# A sale (1) that nobody voided (3), or the first goods of a placed order (4) that were handed over in the
# range: the others follow in its stream.
_CHOSEN: LiteralString = """
      FROM sales_facts AS sale
     WHERE sale.company_id = %(company_id)s AND sale.position <= %(position)s
       AND sale.business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
       AND (%(store_id)s::uuid IS NULL
            OR sale.store_no = (SELECT no FROM report_places
                                 WHERE company_id = %(company_id)s AND kind = 'store'
                                   AND id = %(store_id)s::uuid))
       AND sale.kind IN (1, 4)
       AND NOT EXISTS (
           SELECT FROM sales_facts AS other
            WHERE other.company_id = %(company_id)s AND other.order_id = sale.order_id
              AND other.position <= %(position)s
              AND (sale.kind = 1 AND other.kind = 3
                   OR sale.kind = 4 AND other.kind = 4 AND other.position < sale.position
                   AND other.business_date BETWEEN %(from_date)s::date AND %(to_date)s::date))
"""

#: Their positions, in the order of the log.
POSITIONS: LiteralString = f"SELECT sale.position {_CHOSEN} ORDER BY sale.position"

_ANY: LiteralString = f"SELECT sale.position {_CHOSEN} LIMIT 1"

#: The events at these `positions`.
EVENTS: LiteralString = """
    SELECT stream_id, type, state FROM events
     WHERE company_id = %(company_id)s AND position = ANY(%(positions)b::bigint[])
     ORDER BY position
"""

#: What happened to these orders up to a position, one after the other.
STREAMS: LiteralString = """
    SELECT stream_id, type, state FROM events
     WHERE company_id = %(company_id)s AND stream_id = ANY(%(stream_ids)b::uuid[])
       AND type = ANY(%(types)b::text[]) AND position <= %(position)s
     ORDER BY stream_id, stream_version
"""


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The sales of a period, of one store or of all, as they were recorded up to a position."""

    period: Period
    store_id: UUID | None
    position: int

    def params(self, company_id: UUID) -> dict[str, Any]:
        """What statements take of it."""
        return {
            "company_id": company_id,
            "from_date": self.period.from_date,
            "to_date": self.period.to_date,
            "store_id": self.store_id,
            "position": self.position,
        }

    def has(self, handover: Any) -> bool:
        """Whether a handover is among them."""
        is_in_period = self.period.from_date <= handover.business_date <= self.period.to_date
        return is_in_period and self.store_id in (None, handover.store_id)


def is_anything_sold(db: Database, selection: Selection) -> bool:
    """Whether there are any."""
    return db.ask(_ANY, selection.params(db.company_id)).row() is not None
