"""Where a shift is held, as it is now."""

from datetime import time
from typing import LiteralString
from uuid import UUID

from domain.shifts import ShiftPlace
from projections.base import Answer, Database
from projections.companies import backdating_of

_PLACE: LiteralString = """
    SELECT register.id AS register_id, store.id AS store_id, store.fields ->> 'timezone' AS timezone,
           store.fields ->> 'day_cut' AS day_cut,
           register.is_active AND store.is_active AND NOT register.is_archived AND NOT store.is_archived
               AS is_open,
           register.name, store.name AS store_name, company.name AS company_name, company.tax_number,
           company.currency, company.created_at AS founded_at, company.backdating_days,
           company.books_closed_until, company.over_short_limit,
           company.blind_close
      FROM settings AS register
      JOIN settings AS store ON store.company_id = register.company_id AND store.id = register.parent_id
      JOIN companies AS company ON company.company_id = register.company_id
     WHERE register.company_id = %(company_id)s AND register.kind = 'registers'
       AND register.id = %(register_id)s::uuid
"""


def ask_place(db: Database, register_id: UUID) -> Answer:
    """Ask for a register, whether in use or not."""
    return db.ask(_PLACE, {"company_id": db.company_id, "register_id": register_id})


def place_of(answer: Answer) -> ShiftPlace | None:
    """The place that was asked for; None for no register."""
    row = answer.row()
    if row is None:
        return None
    return ShiftPlace(
        register_id=row["register_id"],
        store_id=row["store_id"],
        timezone=row["timezone"],
        day_cut=time.fromisoformat(row["day_cut"]),
        is_open=row["is_open"],
        name=row["name"],
        store_name=row["store_name"],
        company_name=row["company_name"],
        tax_number=row["tax_number"],
        currency=row["currency"],
        backdating=backdating_of(row),
        over_short_limit=row["over_short_limit"],
        blind_close=row["blind_close"],
    )
