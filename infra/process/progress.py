"""How long work on many events, or on other things, has still to go, on the terminal."""

from collections.abc import Iterator
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
