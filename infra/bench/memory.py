"""The memory of processes: shared pages are counted in parts, so that the sum is what the machine holds."""

import subprocess
from pathlib import Path

_KILOBYTES_PER_MB = 1024


def memory_of(web: int, worker: int, postgres: int) -> dict[str, float]:
    """Megabytes of each of our processes, by name, and of all of the database's together."""
    megabytes = {"web master": of_process(web)}
    megabytes |= {f"web {number}": of_process(pid) for number, pid in enumerate(children_of(web), start=1)}
    megabytes["worker"] = of_process(worker)
    megabytes["postgres"] = sum(of_process(pid) for pid in (postgres, *children_of(postgres)))
    return {name: round(size, 1) for name, size in megabytes.items()}


def children_of(pid: int) -> list[int]:
    """The processes that this one started, oldest first."""
    command = ["/bin/ps", "-A", "-o", "pid=", "-o", "ppid="]
    listing = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 ours
    pairs = [tuple(map(int, row.split())) for row in listing.stdout.splitlines()]
    return sorted(child for child, parent in pairs if parent == pid)


def of_process(pid: int) -> float:
    """Megabytes: its proportional share where the system tells, else what is resident; 0 when gone."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / _KILOBYTES_PER_MB
    except OSError:
        pass
    command = ["/bin/ps", "-o", "rss=", "-p", str(pid)]
    listing = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    return int(listing.stdout.strip() or 0) / _KILOBYTES_PER_MB
