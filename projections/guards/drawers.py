"""The drawer of a register: locked by whoever decides about one of its shifts."""

from typing import LiteralString
from uuid import UUID

from domain.pending import Pending
from domain.shifts import Drawer, Perpetual
from projections.base import Answer, Database

#: After the balances and before the number series.
LOCK_DRAWER: LiteralString = """
    SELECT register_id, shift_id, last_shift_id, closing_float, z_number, late_count, late_total,
           perpetual_sales, perpetual_returns, perpetual_receipts
      FROM drawers
     WHERE company_id = %(company_id)s AND register_id = %(register_id)s::uuid
       FOR UPDATE
"""

# A row that does not exist yet cannot be locked, so it is made first; a refusal takes it away again.
_ENSURE: LiteralString = """
    INSERT INTO drawers (company_id, register_id) VALUES (%(company_id)s, %(register_id)s)
        ON CONFLICT DO NOTHING
"""


class DrawersGuard:
    """Drawers."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def lock(self, register_id: UUID) -> Pending[Drawer]:
        """Lock the register's drawer, after all balances, and ask for it; it is made if there was none.

        Whoever calls this records something about one of its shifts.
        """
        params = {"company_id": self._db.company_id, "register_id": register_id}
        self._db.execute(_ENSURE, params)
        answer = self._db.ask(LOCK_DRAWER, params)
        return Pending(lambda: drawer_of(answer, register_id))


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
        late_total=row["late_total"],
        perpetual=Perpetual(
            sales=row["perpetual_sales"],
            returns=row["perpetual_returns"],
            receipts=row["perpetual_receipts"],
            z_count=row["z_number"],
        ),
    )
