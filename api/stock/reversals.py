"""Reversals: what takes a movement back that should not have been booked."""

from typing import Annotated
from uuid import UUID

from falcon import Request, Response

from api.answers import Answer, Day, Id, Meaning, Moment, Version
from api.etags import expected_versions
from api.operations import operation
from api.resource import Resource
from api.stock.input import ReversalBody
from api.stock.journal import MovementLineAnswer
from commands.ports import ConcurrentEdit, StaleVersion
from commands.stock.moments import BeforeLastCount, PeriodClosed
from commands.stock.reversals import ReverseMovement, reverse_movement
from domain.money import AmountTooLarge
from domain.stock.movements import InsufficientStock, StockMovement
from domain.stock.reversals import AlreadyReversed, NotReversible


class ReversalAnswer(Answer):
    """A reversal as it was booked: the original's quantities, the other way round, its last line first."""

    id: Annotated[Id, Meaning("The id of the reversal.")]
    original_id: Annotated[Id, Meaning("The movement that it takes back.")]
    storage_id: Annotated[Id, Meaning("Where the goods lie.")]
    reason: Annotated[str, Meaning("Why.", "Booked twice")]
    occurred_at: Annotated[Moment, Meaning("When it happened.")]
    recorded_at: Annotated[Moment, Meaning("When it was recorded.")]
    business_date: Annotated[Day, Meaning("The day it counts for.")]
    created_by: Annotated[Id | None, Meaning("Who recorded it.")]
    lines: Annotated[list[MovementLineAnswer], Meaning("In the order in which they were entered.")]
    version: Version


class MovementReversal(Resource):
    """Takes back what should not have been booked."""

    @operation(
        "inventory.reverse",
        "Reverse a stock movement",
        description="Of a receipt, an adjustment or a return to a supplier, once. Everything goes back at "
        "the value that it was booked with, as long as what is left keeps a value; else at the average, and "
        "`settlement` is the difference. Of a purchase order's receipt, what came is on order again and the "
        "order stands where it stood without it; a closed or cancelled order stays so.",
        body=ReversalBody(),
        answer=ReversalAnswer,
        refusals=(
            StaleVersion,
            ConcurrentEdit,
            AlreadyReversed,
            NotReversible,
            InsufficientStock,
            BeforeLastCount,
            PeriodClosed,
            AmountTooLarge,
        ),
    )
    def on_post(self, req: Request, resp: Response, movement_id: UUID) -> None:
        """Book the opposite of a movement."""
        command = ReverseMovement(
            movement_id=movement_id,
            reason=req.context.body["reason"],
            expected_versions=expected_versions(req),
        )
        self.write(req, resp, reverse_movement, command, _show, message="Movement reversed")


def _show(reversal: StockMovement) -> ReversalAnswer:
    fields = {name: getattr(reversal, name) for name in _FIELDS}
    lines = [MovementLineAnswer.of(line) for line in reversal.lines]
    return ReversalAnswer(**fields, lines=lines, recorded_at=reversal.created_on)


_FIELDS = (
    "id",
    "original_id",
    "storage_id",
    "reason",
    "occurred_at",
    "business_date",
    "created_by",
    "version",
)
