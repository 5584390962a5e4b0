"""Selling for minutes or hours, and what becomes of memory, tables and dead rows meanwhile."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, LiteralString

from commands.ports import Caller
from infra.bench.load import LEAST_SECONDS, Task
from infra.bench.memory import memory_of
from infra.bench.rounds import percentile
from infra.bench.scale.shop import Shop
from infra.bench.sending import send
from infra.bench.shops import LINES, TILLS, TOKEN_SECONDS, post
from infra.bench.site import HOST, Process, Site
from infra.identity.tokens import Tokens

#: In how many parts is sold, after each of which is looked at everything.
PARTS = 12
#: Of so many sales one is another company's.
OTHERS = 4
#: How much of its most the server is asked for.
LOAD = 0.5
_PREPARED = 400

_ROWS: LiteralString = """
    SELECT coalesce(sum(n_live_tup), 0)::bigint, coalesce(sum(n_dead_tup), 0)::bigint,
           coalesce(sum(autovacuum_count), 0)::bigint, coalesce(sum(autoanalyze_count), 0)::bigint,
           sum(pg_total_relation_size(relid))::bigint
      FROM pg_stat_user_tables
"""
# A table of a few pages is full of dead rows between two vacuums, and takes no room.
_MOST_DEAD: LiteralString = """
    SELECT relname, round(n_dead_tup::numeric / (n_live_tup + n_dead_tup), 3)::float FROM pg_stat_user_tables
     WHERE pg_relation_size(relid) > 10000000 ORDER BY 2 DESC LIMIT 1
"""


@dataclass(frozen=True)
class Look:
    """What there was at a moment: memory in megabytes by process, rows, rounds of autovacuum, bytes."""

    memory: dict[str, float]
    live_rows: int
    dead_rows: int
    vacuums: int
    analyzes: int
    bytes: int

    @classmethod
    def at(cls, site: Site, web: int, worker: int) -> "Look":
        """Now."""
        return cls(memory_of(web, worker, site.postgres), *site.own(_ROWS)[0])


def sell(
    site: Site, port: int, shops: Sequence[Shop], processes: tuple[Process, Process], minutes: float
) -> dict[str, Any]:
    """Sell at half of what is possible; the first shop is the large one. Processes: web server and worker."""
    web, worker = (process.pid for process in processes)
    draw = random.Random(7)  # noqa: S311 a draw that can be repeated
    requests = [list(_sales(site, shops, draw)) for _ in range(TILLS)]
    seconds = max(60 * minutes / PARTS, LEAST_SECONDS)
    first = Task(HOST, port, requests, max(seconds / 3, LEAST_SECONDS), warm_up=1.0)
    most = send(first, "sales").per_second
    looks = [Look.at(site, web, worker)]
    parts = []
    for number in range(PARTS):
        site.say(f"Selling at {LOAD * most:,.0f} a second, part {number + 1} of {PARTS}")
        parts.append(send(Task(HOST, port, requests, seconds, rate=LOAD * most), "sales"))
        looks.append(Look.at(site, web, worker))
    return {
        "scale_most_rps": most,
        "scale_minutes": minutes,
        "scale_rps": sum(part.answered for part in parts) / sum(part.seconds for part in parts),
        "scale_sold": sum(part.answered for part in parts),
        "scale_sale_ms": _times([one for part in parts for one in part.latencies]),
        "scale_sale_p99_ms_by_part": [round(_times(part.latencies)["p99"], 1) for part in parts],
        "scale_memory_mb_by_part": [look.memory for look in looks],
        "scale_memory_growth": memory_growth(looks),
        **_grown(looks[0], looks[-1]),
        "scale_most_dead": dict(site.own(_MOST_DEAD)),
        "scale_last_look": asdict(looks[-1]),
    }


def memory_growth(looks: Sequence[Look]) -> dict[str, float]:
    """How many times as much each process of ours had at the end as half-way: 1 is flat."""
    middle, last = looks[len(looks) // 2].memory, looks[-1].memory
    return {name: round(last[name] / middle[name], 3) for name in last if middle.get(name)}


def _grown(first: Look, last: Look) -> dict[str, Any]:
    return {
        "scale_vacuums": last.vacuums - first.vacuums,
        "scale_analyzes": last.analyzes - first.analyzes,
        "scale_dead_share": last.dead_rows / max(last.live_rows + last.dead_rows, 1),
        "scale_bytes_grown": last.bytes - first.bytes,
    }


def _times(latencies: list[float]) -> dict[str, float]:
    return {f"p{round(100 * share)}": 1000 * percentile(latencies, share) for share in (0.50, 0.99)}


def _sales(site: Site, shops: Sequence[Shop], draw: random.Random) -> Iterator[bytes]:
    """What a connection sends: sales of the large shop, and now and then of any."""
    tokens = Tokens(site.settings.signing_key(), TOKEN_SECONDS)
    for _ in range(_PREPARED):
        shop = draw.choice(shops) if draw.randrange(OTHERS) == 0 else shops[0]
        yield post(tokens.issue(caller_of(shop)), _basket(shop, draw))


def caller_of(shop: Shop) -> Caller:
    """The cashier of a shop."""
    user_id = shop.cashier_id
    return Caller(company_id=shop.company_id, user_id=user_id, session_id=user_id, role="Cashier")


def _basket(shop: Shop, draw: random.Random) -> dict[str, Any]:
    wares = draw.sample(shop.wares, LINES)
    return {
        "register_id": str(draw.choice(shop.tills).register_id),
        "lines": [{"variant_id": str(ware.variant_id), "quantity": "1"} for ware in wares],
        "payments": [{"method": "cash", "amount": sum(ware.price for ware in wares)}],
    }
