"""Cash that comes and goes without a sale."""

from uuid import UUID, uuid4

from falcon import Request, Response

from api.operations import operation
from api.services import Reading
from api.shifts.answers import CashMovementAnswer, RecordedMovementAnswer
from api.shifts.input import MovementBody
from api.shifts.lookup import ShiftResource, find_shift_of_store
from api.shifts.presenter import show_movements, show_recorded
from commands.ports import ConcurrentEdit, DuplicateId
from commands.shifts.cash import MoveCash, move_cash
from domain.money import AmountTooLarge
from domain.shifts import ShiftNotOpen
from projections.shifts.balance import ask_entries


class CashMovements(ShiftResource):
    """The cash movements of a shift."""

    @operation("shifts.use", "List cash movements", answer=CashMovementAnswer, many=True, whole=True)
    def on_get(self, req: Request, resp: Response, shift_id: UUID) -> None:
        """All of them, oldest first, the drop of the close included."""
        caller = req.context.caller

        def question(reading: Reading) -> list[CashMovementAnswer]:
            shift = find_shift_of_store(reading, caller, shift_id)
            return show_movements(shift, ask_entries(reading.db, shift_id).rows())

        self.answer_all(req, resp, self.ask(req, resp, question))

    @operation(
        "shifts.use",
        "Move cash",
        description="Money that is put in, paid out or brought to the safe, and each opening of the drawer "
        "without a sale. The drawer may go below zero: that is shown, and not refused, as long as one "
        "amount can say it.",
        body=MovementBody(),
        answer=RecordedMovementAnswer,
        status=201,
        refusals=(ShiftNotOpen, DuplicateId, ConcurrentEdit, AmountTooLarge),
    )
    def on_post(self, req: Request, resp: Response, shift_id: UUID) -> None:
        """Record what moved."""
        body = dict(req.context.body)
        command = MoveCash(id=body.pop("id", None) or uuid4(), shift_id=shift_id, **body)
        beside = {"shift_id": shift_id}
        self.create(req, resp, move_cash, command, show_recorded, message="Cash moved", beside=beside)
