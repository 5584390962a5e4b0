"""Replays: events of the past that a webhook is sent once more."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from falcon import Request, Response

from api.operations import operation
from api.resource import Resource
from api.services import Reading
from api.webhooks.checks import check_subscription
from api.webhooks.deliveries import SENDING, check_visible
from api.webhooks.delivery_answers import ReplayAnswer
from api.webhooks.delivery_input import ReplayBody
from commands.ports import Missing
from commands.webhooks import ReplayEvents, replay_events
from domain.event_patterns import UnknownEventType
from domain.webhooks import TooManyReplays
from projections.base import Row
from projections.webhooks.deliveries import ask_replay


class Replays(Resource):
    """Replays of a webhook."""

    @operation(
        "webhooks.edit",
        "Replay events to a webhook",
        description="Events between two positions or times, both inclusive, are sent once more in their "
        "order, under the same `webhook-id` as before; what is on its way anyway is not. It is a job.",
        body=ReplayBody(),
        answer=ReplayAnswer,
        status=202,
        refusals=(UnknownEventType, TooManyReplays, *SENDING),
    )
    def on_post(self, req: Request, resp: Response, webhook_id: UUID) -> None:
        """Have them sent."""
        body = req.context.body
        if body["types"]:
            check_subscription(self.services, {"types": body["types"]})
        command = ReplayEvents(id=uuid4(), webhook_id=webhook_id, **_stretch(body))
        self.write(req, resp, replay_events, command, ReplayAnswer.of, message="They will be sent")


class ReplayById(Resource):
    """One replay."""

    @operation("webhooks.view", "Show a replay", answer=ReplayAnswer)
    def on_get(self, req: Request, resp: Response, webhook_id: UUID, replay_id: UUID) -> None:
        """How far it is."""
        caller = req.context.caller

        def question(reading: Reading) -> Row | None:
            asked = ask_replay(reading.db, webhook_id, replay_id)
            check_visible(reading, webhook_id, caller.store_ids)
            return asked.row()

        row = self.ask(req, resp, question)
        if row is None:
            raise Missing
        self.answer(req, resp, ReplayAnswer.of(row))


def _stretch(body: dict[str, Any]) -> dict[str, Any]:
    end = body.get("to")
    name = "to_time" if isinstance(end, datetime) else "to_position"
    begin: dict[str, Any] = {key: body[key] for key in ("from_position", "from_time") if key in body}
    return {**begin, name: end, "types": body["types"]}
