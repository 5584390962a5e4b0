"""The drawer of a register: locked by whoever decides about one of its shifts."""

from collections.abc import Sequence
from datetime import time
from typing import LiteralString
from uuid import UUID

from domain.pending import Pending
from domain.shifts import CurrentShift, Drawer, Perpetual, ShiftPlace
from domain.shifts.facts import ShiftFact
from domain.shifts.report import HeldTotals
from projections.base import Answer, Database
from projections.companies import backdating_of
from projections.held_sales import sum_held_sales
from projections.shifts.balance import ask_balance, balance_of
from projections.shifts.facts import Decode, ask_facts, facts_of

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

# The register is held until the end, so that nobody archives it meanwhile; it comes before its drawer.
_PLACE: LiteralString = """
    SELECT register.id AS register_id, store.id AS store_id, store.fields ->> 'timezone' AS timezone,
           store.fields ->> 'day_cut' AS day_cut,
           register.is_active AND store.is_active AND NOT register.is_archived AND NOT store.is_archived
               AS is_open,
           company.currency, company.created_at AS founded_at, company.backdating_days,
           company.books_closed_until, company.over_short_limit
      FROM settings AS register
      JOIN settings AS store ON store.company_id = register.company_id AND store.id = register.parent_id
      JOIN companies AS company ON company.company_id = register.company_id
     WHERE register.company_id = %(company_id)s AND register.kind = 'registers'
       AND register.id = %(register_id)s::uuid
       FOR SHARE OF register
"""

_CURRENT_SHIFT: LiteralString = """
    SELECT shift.opened_at, person.username
      FROM shifts AS shift
      LEFT JOIN users AS person ON person.company_id = shift.company_id AND person.id = shift.opened_by
     WHERE shift.company_id = %(company_id)s AND shift.id = %(shift_id)s
"""


class DrawersGuard:
    """Drawers."""

    def __init__(self, db: Database, decode: Decode) -> None:
        self._db = db
        self._decode = decode

    def place(self, register_id: UUID) -> Pending[ShiftPlace | None]:
        """Ask for a register, whether in use or not; it stays as it is until the end."""
        answer = self._db.ask(_PLACE, {"company_id": self._db.company_id, "register_id": register_id})
        return Pending(lambda: _place_of(answer))

    def lock(self, register_id: UUID) -> Pending[Drawer]:
        """Lock the register's drawer, after all balances, and ask for it; it is made if there was none.

        Whoever calls this records something about one of its shifts.
        """
        params = {"company_id": self._db.company_id, "register_id": register_id}
        self._db.execute(_ENSURE, params)
        answer = self._db.ask(LOCK_DRAWER, params)
        return Pending(lambda: drawer_of(answer, register_id))

    def find_open(self, register_id: UUID) -> Pending[UUID | None]:
        """Ask for the register's open shift, and hold its drawer if it ever had a shift."""
        answer = self._db.ask(LOCK_DRAWER, {"company_id": self._db.company_id, "register_id": register_id})
        return Pending(lambda: drawer_of(answer, register_id).shift_id)

    def current_shift(self, shift_id: UUID) -> CurrentShift:
        """Who opened that shift, and when; it costs a round trip."""
        row = self._db.ask(_CURRENT_SHIFT, {"company_id": self._db.company_id, "shift_id": shift_id}).rows()[
            0
        ]
        return CurrentShift(username=row["username"], opened_at=row["opened_at"])

    def balance(self, shift_id: UUID, version: int | None = None) -> Pending[int]:
        """Ask what should be in the drawer of a shift now, or after its own event of that version."""
        answer = ask_balance(self._db, shift_id, version)
        return Pending(lambda: balance_of(answer))

    def facts(self, shift_id: UUID) -> Pending[Sequence[ShiftFact]]:
        """Ask for all that is in a shift's report, in the order of the log."""
        answer = ask_facts(self._db, shift_id)
        return Pending(lambda: facts_of(answer.rows(), self._decode))

    def held_sales(self, store_id: UUID) -> Pending[HeldTotals]:
        """Ask for the parked sales of a store."""
        return sum_held_sales(self._db, [store_id])


def _place_of(answer: Answer) -> ShiftPlace | None:
    row = answer.row()
    if row is None:
        return None
    return ShiftPlace(
        register_id=row["register_id"],
        store_id=row["store_id"],
        timezone=row["timezone"],
        day_cut=time.fromisoformat(row["day_cut"]),
        is_open=row["is_open"],
        currency=row["currency"],
        backdating=backdating_of(row),
        over_short_limit=row["over_short_limit"],
    )


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
