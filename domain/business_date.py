"""Which trading day a moment belongs to: the store's own clock and the hour its day ends."""

from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from domain.errors import Invalid
from domain.local_time import local_time

_DAY = timedelta(days=1)


class UnknownTimezone(Invalid):
    """There is no such time zone."""

    code = "unknown_timezone"
    remedy = (
        "Send a name of the IANA database, such as `Europe/Berlin`; `GET /api/lookups/timezones` lists them."
    )


class MomentWithoutZone(Invalid):
    """A moment must say its offset from UTC."""

    code = "moment_without_zone"
    remedy = "Send times with their zone, such as `2026-03-01T09:00:00Z`."


def business_date(moment: datetime, timezone: tzinfo | str, day_cut: time) -> date:
    """Return the trading day of a moment; until the day cut, local time, it is still the day before.

    Raises UnknownTimezone and MomentWithoutZone.
    """
    local = _local(moment, timezone)
    return local.date() - _DAY if local.time() < day_cut else local.date()


def local_hour(moment: datetime, timezone: tzinfo | str) -> int:
    """Return the hour, 0 to 23, the store's clock shows; raises UnknownTimezone and MomentWithoutZone."""
    return _local(moment, timezone).hour


def _local(moment: datetime, timezone: tzinfo | str) -> datetime:
    if moment.utcoffset() is None:
        raise MomentWithoutZone
    return local_time(moment, _zone(timezone) if isinstance(timezone, str) else timezone)


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise UnknownTimezone(f"There is no time zone {name!r}.") from None
