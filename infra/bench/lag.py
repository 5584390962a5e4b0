"""How far the sales summary is behind a company selling at full speed, and what memory that takes."""

import time
from bisect import bisect_left
from typing import Any, LiteralString

from infra.bench.checkout import shoot
from infra.bench.memory import memory_of
from infra.bench.rounds import percentile
from infra.bench.shops import Chain, id_of
from infra.bench.site import MeasurementFailed, Site, following, serving, task
from infra.bench.watcher import Target

PROJECTION = "report_sales"
PATIENCE_SECONDS = 60.0

# Every read model that lags counts: while the worker catches up with any of them, it is not idle.
_BEHIND: LiteralString = """
    SELECT count(*) FROM projection_checkpoints AS checkpoint JOIN company_head AS head USING (company_id)
     WHERE checkpoint.position < head.position
"""


def measure(chain: Chain) -> dict[str, Any]:
    """From the answer to a sale until the sales summary knows it, and each process's memory meanwhile."""
    site = chain.site
    site.say("Measuring how far the sales summary lags behind")
    with serving(site) as (port, web), following(site) as worker:
        shoot(chain, port, min(1.0, site.seconds))
        wait_until_followed(site)
        with task(
            "infra.bench.watcher", Target(site.addresses.worker, id_of("company"), PROJECTION)
        ) as watched:
            sold = shoot(chain, port, site.seconds)
            memory = memory_of(web.pid, worker.pid, site.postgres)
            wait_until_followed(site)
            samples = watched()
    # An answer before the first look says nothing.
    lags = [
        _lag(samples, answered, position) for answered, position in sold.positions if answered > samples[0][0]
    ]
    return {
        "lag_p99_ms": 1000 * percentile(lags, 0.99),
        "lag_p50_ms": 1000 * percentile(lags, 0.50),
        "lag_checkout_rps": sold.per_second,
        "rss_mb": memory,
    }


def _lag(samples: list[tuple[float, int]], answered: float, position: int) -> float:
    index = bisect_left(samples, position, key=lambda one: one[1])
    if index == len(samples):
        raise MeasurementFailed(f"The sales summary never reached position {position}.")
    return max(0.0, samples[index][0] - answered)


def wait_until_followed(site: Site, patience: float = PATIENCE_SECONDS) -> None:
    """Wait until all read models know all that was recorded. Raises MeasurementFailed."""
    deadline = time.monotonic() + patience
    while site.own(_BEHIND) != [(0,)]:
        if time.monotonic() > deadline:
            raise MeasurementFailed("The read models do not catch up.")
        time.sleep(0.05)
