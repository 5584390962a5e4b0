"""Metrics of several processes as one: each counts in files of its own, and whoever is asked adds them up."""

import os
from collections.abc import Iterable

from prometheus_client import REGISTRY, CollectorRegistry, Metric, multiprocess, values

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def share_metrics(folder: str) -> None:
    """Have what is counted from here on, in this process and those that it forks, kept in this folder.

    NOTE: the library looks at the environment once, as it is imported, which every counter does. Our metrics
    all have labels, so no series is there before the first count.
    """
    os.environ[_FOLDER] = folder
    values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]


def collect_shared() -> Iterable[Metric]:
    """What all processes that share have counted; in a process by itself, what that has."""
    if _FOLDER not in os.environ:
        return REGISTRY.collect()
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry.collect()


def forget_process(process: int) -> None:
    """Count what a process that has ended holds no longer; what it has counted stays."""
    multiprocess.mark_process_dead(process)  # type: ignore[no-untyped-call]
