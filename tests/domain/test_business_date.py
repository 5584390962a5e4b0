"""Trading days by the store's own clock."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from domain.business_date import MomentWithoutZone, UnknownTimezone, business_date, local_hour


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class TestBusinessDate:
    @pytest.mark.parametrize(
        ("moment", "zone", "cut", "expected"),
        [
            pytest.param(
                "2024-03-01T23:30:00", "Europe/Vienna", "00:00", "2024-03-02", id="odoo-283522-east"
            ),
            pytest.param("2024-03-02T03:30:00", "America/New_York", "00:00", "2024-03-01", id="west"),
            pytest.param("2024-03-02T02:59:59", "Europe/Vienna", "04:00", "2024-03-01", id="before-cut"),
            pytest.param("2024-03-02T03:00:00", "Europe/Vienna", "04:00", "2024-03-02", id="at-cut"),
            pytest.param(
                "2024-10-27T00:30:00", "Europe/Vienna", "02:45", "2024-10-26", id="clock-back-first"
            ),
            pytest.param(
                "2024-10-27T02:00:00", "Europe/Vienna", "02:45", "2024-10-27", id="clock-back-after"
            ),
            pytest.param("2024-03-31T01:00:00", "Europe/Vienna", "02:30", "2024-03-31", id="clock-forward"),
            pytest.param("2024-12-31T18:20:00", "Asia/Kathmandu", "00:00", "2025-01-01", id="odd-offset"),
        ],
    )
    def test_is_the_store_s_day_from_its_cut(self, moment: str, zone: str, cut: str, expected: str) -> None:
        day = business_date(utc(moment), zone, time.fromisoformat(cut))
        assert day == date.fromisoformat(expected)

    def test_is_the_same_whatever_zone_the_moment_is_told_in(self) -> None:
        moment = utc("2024-03-02T02:30:00")
        elsewhere = moment.astimezone(timezone(timedelta(hours=9)))
        cut = time(4)
        assert business_date(elsewhere, "Europe/Vienna", cut) == business_date(moment, "Europe/Vienna", cut)

    @pytest.mark.parametrize("zone", ["Europe/Vienna", "Pacific/Kiritimati", "UTC"])
    def test_is_the_last_of_the_calendar_where_no_clock_goes_on(self, zone: str) -> None:
        assert business_date(utc("9999-12-31T23:59:59"), zone, time(4)) == date.max

    def test_takes_a_zone_as_an_object(self) -> None:
        assert business_date(utc("2024-03-01T23:30:00"), ZoneInfo("Asia/Tokyo"), time(4)) == date(2024, 3, 2)

    @pytest.mark.parametrize("zone", ["", "Nowhere/Land", "America", "../etc/passwd"])
    def test_refuses_an_unknown_zone(self, zone: str) -> None:
        with pytest.raises(UnknownTimezone):
            business_date(utc("2024-03-01T00:00:00"), zone, time(0))

    def test_refuses_a_moment_that_does_not_say_its_offset(self) -> None:
        with pytest.raises(MomentWithoutZone):
            business_date(utc("2024-03-01T00:00:00").replace(tzinfo=None), "UTC", time(0))


class TestLocalHour:
    def test_is_the_hour_on_the_store_s_clock(self) -> None:
        assert local_hour(utc("2024-07-01T22:15:00"), "Europe/Vienna") == 0
        assert local_hour(utc("2024-07-01T22:15:00"), "Asia/Kolkata") == 3
