"""Comparing fairly: both sides take turns within one run, and medians are compared."""

from collections.abc import Callable, Mapping
from statistics import median

from infra.bench.bounds import Bounds

#: How often each side has its turn.
ROUNDS = 3


def alternate(sides: Mapping[str, Callable[[], float]], bounds: Bounds | None = None) -> dict[str, float]:
    """Measure each side in turn, ROUNDS times; the medians by name. `bounds` watches meanwhile."""
    speeds_of: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, measure in sides.items():
            speeds_of[name].append(bounds.watch(name, measure) if bounds else measure())
    return {name: median(speeds) for name, speeds in speeds_of.items()}


def percentile(values: list[float], share: float) -> float:
    """The value that this share of all values does not exceed (nearest rank); `values` is not empty."""
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]
