"""Finds the shift that a request is about."""

from datetime import datetime
from uuid import UUID

from falcon import Request, Response

from api.envelope import etag_of
from api.resource import Resource
from api.services import Reading
from api.shifts.answers import ShiftAnswer
from commands.ports import Caller, Missing
from commands.shifts.printing import VIEW
from domain.shifts import Shift


def find_shift(reading: Reading, caller: Caller, shift_id: UUID, as_of: datetime | None = None) -> Shift:
    """A shift of the caller's stores, and their own unless they may see all. Raises Missing."""
    shift = find_shift_of_store(reading, caller, shift_id, as_of)
    if shift.opened.cashier_id != caller.user_id and VIEW not in caller.permissions:
        raise Missing
    return shift


def find_shift_of_store(
    reading: Reading, caller: Caller, shift_id: UUID, as_of: datetime | None = None
) -> Shift:
    """A shift of the caller's stores, whoever opened it. Raises Missing."""
    shifts: list[Shift] = reading.aggregates(Shift, [shift_id], as_of)
    if not shifts or not shifts[0].is_within(caller.store_ids):
        raise Missing
    return shifts[0]


class ShiftResource(Resource):
    """Base of what shows a shift."""

    def show_shift(self, req: Request, resp: Response, shift: ShiftAnswer) -> None:
        """Answer with it. Sales change what an open one has come to, and not its version: never 304."""
        if shift.status == "closed":
            self.show(req, resp, shift)
        else:
            resp.set_header("ETag", etag_of(shift.version))
            self.answer(req, resp, shift)
