"""Bringing in real retail history: one month of the Complete Journey, its catalog first."""

import os
import time
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

from infra.bench.processors import of_trees
from infra.bench.site import Site
from infra.runtime.services import make_event_writer, open_pool
from infra.showcase.complete_journey.importer import import_history
from infra.showcase.complete_journey.source import HistoryNotInstalled, Selection

FIRST, DAYS = date(2017, 1, 1), 31
#: With less time than this a part of the month is brought in.
SECONDS_FOR_ALL = 5.0


@dataclass(frozen=True)
class _Spent:
    """Seconds up to a moment: of the clock, of our processor, of the database's."""

    time: float
    ours: float
    database: float

    @classmethod
    def now(cls, site: Site) -> Self:
        return cls(time.monotonic(), sum(os.times()[:2]), of_trees([site.postgres]))

    def since(self, before: Self, on: str) -> dict[str, float]:
        """What was spent since then by either side on this, in seconds of a core."""
        database = self.database - before.database
        return {f"{on}_python_s": self.ours - before.ours, f"{on}_postgresql_s": database}


def measure(site: Site) -> dict[str, Any]:
    """Orders a second with their catalog, and once it is there; None without the optional package.

    From the files to the committed rows, with the processor time of either side.
    """
    days = max(1, min(DAYS, round(DAYS * site.seconds / SECONDS_FOR_ALL)))
    site.say(f"Importing {days} days of the Complete Journey")
    selection = Selection(first=FIRST, last=FIRST + timedelta(days=days - 1))
    orders, began = 0, _Spent.now(site)
    known = began

    def advance(done: int, _total: int) -> None:
        nonlocal orders, known
        orders = done
        if not done:
            known = _Spent.now(site)

    try:
        with open_pool(site.addresses.app, 2) as pool:
            import_history(pool, make_event_writer(), "Complete Journey", selection, advance)
    except HistoryNotInstalled:
        figures = dict.fromkeys(("import_orders_per_s", "import_orders_per_s_catalog_there"))
        return {**figures, "import_note": HistoryNotInstalled.__doc__}
    ended = _Spent.now(site)
    return {
        "import_orders_per_s": orders / (ended.time - began.time),
        "import_orders_per_s_catalog_there": orders / (ended.time - known.time),
        "import_orders": orders,
        **known.since(began, "catalog"),
        **ended.since(known, "orders"),
    }
