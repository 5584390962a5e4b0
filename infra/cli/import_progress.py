"""How far an import of sales is: a bar with the time left on a terminal, a line for each tenth elsewhere."""

import time
from types import TracebackType
from typing import Self

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from infra.process.progress import Rate, spelt

TENTHS = 10


class SalesProgress:
    """Told of each batch of sales."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate("sales"))
        self._bar = Progress(*columns, TextColumn("time left"), TimeRemainingColumn(), console=self._console)
        self._task = self._bar.add_task("Reading the history", total=None)
        self._done = self._tenth = 0
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._bar.start()
        else:
            click.echo("Reading the history …", err=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def advance(self, done: int, total: int) -> None:
        """Take in that so many more of all sales are there; none while what they refer to is brought in."""
        self._done += done
        if not done:
            # How long sales take, nobody knows from how long the catalog took.
            self._began = time.monotonic()
        if self._console.is_terminal:
            description = "Sales" if self._done else "Stores, customers, catalog"
            self._bar.update(self._task, description=description, completed=self._done, total=total)
        elif self._done * TENTHS // total > self._tenth:
            self._tenth = self._done * TENTHS // total
            left = (time.monotonic() - self._began) * (total - self._done) / self._done
            click.echo(f"{self._done:,} of {total:,} sales, {spelt(left)} left", err=True)
