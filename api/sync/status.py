"""How far what a device did has arrived."""

from falcon import Request, Response

from api.operations import operation
from api.resource import Resource
from api.services import Reading
from api.sync.answers import StatusAnswer
from api.sync.input import StatusQuery
from commands.ports import Missing
from domain.devices import Device
from projections.sync_status import find_status


class SyncStanding(Resource):
    """How far a device is."""

    @operation(
        "pos.use",
        "Show how far a device has delivered",
        query=StatusQuery(),
        answer=StatusAnswer,
        refusals=(Missing,),
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """What is missing, what waits, and what was rejected."""
        device_id, caller = req.context.query["device_id"], req.context.caller

        def question(reading: Reading) -> StatusAnswer:
            found: list[Device] = reading.aggregates(Device, [device_id])
            if not found or not found[0].is_within(caller.store_ids):
                raise Missing
            status = find_status(reading.db, device_id)
            return StatusAnswer(
                device_id=device_id,
                last_seq=status.last_seq,
                last_seen_at=status.last_seen_at,
                missing_seqs=status.missing_seqs,
                waiting=status.waiting,
                rejected=status.rejected,
            )

        self.answer(req, resp, self.ask(req, resp, question))
