"""How far long work is, as it is told where nobody looks at a bar."""

import io

import pytest
from rich.console import Console

from infra.process.progress import spelt, telling


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the clock shows, which is set by hand."""
    shown = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: shown[0])
    return shown


def told(clock: list[float], *, seconds: float, steps: int = 20) -> list[str]:
    """The lines of a log about work that takes so long."""
    lines = io.StringIO()
    with telling(Console(file=lines, width=20), "Building", "facts") as tell:
        for step in range(1, steps + 1):
            clock[0] += seconds / steps
            tell(1_000 * step, 1_000 * steps)
    return lines.getvalue().splitlines()


def test_each_tenth_is_a_line_with_the_time_that_is_left(clock: list[float]) -> None:
    lines = told(clock, seconds=400)
    assert lines[0] == "Building: 2,000 of 20,000 facts, 6 min left"
    assert lines[7] == "Building: 16,000 of 20,000 facts, 80 s left"
    assert lines[-1] == "Building: 20,000 of 20,000 facts, 0 s left"
    assert len(lines) == 10


def test_what_takes_a_moment_is_not_told_of(clock: list[float]) -> None:
    assert told(clock, seconds=1) == []


def test_what_had_to_be_done_before_says_nothing_of_how_long_it_takes(clock: list[float]) -> None:
    lines = io.StringIO()
    with telling(Console(file=lines, width=20), "Bringing in", "sales") as tell:
        for seconds, done in ((1_000, 0), (30, 5_000)):
            clock[0] += seconds
            tell(done, 10_000)
    assert lines.getvalue().splitlines() == ["Bringing in: 5,000 of 10,000 sales, 30 s left"]


def test_lines_do_not_follow_each_other_at_once(clock: list[float]) -> None:
    assert len(told(clock, seconds=8)) <= 4


def test_nothing_to_do_is_not_told_of(clock: list[float]) -> None:
    lines = io.StringIO()
    with telling(Console(file=lines), "Building", "facts") as tell:
        clock[0] += 10
        tell(0, 0)
    assert not lines.getvalue()


def test_a_terminal_has_a_bar_that_is_gone_afterwards(clock: list[float]) -> None:
    assert clock
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, width=120)
    with telling(console, "Building", "facts") as tell:
        tell(1, 4)
    assert "Building" in shown.getvalue()


@pytest.mark.parametrize(("seconds", "words"), [(0, "0 s"), (99, "99 s"), (100, "2 min"), (3600, "60 min")])
def test_times_are_spelt(seconds: float, words: str) -> None:
    assert spelt(seconds) == words
