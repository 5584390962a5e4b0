"""How commands go, by name: how often, with what outcome, and how long."""

import time
from functools import cache
from types import TracebackType
from typing import Any, Self

from prometheus_client import Counter, Histogram

from commands.outcomes import Outcome
from commands.unavailable import Unavailable
from domain.errors import Refusal
from infra.process.tracing import note, span

COMMANDS = Counter(
    "mipos_commands_total",
    "Commands by name and outcome: done, repeated (answered as before), refused, unavailable (the database "
    "could not be used), failed (an error of ours).",
    ["command", "outcome"],
)
SECONDS = Histogram(
    "mipos_command_seconds",
    "How long commands take, from the first statement to the commit, with every attempt.",
    ["command"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_outcomes, _seconds = cache(COMMANDS.labels), cache(SECONDS.labels)


class MeasuredCommand:
    """A command from its start to its outcome."""

    def __init__(self, command: Any) -> None:
        self._name = type(command).__name__
        self._outcome = "failed"
        # Nobody sees the first of something grow from nothing, so it is there before.
        _outcomes(self._name, "failed")
        self._span = span(f"command {self._name}")

    def __enter__(self) -> Self:
        self._started = time.perf_counter()
        self._span.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, Refusal):
            self._outcome = "unavailable" if isinstance(error, Unavailable) else "refused"
        _outcomes(self._name, self._outcome).inc()
        _seconds(self._name).observe(time.perf_counter() - self._started)
        note({"mipos.outcome": self._outcome})
        self._span.__exit__(kind, error, trace)

    def end(self, outcome: Outcome) -> Outcome:
        """Note what came of it."""
        self._outcome = "repeated" if outcome.replayed else "done"
        return outcome
