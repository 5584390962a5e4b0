"""Webhooks in the API: which servers are told of what happened, and what became of it."""

from falcon import App, Request, Response

from api.services import Services
from api.webhooks.deliveries import Deliveries, DeliveryRetry, WebhookTry
from api.webhooks.listing import Webhooks
from api.webhooks.replays import ReplayById, Replays
from api.webhooks.rotation import SecretRotation
from api.webhooks.single import WebhookById, WebhookDisabling, WebhookEnabling

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of webhooks."""
    path = "/api/admin/webhooks"
    single = f"{path}/{{webhook_id:uuid}}"
    app.add_route(path, Webhooks(services))
    app.add_route(single, WebhookById(services))
    app.add_route(f"{single}/enable", WebhookEnabling(services))
    app.add_route(f"{single}/disable", WebhookDisabling(services))
    app.add_route(f"{single}/rotate-secret", SecretRotation(services))
    app.add_route(f"{single}/test", WebhookTry(services))
    app.add_route(f"{single}/replay", Replays(services))
    app.add_route(f"{single}/replay/{{replay_id:uuid}}", ReplayById(services))
    deliveries = f"{single}/deliveries"
    app.add_route(deliveries, Deliveries(services))
    app.add_route(f"{deliveries}/{{delivery_id:uuid}}/retry", DeliveryRetry(services))
