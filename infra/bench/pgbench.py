"""PostgreSQL's own pgbench: what the database could do if there were nothing around it."""

import os
import re
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from infra.bench.shops import LEAST, TILLS
from infra.bench.site import MeasurementFailed, Site, child
from infra.postgres.addresses import in_schema

_SPEED = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)
_FAILED = re.compile(r"^number of failed transactions: (\d+)", re.MULTILINE)
_DATABASE = "pgbench"
_SCALE = 10


def run_script(site: Site, script: str, seconds: float) -> float:
    """Run a script with eight clients as the application's role; returns transactions a second."""
    with TemporaryDirectory(prefix="mipos-pgbench-") as folder:
        file = Path(folder) / "sale.sql"
        file.write_text(script)
        # Microseconds since the epoch: no run's numbers reach those of the next.
        start = LEAST + time.time_ns() // 1000
        variables = ["-D", f"start={start}", "-D", "count=0"]
        arguments = ["-n", "-M", "prepared", "-f", str(file), *variables, site.addresses.app]
        return _speed(site, seconds, arguments)


def prepare_standard(site: Site) -> str:
    """Make pgbench's own tables; returns the address of their database."""
    site.own(f"CREATE DATABASE {_DATABASE} OWNER {site.addresses.installation.app}")
    address = in_schema(site.addresses.app.replace("/mipos?", f"/{_DATABASE}?"), "public")
    _run(site, ["-i", "-q", "-s", str(_SCALE), address])
    return address


def run_standard(site: Site, address: str, seconds: float) -> float:
    """Run the standard `pgbench -N -c 8 -j 2 -s 10`; returns transactions a second."""
    return _speed(site, seconds, ["-n", "-N", address])


def _speed(site: Site, seconds: float, arguments: Sequence[str]) -> float:
    whole = str(max(1, round(seconds)))
    output = _run(site, ["-c", str(TILLS), "-j", "2", "-T", whole, *arguments])
    speed, failed = _SPEED.search(output), _FAILED.search(output)
    if speed is None or (failed is not None and int(failed[1])):
        raise MeasurementFailed(f"pgbench failed: {output}")
    return float(speed[1])


def _run(site: Site, arguments: Sequence[str]) -> str:
    env = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    argv = [str(site.programs / "pgbench"), *arguments]
    with child(argv, env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        output, _ = process.communicate()
    text: str = output.decode("utf-8", "replace")
    if process.returncode:
        raise MeasurementFailed(f"pgbench failed: {text}")
    return text
