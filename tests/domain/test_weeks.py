"""Weeks begin on the day that the company's calendar says."""

from datetime import date, timedelta

import pytest

from domain.weeks import SHIFTS, WeekStart, first_of_week, weekdays

BEGINNINGS: dict[WeekStart, int] = {"monday": 1, "saturday": 6, "sunday": 7}


@pytest.mark.parametrize(("week_start", "weekday"), BEGINNINGS.items())
def test_a_week_has_seven_days_from_its_first_on(week_start: WeekStart, weekday: int) -> None:
    first = first_of_week(date(2024, 3, 6), week_start)
    assert first.isoweekday() == weekday
    assert {first_of_week(first + timedelta(days=number), week_start) for number in range(7)} == {first}
    assert first_of_week(first - timedelta(days=1), week_start) == first - timedelta(days=7)


@pytest.mark.parametrize("week_start", SHIFTS)
def test_the_first_week_of_our_era_lacks_days_before_it(week_start: WeekStart) -> None:
    assert first_of_week(date.min, week_start) == date.min


def test_weekdays_are_told_from_the_first_on() -> None:
    assert weekdays("monday") == (1, 2, 3, 4, 5, 6, 7)
    assert weekdays("sunday") == (7, 1, 2, 3, 4, 5, 6)
    assert weekdays("saturday") == (6, 7, 1, 2, 3, 4, 5)
