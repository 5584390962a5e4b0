"""A webhook: which events of a company go to which address, in which order, and whether they do."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Literal, get_args
from uuid import UUID

from domain.aggregate import Aggregate
from domain.entities import AlreadyArchived, Entity
from domain.errors import Conflict, Invalid

#: By what a receiver knows that a delivery is ours: a secret that both know, or a key of which it has half.
Signature = Literal["hmac", "ed25519"]
SIGNATURES: tuple[Signature, ...] = get_args(Signature)
#: Why one is disabled: somebody asked, its server said that it is gone, or it failed for days.
Reason = Literal["asked", "gone", "failing"]
#: Whoever follows the log need not know addresses.
WITHHELD = frozenset({"url"})
#: How many a company has that are not archived.
MOST_WEBHOOKS = 20


class TooManyWebhooks(Invalid):
    """A company has 20 webhooks at most; archive one that is not needed any more."""

    code = "too_many_webhooks"
    remedy = "Archive a webhook that is not needed any more."


class WebhookDisabled(Conflict):
    """The webhook is disabled; enable it first."""

    code = "invalid_transition"
    remedy = "Enable the webhook, then repeat the request."


class Webhook(Entity):
    """An address that is told of events. The secrets it signs with are no facts.

    `types` are patterns of types of events; without `store_ids` it is told of all stores and of what belongs
    to none. Costs are told if whoever registered or edited it last may see them (`in_full`).
    """

    type_name = "webhooks.Webhook"

    class Registered(Entity.Registered):
        """The address is told of events from now on; an `ordered` one of each only after the one before."""

        withheld = WITHHELD

        url: str
        types: tuple[str, ...]
        store_ids: tuple[UUID, ...]
        description: str
        ordered: bool
        signature: Signature
        in_full: bool

        def apply(self, aggregate: "Webhook") -> None:  # type: ignore[override]  # of its own kind only
            """Begin in use."""
            super().apply(aggregate)
            aggregate.disabled_for = None

    class Readdressed(Entity.Revised):
        """Events go to another address."""

        withheld = WITHHELD

        url: str
        in_full: bool

    class Subscribed(Entity.Revised):
        """The address is told of other events, or in another way."""

        types: tuple[str, ...]
        store_ids: tuple[UUID, ...]
        description: str
        ordered: bool
        in_full: bool

    class Rotated(Aggregate.Event):
        """It signs with a new secret; for a day with the one of before as well."""

        def apply(self, aggregate: "Webhook") -> None:
            """Change nothing that is a fact."""

    class Disabled(Aggregate.Event):
        """Nothing is sent any more, and what waited to be sent is not."""

        reason: Reason

        def apply(self, aggregate: "Webhook") -> None:
            """Put it out of use for a time."""
            aggregate.disabled_for = self.reason

    class Enabled(Aggregate.Event):
        """What is recorded from now on is sent again."""

        def apply(self, aggregate: "Webhook") -> None:
            """Put it back to use."""
            aggregate.disabled_for = None

    if TYPE_CHECKING:
        disabled_for: Reason | None

    @property
    def store_ids(self) -> tuple[UUID, ...]:
        """The stores whose events it is told of; empty: of all."""
        return tuple(self.values["store_ids"])

    def is_within(self, store_ids: Collection[UUID]) -> bool:
        """Whether it is there for somebody who works in these stores; without stores, everything is."""
        return not store_ids or (bool(self.store_ids) and set(self.store_ids) <= set(store_ids))

    def change(self, changes: Mapping[str, Any], *, sees_costs: bool) -> None:
        """Record what really changes, and with it whether costs are told. Raises AlreadyArchived."""
        if self.is_archived:
            raise AlreadyArchived
        after = {**self.values, **changes, "in_full": sees_costs}
        for event, names in (
            (self.Readdressed, ("url",)),
            (self.Subscribed, ("types", "store_ids", "description", "ordered")),
        ):
            if any(after[name] != self.values[name] for name in names):
                self.trigger_event(event, in_full=sees_costs, **{name: after[name] for name in names})

    def rotate(self) -> None:
        """Sign with another secret. Raises AlreadyArchived."""
        if self.is_archived:
            raise AlreadyArchived
        self.trigger_event(self.Rotated)

    def disable(self, reason: Reason) -> None:
        """Send nothing any more; one that is disabled stays so. Raises AlreadyArchived."""
        if self.is_archived:
            raise AlreadyArchived
        if self.disabled_for is None:
            self.trigger_event(self.Disabled, reason=reason)

    def enable(self) -> None:
        """Send again; one that is enabled stays so. Raises AlreadyArchived."""
        if self.is_archived:
            raise AlreadyArchived
        if self.disabled_for is not None:
            self.trigger_event(self.Enabled)

    def check_in_use(self) -> None:
        """Raise AlreadyArchived or WebhookDisabled unless something can be sent."""
        if self.is_archived:
            raise AlreadyArchived
        if self.disabled_for is not None:
            raise WebhookDisabled
