"""The drawer of a register as it is now."""

from typing import LiteralString
from uuid import UUID

from domain.shifts import Drawer, Perpetual
from projections.base import Answer, Database

DRAWER: LiteralString = """
    SELECT register_id, shift_id, last_shift_id, closing_float, z_number, late_count, late_total,
           perpetual_sales, perpetual_returns, perpetual_receipts
      FROM drawers
     WHERE company_id = %(company_id)s AND register_id = %(register_id)s::uuid
"""


def ask_drawer(db: Database, register_id: UUID) -> Answer:
    """Ask for the drawer, and lock nothing."""
    return db.ask(DRAWER, {"company_id": db.company_id, "register_id": register_id})


def drawer_of(answer: Answer, register_id: UUID) -> Drawer:
    """The drawer as it was read; an empty one for a register that never had a shift."""
    row = answer.row()
    if row is None:
        return Drawer(register_id=register_id)
    return Drawer(
        register_id=register_id,
        shift_id=row["shift_id"],
        last_shift_id=row["last_shift_id"],
        closing_float=row["closing_float"],
        z_number=row["z_number"],
        late_count=row["late_count"],
        late_total=int(row["late_total"]),
        perpetual=Perpetual(
            sales=int(row["perpetual_sales"]),
            returns=int(row["perpetual_returns"]),
            receipts=row["perpetual_receipts"],
            z_count=row["z_number"],
        ),
    )
