"""What a clock shows somewhere."""

from datetime import datetime, tzinfo


def local_time(moment: datetime, zone: tzinfo) -> datetime:
    """Return the moment as a clock of that zone shows it.

    East of Greenwich the calendar ends hours before it does in UTC. Who says the last second of the year 9999
    means that something never ends: where no local clock gets there, the moment is left as it was.
    """
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment
