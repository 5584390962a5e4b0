"""Returns to suppliers: what went back, and what is credited for it."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from falcon import Request, Response

from api.answers import Cost, Id, Meaning, Money, Sum, Version
from api.operations import operation
from api.queries import AsOfQuery
from api.stock.input import SuppliedQuery, SupplierReturnBody
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
from commands.stock.moments import BeforeLastCount, PeriodClosed
from commands.stock.supplier_returns import ReturnToSupplier, SupplierReturnEntry, return_to_supplier
from domain.money import AmountTooLarge
from domain.stock.movements import InsufficientStock, StockMovement
from domain.stock.supplier_returns import ReturnExceedsReceived
from projections.base import Row


class SupplierReturnLineAnswer(DocumentLineAnswer, kw_only=True):
    """What of a variant went back. `unit_cost` is the average it left at, rounded."""

    unit_credit: Annotated[Money, Cost("What is credited for one entered unit.", 240)]
    credit: Annotated[Money, Cost("What is credited for all of it.", 480)]


class SupplierReturnRowAnswer(EntryRowAnswer, kw_only=True):
    """A return to a supplier in the list."""

    supplier_id: Annotated[Id, Meaning("Who delivers it.")]
    receipt_id: Annotated[Id | None, Meaning("The delivery that the goods came with.")]
    credit_total: Annotated[Sum, Cost("What the supplier credits.", 480)]
    cost_total: Annotated[Sum, Cost("What the goods were worth.", 500)]
    credit_difference: Annotated[Sum, Cost("The credit less the cost.", -20)]


class SupplierReturnAnswer(EntryAnswer, kw_only=True):
    """A return to a supplier as it was booked."""

    supplier_id: Annotated[Id, Meaning("Who delivers it.")]
    receipt_id: Annotated[Id | None, Meaning("The delivery that the goods came with.")]
    lines: Annotated[list[SupplierReturnLineAnswer], Meaning("In the order in which they were entered.")]
    credit_total: Annotated[Sum, Cost("What the supplier credits.", 480)]
    cost_total: Annotated[Sum, Cost("What the goods were worth.", 500)]
    credit_difference: Annotated[Sum, Cost("The credit less the cost.", -20)]
    version: Version


def show_supplier_return(returned: StockMovement, *, is_reversed: bool = False) -> SupplierReturnAnswer:
    """The answer of a return to a supplier."""
    return SupplierReturnAnswer(
        **entry_fields(returned, "supplier_id", "receipt_id", is_reversed=is_reversed),
        lines=[
            SupplierReturnLineAnswer(**line_fields(line), unit_credit=line.unit_credit, credit=line.credit)
            for line in returned.lines
        ],
        **_totals(returned.credit_total, sum(line.value_change for line in returned.lines)),
    )


def _show_row(row: Row) -> SupplierReturnRowAnswer:
    return SupplierReturnRowAnswer.of({**row, **_totals(row["credit_total"], int(row["value_change"]))})


def _totals(credit_total: int, value_change: int) -> dict[str, Any]:
    return {
        "credit_total": credit_total,
        "cost_total": -value_change,
        "credit_difference": credit_total + value_change,
    }


class SupplierReturns(Journal):
    """Returns to suppliers."""

    kind = "supplier_return"

    @operation(
        "inventory.view",
        "List supplier returns",
        query=SuppliedQuery(),
        answer=SupplierReturnRowAnswer,
        many=True,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """One page of returns to suppliers, newest first unless you say otherwise."""
        self.list_rows(req, resp, _show_row)

    @operation(
        "inventory.receive",
        "Return stock to a supplier",
        description="The goods leave at the average cost, whatever the supplier credits. With `receipt_id` "
        "no more of a variant goes back than came in with that delivery, all returns together.",
        body=SupplierReturnBody(),
        answer=SupplierReturnAnswer,
        status=201,
        refusals=(
            DuplicateId,
            ConcurrentEdit,
            InsufficientStock,
            ReturnExceedsReceived,
            BeforeTheCompany,
            BeforeLastCount,
            PeriodClosed,
            AmountTooLarge,
        ),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Book what goes back to a supplier."""
        body = dict(req.context.body)
        command = ReturnToSupplier(
            id=body.pop("id", None) or uuid4(),
            lines=tuple(SupplierReturnEntry(**line) for line in body.pop("lines")),
            **body,
        )
        self.create(
            req,
            resp,
            return_to_supplier,
            command,
            show_supplier_return,
            message="Stock returned to the supplier",
        )


class SupplierReturnById(Journal):
    """One return to a supplier."""

    kind = "supplier_return"

    @operation("inventory.view", "Show a supplier return", query=AsOfQuery(), answer=SupplierReturnAnswer)
    def on_get(self, req: Request, resp: Response, supplier_return_id: UUID) -> None:
        """The return as it was booked, and whether it was reversed; or what was recorded by `as_of`."""
        self.show_entry(req, resp, supplier_return_id, show_supplier_return)
