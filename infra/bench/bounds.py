"""What bounds a figure: the processor, the flush of the log, or locks."""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from infra.bench.processors import Spent
from infra.bench.site import Site, task
from infra.bench.waits import Target, Waits
from infra.process.cores import allowed_cores

#: From which share of all cores on the processor counts as used up.
FULL = 0.9
#: How many sessions have to wait on average for that to count.
LEAST_WAITING = 0.5


class Bounds:
    """Watches each side of a comparison while it has its turn."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._sides: dict[str, _Side] = {}

    def watch(self, side: str, measure: Callable[[], float]) -> float:
        """Let a side have a turn, and watch."""
        site = self._site
        with task("infra.bench.waits", Target(site.addresses.owner or "")) as waits:
            first = Spent.now(os.getpid(), site.postgres)
            speed = measure()
            last = Spent.now(os.getpid(), site.postgres)
            seen: Waits = waits()
        known = self._sides.setdefault(side, _Side())
        known.looks += seen.looks
        known.sessions.update(seen.sessions)
        if first and last:
            known.seconds += last.at - first.at
            known.used += last.all - first.all
        return speed

    @property
    def figures(self) -> dict[str, Any]:
        """Of each side, by what it is bound, and from what that follows."""
        return {name: side.figures for name, side in self._sides.items()}


@dataclass
class _Side:
    """What was seen of one side: its time, the machine's processors, and sessions at each look."""

    looks: int = 0
    seconds: float = 0.0
    used: float = 0.0
    sessions: Counter[str] = field(default_factory=Counter)

    @property
    def figures(self) -> dict[str, Any]:
        used = self.used / self.seconds if self.seconds else None
        waiting = {kind: number / max(self.looks, 1) for kind, number in self.sessions.items()}
        return {
            "by": bound_by(used, waiting),
            "cores_used": None if used is None else round(used, 2),
            "sessions": {kind: round(number, 2) for kind, number in sorted(waiting.items())},
        }


def bound_by(cores_used: float | None, sessions: dict[str, float]) -> str:
    """By the processor where it is used up; else by what most sessions wait for; else by whoever asks."""
    if cores_used is not None and cores_used >= FULL * len(allowed_cores()):
        return "processor"
    waiting = {kind: sessions.get(kind, 0.0) for kind in ("flush", "locks", "disk")}
    kind = max(waiting, key=lambda one: waiting[one])
    return kind if waiting[kind] >= LEAST_WAITING else "client"
