"""What a sale takes of the processors, in the web server (against a bare answer) and in the database.

Others at work change these far less than they change how many sales there are a second.
"""

import random
from collections.abc import Callable
from statistics import median
from typing import Any

from infra.bench import rounds
from infra.bench.bare import asked_for
from infra.bench.checkout import WARM_UP_SECONDS, shoot
from infra.bench.load import LEAST_SECONDS, Result, Task
from infra.bench.processors import of_trees
from infra.bench.requests import Client
from infra.bench.sending import send
from infra.bench.shops import TILLS, Chain, sale
from infra.bench.site import HOST, serving


def measure(chain: Chain) -> dict[str, Any]:
    """Microseconds of a core for each sale and for each bare answer, by who spends them; medians."""
    site = chain.site
    site.say("Adding up what a sale takes of the processors")
    with serving(site) as (port, web), serving(site, ["infra.bench.bare"]) as (bare_port, bare):
        size = Client(port, chain.token()).size_of("POST", "/api/pos/orders", sale(0, random.Random(6)))  # noqa: S311 a draw that can be repeated
        shoot(chain, port, WARM_UP_SECONDS)
        spent: dict[str, list[float]] = {"web": [], "database": [], "bare": []}
        for _ in range(rounds.ROUNDS):
            sold = _spent([web.pid, site.postgres], lambda: shoot(chain, port, site.seconds / 2, warm_up=0.0))
            answered = _spent([bare.pid], lambda: _ask(bare_port, size, site.seconds / 4))
            for name, microseconds in zip(spent, [*sold, *answered], strict=True):
                spent[name].append(microseconds)
    web_us, database_us, bare_us = (median(times) for times in spent.values())
    return {
        "sale_vs_bare_cpu": web_us / bare_us,
        "web_cpu_us_per_sale": web_us,
        "database_cpu_us_per_sale": database_us,
        "bare_cpu_us_per_answer": bare_us,
        "sale_answer_bytes": size,
    }


def _spent(roots: list[int], send: Callable[[], Result]) -> list[float]:
    """Microseconds that each of these processes, with all that they started, worked for each answer."""
    before = [of_trees([root]) for root in roots]
    answered = send().answered
    return [1e6 * (of_trees([root]) - spent) / answered for root, spent in zip(roots, before, strict=True)]


def _ask(port: int, size: int, seconds: float) -> Result:
    return send(Task(HOST, port, [[asked_for(size)]] * TILLS, max(seconds, LEAST_SECONDS)), "requests")
