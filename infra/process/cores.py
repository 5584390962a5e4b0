"""The cores of the machine that a process may run on, and one for each process of several."""

import os
from collections.abc import Sequence


def allowed_cores() -> Sequence[int]:
    """The numbers of the cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return range(os.cpu_count() or 1)


def core_of_its_own(processes: int, taken: Sequence[int | None]) -> int | None:
    """The core that fewest of the other processes have `taken`, for one more of so many.

    None unless there are as many cores: which of more would be right, the system knows better, and others
    who choose for themselves would choose the same.
    """
    cores = allowed_cores()
    return min(cores, key=taken.count) if len(cores) == processes else None


def keep_to(core: int) -> None:
    """Have this process, and all threads it starts from now on, run on this core alone.

    Threads of a process that move between cores leave behind what these have in their caches, and take the
    interpreter from each other across them: measured, a sale took a tenth more of both cores.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})
