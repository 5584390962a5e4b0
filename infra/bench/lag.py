"""How far the sales summary is behind while one company sells as fast as it can, and what memory that takes."""

import pickle
import select
import subprocess
import sys
import time
from bisect import bisect_left
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from infra.bench.checkout import shoot
from infra.bench.memory import memory_of
from infra.bench.rounds import percentile
from infra.bench.shops import Chain, id_of
from infra.bench.site import MeasurementFailed, Process, child, following, module, serving

PROJECTION = "sales_summary"
LOOK_SECONDS = 0.003
PATIENCE_SECONDS = 60.0

_PLACE: LiteralString = """
    SELECT position FROM projection_checkpoints WHERE company_id = %s AND projection = %s
"""

_HEAD: LiteralString = "SELECT position FROM company_head WHERE company_id = %s"


def measure(chain: Chain) -> dict[str, Any]:
    """From the answer to a sale until the sales summary knows it, and the memory of each process meanwhile."""
    site = chain.site
    site.say("Measuring how far the sales summary lags behind")
    with serving(site) as (port, web), following(site) as worker:
        shoot(chain, port, min(1.0, site.seconds))
        _wait_until_followed(chain)
        with child(module("infra.bench.lag"), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as watch:
            _tell(watch, (site.addresses.worker, id_of("company")))
            sold = shoot(chain, port, site.seconds)
            memory = memory_of(web.pid, worker.pid, site.postgres)
            _wait_until_followed(chain)
            answer, _ = watch.communicate()  # Closing its input ends it.
        seen: list[tuple[float, int]] = pickle.loads(answer)  # noqa: S301 our own child wrote it
    lags = [_lag(seen, moment, position) for moment, position in sold.positions]
    return {
        "lag_p99_ms": 1000 * percentile(lags, 0.99),
        "lag_p50_ms": 1000 * percentile(lags, 0.50),
        "lag_checkout_rps": sold.per_second,
        "rss_mb": memory,
    }


def _lag(seen: list[tuple[float, int]], answered: float, position: int) -> float:
    place = bisect_left(seen, position, key=lambda one: one[1])
    if place == len(seen):
        raise MeasurementFailed(f"The sales summary never reached position {position}.")
    return max(0.0, seen[place][0] - answered)


def _wait_until_followed(chain: Chain) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    company_id = id_of("company")
    while chain.site.own(_PLACE, company_id, PROJECTION) != chain.site.own(_HEAD, company_id):
        if time.monotonic() > deadline:
            raise MeasurementFailed("The sales summary does not catch up.")
        time.sleep(0.05)
    time.sleep(0.05)  # The watch must have seen it, too.


def _tell(process: Process, what: object) -> None:
    assert process.stdin is not None  # noqa: S101 it was asked for
    process.stdin.write(pickle.dumps(what))
    process.stdin.flush()


def watch(conninfo: str, company_id: UUID) -> list[tuple[float, int]]:
    """Each position that the checkpoint was seen at, and when first; until the standard input is closed."""
    seen: list[tuple[float, int]] = []
    with psycopg.connect(conninfo, autocommit=True, prepare_threshold=1) as connection:
        while not select.select([sys.stdin], [], [], LOOK_SECONDS)[0]:
            row = connection.execute(_PLACE, [company_id, PROJECTION]).fetchone()
            if row and (not seen or row[0] != seen[-1][1]):
                seen.append((time.monotonic(), row[0]))
    return seen


if __name__ == "__main__":
    sys.stdout.buffer.write(pickle.dumps(watch(*pickle.load(sys.stdin.buffer))))  # noqa: S301 our parent wrote it
