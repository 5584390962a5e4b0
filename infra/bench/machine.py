"""What the figures were taken on."""

import os
import platform
from pathlib import Path
from typing import Any

from infra.bench.site import Site
from infra.process.cores import allowed_cores


def describe(site: Site) -> dict[str, Any]:
    """Cores, processor, memory, versions, and the processes that run."""
    return {
        "cores": len(allowed_cores()),
        "processor": _field("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "memory_mb": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
        "system": platform.platform(),
        "postgresql": site.own("SHOW server_version")[0][0],
        "fsync": site.own("SHOW fsync")[0][0],
        "python": platform.python_version(),
        "web_processes": site.settings.workers,
        "web_threads": site.settings.threads,
    }


def _field(file: str, name: str) -> str:
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
