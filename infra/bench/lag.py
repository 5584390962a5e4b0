"""How far the sales summary is behind a company selling at full speed, and what memory that takes."""

import select
import sys
import time
from bisect import bisect_left
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from infra.bench.checkout import shoot
from infra.bench.memory import memory_of
from infra.bench.rounds import percentile
from infra.bench.shops import Chain, id_of
from infra.bench.site import MeasurementFailed, following, serving, task

PROJECTION = "sales_summary"
LOOK_SECONDS = 0.003
PATIENCE_SECONDS = 60.0

_PLACE: LiteralString = """
    SELECT position FROM projection_checkpoints WHERE company_id = %s AND projection = %s
"""

_HEAD: LiteralString = "SELECT position FROM company_head WHERE company_id = %s"


@dataclass
class Watched:
    """Whose checkpoint is to be looked at, and where."""

    conninfo: str
    company_id: UUID


def measure(chain: Chain) -> dict[str, Any]:
    """From the answer to a sale until the sales summary knows it, and each process's memory meanwhile."""
    site = chain.site
    site.say("Measuring how far the sales summary lags behind")
    with serving(site) as (port, web), following(site) as worker:
        shoot(chain, port, min(1.0, site.seconds))
        _wait_until_followed(chain)
        with task("infra.bench.lag", Watched(site.addresses.worker, id_of("company"))) as watched:
            sold = shoot(chain, port, site.seconds)
            memory = memory_of(web.pid, worker.pid, site.postgres)
            _wait_until_followed(chain)
            seen = watched()
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
    ask = chain.site.own
    while ask(_PLACE, company_id, PROJECTION) != ask(_HEAD, company_id):
        if time.monotonic() > deadline:
            raise MeasurementFailed("The sales summary does not catch up.")
        time.sleep(0.05)
    time.sleep(0.05)  # The watch must have seen it, too.


def run(watched: Watched) -> list[tuple[float, int]]:
    """Each position that the checkpoint was seen at, and when first; until the standard input is closed."""
    seen: list[tuple[float, int]] = []
    with psycopg.connect(watched.conninfo, autocommit=True, prepare_threshold=1) as connection:
        while not select.select([sys.stdin], [], [], LOOK_SECONDS)[0]:
            row = connection.execute(_PLACE, [watched.company_id, PROJECTION]).fetchone()
            if row and (not seen or row[0] != seen[-1][1]):
                seen.append((time.monotonic(), row[0]))
    return seen
