"""Schedules of reports: when they are due, of which days, and under which condition."""

from contextlib import nullcontext
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from domain.errors import Invalid
from domain.report_schedules import Condition, ConditionNotValid, Range, ReportSchedule, Timing, days_of
from domain.weeks import WeekStart

BERLIN = ZoneInfo("Europe/Berlin")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def timing(**more: Any) -> Timing:
    return Timing(at=time(6, 0), timezone=BERLIN, **more)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


class TestWhenItIsDue:
    def test_is_due_from_its_time_of_day_on_there(self) -> None:
        daily = timing()
        assert daily.due_between(at("2026-03-09T12:00Z"), at("2026-03-10T04:59Z")) == []
        assert daily.due_between(at("2026-03-09T12:00Z"), at("2026-03-10T05:00Z")) == [date(2026, 3, 10)]

    def test_is_due_at_the_same_time_of_day_in_summer(self) -> None:
        assert timing().due_between(at("2026-07-09T12:00Z"), at("2026-07-10T04:00Z")) == [date(2026, 7, 10)]

    def test_makes_up_for_the_last_three_alone(self) -> None:
        due = timing().due_between(LONG_AGO, at("2026-03-10T12:00Z"))
        assert due == [date(2026, 3, 8), date(2026, 3, 9), date(2026, 3, 10)]

    def test_was_not_due_before_there_was_a_schedule(self) -> None:
        assert timing().due_between(at("2026-03-10T05:00Z"), at("2026-03-10T12:00Z")) == []

    def test_is_due_on_a_weekday(self) -> None:
        due = timing(weekday=1).due_between(LONG_AGO, at("2026-03-10T12:00Z"))
        assert due == [date(2026, 2, 23), date(2026, 3, 2), date(2026, 3, 9)]

    @pytest.mark.parametrize(
        ("day", "due"),
        [
            (31, [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]),
            (30, [date(2026, 2, 28), date(2026, 3, 30), date(2026, 4, 30)]),
            (1, [date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)]),
        ],
    )
    def test_is_due_on_the_last_day_of_a_month_without_that_day(self, day: int, due: list[date]) -> None:
        assert timing(day=day).due_between(LONG_AGO, at("2026-05-02T12:00Z")) == due

    def test_is_due_once_on_the_night_when_the_clock_is_put_on(self) -> None:
        night = Timing(at=time(2, 30), timezone=BERLIN)
        due = night.due_between(at("2026-03-28T12:00Z"), at("2026-03-29T12:00Z"))
        assert due == [date(2026, 3, 29)]


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("yesterday", date(2026, 3, 10), date(2026, 3, 10)),
        ("last_week", date(2026, 3, 2), date(2026, 3, 8)),
        ("last_month", date(2026, 2, 1), date(2026, 2, 28)),
        ("mtd", date(2026, 3, 1), date(2026, 3, 10)),
    ],
)
def test_a_run_is_about_the_days_before_it(period: Range, first: date, last: date) -> None:
    assert days_of(period, date(2026, 3, 11), "monday") == (first, last)


def test_a_run_of_a_monday_is_about_the_week_that_ended() -> None:
    assert days_of("last_week", date(2026, 3, 9), "monday") == (date(2026, 3, 2), date(2026, 3, 8))


@pytest.mark.parametrize(
    ("week_start", "day", "first"),
    [
        ("sunday", date(2026, 3, 7), date(2026, 2, 22)),
        ("sunday", date(2026, 3, 8), date(2026, 3, 1)),
        ("saturday", date(2026, 3, 6), date(2026, 2, 21)),
        ("saturday", date(2026, 3, 7), date(2026, 2, 28)),
    ],
)
def test_the_week_that_ended_is_one_of_the_company(week_start: WeekStart, day: date, first: date) -> None:
    assert days_of("last_week", day, week_start) == (first, first + timedelta(days=6))


def test_the_month_up_to_yesterday_is_all_of_it_on_the_first_of_the_next() -> None:
    assert days_of("mtd", date(2026, 3, 1), "monday") == (date(2026, 2, 1), date(2026, 2, 28))


class TestConditions:
    @pytest.mark.parametrize(
        ("text", "value", "holds"),
        [
            ("over_short > 2000", 2001, True),
            ("over_short > 2000", 2000, False),
            ("margin < 0.1", Decimal("0.0999"), True),
            ("margin<=0.1", Decimal("0.1000"), True),
            ("on_hand = 0", Decimal("0.00000"), True),
            ("net_sales >= -5", -5, True),
            ("margin < 0.1", None, False),
            ("name < 1", "text", False),
            ("name < 1", "NaN", False),
            ("name < 1", "0", False),
            ("margin < 1", Decimal("NaN"), False),
            ("stock_out_on <= 3 days", date(2026, 3, 13), True),
            ("stock_out_on <= 3 days", date(2026, 3, 14), False),
            ("stock_out_on <= 3", date(2026, 3, 13), True),
            ("stock_out_on = 1 day", date(2026, 3, 11), True),
            ("last_sold_on < -30 days", date(2026, 2, 1), True),
            ("closed_at < 3", datetime(2026, 3, 9, tzinfo=UTC), False),
        ],
    )
    def test_hold_or_do_not(self, text: str, value: Any, holds: bool) -> None:
        assert Condition.of(text).holds(value, date(2026, 3, 10)) is holds

    @pytest.mark.parametrize(
        "text", ["", "a", "a <", "a < x", "< 5", "a < 1; b", "a != 1", "a < days", "a < 1 week"]
    )
    def test_are_refused_where_they_say_nothing(self, text: str) -> None:
        with pytest.raises(ConditionNotValid):
            Condition.of(text)


def test_a_schedule_is_for_a_weekday_or_for_a_day() -> None:
    with pytest.raises(Invalid):
        ReportSchedule.check(
            {"weekday": 1, "day": 1, "condition": None, "recipients": (uuid4(),), "addresses": ()}
        )


@pytest.mark.parametrize(
    ("users", "addresses", "fits"),
    [(50, 0, True), (20, 30, True), (20, 31, False), (0, 1, True), (0, 0, False)],
)
def test_a_file_goes_to_somebody_and_to_fifty_at_most(users: int, addresses: int, fits: bool) -> None:
    values: dict[str, Any] = {"weekday": None, "day": None, "condition": None}
    values |= {"recipients": (uuid4(),) * users, "addresses": ("a@b.example",) * addresses}
    with nullcontext() if fits else pytest.raises(Invalid):
        ReportSchedule.check(values)
