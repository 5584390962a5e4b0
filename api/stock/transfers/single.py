"""One transfer: shown, planned anew, and dropped before anything was sent."""

from uuid import UUID

from falcon import Request, Response

from api.etags import expected_versions
from api.operations import operation
from api.queries import AsOfQuery
from api.resource import Resource
from api.services import Reading
from api.stock.transfers.answers import NamedTransferAnswer, TransferAnswer
from api.stock.transfers.input import TransferEdit, requested_lines
from api.stock.transfers.presenter import show_named, show_transfer
from commands.ports import ConcurrentEdit, Missing, StaleVersion
from commands.stock.transfers.drafts import AmendTransfer, DiscardTransfer, amend_transfer, discard_transfer
from domain.stock.documents import InvalidTransition
from domain.stock.transfers import Transfer
from projections.stock.names import find_names
from projections.stock.transfer_list import list_storages


class TransferById(Resource):
    """One transfer."""

    @operation("inventory.transfer", "Show a transfer", query=AsOfQuery(), answer=NamedTransferAnswer)
    def on_get(self, req: Request, resp: Response, transfer_id: UUID) -> None:
        """As it is, or as it was recorded by `as_of`."""
        as_of, store_ids = req.context.query.get("as_of"), req.context.caller.store_ids

        def question(reading: Reading) -> NamedTransferAnswer:
            storages = list_storages(reading.db, store_ids) if store_ids else None
            transfers: list[Transfer] = reading.aggregates(Transfer, [transfer_id], as_of)
            if not transfers or not transfers[0].is_between(storages):
                raise Missing
            (transfer,) = transfers
            names = find_names(reading.db, [transfer.from_storage_id, transfer.to_storage_id])
            return show_named(transfer, names)

        self.show(req, resp, self.ask(req, resp, question))

    @operation(
        "inventory.transfer",
        "Plan a transfer anew",
        description="Only before it is shipped. `lines` are all of them; a variant keeps its line.",
        body=TransferEdit(),
        answer=TransferAnswer,
        refusals=(StaleVersion, InvalidTransition, ConcurrentEdit),
    )
    def on_patch(self, req: Request, resp: Response, transfer_id: UUID) -> None:
        """Make another plan."""
        changes = dict(req.context.body)
        lines = requested_lines(changes.pop("lines")) if "lines" in changes else None
        command = AmendTransfer(
            id=transfer_id, lines=lines, changes=changes, expected_versions=expected_versions(req)
        )
        self.write(req, resp, amend_transfer, command, show_transfer, message="Transfer changed")

    @operation(
        "inventory.transfer",
        "Drop a transfer",
        description="Only before it is shipped. It keeps its number, and is listed as `discarded` alone.",
        answer=TransferAnswer,
        refusals=(StaleVersion, InvalidTransition, ConcurrentEdit),
    )
    def on_delete(self, req: Request, resp: Response, transfer_id: UUID) -> None:
        """Drop the plan."""
        command = DiscardTransfer(id=transfer_id, expected_versions=expected_versions(req))
        self.write(req, resp, discard_transfer, command, show_transfer, message="Transfer dropped")
