"""Deliveries: what a till did without a connection, taken over operation by operation."""

from collections.abc import Mapping
from uuid import UUID

from falcon import Request, Response

from api.operations import operation
from api.resource import Resource
from api.sync.answers import ResultAnswer, SyncAnswer
from api.sync.arrivals import arrival_of, operation_sent
from api.sync.input import MOST_BYTES, SyncBody
from api.sync.processing import settle_waiting, take_in
from api.sync.texts import DESCRIPTION
from commands.ports import ConcurrentEdit
from commands.sync.arrivals import NoteDelivery, note_delivery
from domain.settings import OtherStore


def _latest(result: ResultAnswer, settled: Mapping[UUID, ResultAnswer]) -> ResultAnswer:
    """What became of an operation in the end, where it had to wait for others of the delivery."""
    return settled.get(result.id, result) if result.status == "waiting" else result


class SyncDeliveries(Resource):
    """What tills did without a connection."""

    @operation(
        "pos.use",
        "Deliver what a till did without a connection",
        description=DESCRIPTION,
        body=SyncBody(),
        max_body_bytes=MOST_BYTES,
        answer=SyncAnswer,
        refusals=(OtherStore, ConcurrentEdit),
        lengthy=True,
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Take them in, and then what has waited for them."""
        caller, peppers, run = req.context.caller, self.services.peppers, self.services.application.run
        body = req.context.body
        if self.send_stored(req, resp):
            return
        arrivals = [arrival_of(operation_sent(sent, caller, peppers), peppers) for sent in body["operations"]]
        results = take_in(run, caller, body["device_id"], arrivals)
        settled = settle_waiting(run, caller.company_id, caller.request_id, peppers)
        answer = SyncAnswer(results=[_latest(result, settled) for result in results])
        note = NoteDelivery(device_id=body["device_id"])
        self.write(req, resp, note_delivery, note, lambda _: answer, message="Delivered")
