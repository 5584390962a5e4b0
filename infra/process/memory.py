"""How a process with many threads takes memory, and gives it back."""

import ctypes

#: `M_ARENA_MAX` of glibc's `mallopt`.
_ARENA_MAX = -8
#: Of how many areas threads take memory.
_ARENAS = 2


def share_arenas() -> None:
    """Let all threads take memory from the same two areas, where the C library knows of such.

    Each thread would have one of its own, which keeps what a large count had taken: measured, a process that
    counted a year of baskets in several threads kept 660 MB, and 420 with two areas.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, _ARENAS)
