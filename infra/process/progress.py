"""How long work on many events, or on other things, still takes: a bar on the terminal, lines elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class Rate(ProgressColumn):
    """How many of what is counted a second."""

    def __init__(self, unit: str) -> None:
        super().__init__()
        self._unit = unit

    def render(self, task: Task) -> Text:
        """Show the speed once there is one."""
        return Text(f"{task.speed:,.0f} {self._unit}/s" if task.speed else "", style="progress.data.speed")


@contextmanager
def progress_bar(console: Console, unit: str = "events") -> Iterator[Progress]:
    """A bar that is gone when the work is done, and never there where nobody looks."""
    what = TextColumn("{task.description}")
    columns = (what, BarColumn(), MofNCompleteColumn(), Rate(unit), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        yield bar


#: Where nobody looks, a line tells of each tenth that is done, but not more often than in so many seconds.
TENTHS, SECONDS_BETWEEN = 10, 2.0


@contextmanager
def telling(console: Console, what: str, unit: str) -> Iterator[Callable[[int, int], None]]:
    """Tells how much of something is done and how long it will still take, once there is anything to do."""
    if not console.is_terminal:
        yield _Lines(console, what, unit).tell
        return
    with progress_bar(console, unit) as bar:
        task = bar.add_task(what, total=None, visible=False)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, visible=True)

        yield tell


class _Lines:
    """What is written to a log: nothing of what takes a moment."""

    def __init__(self, console: Console, what: str, unit: str) -> None:
        self._console, self._what, self._unit = console, what, unit
        self._tenth = 0
        self._began = self._told_at = time.monotonic()

    def tell(self, done: int, total: int) -> None:
        """Write a line if another tenth is done."""
        now, tenth = time.monotonic(), done * TENTHS // max(total, 1)
        if not done:
            # How long it takes, nobody knows from what had to be done before.
            self._began = now
        if tenth <= self._tenth or now - self._told_at < SECONDS_BETWEEN:
            return
        self._tenth, self._told_at = tenth, now
        left = (now - self._began) * (total - done) / done
        line = f"{self._what}: {done:,} of {total:,} {self._unit}, {spelt(left)} left"
        self._console.print(line, highlight=False, soft_wrap=True)


def spelt(seconds: float) -> str:
    """A time as a person says it."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"  # noqa: PLR2004 minutes from there on
