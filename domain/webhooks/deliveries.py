"""Deliveries and replays of webhooks as they stand: no facts, these are in the log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from domain.errors import Conflict

#: Not tried yet, tried again later, arrived, or given up.
DeliveryStatus = Literal["pending", "delivered", "failed", "dead"]
ReplayStatus = Literal["queued", "running", "done", "failed"]
#: What a webhook is told of that is no event: the log was sealed.
SEALED = "audit.sealed"
#: How many replays of a webhook may be under way.
MOST_REPLAYS = 5


class TooManyReplays(Conflict):
    """Several replays of this webhook are still under way; wait for them."""

    code = "too_many_replays"
    remedy = "Ask for the next one when one of those under way is done."


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """An event that is sent to a webhook; `attempt` is how often it was tried, `milliseconds` the last time.

    `number` counts the deliveries of a webhook. A test has no position, nor has
    news of a seal.
    """

    id: UUID
    number: int
    message_id: str
    position: int | None
    type: str
    status: DeliveryStatus
    attempt: int
    response_status: int | None
    error: str | None
    milliseconds: int | None
    next_attempt_at: datetime | None
    replay_id: UUID | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Replay:
    """Events that are sent to a webhook once more: of `total` positions `done` were looked at."""

    id: UUID
    webhook_id: UUID
    status: ReplayStatus
    done: int
    total: int
    error: str | None
    created_at: datetime
    finished_at: datetime | None
