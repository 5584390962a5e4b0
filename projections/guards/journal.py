"""What must be known of a receipt, an adjustment or a supplier return before more is decided about it."""

from typing import LiteralString
from uuid import UUID

from domain.pending import Pending
from domain.stock.journal import JournalEntry
from projections.base import Database

_LOCK: LiteralString = """
    SELECT reversed_by FROM stock_journal WHERE company_id = %(company_id)s AND id = %(id)s FOR UPDATE
"""

# Asked when the entry is locked, so that nothing more of it goes back meanwhile.
_RETURNED: LiteralString = """
    SELECT variant_id, quantity FROM receipt_returns WHERE company_id = %(company_id)s AND receipt_id = %(id)s
"""


class JournalGuard:
    """What commands ask of the journal before they decide."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def lock(self, movement_id: UUID) -> Pending[JournalEntry | None]:
        """Lock an entry, after all balances, and ask for it."""
        params = {"company_id": self._db.company_id, "id": movement_id}
        locked, returned = self._db.ask(_LOCK, params), self._db.ask(_RETURNED, params)

        def entry() -> JournalEntry | None:
            row = locked.row()
            if row is None:
                return None
            quantities = {one["variant_id"]: one["quantity"] for one in returned.rows()}
            return JournalEntry(reversed_by=row["reversed_by"], returned=quantities)

        return Pending(entry)
