"""Setting up a webhook."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from commands.ports import Missing, UnitOfWork
from commands.webhooks.ports import Secret, WebhookWork
from domain.errors import Detail, Invalid
from domain.settings import OtherStore
from domain.stores import Store
from domain.webhooks import MOST_WEBHOOKS, Signature, Standing, TooManyWebhooks, Webhook


@dataclass(frozen=True, kw_only=True)
class RegisterWebhook:
    """An address is to be told of events."""

    id: UUID
    url: str
    types: tuple[str, ...]
    store_ids: tuple[UUID, ...]
    description: str
    ordered: bool
    signature: Signature


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A webhook, how far it has come, and its secret where it was just made."""

    webhook: Webhook
    standing: Standing
    secret: Secret | None = None


def register_webhook(command: RegisterWebhook, work: WebhookWork) -> Outcome:
    """Set it up, once; the same request again answers with what it made, but for the secret.

    Raises DuplicateId, TooManyWebhooks, OtherStore, Invalid.
    """
    # One at a time sees how many there are.
    work.plan.hold()
    count, earlier = work.webhooks.count(), work.find_earlier(Webhook, Webhook.Registered, command.id)
    if existing := earlier.read():
        return Outcome(webhook=existing, standing=work.webhooks.standing(existing.id).read())
    check_stores(command.store_ids, work)
    if count.read() >= MOST_WEBHOOKS:
        raise TooManyWebhooks
    values = {name: value for name, value in vars(command).items() if name != "id"}
    values["in_full"] = work.caller.sees_costs
    webhook = Webhook.begin(Webhook.Registered, command.id, **values)
    secret = work.webhooks.begin(webhook.id, command.signature)
    work.save(webhook)
    return Outcome(webhook=webhook, standing=work.webhooks.standing(webhook.id).read(), secret=secret)


def check_stores(store_ids: Iterable[UUID], work: UnitOfWork) -> None:
    """Raise Invalid for a store that is not there, and OtherStore for what is not all within the caller's.

    Whoever is bound to stores has to name some of them: without any it would be about all.
    """
    own, named = work.caller.store_ids, tuple(store_ids)
    if own and not (named and set(named) <= set(own)):
        raise OtherStore
    asked = [work.ask(Store, store_id) for store_id in named]
    wrong = []
    for index, store in enumerate(asked):
        try:
            store.read()
        except Missing:
            wrong.append(Detail(f"store_ids.{index}", "not_found", "There is no such store."))
    if wrong:
        raise Invalid(details=wrong)
