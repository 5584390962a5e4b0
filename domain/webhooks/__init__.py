"""Webhooks: what happened in a company, told to a server of its own choice."""

from domain.webhooks.deliveries import SEALED, Delivery, Replay, TooManyReplays
from domain.webhooks.standing import Standing
from domain.webhooks.webhook import (
    MOST_WEBHOOKS,
    SIGNATURES,
    Signature,
    TooManyWebhooks,
    Webhook,
    WebhookDisabled,
)

__all__ = [
    "MOST_WEBHOOKS",
    "SEALED",
    "SIGNATURES",
    "Delivery",
    "Replay",
    "Signature",
    "Standing",
    "TooManyReplays",
    "TooManyWebhooks",
    "Webhook",
    "WebhookDisabled",
]
