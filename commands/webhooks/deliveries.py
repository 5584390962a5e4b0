"""Sending again: a single delivery, a stretch of the log, or a test that is about nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from commands.ports import Missing
from commands.webhooks.changes import held_webhook
from commands.webhooks.ports import ReplayRequest, WebhookWork
from domain.errors import Invalid
from domain.webhooks import Delivery, Replay

#: The finest difference between two times of the log.
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class TryWebhook:
    """Send something that is about nothing, to see whether it arrives."""

    id: UUID


@dataclass(frozen=True, kw_only=True)
class RetryDelivery:
    """Send a delivery again at once, and as often as the first time."""

    webhook_id: UUID
    id: UUID


@dataclass(frozen=True, kw_only=True)
class ReplayEvents:
    """Send events again: from a position up to one, or from a time up to one, all inclusive."""

    id: UUID
    webhook_id: UUID
    from_position: int | None = None
    from_time: datetime | None = None
    to_position: int | None = None
    to_time: datetime | None = None
    types: tuple[str, ...] | None = None


def try_webhook(command: TryWebhook, work: WebhookWork) -> Delivery:
    """Have it sent. Raises Missing, AlreadyArchived, WebhookDisabled."""
    webhook = held_webhook(command.id, work)
    webhook.check_in_use()
    return work.webhooks.test(webhook.id)


def retry_delivery(command: RetryDelivery, work: WebhookWork) -> Delivery:
    """Have it sent again. Raises Missing, AlreadyArchived, WebhookDisabled."""
    webhook = held_webhook(command.webhook_id, work)
    webhook.check_in_use()
    delivery = work.webhooks.retry(webhook.id, command.id)
    if delivery is None:
        raise Missing
    return delivery


def replay_events(command: ReplayEvents, work: WebhookWork) -> Replay:
    """Have them sent again. Raises Missing, AlreadyArchived, WebhookDisabled, TooManyReplays, Invalid."""
    webhook = held_webhook(command.webhook_id, work)
    webhook.check_in_use()
    first, last = _stretch(command, work)
    if last < first:
        raise Invalid.in_fields("from_time" if command.from_time else "from_position", message=_NOTHING)
    request = ReplayRequest(
        id=command.id,
        webhook_id=webhook.id,
        from_position=first,
        to_position=last,
        types=command.types,
    )
    return work.webhooks.replay(request)


_NOTHING = "There are no events in this stretch of the log."


def _stretch(command: ReplayEvents, work: WebhookWork) -> tuple[int, int]:
    """The first and the last position that is meant; nothing lies behind the end of the log."""
    port = work.webhooks
    head = port.head()
    begin = None if command.from_time is None else port.first_position_at(command.from_time)
    end = None if command.to_time is None else port.first_position_at(_just_after(command.to_time))
    first = begin.read() if begin else command.from_position or 1
    last = end.read() - 1 if end else command.to_position or head.read()
    return first, min(last, head.read())


def _just_after(moment: datetime) -> datetime:
    """The moment that follows; the last one that there is follows itself."""
    return moment + min(_MOMENT, datetime.max.replace(tzinfo=moment.tzinfo) - moment)
