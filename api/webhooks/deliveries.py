"""What a webhook was sent: looked at, sent again one by one, and tried with something about nothing."""

from uuid import UUID

from falcon import Request, Response

from api.operations import operation
from api.resource import Resource
from api.services import Reading
from api.webhooks.delivery_answers import DeliveryAnswer
from api.webhooks.delivery_input import DeliveriesQuery
from commands.ports import ConcurrentEdit, Missing
from commands.webhooks import RetryDelivery, TryWebhook, retry_delivery, try_webhook
from domain.entities import AlreadyArchived
from domain.webhooks import Webhook, WebhookDisabled
from projections.base import Row
from projections.webhooks.deliveries import ask_deliveries

SENDING = (AlreadyArchived, WebhookDisabled, ConcurrentEdit)


class Deliveries(Resource):
    """Deliveries of a webhook."""

    @operation(
        "webhooks.view",
        "List deliveries of a webhook",
        query=DeliveriesQuery(),
        answer=DeliveryAnswer,
        many=True,
    )
    def on_get(self, req: Request, resp: Response, webhook_id: UUID) -> None:
        """A stretch of them, the oldest first."""
        query, caller = req.context.query, req.context.caller

        def question(reading: Reading) -> list[Row]:
            asked = ask_deliveries(reading.db, webhook_id, **{**query, "limit": query["limit"] + 1})
            check_visible(reading, webhook_id, caller.store_ids)
            return asked.rows()

        rows = self.ask(req, resp, question)
        shown = rows[: query["limit"]]
        self.answer_stretch(
            req,
            resp,
            [DeliveryAnswer.of(row) for row in shown],
            shown[-1]["number"] if shown else None,
            has_more=len(rows) > len(shown),
        )


class DeliveryRetry(Resource):
    """Sends deliveries again."""

    @operation(
        "webhooks.edit",
        "Send a delivery again",
        description="At once, and then as often as the first time, whatever became of it, under "
        "the same `message_id`.",
        answer=DeliveryAnswer,
        refusals=SENDING,
    )
    def on_post(self, req: Request, resp: Response, webhook_id: UUID, delivery_id: UUID) -> None:
        """Have it sent."""
        command = RetryDelivery(webhook_id=webhook_id, id=delivery_id)
        self.write(req, resp, retry_delivery, command, DeliveryAnswer.of, message="It will be sent")


class WebhookTry(Resource):
    """Tries webhooks."""

    @operation(
        "webhooks.edit",
        "Test a webhook",
        description="Sends a `webhooks.test` without data, signed like all others; its deliveries say what "
        "became of it.",
        answer=DeliveryAnswer,
        refusals=SENDING,
    )
    def on_post(self, req: Request, resp: Response, webhook_id: UUID) -> None:
        """Have something sent that is about nothing."""
        command = TryWebhook(id=webhook_id)
        self.write(req, resp, try_webhook, command, DeliveryAnswer.of, message="It will be sent")


def check_visible(reading: Reading, webhook_id: UUID, store_ids: tuple[UUID, ...]) -> None:
    """Raise Missing unless there is such a webhook, within these stores if some are given."""
    found: list[Webhook] = reading.aggregates(Webhook, [webhook_id])
    if not found or not found[0].is_within(store_ids):
        raise Missing
