"""Whether others work on the machine that is measured on: then figures say little, and none is reported."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from infra.bench.processors import Spent, Usage
from infra.bench.site import MeasurementFailed, Site
from infra.process.cores import allowed_cores

#: Which share of the cores others may use, and the host may keep.
MOST = 0.1
#: How long the machine is looked at before anything is measured, in seconds.
LOOK_SECONDS = 2.0


class OthersAtWork(MeasurementFailed):
    """Others load the machine."""


@dataclass
class Busyness:
    """How much others worked, in the part of the measurement in which they worked most.

    Unless `is_accepted`, a part in which they worked too much ends the measurement.
    """

    is_accepted: bool
    others: float = 0.0
    stolen: float = 0.0
    is_busy: bool = False

    @contextmanager
    def watched(self, site: Site) -> Iterator[None]:
        """Watch the machine meanwhile. Raises OthersAtWork."""
        first = Spent.now(os.getpid(), site.postgres)
        yield
        last = Spent.now(os.getpid(), site.postgres)
        if first and last:
            self.note(Usage.between(first, last))

    def look(self, site: Site) -> None:
        """See whether the machine is idle while we are. Raises OthersAtWork."""
        with self.watched(site):
            time.sleep(min(LOOK_SECONDS, max(site.seconds, 0.1)))

    def note(self, usage: Usage) -> None:
        """Take note of who worked. Raises OthersAtWork."""
        self.others, self.stolen = max(self.others, usage.others), max(self.stolen, usage.stolen)
        most = MOST * len(allowed_cores())
        self.is_busy = self.is_busy or usage.others > most or usage.stolen > most
        if self.is_busy and not self.is_accepted:
            raise OthersAtWork(f"{self.summary()} Wait until it is idle, or report all the same with --busy.")

    def summary(self) -> str:
        """What there is to say of it, in a sentence."""
        load = os.getloadavg()[0]
        return (
            f"Others use {self.others:.1f} of {len(allowed_cores())} cores of this machine, its host keeps "
            f"{self.stolen:.1f} (load {load:.1f}): figures say little."
        )

    @property
    def figures(self) -> dict[str, Any]:
        """The same for machines."""
        return {
            "is_busy": self.is_busy,
            "others_cores": round(self.others, 2),
            "stolen_cores": round(self.stolen, 2),
            "load_average": round(os.getloadavg()[0], 2),
        }
