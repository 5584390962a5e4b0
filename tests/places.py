"""Where tests lay what they write: in memory where there is room, as databases come and go by the dozen.

Making one takes a disk half a second of a core and seconds of waiting, and memory next to nothing. No test
is about what a power cut leaves. Whoever sets TMPDIR says where instead.
"""

import os
import re
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - what is made there has a folder of its own, as in any such place
#: In how many processes the suite runs: one of them usually waits, for servers, timers or disks.
PROCESSES = min((os.cpu_count() or 1) + 1, 4)
#: Twice what all tests of the servers and databases leave lying about in one process, in bytes.
ROOM = 3 * 2**30
MEMINFO = Path("/proc/meminfo")


def lay_in_memory() -> None:
    """Have whatever is temporary lie in memory, in this process and in those it starts."""
    if "TMPDIR" not in os.environ and has_room(ROOM * PROCESSES):
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def has_room(needed: int) -> bool:
    """Whether so many bytes fit into memory, and half as many again: the programs need some too.

    In a container this place is small, or nothing may be executed there.
    """
    if not (MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and MEMINFO.exists()):
        return False
    place = os.statvfs(MEMORY)
    available = re.search(r"^MemAvailable: *(\d+) kB$", MEMINFO.read_text(), re.MULTILINE)
    return (
        not place.f_flag & os.ST_NOEXEC
        and place.f_bavail * place.f_frsize >= needed
        and available is not None
        and int(available[1]) * 1024 >= needed * 3 // 2
    )
