"""Decisions about webhooks: who is told of what, how many there are, and whether costs are told."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from commands.ports import DuplicateId, Missing, StaleVersion
from commands.webhooks import (
    ArchiveWebhook,
    DisableWebhook,
    EnableWebhook,
    RegisterWebhook,
    ReplayEvents,
    RetryDelivery,
    ReviseWebhook,
    RotateSecret,
    TryWebhook,
)
from domain.entities import AlreadyArchived
from domain.errors import Invalid
from domain.settings import OtherStore
from domain.webhooks import MOST_WEBHOOKS, TooManyReplays, TooManyWebhooks, Webhook, WebhookDisabled
from domain.webhooks.deliveries import MOST_REPLAYS
from tests.commands.samples import NOTHING, OTHER, STORE, caller, id_of, store
from tests.commands.scenario import Scenario, fact

WEBHOOK = id_of("webhook")
REGISTER = RegisterWebhook(
    id=WEBHOOK,
    url="https://hooks.shop.example/",
    types=("orders.*",),
    store_ids=(),
    description="",
    ordered=False,
    signature="hmac",
)
#: What can be done with one that is there.
CHANGES: tuple[Any, ...] = (
    ReviseWebhook(id=WEBHOOK, changes={"description": "Books"}),
    RotateSecret(id=WEBHOOK),
    DisableWebhook(id=WEBHOOK),
    EnableWebhook(id=WEBHOOK),
    ArchiveWebhook(id=WEBHOOK),
)


def revise(**changes: Any) -> ReviseWebhook:
    return ReviseWebhook(id=WEBHOOK, changes=changes)


@pytest.fixture
def shop(scenario: Scenario) -> Scenario:
    """Two stores."""
    return scenario.given(store(), store(OTHER, "Elsewhere", "E"))


@pytest.fixture
def registered(shop: Scenario) -> Scenario:
    """A server is told of orders."""
    shop.when(REGISTER, saying="first")
    return shop


class TestRegistering:
    def test_records_of_what_the_server_is_told(self, shop: Scenario) -> None:
        told = {name: value for name, value in vars(REGISTER).items() if name != "id"}
        outcome = shop.when(REGISTER).then(fact(Webhook.Registered, WEBHOOK, **told, in_full=True))
        assert outcome.answer.secret.text.startswith("whsec_")

    def test_tells_no_costs_for_somebody_who_sees_none(self, shop: Scenario) -> None:
        shop.by(caller(without=["costs.view"])).when(REGISTER).then(
            fact(Webhook.Registered, WEBHOOK, in_full=False)
        )

    def test_happens_once_and_tells_the_secret_once(self, registered: Scenario) -> None:
        again = registered.when(REGISTER, saying="first").then_repeated().answer
        assert (again.webhook.id, again.secret) == (WEBHOOK, None)
        registered.when(REGISTER, saying="other").then_refused(DuplicateId, "id")

    def test_is_refused_for_one_more_than_a_company_has_but_for_archived_ones(self, shop: Scenario) -> None:
        ids = [id_of(f"webhook {number}") for number in range(MOST_WEBHOOKS)]
        for one in ids:
            shop.when(replace(REGISTER, id=one))
        shop.when(REGISTER).then_refused(TooManyWebhooks)
        shop.when(ArchiveWebhook(id=ids[0]))
        shop.when(REGISTER).then(fact(Webhook.Registered, WEBHOOK))

    def test_is_refused_for_a_store_that_is_not_there(self, shop: Scenario) -> None:
        command = replace(REGISTER, store_ids=(STORE, NOTHING))
        shop.when(command).then_refused(Invalid, "store_ids.1:not_found")

    @pytest.mark.parametrize("store_ids", [(), (OTHER,), (STORE, OTHER)])
    def test_of_what_is_elsewhere_is_refused_to_who_works_in_one_store(
        self, shop: Scenario, store_ids: tuple[UUID, ...]
    ) -> None:
        shop.by(caller("Admin", STORE)).when(replace(REGISTER, store_ids=store_ids)).then_refused(OtherStore)


class TestChanging:
    def test_records_another_address_and_another_subscription_apart(self, registered: Scenario) -> None:
        registered.when(revise(url="https://b.example/")).then(
            fact(Webhook.Readdressed, WEBHOOK, url="https://b.example/", in_full=True)
        )
        changes = {"types": ("stock.*",), "store_ids": (STORE,), "description": "Books", "ordered": True}
        registered.when(revise(**changes)).then(fact(Webhook.Subscribed, WEBHOOK, **changes, in_full=True))

    def test_of_nothing_records_nothing(self, registered: Scenario) -> None:
        registered.when(revise(url=REGISTER.url, types=REGISTER.types)).then_nothing()

    def test_by_somebody_who_sees_no_costs_ends_telling_them(self, registered: Scenario) -> None:
        blind = registered.by(caller(without=["costs.view"]))
        blind.when(revise(ordered=False)).then_nothing()
        blind.when(revise(url="https://b.example/")).then(fact(Webhook.Readdressed, WEBHOOK, in_full=False))

    def test_is_refused_for_stores_that_are_not_there_or_elsewhere(self, registered: Scenario) -> None:
        registered.when(revise(store_ids=(NOTHING,))).then_refused(Invalid, "store_ids.0:not_found")
        registered.when(revise(store_ids=(STORE,))).then(fact(Webhook.Subscribed, WEBHOOK))
        bound = registered.by(caller("Admin", STORE))
        bound.when(revise(store_ids=())).then_refused(OtherStore)
        bound.when(revise(store_ids=(OTHER,))).then_refused(OtherStore)

    def test_of_the_secret_makes_a_new_one(self, registered: Scenario) -> None:
        outcome = registered.when(RotateSecret(id=WEBHOOK)).then(fact(Webhook.Rotated, WEBHOOK))
        assert outcome.answer.secret is not None

    def test_disables_and_enables_it_once(self, registered: Scenario) -> None:
        registered.when(EnableWebhook(id=WEBHOOK)).then_nothing()
        registered.when(DisableWebhook(id=WEBHOOK)).then(fact(Webhook.Disabled, WEBHOOK, reason="asked"))
        registered.when(DisableWebhook(id=WEBHOOK, reason="gone")).then_nothing()
        registered.when(EnableWebhook(id=WEBHOOK)).then(fact(Webhook.Enabled, WEBHOOK))

    @pytest.mark.parametrize("change", CHANGES)
    def test_is_refused_for_one_that_is_archived(self, registered: Scenario, change: Any) -> None:
        registered.when(ArchiveWebhook(id=WEBHOOK)).then(fact(Webhook.Archived, WEBHOOK))
        registered.when(change).then_refused(AlreadyArchived)

    @pytest.mark.parametrize("change", CHANGES)
    def test_is_refused_at_another_version_and_for_what_is_not_there(
        self, registered: Scenario, change: Any
    ) -> None:
        registered.when(replace(change, expected_versions=frozenset({7}))).then_refused(StaleVersion)
        registered.when(replace(change, id=STORE)).then_refused(Missing)
        registered.by(caller("Admin", STORE)).when(change).then_refused(Missing)


#: What has a webhook be sent something.
SENDING: tuple[Any, ...] = (
    TryWebhook(id=WEBHOOK),
    ReplayEvents(id=id_of("replay"), webhook_id=WEBHOOK, from_position=1),
    RetryDelivery(webhook_id=WEBHOOK, id=NOTHING),
)


class TestSending:
    @pytest.mark.parametrize("command", SENDING)
    def test_is_refused_while_it_is_disabled_or_not_there(self, registered: Scenario, command: Any) -> None:
        registered.by(caller("Admin", STORE)).when(command).then_refused(Missing)
        registered.by(caller()).when(DisableWebhook(id=WEBHOOK))
        registered.when(command).then_refused(WebhookDisabled)
        registered.when(ArchiveWebhook(id=WEBHOOK))
        registered.when(command).then_refused(AlreadyArchived)

    def test_records_no_fact(self, registered: Scenario) -> None:
        assert registered.when(SENDING[0]).then_nothing().answer.type == "webhooks.test"

    def test_of_a_delivery_that_is_not_there_is_refused(self, registered: Scenario) -> None:
        registered.when(SENDING[2]).then_refused(Missing)


class TestReplaying:
    def replay(self, **stretch: Any) -> ReplayEvents:
        return ReplayEvents(id=uuid4(), webhook_id=WEBHOOK, **stretch)

    def test_ends_with_the_log(self, registered: Scenario) -> None:
        last = registered.when(self.replay(from_position=1)).then_nothing().answer.total
        assert registered.when(self.replay(from_position=2)).answer.total == last - 1
        assert registered.when(self.replay(from_position=2, to_position=last + 9)).answer.total == last - 1
        assert registered.when(self.replay(from_position=2, to_position=2)).answer.total == 1

    def test_of_what_is_not_in_the_log_is_refused(self, registered: Scenario) -> None:
        registered.when(self.replay(from_position=99)).then_refused(Invalid, "from_position")
        registered.when(self.replay(from_position=3, to_position=2)).then_refused(Invalid, "from_position")

    def test_is_refused_where_several_are_under_way(self, registered: Scenario) -> None:
        for _ in range(MOST_REPLAYS):
            registered.when(self.replay(from_position=1)).then_nothing()
        registered.when(self.replay(from_position=1)).then_refused(TooManyReplays)
