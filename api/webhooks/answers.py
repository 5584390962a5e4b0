"""What is answered of webhooks."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from api.answers import NULL, Answer, Count, CreatedAt, Id, Meaning, Moment, OwnId, UpdatedAt, Version
from api.entities import values_of
from commands.webhooks.registration import Outcome
from domain.webhooks import Signature, Standing, Webhook
from projections.base import Row


class WebhookAnswer(Answer):
    """A webhook. How far it has come and whether it fails is as of now, and no part of its `version`."""

    id: OwnId
    url: Annotated[
        str,
        Meaning(
            "Where events are sent: a server's name over https, at port 443 or another that the operator "
            "allows (`MIPOS_WEBHOOK_PORTS`), without user, password and fragment.",
            "https://hooks.shop.example/mipos",
        ),
    ]
    types: Annotated[
        list[str],
        Meaning(
            "Of which events, by their types; `orders.*` is all that begin so. `audit.sealed` is each seal "
            "of the log, for whoever is told of all stores.",
            ["orders.*"],
        ),
    ]
    store_ids: Annotated[
        list[Id],
        Meaning("Of which stores; without any, of all of them and of what belongs to none.", []),
    ]
    description: Annotated[str, Meaning("What it is for.", "Bookkeeping")]
    ordered: Annotated[
        bool, Meaning("Whether each is sent only once the one before was delivered or given up.", False)
    ]
    signature: Annotated[
        Signature,
        Meaning(
            "How deliveries are signed (Standard Webhooks): `hmac` by a secret that both know (`v1`), "
            "`ed25519` by a key of which the receiver needs the public half alone (`v1a`).",
            "hmac",
        ),
    ]
    public_key: Annotated[str | None, Meaning("With `ed25519`, by what a receiver checks signatures.", NULL)]
    in_full: Annotated[
        bool,
        Meaning("Whether costs are told as well: if whoever edited it last may see them.", True),
    ]
    status: Annotated[
        Literal["active", "failing", "disabled", "archived"],
        Meaning("Whether it is sent anything, and takes it.", "active"),
    ]
    disabled_for: Annotated[
        Literal["asked", "gone", "failing"] | None,
        Meaning(
            "Why it is disabled: somebody asked, its server answered 410, or it failed for five days.", NULL
        ),
    ]
    failing_since: Annotated[Moment | None, Meaning("Since when it takes nothing; null while it does.", NULL)]
    position: Annotated[
        Count, Meaning("Up to which position of the log everything was delivered or given up.", 42)
    ]
    lag: Annotated[Count, Meaning("How many events of the log come after that.", 0)]
    version: Version
    created_at: CreatedAt
    updated_at: UpdatedAt


class NewSecretAnswer(WebhookAnswer):
    """A webhook that was given a secret."""

    secret: Annotated[
        str | None,
        Meaning(
            "The secret, in the answer that makes it and never again, not even if the request is repeated; "
            "null with `ed25519`.",
            NULL,
        ),
    ]


def show_outcome(outcome: Outcome) -> WebhookAnswer:
    """A webhook that was decided about."""
    return show_webhook(outcome.webhook, outcome.standing)


def show_new_secret(outcome: Outcome, secret: str | None) -> NewSecretAnswer:
    """A webhook that was given a secret, with that or without it."""
    values = {**_values(outcome.webhook), "secret": secret}
    return NewSecretAnswer.of(_fields(values, outcome.standing))


def show_webhook(webhook: Webhook, standing: Standing) -> WebhookAnswer:
    """A webhook, and how far it has come."""
    return WebhookAnswer.of(_fields(_values(webhook), standing))


def show_row(row: Row, standing: Standing) -> WebhookAnswer:
    """A row of the list, and how far it has come."""
    return WebhookAnswer.of(_fields(row, standing))


def _values(webhook: Webhook) -> Row:
    return {**values_of(webhook), "disabled_for": webhook.disabled_for}


def _fields(values: Mapping[str, Any], standing: Standing) -> Row:
    return {
        **values,
        **vars(standing),
        "status": _status(values, standing),
        "failing_since": None if values["disabled_for"] else standing.failing_since,
    }


def _status(values: Mapping[str, Any], standing: Standing) -> str:
    if values["is_archived"]:
        return "archived"
    if values["disabled_for"]:
        return "disabled"
    return "failing" if standing.failing_since else "active"
