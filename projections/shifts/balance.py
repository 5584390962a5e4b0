"""What should be in a drawer: its entries in order, and their sum. Amounts are minor currency units."""

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from projections.base import Answer, Database

# What was late was in nobody's count, and what the close took away was there when it was counted.
_IN_ORDER: LiteralString = """
    SELECT stream_id, version, kind, label, cashier_id, occurred_at, recorded_at, cash, is_late,
           coalesce(sum(cash) FILTER (WHERE NOT is_late)
                        OVER (ORDER BY occurred_at, recorded_at, stream_id, version), 0) AS balance
      FROM shift_entries
     WHERE company_id = %(company_id)s AND shift_id = %(shift_id)s
       AND (%(as_of)s::timestamptz IS NULL OR recorded_at <= %(as_of)s::timestamptz)
"""
_ENTRIES: LiteralString = f"""
    SELECT * FROM ({_IN_ORDER}) AS entry
     WHERE (%(at)s::timestamptz IS NULL OR occurred_at <= %(at)s::timestamptz)
       AND kind <> 'reprint'
     ORDER BY occurred_at, recorded_at, stream_id, version
"""
_BALANCE: LiteralString = """
    SELECT coalesce(sum(cash), 0) AS balance
      FROM shift_entries
     WHERE company_id = %(company_id)s AND shift_id = %(shift_id)s AND NOT is_late AND kind <> 'closing_drop'
"""
_BALANCE_AFTER: LiteralString = f"""
    SELECT balance FROM ({_IN_ORDER}) AS entry WHERE stream_id = %(shift_id)s AND version = %(version)s
"""


def ask_balance(db: Database, shift_id: UUID, version: int | None = None) -> Answer:
    """Ask what should be in the drawer of a shift now, or after its own event of that version."""
    params = {"company_id": db.company_id, "shift_id": shift_id, "version": version, "as_of": None}
    return db.ask(_BALANCE if version is None else _BALANCE_AFTER, params)


def balance_of(answer: Answer) -> int:
    """The balance that was asked for."""
    row = answer.row()
    return int(row["balance"]) if row else 0


def ask_entries(
    db: Database, shift_id: UUID, *, at: datetime | None = None, as_of: datetime | None = None
) -> Answer:
    """Ask for what moved in a drawer up to a moment, in order, each with what should be there after it.

    The `balance` of a row is a whole number of any size, as the database adds: a decimal.
    """
    params = {"company_id": db.company_id, "shift_id": shift_id, "at": at, "as_of": as_of}
    return db.ask(_ENTRIES, params)
