"""Deliveries: what came in, at which purchase prices."""

from typing import Annotated
from uuid import uuid4

from falcon import Request, Response

from api.answers import Answer, Cost, Id, Meaning, Moment, Money, OwnId, Quantity, SignedMoney, Version
from api.operations import operation
from api.resource import Resource
from api.stock.input import ReceiptBody
from commands.moments import BeforeTheCompany
from commands.ports import ConcurrentEdit, DuplicateId
from commands.stock.moments import BeforeLastCount, PeriodClosed
from commands.stock.receipts import ReceivedLine, ReceiveStock, receive_stock
from domain.money import AmountTooLarge


class MovementLineAnswer(Answer):
    """One line of a movement and the balance it left."""

    variant_id: Annotated[Id, Meaning("The variant.")]
    quantity: Annotated[Quantity, Meaning("How much.")]
    unit_cost: Annotated[Money | None, Cost("The cost of one unit.", 200)]
    value_change: Annotated[SignedMoney, Cost("What it changed of the stock's value.", 400)]
    settlement: Annotated[SignedMoney, Cost("Cost of what was sold before it came in.", 0)]
    balance_quantity: Annotated[Quantity, Meaning("What was there afterwards.", "38")]
    balance_value: Annotated[SignedMoney, Cost("What that was worth.", 7600)]


class ReceiptAnswer(Answer):
    """A delivery as it was booked."""

    id: OwnId
    storage_id: Annotated[Id, Meaning("The storage.")]
    supplier_id: Annotated[Id | None, Meaning("The supplier.")]
    reference: Annotated[str | None, Meaning("Your own reference.", "DN-2041")]
    occurred_at: Annotated[Moment, Meaning("When it happened.")]
    lines: Annotated[list[MovementLineAnswer], Meaning("The lines.")]
    version: Version


class StockReceipts(Resource):
    """Deliveries."""

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
        self.create(req, resp, receive_stock, command, ReceiptAnswer.of, message="Stock received")
