"""Whose processor time it was: ours, that of others, and what the host of a virtual machine kept."""

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_PROC = Path("/proc")
#: Where the second line of a process's figures begins: behind its name, which may hold anything.
_PARENT, _TIMES = 1, slice(11, 15)
#: Columns of the machine's figures: all that worked for a program, and what the host took.
_WORKING, _STOLEN = (0, 1, 2, 5, 6), 7


@dataclass(frozen=True)
class Spent:
    """Seconds of processors up to a moment, since the machine was started; of ours, all that ever ran."""

    at: float
    all: float
    ours: float
    stolen: float

    @classmethod
    def now(cls, *roots: int) -> Self | None:
        """Until now; ours are these processes and all they started. None where the system does not tell."""
        try:
            columns = [int(one) for one in (_PROC / "stat").read_text().split("\n", 1)[0].split()[1:]]
        except OSError:
            return None
        tick = os.sysconf("SC_CLK_TCK")
        working = sum(columns[place] for place in _WORKING)
        return cls(time.monotonic(), working / tick, of_trees(roots), columns[_STOLEN] / tick)


@dataclass(frozen=True)
class Usage:
    """How many cores were used between two moments, by whom."""

    ours: float
    others: float
    stolen: float

    @classmethod
    def between(cls, first: Spent, last: Spent) -> Self:
        """By whom in between. What ours spent is never more than all did."""
        seconds = max(last.at - first.at, 1e-6)
        ours = last.ours - first.ours
        others = max(0.0, last.all - first.all - ours)
        return cls(ours / seconds, others / seconds, (last.stolen - first.stolen) / seconds)


def of_trees(roots: Iterable[int]) -> float:
    """Seconds that these processes, all they started and all that those waited for have worked."""
    parents, spent = {}, {}
    for pid, parent, ticks in _processes():
        parents[pid], spent[pid] = parent, ticks
    known = {0: False, **dict.fromkeys(roots, True)}

    def is_ours(pid: int) -> bool:
        if pid not in known:
            known[pid] = is_ours(parents[pid]) if pid in parents else False
        return known[pid]

    return sum(ticks for pid, ticks in spent.items() if is_ours(pid)) / os.sysconf("SC_CLK_TCK")


def _processes() -> Iterator[tuple[int, int, int]]:
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            # One that ended meanwhile is in the figures of who waited for it.
            with suppress(OSError):
                fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
                yield int(folder.name), int(fields[_PARENT]), sum(map(int, fields[_TIMES]))
