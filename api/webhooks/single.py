"""One webhook: shown, edited, archived, disabled for a time and enabled again."""

from uuid import UUID

from falcon import Request, Response

from api.entities import EDITS
from api.etags import expected_versions
from api.operations import operation
from api.queries import AsOfQuery
from api.resource import Resource
from api.services import Reading
from api.webhooks.answers import WebhookAnswer, show_outcome, show_webhook
from api.webhooks.checks import check_subscription
from api.webhooks.input import WebhookEdit
from commands.ports import Missing
from commands.webhooks import (
    ArchiveWebhook,
    DisableWebhook,
    EnableWebhook,
    ReviseWebhook,
    archive_webhook,
    disable_webhook,
    enable_webhook,
    revise_webhook,
)
from domain.event_patterns import UnknownEventType
from domain.settings import OtherStore
from domain.webhooks import Standing, Webhook
from domain.webhooks.targets import UrlNotAllowed
from projections.webhooks.standings import ask_standings


class WebhookById(Resource):
    """One webhook."""

    @operation("webhooks.view", "Show a webhook", query=AsOfQuery(), answer=WebhookAnswer)
    def on_get(self, req: Request, resp: Response, webhook_id: UUID) -> None:
        """As it is, or as it was recorded by `as_of`."""
        caller, as_of = req.context.caller, req.context.query.get("as_of")

        def question(reading: Reading) -> WebhookAnswer:
            standings = ask_standings(reading.db, [webhook_id])
            found: list[Webhook] = reading.aggregates(Webhook, [webhook_id], as_of)
            if not found or not found[0].is_within(caller.store_ids):
                raise Missing
            return show_webhook(found[0], standings().get(webhook_id, Standing()))

        # How far it has come changes under its version.
        self.show(req, resp, self.ask(req, resp, question), is_whole=False)

    @operation(
        "webhooks.edit",
        "Edit a webhook",
        body=WebhookEdit(partial=True),
        answer=WebhookAnswer,
        refusals=(UrlNotAllowed, UnknownEventType, OtherStore, *EDITS),
    )
    def on_patch(self, req: Request, resp: Response, webhook_id: UUID) -> None:
        """Edit some of its fields."""
        changes = req.context.body
        check_subscription(self.services, changes)
        command = ReviseWebhook(id=webhook_id, changes=changes, expected_versions=expected_versions(req))
        self.write(req, resp, revise_webhook, command, show_outcome, message="Webhook changed")

    @operation("webhooks.archive", "Archive a webhook", answer=WebhookAnswer, refusals=EDITS)
    def on_delete(self, req: Request, resp: Response, webhook_id: UUID) -> None:
        """Put it out of use for good, with its secrets."""
        command = ArchiveWebhook(id=webhook_id, expected_versions=expected_versions(req))
        self.write(req, resp, archive_webhook, command, show_outcome, message="Webhook archived")


class WebhookDisabling(Resource):
    """Disables webhooks."""

    @operation(
        "webhooks.edit",
        "Disable a webhook",
        description="Nothing is sent any more, and what waited to be sent is dead; `position` says from "
        "where it can be replayed.",
        answer=WebhookAnswer,
        refusals=EDITS,
    )
    def on_post(self, req: Request, resp: Response, webhook_id: UUID) -> None:
        """Stop it; one that is disabled stays so."""
        command = DisableWebhook(id=webhook_id, expected_versions=expected_versions(req))
        self.write(req, resp, disable_webhook, command, show_outcome, message="Webhook disabled")


class WebhookEnabling(Resource):
    """Enables webhooks."""

    @operation(
        "webhooks.edit",
        "Enable a webhook",
        description="What is recorded from now on is sent; what came meanwhile is for a replay.",
        answer=WebhookAnswer,
        refusals=EDITS,
    )
    def on_post(self, req: Request, resp: Response, webhook_id: UUID) -> None:
        """Let it go on; one that is enabled stays so."""
        command = EnableWebhook(id=webhook_id, expected_versions=expected_versions(req))
        self.write(req, resp, enable_webhook, command, show_outcome, message="Webhook enabled")
