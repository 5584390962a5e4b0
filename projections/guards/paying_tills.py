"""The till that gives money back: its drawer and the number of its refund, locked in this order."""

from uuid import UUID

from domain.pending import Pending
from domain.sale_context import HeldTill
from projections.base import Database
from projections.guards.drawers import LOCK_DRAWER, drawer_of
from projections.guards.sale_rows import LOCK_SERIES


class PayingTillsGuard:
    """Tills as refunds and voids need them."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def lock(self, register_id: UUID | None, series_id: UUID | None = None) -> Pending[HeldTill]:
        """Lock a register's drawer and then a number series, after all balances, and ask for both."""
        params = {"company_id": self._db.company_id, "register_id": register_id, "series_id": series_id}
        drawer = self._db.ask(LOCK_DRAWER, params) if register_id else None
        series = self._db.ask(LOCK_SERIES, params) if series_id else None

        def held() -> HeldTill:
            row = series.row() if series else None
            own = drawer_of(drawer, register_id) if drawer and register_id else None
            return HeldTill(drawer=own, next_number=row["last_number"] + 1 if row else 1)

        return Pending(held)
