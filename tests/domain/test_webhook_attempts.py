"""When a delivery is tried again, and what the answer of a receiver means."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.webhooks.attempts import PAUSES, Trial, has_failed_for_long, next_attempt_at

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NO_ANSWER = Trial(status=None, error="timed out")
#: In the middle of its jitter, a pause is what the schedule says.
EVEN = 0.5


def pause_after(attempts: int, trial: Trial = NO_ANSWER, luck: float = EVEN) -> timedelta:
    moment = next_attempt_at(attempts, trial, NOW, luck)
    assert moment is not None
    return moment - NOW


def test_it_is_tried_ten_times_within_two_days() -> None:
    pauses = [pause_after(attempts) for attempts in range(1, 10)]
    assert pauses == [
        timedelta(seconds=5),
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=30),
        *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 16)),
    ]
    assert PAUSES[0] == timedelta(0)
    assert sum(pauses, timedelta(0)) == timedelta(hours=47, minutes=36, seconds=5)


def test_after_the_last_attempt_it_is_dead() -> None:
    assert next_attempt_at(10, NO_ANSWER, NOW, EVEN) is None


@pytest.mark.parametrize(("luck", "seconds"), [(0.0, 54), (0.25, 57), (0.5, 60), (1.0, 66)])
def test_a_pause_is_up_to_a_tenth_longer_or_shorter(luck: float, seconds: int) -> None:
    assert pause_after(2, luck=luck) == timedelta(seconds=seconds)


@pytest.mark.parametrize("status", [429, 503])
def test_who_asks_for_a_longer_pause_gets_it(status: int) -> None:
    later = Trial(status=status, retry_after=timedelta(minutes=10))
    assert pause_after(2, later) == timedelta(minutes=10)
    assert pause_after(5, later) == timedelta(hours=2), "a shorter one than the schedule has is not granted"


def test_nobody_gets_a_pause_longer_than_the_longest() -> None:
    assert pause_after(1, Trial(status=503, retry_after=timedelta(days=365))) == timedelta(hours=16)


def test_a_server_that_only_failed_has_nothing_to_ask_for() -> None:
    assert pause_after(1, Trial(status=500, retry_after=timedelta(hours=1))) == timedelta(seconds=5)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, "delivered"),
        (204, "delivered"),
        (299, "delivered"),
        (None, "failed"),
        (199, "failed"),
        (300, "failed"),
        (301, "failed"),
        (304, "failed"),
        (400, "failed"),
        (404, "failed"),
        (410, "gone"),
        (429, "failed"),
        (500, "failed"),
        (999, "failed"),
    ],
)
def test_two_hundreds_are_success_and_redirects_are_not(status: int | None, verdict: str) -> None:
    assert Trial(status=status).verdict == verdict


def test_after_five_days_an_address_has_failed_for_long() -> None:
    assert not has_failed_for_long(None, NOW)
    assert not has_failed_for_long(NOW - timedelta(days=5) + timedelta(seconds=1), NOW)
    assert has_failed_for_long(NOW - timedelta(days=5), NOW)
