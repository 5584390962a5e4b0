"""What a shift that is not closed has come to so far, from its entries. Amounts are minor currency units."""

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from domain.shifts.figures import ShiftFigures
from projections.base import Answer, Database, Row

#: Of the shift that is called `shift`. Nothing is late before the close.
FIGURES: LiteralString = """
           (SELECT coalesce(sum(cash), 0) FROM shift_entries
             WHERE company_id = %(company_id)s AND shift_id = shift.id
               AND (%(as_of)s::timestamptz IS NULL OR recorded_at <= %(as_of)s::timestamptz)
           ) AS expected_cash,
           ARRAY(SELECT DISTINCT business_date FROM shift_entries
                  WHERE company_id = %(company_id)s AND shift_id = shift.id AND business_date IS NOT NULL
                    AND (%(as_of)s::timestamptz IS NULL OR recorded_at <= %(as_of)s::timestamptz)
                  ORDER BY business_date
           ) AS business_dates,
           (SELECT coalesce(jsonb_object_agg(method, total), '{}')
              FROM (SELECT tender.key AS method, sum(tender.value::bigint) AS total
                      FROM shift_entries CROSS JOIN LATERAL jsonb_each_text(tenders) AS tender
                     WHERE company_id = %(company_id)s AND shift_id = shift.id
                       AND (%(as_of)s::timestamptz IS NULL OR recorded_at <= %(as_of)s::timestamptz)
                     GROUP BY tender.key) AS paid
           ) AS tenders
"""
_FIGURES: LiteralString = f"SELECT {FIGURES} FROM (SELECT %(shift_id)s::uuid AS id) AS shift"


def ask_figures(db: Database, shift_id: UUID, as_of: datetime | None = None) -> Answer:
    """Ask for what a shift has come to by now, or by what was recorded up to `as_of`."""
    return db.ask(_FIGURES, {"company_id": db.company_id, "shift_id": shift_id, "as_of": as_of})


def figures_of(row: Row) -> ShiftFigures:
    """The figures that were asked for."""
    return ShiftFigures(
        expected_cash=int(row["expected_cash"]),
        business_dates=tuple(row["business_dates"]),
        tenders=row["tenders"],
    )
