"""Rebuilding the sales summary from a log of sales: with one process, and with two over two companies."""

import json
import random
import time
from datetime import date, timedelta
from itertools import cycle, islice
from typing import Any
from uuid import uuid4

import psycopg

from infra.bench.bounds import Bounds
from infra.bench.copies import append_copies, last_sale
from infra.bench.recording import record_sale
from infra.bench.rounds import alternate
from infra.bench.shops import LINES, PRODUCTS, TILLS, Chain, id_of
from infra.postgres.transactions import transaction
from infra.projections.rebuild import rebuild
from infra.projections.rebuild_all import rebuild_all
from infra.runtime.models import EVENT_TYPES, PROJECTIONS

#: Sales of a company's log for each second a part is to take.
SALES_PER_SECOND = 2_500
DAYS, HOURS = 90, range(8, 20)
_DIFFERENT = 500


def measure(chain: Chain) -> dict[str, Any]:
    """Events a second into the sales summary, and how much faster two processes are than one."""
    site = chain.site
    sales = max(1_000, round(SALES_PER_SECOND * site.seconds))
    site.say(f"Rebuilding the sales summary of two companies with {sales:,} sales each")
    record_sale(chain)
    original = last_sale(site, id_of("company"))
    states = _varied(json.loads(original.state))
    companies = [uuid4(), uuid4()]
    for company_id in companies:
        with (
            psycopg.connect(site.addresses.app, autocommit=True) as connection,
            transaction(connection, company_id) as db,
        ):
            db.execute("SELECT found_company(%(company_id)s)", {"company_id": company_id})
        append_copies(site, company_id, original, islice(cycle(states), sales))
    site.own("VACUUM ANALYZE events")
    models = [model for model in PROJECTIONS if model.name == "report_sales"]
    reports = [rebuild(site.addresses.worker, EVENT_TYPES, models[0], company) for company in companies]
    speed = sum(report.events for report in reports) / sum(report.seconds for report in reports)

    def all_with(processes: int) -> float:
        began = time.monotonic()
        rebuild_all(site.addresses.worker, EVENT_TYPES, models, companies, processes=processes)
        return time.monotonic() - began

    sides = {"one": lambda: all_with(1), "two": lambda: all_with(2)}
    seconds = alternate(sides, bounds := Bounds(site))
    return {
        "rebuild_two_process_speedup_bound_by": bounds.figures,
        "rebuild_events_per_s": speed,
        "rebuild_two_process_speedup": seconds["one"] / seconds["two"],
        "rebuild_events": 2 * sales,
    }


def _varied(state: dict[str, Any]) -> list[str]:
    """A sale as many different ones: other days, hours, tills and variants."""
    draw = random.Random(0)  # noqa: S311 a draw that can be repeated
    return [_varied_once(state, draw) for _ in range(_DIFFERENT)]


def _varied_once(state: dict[str, Any], draw: random.Random) -> str:
    numbers = draw.sample(range(PRODUCTS), LINES)
    lines = [
        {
            **line,
            "variant_id": str(id_of("variant", number)),
            "sku": f"SKU-{number:04d}",
            "name": f"No. {number}",
        }
        for line, number in zip(state["lines"], numbers, strict=True)
    ]
    day = date.fromisoformat(state["business_date"]) - timedelta(days=draw.randrange(DAYS))
    changed = {
        "business_date": str(day),
        "hour": draw.choice(HOURS),
        "register_id": str(id_of("register", draw.randrange(TILLS))),
        "lines": lines,
    }
    return json.dumps({**state, **changed}, separators=(",", ":"))
