"""Adjustments: what broke, was lost or found, and the stock a shop begins with."""

from typing import Annotated
from uuid import UUID, uuid4

from falcon import Request, Response

from api.answers import Answer, Cost, Id, Meaning, Quantity, Sum, Version
from api.operations import operation
from api.queries import AsOfQuery
from api.stock.input import AdjustmentBody, AdjustmentsQuery
from api.stock.journal import (
    DocumentLineAnswer,
    EntryAnswer,
    EntryRowAnswer,
    Journal,
    entry_fields,
    line_fields,
)
from commands.moments import BeforeTheCompany
from commands.ports import ConcurrentEdit, DuplicateId
from commands.stock.adjustments import AdjustmentLine, AdjustStock, adjust_stock
from commands.stock.moments import BeforeLastCount, PeriodClosed
from domain.money import AmountTooLarge
from domain.stock.movements import InsufficientStock, StockMovement
from projections.base import Row


class ShortfallAnswer(Answer):
    """A variant of which more is promised than is left."""

    variant_id: Annotated[Id, Meaning("Which variant, by its `id`; SKU and name may change, this does not.")]
    reserved_over: Annotated[Quantity, Meaning("How much more is reserved than was on hand afterwards.", "1")]


class AdjustmentRowAnswer(EntryRowAnswer, kw_only=True):
    """An adjustment in the list."""

    reason: Annotated[str, Meaning("Why.", "damaged")]
    value_change: Annotated[Sum, Cost("What it changed of the stock's value.", -400)]


class AdjustmentAnswer(EntryAnswer, kw_only=True):
    """An adjustment as it was booked."""

    reason: Annotated[str, Meaning("Why.", "damaged")]
    lines: Annotated[list[DocumentLineAnswer], Meaning("In the order in which they were entered.")]
    shortfalls: Annotated[
        list[ShortfallAnswer], Meaning("The variants of which more was reserved than was left.", [])
    ]
    value_change: Annotated[Sum, Cost("What it changed of the stock's value.", -400)]
    version: Version


def show_adjustment(adjustment: StockMovement, *, is_reversed: bool = False) -> AdjustmentAnswer:
    """The answer of an adjustment."""
    return AdjustmentAnswer(
        **entry_fields(adjustment, "reason", is_reversed=is_reversed),
        lines=[DocumentLineAnswer(**line_fields(line)) for line in adjustment.lines],
        shortfalls=[ShortfallAnswer.of(shortfall) for shortfall in adjustment.shortfalls],
        value_change=sum(line.value_change for line in adjustment.lines),
    )


def _show_row(row: Row) -> AdjustmentRowAnswer:
    return AdjustmentRowAnswer.of({**row, "value_change": int(row["value_change"])})


class StockAdjustments(Journal):
    """Adjustments."""

    kind = "adjustment"

    @operation(
        "inventory.view", "List adjustments", query=AdjustmentsQuery(), answer=AdjustmentRowAnswer, many=True
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """One page of adjustments, newest first unless you say otherwise."""
        self.list_rows(req, resp, _show_row)

    @operation(
        "inventory.adjust",
        "Adjust stock",
        description="What goes out leaves at the average cost. It may be promised to somebody: then "
        "`shortfalls` says of what more is reserved than is left.",
        body=AdjustmentBody(),
        answer=AdjustmentAnswer,
        status=201,
        refusals=(
            DuplicateId,
            ConcurrentEdit,
            InsufficientStock,
            BeforeTheCompany,
            BeforeLastCount,
            PeriodClosed,
            AmountTooLarge,
        ),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Book that there is more or less than the books say, for a reason."""
        body = dict(req.context.body)
        command = AdjustStock(
            id=body.pop("id", None) or uuid4(),
            lines=tuple(AdjustmentLine(**line) for line in body.pop("lines")),
            **body,
        )
        self.create(req, resp, adjust_stock, command, show_adjustment, message="Stock adjusted")


class StockAdjustment(Journal):
    """One adjustment."""

    kind = "adjustment"

    @operation("inventory.view", "Show an adjustment", query=AsOfQuery(), answer=AdjustmentAnswer)
    def on_get(self, req: Request, resp: Response, adjustment_id: UUID) -> None:
        """The adjustment as it was booked, and whether it was reversed; or what was recorded by `as_of`."""
        self.show_entry(req, resp, adjustment_id, show_adjustment)
