"""Decisions about events that read models cannot apply."""

from dataclasses import replace
from typing import Any

import pytest

from commands.failed_events import FailedEvent, InlineCannotSkip, RebuildNeeded, RetryEvent, SkipEvent
from commands.ports import Missing
from domain.companies import PLATFORM_ID
from tests.commands.samples import COMPANY, NOW, id_of
from tests.commands.scenario import Outcome, Scenario

FAILED = FailedEvent(
    id=id_of("failed"),
    projection="report_sales",
    mode="async",
    company_id=COMPANY,
    position=7,
    type="orders.Order.Sold",
    stream_id=id_of("order"),
    error="CheckViolation: 23514",
    parked_at=NOW,
    attempts=1,
    is_altered=False,
)
RETRY = RetryEvent(id=FAILED.id)
SKIP = SkipEvent(id=FAILED.id, reason="A test sale")


def when(scenario: Scenario, command: Any) -> Outcome:
    return scenario.when(command, company=PLATFORM_ID)


@pytest.fixture
def parked(scenario: Scenario) -> Scenario:
    scenario.world.failed_events[FAILED.id] = FAILED
    return scenario


def test_it_is_tried_again(parked: Scenario) -> None:
    assert when(parked, RETRY).then_nothing().answer == FAILED
    assert parked.world.failed_events == {}
    assert parked.world.skipped_events == []


def test_it_is_passed_over_for_a_reason(parked: Scenario) -> None:
    assert when(parked, SKIP).then_nothing().answer == FAILED
    assert parked.world.skipped_events == [(7, "A test sale")]


@pytest.mark.parametrize("command", [RETRY, SKIP])
class TestRefusals:
    def test_what_does_not_wait_is_not_found(self, scenario: Scenario, command: Any) -> None:
        when(scenario, command).then_refused(Missing)

    def test_what_went_on_meanwhile_is_not_found(
        self, parked: Scenario, command: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "tests.commands.memory.failed_events.MemoryFailedEvents.release", lambda *_: False
        )
        when(parked, command).then_refused(Missing)

    def test_what_decisions_are_made_on_is_made_anew(self, parked: Scenario, command: Any) -> None:
        parked.world.failed_events[FAILED.id] = replace(FAILED, mode="inline")
        when(parked, command).then_refused(InlineCannotSkip)

    def test_an_event_that_was_altered_is_brought_back_first(self, parked: Scenario, command: Any) -> None:
        parked.world.failed_events[FAILED.id] = replace(FAILED, is_altered=True)
        when(parked, command).then_refused(RebuildNeeded)
