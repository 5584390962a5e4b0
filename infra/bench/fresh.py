"""A shop of which the planner knows nothing yet: its first sales against those of two minutes later."""

from typing import Any

from infra.bench.checkout import shoot
from infra.bench.load import Result
from infra.bench.processors import of_trees
from infra.bench.rounds import percentile
from infra.bench.shops import Chain, open_chain
from infra.bench.site import Site, following, serving

#: How long is sold in between, as so many times what a part takes.
MEANWHILE = 11


def measure(site: Site) -> dict[str, Any]:
    """Sales as soon as a server is there, on a database of its own that only the server itself looks at.

    What a sale takes of the database's processor is told beside it: others at work hardly change that.
    """
    with site.beside() as own:
        chain = open_chain(own, is_known=False)
        with serving(own) as (port, _), following(own):
            own.say("Selling the first things")
            first, first_cpu = _sell(chain, port)
            own.say("Selling for two minutes")
            shoot(chain, port, MEANWHILE * own.seconds)
            later, later_cpu = _sell(chain, port)
    medians = [1000 * percentile(sold.latencies, 0.50) for sold in (first, later)]
    return {
        "fresh_vs_later": medians[0] / medians[1],
        "fresh_p50_ms": medians[0],
        "later_p50_ms": medians[1],
        "fresh_database_ms_per_sale": first_cpu,
        "later_database_ms_per_sale": later_cpu,
    }


def _sell(chain: Chain, port: int) -> tuple[Result, float]:
    """What was sold from the first moment on, and the database's milliseconds of a core for each sale."""
    postgres = chain.site.postgres
    before = of_trees([postgres])
    sold = shoot(chain, port, chain.site.seconds, warm_up=0.0)
    spent = of_trees([postgres]) - before
    return sold, 1000 * spent / sold.answered
