"""An upgrade that makes every read model of a shop's long log anew."""

import os
import time
from typing import Any, LiteralString

from infra.bench.processors import of_trees
from infra.bench.shop_years import make_years
from infra.bench.site import MeasurementFailed, Site
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.upgrades.upgrade import Upgrade

#: Events of the log for each second a part is to take.
EVENTS_PER_SECOND = 10_000
PROCESSES = 2
_MILLION = 1_000_000

# As if every read model of the database were another version's.
_FORGET_DIGESTS: LiteralString = "UPDATE projection_models SET digest = 'of another version'"
_EVENTS: LiteralString = "SELECT sum(position) FROM company_head"
_PARKED: LiteralString = "SELECT projection, error FROM projection_checkpoints WHERE parked_at IS NOT NULL"


def measure(site: Site) -> dict[str, Any]:
    """Seconds for a million events, by the clock and of all processors, on a database of its own."""
    with site.beside() as own:
        make_years(own, max(20_000, round(EVENTS_PER_SECOND * site.seconds)))
        own.own(_FORGET_DIGESTS)
        own.own("CHECKPOINT")
        events = int(own.own(_EVENTS)[0][0])
        own.say(f"Making {len(PROJECTIONS)} read models of {events:,} events anew")
        # The server was started by us, so that its processes are of our tree.
        began, spent = time.monotonic(), of_trees([os.getpid()])
        upgrade = Upgrade(
            str(own.addresses.owner),
            own.addresses.installation,
            EVENT_TYPES,
            PROJECTIONS,
            processes=PROCESSES,
        )
        made = upgrade.run()
        seconds, processor = time.monotonic() - began, of_trees([os.getpid()]) - spent
        if len(made) < len(PROJECTIONS) or own.own(_PARKED):
            raise MeasurementFailed(f"Not every read model was made: {own.own(_PARKED)}")
        return {
            "upgrade_seconds_per_million": seconds * _MILLION / events,
            "upgrade_processor_seconds_per_million": processor * _MILLION / events,
            "upgrade_events": events,
        }
