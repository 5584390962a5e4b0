"""Opening a shift, and the one that is open."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from falcon import Request, Response

from api.operations import operation
from api.services import Reading
from api.shifts.answers import ShiftAnswer
from api.shifts.input import CurrentQuery, OpeningBody
from api.shifts.lookup import ShiftResource, find_shift_of_store
from api.shifts.presenter import show_opened, show_shift
from commands.moments import BeforeTheCompany, TooFarBack
from commands.ports import ConcurrentEdit, DuplicateId, Missing
from commands.shifts.opening import OpenShift, open_shift
from domain.settings import OtherStore
from domain.shifts import Denomination, ShiftAlreadyOpen
from domain.stores import StoreClosed
from projections.shifts.figures import ask_figures, figures_of
from projections.shifts.list import find_current


def opening_of(body: Mapping[str, Any]) -> OpenShift:
    """The opening that a body asks for."""
    coins = tuple(Denomination(**one) for one in body["denominations"])
    return OpenShift(**{**body, "id": body.get("id") or uuid4(), "denominations": coins})


class ShiftOpening(ShiftResource):
    """A shift begins."""

    @operation(
        "shifts.use",
        "Open a shift",
        description="A register has one open shift at most; one that is being counted is in nobody's way. "
        "What its last shift left in the drawer is shown beside what is there now, and counts for neither.",
        body=OpeningBody(),
        answer=ShiftAnswer,
        status=201,
        refusals=(
            ShiftAlreadyOpen,
            DuplicateId,
            ConcurrentEdit,
            OtherStore,
            StoreClosed,
            TooFarBack,
            BeforeTheCompany,
        ),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Begin with so much in the drawer."""
        command = opening_of(req.context.body)
        self.create(req, resp, open_shift, command, show_opened, message="Shift opened")


class CurrentShift(ShiftResource):
    """The open shift of a register."""

    @operation(
        "shifts.use",
        "Show the open shift",
        query=CurrentQuery(),
        answer=ShiftAnswer,
        refusals=(Missing,),
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The open shift of a register, whoever opened it; none is 404."""
        caller, register_id = req.context.caller, req.context.query["register_id"]

        def question(reading: Reading) -> ShiftAnswer:
            shift_id = find_current(reading.db, register_id)
            if shift_id is None:
                raise Missing
            shift = find_shift_of_store(reading, caller, shift_id)
            return show_shift(shift, figures_of(ask_figures(reading.db, shift_id).rows()[0]))

        self.show_shift(req, resp, self.ask(req, resp, question))
