"""What is answered of deliveries and replays."""

from typing import Annotated

from api.answers import NULL, Answer, Count, CreatedAt, Id, Meaning, Moment
from domain.webhooks.deliveries import DeliveryStatus, ReplayStatus


class DeliveryAnswer(Answer):
    """An event that is sent to a webhook. Deliveries are kept for 30 days."""

    id: Annotated[Id, Meaning("By which it is sent once more (`retry`).")]
    number: Annotated[Count, Meaning("Counts the deliveries of the webhook; `after` is one of these.", 17)]
    message_id: Annotated[
        str,
        Meaning(
            "The header `webhook-id`, the same at each attempt and in each replay.",
            "0190f5a1-7c3e-7abc-8def-0123456789ab-3f9c2a71-42",
        ),
    ]
    position: Annotated[int | None, Meaning("The place of the event in the log; null for a test.", 42)]
    type: Annotated[str, Meaning("What happened; `webhooks.test` for a test.", "orders.Order.Sold")]
    status: Annotated[
        DeliveryStatus,
        Meaning("`pending`: not tried yet; `failed`: tried again later; `dead`: given up.", "delivered"),
    ]
    attempt: Annotated[Count, Meaning("How often it was tried.", 1)]
    response_status: Annotated[
        int | None, Meaning("The last status of HTTP; null where there was no answer.", 204)
    ]
    error: Annotated[
        str | None,
        Meaning("What went wrong the last time, or how that answer began; 200 bytes at most.", NULL),
    ]
    milliseconds: Annotated[int | None, Meaning("How long the last attempt took.", 87)]
    next_attempt_at: Annotated[Moment | None, Meaning("When it is tried next; null once it is not.", NULL)]
    replay_id: Annotated[Id | None, Meaning("The replay that it is of.", NULL)]
    created_at: CreatedAt
    finished_at: Annotated[Moment | None, Meaning("When it arrived or was given up.")]


class ReplayAnswer(Answer):
    """Events that are sent once more."""

    id: Annotated[Id, Meaning("By which it is asked after.")]
    status: Annotated[ReplayStatus, Meaning("Whether all of them are on their way.", "running")]
    done: Annotated[Count, Meaning("How many positions of the log were looked at.", 500)]
    total: Annotated[Count, Meaning("How many there are to be looked at.", 1200)]
    error: Annotated[str | None, Meaning("Why it failed.", NULL)]
    created_at: CreatedAt
    finished_at: Annotated[Moment | None, Meaning("When it ended.", NULL)]
