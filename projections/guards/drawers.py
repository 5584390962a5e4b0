"""The drawer of a register: locked by whoever decides about one of its shifts."""

from typing import LiteralString
from uuid import UUID

from domain.pending import Pending
from domain.shifts import CurrentShift, Drawer, LogHead, Shift, ShiftPlace
from domain.shifts.figures import ShiftFigures
from domain.shifts.report import Sources
from projections.base import Database
from projections.shifts.balance import ask_balance, balance_of
from projections.shifts.drawer import DRAWER, ask_drawer, drawer_of
from projections.shifts.figures import ask_figures, figures_of
from projections.shifts.place import ask_place, place_of
from projections.shifts.sources import Decode, ask_sources

#: After the balances and before the number series.
LOCK_DRAWER: LiteralString = f"{DRAWER} FOR UPDATE"

# A row that does not exist yet cannot be locked, so it is made first; a refusal takes it away again.
_ENSURE: LiteralString = """
    INSERT INTO drawers (company_id, register_id) VALUES (%(company_id)s, %(register_id)s)
        ON CONFLICT DO NOTHING
"""

# Held until the end, so that nobody archives the register meanwhile; it comes before its drawer.
_HOLD_REGISTER: LiteralString = """
    SELECT id FROM settings WHERE company_id = %(company_id)s AND id = %(register_id)s::uuid FOR SHARE
"""

_CURRENT_SHIFT: LiteralString = """
    SELECT shift.opened_at, person.username
      FROM shifts AS shift
      LEFT JOIN users AS person ON person.company_id = shift.company_id AND person.id = shift.opened_by
     WHERE shift.company_id = %(company_id)s AND shift.id = %(shift_id)s
"""

_HEAD: LiteralString = """
    SELECT position, encode(hash, 'hex') AS hash FROM company_head WHERE company_id = %(company_id)s
"""


class DrawersGuard:
    """Drawers."""

    def __init__(self, db: Database, decode: Decode) -> None:
        self._db = db
        self._decode = decode

    def place(self, register_id: UUID) -> Pending[ShiftPlace | None]:
        """Ask for a register, whether in use or not; it stays as it is until the end."""
        params = {"company_id": self._db.company_id, "register_id": register_id}
        self._db.execute(_HOLD_REGISTER, params)
        answer = ask_place(self._db, register_id)
        return Pending(lambda: place_of(answer))

    def lock(self, register_id: UUID) -> Pending[Drawer]:
        """Lock the register's drawer, after all balances, and ask for it; it is made if there was none.

        Whoever calls this records something about one of its shifts.
        """
        params = {"company_id": self._db.company_id, "register_id": register_id}
        self._db.execute(_ENSURE, params)
        answer = self._db.ask(LOCK_DRAWER, params)
        return Pending(lambda: drawer_of(answer, register_id))

    def find_open(self, register_id: UUID) -> Pending[UUID | None]:
        """Ask for the open shift of a register, without waiting for whoever decides about it."""
        answer = ask_drawer(self._db, register_id)
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

    def figures(self, shift_id: UUID) -> Pending[ShiftFigures]:
        """Ask what a shift that is not closed has come to so far."""
        answer = ask_figures(self._db, shift_id)
        return Pending(lambda: figures_of(answer.rows()[0]))

    def head(self) -> Pending[LogHead]:
        """Ask for the end of the company's log, without a lock."""
        answer = self._db.ask(_HEAD, {"company_id": self._db.company_id})
        return Pending(lambda: LogHead(**answer.rows()[0]))

    def sources(self, shift: Shift, closer_id: UUID | None) -> Pending[Sources]:
        """Ask for all that a shift's report is made of, if that user closes it."""
        return ask_sources(self._db, shift, self._decode, closer_id)
