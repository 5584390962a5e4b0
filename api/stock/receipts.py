"""Deliveries: what came in, at which purchase prices."""

from typing import Annotated
from uuid import UUID, uuid4

from falcon import Request, Response

from api.answers import Cost, Id, Meaning, Sum, Version
from api.operations import operation
from api.queries import AsOfQuery
from api.stock.input import ReceiptBody, SuppliedQuery
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
from commands.stock.receipts import ReceivedLine, ReceiveStock, receive_stock
from domain.money import AmountTooLarge
from domain.stock.movements import StockMovement
from projections.base import Row


class ReceiptRowAnswer(EntryRowAnswer, kw_only=True):
    """A delivery in the list."""

    supplier_id: Annotated[Id | None, Meaning("Who delivers it.")]
    purchase_order_id: Annotated[Id | None, Meaning("The purchase order it belongs to.")]
    total: Annotated[Sum, Cost("What it cost.", 2798)]


class ReceiptAnswer(EntryAnswer, kw_only=True):
    """A delivery as it was booked."""

    supplier_id: Annotated[Id | None, Meaning("Who delivers it.")]
    purchase_order_id: Annotated[Id | None, Meaning("The purchase order it belongs to.")]
    lines: Annotated[list[DocumentLineAnswer], Meaning("In the order in which they were entered.")]
    total: Annotated[Sum, Cost("What it cost.", 2798)]
    version: Version


def show_receipt(receipt: StockMovement, *, is_reversed: bool = False) -> ReceiptAnswer:
    """The answer of a delivery."""
    return ReceiptAnswer(
        **entry_fields(receipt, "supplier_id", "purchase_order_id", is_reversed=is_reversed),
        lines=[DocumentLineAnswer(**line_fields(line)) for line in receipt.lines],
        total=sum(line.value_change for line in receipt.lines),
    )


def _show_row(row: Row) -> ReceiptRowAnswer:
    return ReceiptRowAnswer.of({**row, "total": int(row["value_change"])})


class StockReceipts(Journal):
    """Deliveries."""

    kind = "receipt"

    @operation(
        "inventory.view",
        "List receipts",
        query=SuppliedQuery(),
        answer=ReceiptRowAnswer,
        many=True,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """One page of deliveries, newest first unless you say otherwise."""
        self.list_rows(req, resp, _show_row)

    @operation(
        "inventory.receive",
        "Receive stock",
        body=ReceiptBody(),
        answer=ReceiptAnswer,
        status=201,
        refusals=(
            DuplicateId,
            ConcurrentEdit,
            BeforeTheCompany,
            BeforeLastCount,
            PeriodClosed,
            AmountTooLarge,
        ),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Book a delivery onto a storage's balances, at its purchase prices."""
        body = dict(req.context.body)
        command = ReceiveStock(
            id=body.pop("id", None) or uuid4(),
            lines=tuple(ReceivedLine(**line) for line in body.pop("lines")),
            **body,
        )
        self.create(req, resp, receive_stock, command, show_receipt, message="Stock received")


class StockReceipt(Journal):
    """One delivery."""

    kind = "receipt"

    @operation("inventory.view", "Show a receipt", query=AsOfQuery(), answer=ReceiptAnswer)
    def on_get(self, req: Request, resp: Response, receipt_id: UUID) -> None:
        """The delivery as it was booked, and whether it was reversed; or what was recorded by `as_of`."""
        self.show_entry(req, resp, receipt_id, show_receipt)
