"""Webhooks: all of them, and new ones."""

from uuid import uuid4

from falcon import Request, Response

from api.operations import operation
from api.resource import Resource
from api.services import Reading
from api.webhooks.answers import NewSecretAnswer, WebhookAnswer, show_row
from api.webhooks.checks import check_subscription
from api.webhooks.input import WebhookBody, WebhooksQuery
from api.webhooks.secrets import showing_secret
from commands.ports import ConcurrentEdit, DuplicateId
from commands.webhooks import RegisterWebhook, register_webhook
from domain.event_patterns import UnknownEventType
from domain.settings import OtherStore
from domain.webhooks import Standing, TooManyWebhooks
from domain.webhooks.targets import UrlNotAllowed
from projections.webhooks.standings import ask_standings
from projections.webhooks.webhooks import list_webhooks

_ABOUT = (
    "Events that are recorded from then on are sent by POST as Standard Webhooks 1.0.0: `webhook-id` is "
    "the same at each attempt (`<company>-<epoch>-<position>`), `webhook-timestamp` that of the attempt, "
    "`webhook-signature` over id, timestamp and body. The body is a row of the change feed with `timestamp`. "
    "2xx within 15 seconds is success; a redirect is none, 410 disables the webhook, 429 and 503 may say "
    "`Retry-After`. It is tried ten times within 47 hours and 36 minutes, each pause up to 10 % longer or "
    "shorter, and is dead then. An event may arrive more than once, and without `ordered` in any order."
)


class Webhooks(Resource):
    """Webhooks."""

    @operation("webhooks.view", "List webhooks", query=WebhooksQuery(), answer=WebhookAnswer, many=True)
    def on_get(self, req: Request, resp: Response) -> None:
        """One page, the oldest first."""
        query, store_ids = req.context.query, req.context.caller.store_ids

        def question(reading: Reading) -> tuple[list[WebhookAnswer], int]:
            rows, total = list_webhooks(reading.db, store_ids=store_ids, **query)
            standings = ask_standings(reading.db, [row["id"] for row in rows])()
            return [show_row(row, standings.get(row["id"], Standing())) for row in rows], total

        self.answer_page(req, resp, *self.ask(req, resp, question))

    @operation(
        "webhooks.create",
        "Add a webhook",
        description=_ABOUT,
        body=WebhookBody(),
        answer=NewSecretAnswer,
        status=201,
        refusals=(UrlNotAllowed, UnknownEventType, TooManyWebhooks, DuplicateId, ConcurrentEdit, OtherStore),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Have a server be told of events."""
        body = dict(req.context.body)
        check_subscription(self.services, body)
        command = RegisterWebhook(id=body.pop("id", None) or uuid4(), **body)
        with showing_secret(self, req, resp, "Webhook added") as present:
            self.create(req, resp, register_webhook, command, present, message="Webhook added")
