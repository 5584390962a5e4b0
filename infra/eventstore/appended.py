"""How much is appended to logs, by type of event."""

from collections.abc import Sequence
from functools import cache

import prometheus_client

from infra.process.kind import Process

APPENDS = prometheus_client.Counter(
    "mipos_appends_total", "Appends to logs that were committed; a large decision makes several.", ["process"]
)
EVENTS = prometheus_client.Counter(
    "mipos_events_appended_total",
    "Events appended to logs and committed, by type.",
    ["type", "process"],
)
# To look a series up takes longer than to count.
_appends, _events = cache(APPENDS.labels), cache(EVENTS.labels)


def count_appended(types: Sequence[str]) -> None:
    """Count a committed append of events of these types."""
    _appends(Process.kind).inc()
    numbers: dict[str, int] = {}
    for name in types:
        numbers[name] = numbers.get(name, 0) + 1
    for name, number in numbers.items():
        _events(name, Process.kind).inc(number)
