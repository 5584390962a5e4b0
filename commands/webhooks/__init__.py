"""Webhooks: set up and changed by those who run a company, and disabled by the service where they fail."""

from commands.webhooks.changes import (
    ArchiveWebhook,
    DisableWebhook,
    EnableWebhook,
    ReviseWebhook,
    RotateSecret,
    archive_webhook,
    disable_webhook,
    enable_webhook,
    revise_webhook,
    rotate_secret,
)
from commands.webhooks.deliveries import (
    ReplayEvents,
    RetryDelivery,
    TryWebhook,
    replay_events,
    retry_delivery,
    try_webhook,
)
from commands.webhooks.ports import Secret, WebhooksPort, WebhookWork
from commands.webhooks.registration import RegisterWebhook, register_webhook

__all__ = [
    "ArchiveWebhook",
    "DisableWebhook",
    "EnableWebhook",
    "RegisterWebhook",
    "ReplayEvents",
    "RetryDelivery",
    "ReviseWebhook",
    "RotateSecret",
    "Secret",
    "TryWebhook",
    "WebhookWork",
    "WebhooksPort",
    "archive_webhook",
    "disable_webhook",
    "enable_webhook",
    "register_webhook",
    "replay_events",
    "retry_delivery",
    "revise_webhook",
    "rotate_secret",
    "try_webhook",
]
