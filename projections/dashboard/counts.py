"""What stands in stores right now: low stock, open shifts, and tills that have not delivered everything."""

from typing import LiteralString
from uuid import UUID

from domain.pending import Pending
from projections.base import Database, Row
from projections.reports.sections.inventory.places import here

_STORES: LiteralString = "(%(stores)b::uuid[] IS NULL OR store_id = ANY(%(stores)b::uuid[]))"

# Few levels have a reorder level, and an index has those alone. What is low is what the section of low stock
# shows: nothing where it never lay is low too.
_STOCK: LiteralString = f"""
    SELECT count(*) AS low_stock_count,
           count(*) FILTER (WHERE coalesce(balance.on_hand - balance.reserved, 0) <= 0) AS out_of_stock_count
      FROM stock_listing AS listed
      LEFT JOIN stock_balances AS balance
        ON balance.company_id = %(company_id)s AND balance.storage_id = listed.storage_id
       AND balance.variant_id = listed.variant_id
     WHERE listed.company_id = %(company_id)s AND listed.reorder_level IS NOT NULL
       AND coalesce(balance.on_hand - balance.reserved, 0) <= listed.reorder_level{here("listed.storage_id")}
"""
_SHIFTS: LiteralString = f"""
    SELECT count(*) AS open_shifts FROM shifts
     WHERE company_id = %(company_id)s AND status <> 'closed' AND {_STORES}
"""
# A device that is out of use delivers nothing more: what it lacks is no work for anybody.
_TILLS: LiteralString = f"""
    SELECT count(*) AS unsynced_tills
      FROM devices AS device
     WHERE company_id = %(company_id)s AND status = 'active' AND {_STORES}
       AND (EXISTS (SELECT FROM device_deliveries AS delivery
                     WHERE delivery.company_id = %(company_id)s AND delivery.device_id = device.id
                       AND NOT delivery.received @> int8range(1, delivery.last_seq + 1))
            OR EXISTS (SELECT FROM waiting_operations AS waiting
                        WHERE waiting.company_id = %(company_id)s AND waiting.device_id = device.id)
            OR EXISTS (SELECT FROM till_operations AS rejected
                        WHERE rejected.company_id = %(company_id)s AND rejected.device_id = device.id
                          AND rejected.status = 'rejected'))
"""


def ask_counts(db: Database, stores: tuple[UUID, ...] | None) -> Pending[Row]:
    """Ask how much is low and out of stock, how many shifts are open, and how many tills owe something."""
    params = {
        "company_id": db.company_id,
        "stores": None if stores is None else list(stores),
        "storage": None,
    }
    answers = [db.ask(statement, params) for statement in (_STOCK, _SHIFTS, _TILLS)]
    return Pending(lambda: {name: value for one in answers for name, value in one.rows()[0].items()})
