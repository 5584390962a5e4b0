"""What changed a drawer, and what may explain that it is over or short."""

from uuid import UUID

from falcon import Request, Response

from api.operations import operation
from api.services import Reading
from api.shifts.answers import CandidateAnswer, CandidatesAnswer, DrawerAnswer
from api.shifts.input import DrawerQuery
from api.shifts.lookup import ShiftResource, find_shift
from api.shifts.presenter import show_entry
from domain.shifts.candidates import candidates_for
from projections.base import Row
from projections.shifts.balance import ask_entries


class DrawerEntries(ShiftResource):
    """A drawer at a moment."""

    @operation("shifts.view", "Show a drawer", query=DrawerQuery(), answer=DrawerAnswer)
    def on_get(self, req: Request, resp: Response, shift_id: UUID) -> None:
        """All that changed it up to a moment, in order, and what should have been in it then."""
        caller, at = req.context.caller, req.context.query.get("at")

        def question(reading: Reading) -> DrawerAnswer:
            shift = find_shift(reading, caller, shift_id)
            entries = [show_entry(row) for row in ask_entries(reading.db, shift_id, at=at).rows()]
            balances = [entry.balance_after for entry in entries if entry.balance_after is not None]
            return DrawerAnswer(
                shift_id=shift_id,
                currency=shift.opened.currency,
                at=at,
                expected_cash=balances[-1] if balances else 0,
                entries=entries,
            )

        self.answer(req, resp, self.ask(req, resp, question))


class DrawerCandidates(ShiftResource):
    """What may explain a difference."""

    @operation(
        "shifts.view",
        "Explain a difference",
        description="Single entries, and pairs of them, that come to the difference of the count: as if they "
        "had been recorded and not happened, or been recorded the wrong way round.",
        answer=CandidatesAnswer,
    )
    def on_get(self, req: Request, resp: Response, shift_id: UUID) -> None:
        """Entries whose amount is what the drawer is over or short, with who and when."""
        caller = req.context.caller

        def question(reading: Reading) -> CandidatesAnswer:
            shift = find_shift(reading, caller, shift_id)
            over_short = shift.restated_over_short
            rows = ask_entries(reading.db, shift_id).rows()
            return CandidatesAnswer(
                over_short=over_short,
                candidates=[
                    _show_candidate([rows[place] for place in places])
                    for places in candidates_for(over_short or 0, [_expected(row) for row in rows])
                ],
            )

        self.answer(req, resp, self.ask(req, resp, question))


def _expected(row: Row) -> int:
    """What an entry changed of what was counted; the close took its drop away after that."""
    return 0 if row["kind"] == "closing_drop" else int(row["cash"])


def _show_candidate(rows: list[Row]) -> CandidateAnswer:
    return CandidateAnswer(amount=sum(row["cash"] for row in rows), entries=[show_entry(row) for row in rows])
