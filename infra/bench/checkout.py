"""Selling five lines over HTTP, against pgbench sending the same statements to the same database."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from infra.bench import pgbench
from infra.bench.bounds import Bounds
from infra.bench.load import LEAST_SECONDS, Result, Task
from infra.bench.recording import pgbench_script, record_sale
from infra.bench.rounds import alternate, percentile
from infra.bench.sending import send
from infra.bench.shops import TILLS, Chain
from infra.bench.site import HOST, serving

#: Different prepared sales of each till.
PREPARED = 400
WARM_UP_SECONDS = 0.5
#: How much of its most the server is asked for when it is timed.
LOAD_TO_TIME = 0.5
_NOTHING: Mapping[str, Any] = MappingProxyType({})


def one_company(chain: Chain) -> dict[str, Any]:
    """Sales a second of one company, and how long one takes at half of that."""
    site = chain.site
    figures = _compare(chain, "one_company", with_standard=True)
    rate = LOAD_TO_TIME * figures["checkout_rps_one_company"]
    site.say(f"Timing sales of one company at {rate:.0f} a second")
    # What the rounds before wrote goes to the disk now, so that the timed sales do not wait for it.
    site.own("CHECKPOINT")
    with serving(site) as (port, _):
        shoot(chain, port, max(1.0, site.seconds / 10))
        timed = shoot(chain, port, site.seconds, rate=rate)
    figures["checkout_p50_ms"] = 1000 * percentile(timed.latencies, 0.50)
    figures["checkout_p99_ms"] = 1000 * percentile(timed.latencies, 0.99)
    figures["checkout_timed_rps"] = timed.per_second
    return figures


def fifty_companies(chain: Chain) -> dict[str, Any]:
    """Sales a second of fifty companies together."""
    return _compare(chain, "fifty_companies", with_standard=False)


def shoot(
    chain: Chain,
    port: int,
    seconds: float,
    *,
    rate: float | None = None,
    more: Mapping[str, Any] = _NOTHING,
    warm_up: float | None = None,
) -> Result:
    """Sell at eight tills for so many seconds; `more` is in every sale.

    Raises MeasurementFailed when one is refused.
    """
    requests = [chain.requests(till, PREPARED, port, more) for till in range(TILLS)]
    lasting = max(seconds, LEAST_SECONDS)
    warming = WARM_UP_SECONDS if warm_up is None else warm_up
    return send(Task(HOST, port, requests, lasting, warm_up=warming, rate=rate), "sales")


def _compare(chain: Chain, name: str, *, with_standard: bool) -> dict[str, Any]:
    site = chain.site
    site.say(f"Comparing sales with pgbench: {name.replace('_', ' ')}")
    turn = site.seconds / 2
    script = pgbench_script(record_sale(chain), chain.companies)
    processor: list[float] = []
    with serving(site) as (port, _):

        def sell() -> float:
            sold = shoot(chain, port, turn)
            processor.append(sold.processor)
            return sold.per_second

        sides = {"http": sell, "pgbench": lambda: pgbench.run_script(site, script, turn)}
        if with_standard:
            address = pgbench.prepare_standard(site)
            sides["standard"] = lambda: pgbench.run_standard(site, address, turn)
        # Caches of all connections fill, and plans are made, before it counts.
        shoot(chain, port, max(1.0, site.seconds / 10))
        rates = alternate(sides, bounds := Bounds(site))
    figures = {
        f"checkout_vs_pgbench_{name}": rates["http"] / rates["pgbench"],
        f"checkout_rps_{name}": rates["http"],
        f"pgbench_tps_{name}": rates["pgbench"],
        f"load_processor_{name}": sum(processor) / len(processor),
        f"checkout_vs_pgbench_{name}_bound_by": bounds.figures,
    }
    if with_standard:
        figures["pgbench_standard_tps"] = rates["standard"]
        figures["checkout_per_1000_pgbench_standard"] = 1000 * rates["http"] / rates["standard"]
    return figures
