"""Bringing in real retail history: one month of the Complete Journey."""

import time
from datetime import date, timedelta
from typing import Any

from infra.bench.site import Site
from infra.runtime.services import make_event_writer, open_pool
from infra.showcase.complete_journey.importer import import_history
from infra.showcase.complete_journey.source import HistoryNotInstalled, Selection

FIRST, DAYS = date(2017, 1, 1), 31
#: With less time than this a part of the month is brought in.
SECONDS_FOR_ALL = 5.0


def measure(site: Site) -> dict[str, Any]:
    """Orders a second, from the files to the committed rows; None without the optional package."""
    days = max(1, min(DAYS, round(DAYS * site.seconds / SECONDS_FOR_ALL)))
    site.say(f"Importing {days} days of the Complete Journey")
    selection = Selection(first=FIRST, last=FIRST + timedelta(days=days - 1))
    orders = 0

    def advance(done: int, _total: int) -> None:
        nonlocal orders
        orders += done

    began = time.monotonic()
    try:
        with open_pool(site.addresses.app, 2) as pool:
            import_history(pool, make_event_writer(), "Complete Journey", selection, advance)
    except HistoryNotInstalled:
        return {"import_orders_per_s": None, "import_note": HistoryNotInstalled.__doc__}
    return {"import_orders_per_s": orders / (time.monotonic() - began), "import_orders": orders}
