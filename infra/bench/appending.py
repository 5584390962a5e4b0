"""Appending to the log against plain inserts of the same rows: what numbering and hashing cost."""

import time
from contextlib import ExitStack
from typing import Any, LiteralString

from psycopg import sql

from infra.bench.bounds import Bounds
from infra.bench.recording import record_sale
from infra.bench.rounds import ROUNDS, alternate
from infra.bench.shops import Chain, id_of
from infra.bench.site import task
from infra.bench.writers import Writing

#: At how many connections at once.
FEW, SEVERAL = 1, 4
_START_SECONDS = 0.5

# The same columns, indexes and checks, but no rows to lock and nothing to hash.
_TABLE: LiteralString = "CREATE TABLE plain_events (LIKE events INCLUDING ALL)"
_GRANT = sql.SQL("GRANT INSERT ON plain_events TO {}")

_TWO_EVENTS: LiteralString = """
    SELECT type, state, metadata FROM events WHERE company_id = %s ORDER BY position DESC LIMIT 2
"""


def measure(chain: Chain) -> dict[str, Any]:
    """Commits of two events a second, appended and inserted, with one connection and with four."""
    site = chain.site
    site.say("Comparing appends with plain inserts")
    record_sale(chain)
    events = site.own(_TWO_EVENTS, id_of("company"))
    site.own(_TABLE)
    site.own(_GRANT.format(sql.Identifier(site.addresses.installation.app)).as_string())
    turn = site.seconds / ROUNDS / 2
    figures: dict[str, Any] = {}
    for connections, suffix in ((FEW, "one_connection"), (SEVERAL, "four_connections")):

        def commits(is_plain: bool, connections: int = connections) -> float:
            return _write(chain, events, is_plain, connections, turn)

        sides = {"append": lambda: commits(False), "insert": lambda: commits(True)}
        rates = alternate(sides, bounds := Bounds(site))
        figures[f"append_vs_insert_{suffix}_bound_by"] = bounds.figures
        figures[f"append_vs_insert_{suffix}"] = rates["append"] / rates["insert"]
        figures[f"appends_per_s_{suffix}"] = rates["append"]
        figures[f"inserts_per_s_{suffix}"] = rates["insert"]
    return {"append_vs_insert": figures["append_vs_insert_one_connection"], **figures}


def _write(
    chain: Chain, events: list[tuple[Any, ...]], is_plain: bool, connections: int, seconds: float
) -> float:
    begin = time.monotonic() + _START_SECONDS
    conninfo, company_id = chain.site.addresses.app, id_of("company")
    writing = Writing(conninfo, company_id, list(events), is_plain, begin, seconds)
    with ExitStack() as writers:
        results = [writers.enter_context(task("infra.bench.writers", writing)) for _ in range(connections)]
        return float(sum(result() for result in results))
