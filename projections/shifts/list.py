"""Lists of shifts, each with what it has come to."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import LiteralString
from uuid import UUID

from projections.base import Database, Row, plan_for_values
from projections.pages import PAGE, list_and_count
from projections.shifts.figures import FIGURES

_FILTER: LiteralString = """
       company_id = %(company_id)s
       AND (%(store_ids)b::uuid[] IS NULL OR store_id = ANY(%(store_ids)b::uuid[]))
       AND (%(register_id)s::uuid IS NULL OR register_id = %(register_id)s::uuid)
       AND (%(status)s::text IS NULL OR status = %(status)s::text)
       AND (%(opened_by)s::uuid IS NULL OR opened_by = %(opened_by)s::uuid)
       AND (%(from_time)s::timestamptz IS NULL OR opened_at >= %(from_time)s::timestamptz)
       AND (%(to_time)s::timestamptz IS NULL OR opened_at < %(to_time)s::timestamptz)
       AND (%(over_short)s::text IS NULL
            OR CASE %(over_short)s::text WHEN 'short' THEN over_short < 0 WHEN 'over' THEN over_short > 0
                    ELSE over_short <> 0 END)
       AND (%(needs_review)s::bool IS NULL OR needs_review = %(needs_review)s::bool)
       AND (%(late)s::bool IS NULL OR (late_count > 0) = %(late)s::bool)
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM shifts WHERE {_FILTER}"

# What a closed shift came to is in its row; of any other the entries are added up.
_ROWS: LiteralString = f"""
           shift.*, coalesce(shift.expected_cash, figures.expected_cash) AS expected_cash,
           coalesce(shift.business_dates, figures.business_dates) AS business_dates,
           figures.tenders AS tenders_so_far
      FROM (SELECT * FROM shifts WHERE {_FILTER} ORDER BY
"""
_FIGURES: LiteralString = f"""
           ) AS shift
      LEFT JOIN LATERAL (SELECT {FIGURES}) AS figures ON shift.status <> 'closed'
"""
# NOTE: each order is a statement of its own, so that each can walk its own index.
_PAGES: Mapping[str, LiteralString] = MappingProxyType(
    {
        "opened_at": f"SELECT {_ROWS} opened_at, id {PAGE} {_FIGURES} ORDER BY shift.opened_at, shift.id",
        "-opened_at": f"""
            SELECT {_ROWS} opened_at DESC, id DESC {PAGE} {_FIGURES}
             ORDER BY shift.opened_at DESC, shift.id DESC
        """,
        "closed_at": f"SELECT {_ROWS} closed_at, id {PAGE} {_FIGURES} ORDER BY shift.closed_at, shift.id",
        "-closed_at": f"""
            SELECT {_ROWS} closed_at DESC, id DESC {PAGE} {_FIGURES}
             ORDER BY shift.closed_at DESC, shift.id DESC
        """,
        "over_short": f"SELECT {_ROWS} over_short, id {PAGE} {_FIGURES} ORDER BY shift.over_short, shift.id",
        "-over_short": f"""
            SELECT {_ROWS} over_short DESC, id DESC {PAGE} {_FIGURES}
             ORDER BY shift.over_short DESC, shift.id DESC
        """,
    }
)
#: What shifts are sorted by; what is not closed comes last, or first the other way round.
SORT_KEYS = tuple(_PAGES)

_CURRENT: LiteralString = """
    SELECT id FROM shifts
     WHERE company_id = %(company_id)s AND register_id = %(register_id)s AND status = 'open'
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShiftFilters:
    """What is left of the shifts. `from_time` is inclusive, `to_time` is not: when they were opened.

    `over_short` is `any`, `short` or `over`.
    """

    store_ids: Sequence[UUID] | None = None
    register_id: UUID | None = None
    status: str | None = None
    opened_by: UUID | None = None
    from_time: datetime | None = None
    to_time: datetime | None = None
    over_short: str | None = None
    needs_review: bool | None = None
    late: bool | None = None


def list_shifts(
    db: Database, filters: ShiftFilters, *, page: int, limit: int, sort: str
) -> tuple[list[Row], int]:
    """One page of shifts, and how many there are."""
    plan_for_values(db)
    filled = {**asdict(filters), "as_of": None}
    rows, total = list_and_count(db, _PAGES[sort], _COUNT, page=page, limit=limit, **filled)
    return [_whole(row) for row in rows], total


def _whole(row: Row) -> Row:
    # Sums are whole numbers of any size, and decimals in the database.
    return {name: int(value) if isinstance(value, Decimal) else value for name, value in row.items()}


def find_current(db: Database, register_id: UUID) -> UUID | None:
    """The open shift of a register, if there is one."""
    row = db.ask(_CURRENT, {"company_id": db.company_id, "register_id": register_id}).row()
    return row["id"] if row else None
