"""Changing a webhook: where it goes, what with, its secret, and whether it goes at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from commands.ports import Missing, check_version
from commands.webhooks.ports import WebhookWork
from commands.webhooks.registration import Outcome, check_stores
from domain.webhooks import Webhook
from domain.webhooks.webhook import Reason


@dataclass(frozen=True, kw_only=True)
class ReviseWebhook:
    """Edit some of its fields."""

    id: UUID
    changes: Mapping[str, Any]
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class RotateSecret:
    """Sign with another secret from now on."""

    id: UUID
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class DisableWebhook:
    """Send nothing any more."""

    id: UUID
    reason: Reason = "asked"
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class EnableWebhook:
    """Send again what is recorded from now on."""

    id: UUID
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class ArchiveWebhook:
    """Put it out of use for good."""

    id: UUID
    expected_versions: frozenset[int] | None = None


def revise_webhook(command: ReviseWebhook, work: WebhookWork) -> Outcome:
    """Record what changed. Raises Missing, StaleVersion, AlreadyArchived, OtherStore, Invalid."""
    webhook = held_webhook(command.id, work, command.expected_versions)
    if "store_ids" in command.changes:
        check_stores(command.changes["store_ids"], work)
    webhook.change(command.changes, sees_costs=work.caller.sees_costs)
    return _saved(webhook, work)


def rotate_secret(command: RotateSecret, work: WebhookWork) -> Outcome:
    """Make another secret. Raises Missing, StaleVersion, AlreadyArchived."""
    webhook = held_webhook(command.id, work, command.expected_versions)
    webhook.rotate()
    secret = work.webhooks.rotate(webhook.id, webhook.values["signature"])
    work.save(webhook)
    return Outcome(webhook=webhook, standing=work.webhooks.standing(webhook.id).read(), secret=secret)


def disable_webhook(command: DisableWebhook, work: WebhookWork) -> Outcome:
    """Stop it, and what waits; one that is disabled stays so.

    Raises Missing, StaleVersion, AlreadyArchived.
    """
    webhook = held_webhook(command.id, work, command.expected_versions)
    webhook.disable(command.reason)
    work.webhooks.stop(webhook.id)
    return _saved(webhook, work)


def enable_webhook(command: EnableWebhook, work: WebhookWork) -> Outcome:
    """Let it go on at the end of the log; what came meanwhile is for a replay.

    One that is enabled stays so. Raises Missing, StaleVersion, AlreadyArchived.
    """
    webhook = held_webhook(command.id, work, command.expected_versions)
    was_disabled = webhook.disabled_for is not None
    webhook.enable()
    if was_disabled:
        work.webhooks.resume(webhook.id)
    return _saved(webhook, work)


def archive_webhook(command: ArchiveWebhook, work: WebhookWork) -> Outcome:
    """Put it out of use, with its secrets. Raises Missing, StaleVersion, AlreadyArchived."""
    webhook = held_webhook(command.id, work, command.expected_versions)
    webhook.archive()
    work.webhooks.stop(webhook.id)
    work.webhooks.forget(webhook.id)
    return _saved(webhook, work)


def held_webhook(webhook_id: UUID, work: WebhookWork, expected: frozenset[int] | None = None) -> Webhook:
    """The webhook, for which nothing is taken from the log meanwhile. Raises Missing, StaleVersion."""
    work.webhooks.hold(webhook_id)
    webhook = work.load(Webhook, webhook_id)
    if not webhook.is_within(work.caller.store_ids):
        raise Missing
    check_version(webhook.version, expected)
    return webhook


def _saved(webhook: Webhook, work: WebhookWork) -> Outcome:
    work.save(webhook)
    return Outcome(webhook=webhook, standing=work.webhooks.standing(webhook.id).read())
