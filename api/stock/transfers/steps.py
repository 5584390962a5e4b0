"""The steps of a transfer: shipped by the one side, received by the other, or cancelled."""

from uuid import UUID, uuid4

from falcon import Request, Response

from api.etags import expected_versions
from api.operations import operation
from api.resource import Resource
from api.stock.transfers.answers import TransferAnswer
from api.stock.transfers.input import CancelBody, ReceiveBody, ShipBody
from api.stock.transfers.presenter import show_transfer
from commands.moments import BeforeTheCompany
from commands.ports import ConcurrentEdit, DuplicateId, StaleVersion
from commands.stock.moments import BeforeLastCount, PeriodClosed
from commands.stock.transfers.cancelling import CancelTransfer, cancel_transfer
from commands.stock.transfers.receiving import ReceiveTransfer, receive_transfer
from commands.stock.transfers.shipping import ShipTransfer, ship_transfer
from domain.money import AmountTooLarge
from domain.stock.arrivals import Arrival, ReceiveExceedsShipped
from domain.stock.documents import InvalidTransition
from domain.stock.movements import InsufficientStock

#: How any step may be refused.
STEPS = (StaleVersion, InvalidTransition, ConcurrentEdit, PeriodClosed)


class TransferShipping(Resource):
    """Goods leave."""

    @operation(
        "inventory.transfer",
        "Ship a transfer",
        description="Takes the goods from the source at their average cost; what is reserved there stays. "
        "Quantities are in the product's unit, also where the plan is in another: of two cases of twelve, 24 "
        "can leave. It is for whoever works at the source.",
        body=ShipBody(),
        body_is_optional=True,
        answer=TransferAnswer,
        refusals=(InsufficientStock, BeforeLastCount, BeforeTheCompany, *STEPS),
    )
    def on_post(self, req: Request, resp: Response, transfer_id: UUID) -> None:
        """Send what was requested, or less."""
        body = dict(req.context.body)
        lines = body.pop("lines")
        command = ShipTransfer(
            id=transfer_id,
            lines=None if lines is None else tuple((line["line_id"], line["quantity"]) for line in lines),
            expected_versions=expected_versions(req),
            **body,
        )
        self.write(req, resp, ship_transfer, command, show_transfer, message="Transfer shipped")


class TransferReceiving(Resource):
    """Goods arrive, or do not."""

    @operation(
        "inventory.transfer",
        "Receive a transfer",
        description="What arrived is taken in at what it was worth when it left; what is damaged or lost "
        "never is. Quantities are in the product's unit, whatever unit it was planned in. It is for whoever "
        "works at the destination. The same `id` with the same content answers with what the transfer was "
        "then.",
        body=ReceiveBody(),
        answer=TransferAnswer,
        refusals=(
            ReceiveExceedsShipped,
            DuplicateId,
            BeforeLastCount,
            BeforeTheCompany,
            AmountTooLarge,
            *STEPS,
        ),
    )
    def on_post(self, req: Request, resp: Response, transfer_id: UUID) -> None:
        """Take in a part, or all the rest."""
        body = req.context.body
        command = ReceiveTransfer(
            id=transfer_id,
            receipt_id=body.get("id") or uuid4(),
            lines=tuple(Arrival(**line) for line in body["lines"]),
            is_closing=body["close"],
            occurred_at=body["occurred_at"],
            expected_versions=expected_versions(req),
        )
        beside = {"transfer_id": transfer_id}
        message = "Transfer received"
        self.create(req, resp, receive_transfer, command, show_transfer, message=message, beside=beside)


class TransferCancelling(Resource):
    """Goods go back."""

    @operation(
        "inventory.transfer",
        "Cancel a transfer",
        description="What is still on the way goes back to the source, at what it was worth. It is for "
        "whoever works there. A transfer of which a part had come counts as received.",
        body=CancelBody(),
        answer=TransferAnswer,
        refusals=(AmountTooLarge, *STEPS),
    )
    def on_post(self, req: Request, resp: Response, transfer_id: UUID) -> None:
        """Take back what has not arrived."""
        command = CancelTransfer(
            id=transfer_id, reason=req.context.body["reason"], expected_versions=expected_versions(req)
        )
        self.write(req, resp, cancel_transfer, command, show_transfer, message="Transfer cancelled")
