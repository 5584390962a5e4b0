"""How a process with many threads takes memory, and which threads it has."""

import ctypes
import os

#: `M_MMAP_THRESHOLD` and `M_ARENA_MAX` of glibc's `mallopt`.
_MMAP_THRESHOLD, _ARENA_MAX = -3, -8
#: Of how many areas threads take memory, and from how many bytes on a piece is taken by itself.
_ARENAS, _LARGE = 2, 2**20


def share_arenas() -> None:
    """Let all threads take memory from the same two areas, where the C library knows of such.

    Each thread would have one of its own, which keeps what a large count had taken: measured, a process that
    counted a year of baskets in several threads kept 660 MB, and 420 with two areas. Large pieces are taken
    by themselves, and given back when they are free.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, _ARENAS)
        mallopt(_MMAP_THRESHOLD, _LARGE)


def do_without_algebra_threads() -> None:
    """Have NumPy start no threads when it is imported: nothing here needs its linear algebra.

    They would be there before a server holds signals off, and a signal that one of them gets ends it.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
