"""The till that gives money back: its drawer and the number of its refund, locked in this order."""

from uuid import UUID

from domain.pending import Pending
from domain.sale_context import HeldTill
from projections.base import Answer, Database
from projections.guards.drawers import LOCK_DRAWER
from projections.guards.sale_rows import LOCK_SERIES
from projections.shifts.drawer import drawer_of


class PayingTillsGuard:
    """Tills as refunds and voids need them."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def lock(self, register_id: UUID | None, *series_ids: UUID) -> Pending[HeldTill]:
        """Lock a register's drawer, then number series by their ids, after all balances; ask for them."""
        params = {"company_id": self._db.company_id, "register_id": register_id}
        drawer = self._db.ask(LOCK_DRAWER, params) if register_id else None
        series = {one: self._db.ask(LOCK_SERIES, {**params, "series_id": one}) for one in sorted(series_ids)}

        def held() -> HeldTill:
            own = drawer_of(drawer, register_id) if drawer and register_id else None
            return HeldTill(
                drawer=own, next_numbers={one: _next_number(answer) for one, answer in series.items()}
            )

        return Pending(held)


def _next_number(answer: Answer) -> int:
    row = answer.row()
    return int(row["last_number"]) + 1 if row else 1
