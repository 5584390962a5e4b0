"""The end of a shift: no more sales, the close, and another count."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from falcon import Request, Response

from api.etags import expected_versions
from api.operations import operation
from api.shifts.answers import ShiftAnswer
from api.shifts.input import ClosingBody, RecountBody
from api.shifts.lookup import ShiftResource
from api.shifts.presenter import show_closed, show_ended
from commands.moments import BeforeTheCompany, TooFarBack
from commands.ports import ConcurrentEdit, StaleVersion
from commands.shifts.closing import (
    CloseShift,
    CountedTender,
    EndShift,
    NotYourShift,
    RecountShift,
    close_shift,
    end_shift,
    recount_shift,
)
from domain.shifts import Denomination
from domain.stock.documents import InvalidTransition

#: How any step may be refused.
STEPS = (StaleVersion, InvalidTransition, ConcurrentEdit)


class ShiftEnding(ShiftResource):
    """The drawer is to be counted."""

    @operation(
        "shifts.use",
        "End a shift",
        description="Nothing more is sold in it, and the next shift may begin. Another's takes "
        "`shifts.close_any`.",
        answer=ShiftAnswer,
        refusals=(NotYourShift, *STEPS),
    )
    def on_post(self, req: Request, resp: Response, shift_id: UUID) -> None:
        """Sell nothing more in it."""
        command = EndShift(id=shift_id, expected_versions=expected_versions(req))
        self.write(req, resp, end_shift, command, show_ended, message="Shift ended")


def closing_of(shift_id: UUID, body: Mapping[str, Any]) -> CloseShift:
    """The close of a shift that a body asks for."""
    return CloseShift(
        id=shift_id,
        counted_cash=body["counted_cash"],
        denominations=tuple(Denomination(**one) for one in body["denominations"]),
        tenders=tuple(CountedTender(**one) for one in body["tenders"]),
        closing_float=body["closing_float"],
        over_short_reason=body["over_short_reason"],
        note=body["note"],
        occurred_at=body["occurred_at"],
    )


class ShiftClosing(ShiftResource):
    """The drawer was counted."""

    @operation(
        "shifts.use",
        "Close a shift",
        description="Any count is taken. The report is frozen with the register's next number, and what does "
        "not stay in the drawer is dropped into the safe. Another's takes `shifts.close_any`.",
        body=ClosingBody(),
        answer=ShiftAnswer,
        refusals=(NotYourShift, TooFarBack, BeforeTheCompany, *STEPS),
    )
    def on_post(self, req: Request, resp: Response, shift_id: UUID) -> None:
        """Record the count and the report."""
        command = replace(closing_of(shift_id, req.context.body), expected_versions=expected_versions(req))
        self.write(req, resp, close_shift, command, show_closed, message="Shift closed")


class ShiftRecounting(ShiftResource):
    """A closed drawer is counted another time."""

    @operation(
        "shifts.close_any",
        "Recount a shift",
        description="Both counts stay, and so does the report; what it would find now is in `restated`.",
        body=RecountBody(),
        answer=ShiftAnswer,
        refusals=STEPS,
    )
    def on_post(self, req: Request, resp: Response, shift_id: UUID) -> None:
        """Record another count."""
        body = dict(req.context.body)
        coins = tuple(Denomination(**one) for one in body.pop("denominations"))
        command = RecountShift(
            id=shift_id, denominations=coins, expected_versions=expected_versions(req), **body
        )
        self.write(req, resp, recount_shift, command, show_closed, message="Shift recounted")
