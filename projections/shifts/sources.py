"""What the report of a shift is made of: facts from the log, its place, its people, and what is parked."""

from collections.abc import Callable, Mapping
from typing import Any, LiteralString
from uuid import UUID

from domain.pending import Pending
from domain.shifts import Shift
from domain.shifts.facts import ShiftFact
from domain.shifts.report import Sources
from projections.base import Database, Event, Row
from projections.held_sales import sum_held_sales
from projections.log import EVENT
from projections.payment_methods import ask_method_names
from projections.records import Reading
from projections.shifts.place import ask_place, place_of
from projections.shifts.readings import READINGS
from projections.undelivered import ask_undelivered

#: Reads what a row of the log says: the event, and of those in the readings the fields that these read.
Decode = Callable[[Mapping[str, Any], Mapping[Event, type[Reading]]], tuple[Event, Any]]

# What became known after the close is in no report.
_FACTS: LiteralString = f"""
    SELECT e.position, {EVENT}
      FROM (SELECT stream_id, version FROM shift_entries
             WHERE company_id = %(company_id)s AND shift_id = %(shift_id)s AND NOT is_late) AS entry
     CROSS JOIN LATERAL (
            SELECT company_id, position, stream_id, stream_version, type, state, metadata FROM events
             WHERE company_id = %(company_id)s AND stream_id = entry.stream_id
               AND stream_version = entry.version
             LIMIT 1
           ) AS e
     ORDER BY e.position
"""
_PEOPLE: LiteralString = """
    SELECT id, username FROM users
     WHERE company_id = %(company_id)s
       AND (id = %(closer_id)s::uuid
            OR id IN (SELECT cashier_id FROM shift_entries
                       WHERE company_id = %(company_id)s AND shift_id = %(shift_id)s))
"""


def ask_sources(
    db: Database, shift: Shift, decode: Decode, closer_id: UUID | None = None
) -> Pending[Sources]:
    """Ask for all that the report is made of, if that user closes the shift."""
    params = {"company_id": db.company_id, "shift_id": shift.id, "closer_id": closer_id}
    facts, people = db.ask(_FACTS, params), db.ask(_PEOPLE, params)
    asked = ask_place(db, shift.opened.register_id)
    methods, held = ask_method_names(db), sum_held_sales(db, [shift.opened.store_id])
    undelivered = ask_undelivered(db, shift.opened.register_id, shift.opened.occurred_at)

    def sources() -> Sources:
        place = place_of(asked)
        assert place is not None  # noqa: S101 registers are archived and never removed
        return Sources(
            facts=[_fact(row, decode) for row in facts.rows()],
            place=place,
            # People sign in with addresses, which are nobody else's business.
            names={row["id"]: row["username"].partition("@")[0] for row in people.rows()},
            methods=methods.read(),
            held=held.read(),
            undelivered=undelivered.read(),
        )

    return Pending(sources)


def _fact(row: Row, decode: Decode) -> ShiftFact:
    event, data = decode(row, READINGS)
    return ShiftFact(event=event, stream_id=row["stream_id"], data=data)
