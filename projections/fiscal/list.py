"""Closings, listed and looked up."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import LiteralString
from uuid import UUID

from domain.fiscal import ClosingKind
from projections.base import Database, Row
from projections.pages import PAGE, list_and_count

_FILTER: LiteralString = """
       company_id = %(company_id)s
       AND (%(store_ids)b::uuid[] IS NULL OR store_id = ANY(%(store_ids)b::uuid[]))
       AND (%(kind)s::text IS NULL OR kind = %(kind)s::text)
       AND (%(from_day)s::date IS NULL OR last_day >= %(from_day)s::date)
       AND (%(to_day)s::date IS NULL OR last_day <= %(to_day)s::date)
"""
_PAGE: LiteralString = f"""
    SELECT * FROM fiscal_closings WHERE {_FILTER} ORDER BY last_day DESC, kind DESC, store_id DESC {PAGE}
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM fiscal_closings WHERE {_FILTER}"
_ONE: LiteralString = """
    SELECT closing.*, previous.number AS previous_number,
           previous.perpetual_sales AS previous_sales, previous.perpetual_returns AS previous_returns,
           previous.perpetual_receipts AS previous_receipts
      FROM fiscal_closings AS closing
      LEFT JOIN fiscal_closings AS previous
        ON previous.company_id = %(company_id)s AND previous.id = closing.previous_id
     WHERE closing.company_id = %(company_id)s AND closing.id = %(id)s::uuid
"""


@dataclass(frozen=True, kw_only=True)
class ClosingFilters:
    """Which closings are listed; None is no filter. Days are those that a period ends with."""

    store_ids: Sequence[UUID] | None = None
    kind: ClosingKind | None = None
    from_day: date | None = None
    to_day: date | None = None


def list_closings(db: Database, filters: ClosingFilters, *, page: int, limit: int) -> tuple[list[Row], int]:
    """One page of closings, those of the last days first, and how many there are."""
    return list_and_count(db, _PAGE, _COUNT, page=page, limit=limit, **asdict(filters))


def find_closing(db: Database, closing_id: UUID) -> Row | None:
    """A closing, with what the one before it was."""
    return db.ask(_ONE, {"company_id": db.company_id, "id": closing_id}).row()
