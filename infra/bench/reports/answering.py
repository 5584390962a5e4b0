"""What answers of reports take over HTTP: the first time, again, and as of moments of the past."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from statistics import median
from time import perf_counter
from typing import Any, LiteralString

import psycopg

from commands.ports import Caller
from infra.bench.reports.history import READER, History
from infra.bench.reports.questions import (
    DASHBOARDS,
    SECTIONS,
    WHOLE,
    Query,
    dashboard_queries,
    ranges,
)
from infra.bench.requests import Client
from infra.bench.rounds import percentile
from infra.bench.shops import TOKEN_SECONDS
from infra.bench.site import Site, serving
from infra.identity.tokens import Tokens
from infra.postgres.transactions import transaction

#: The figures that there is one of for each section and range.
KEYS = ("report_p95_ms", "report_again_p95_ms", "report_vs_sum", "report_as_of_ratio")
#: On which days of the year the last sale was recorded at the moments as of which reports are asked for.
_MOMENTS = (182, 273, 346)
#: How often the database is asked for the plain sum.
_SUMS = 5

_LARGEST: LiteralString = """
    SELECT place.id FROM sales_store_month AS sums
      JOIN report_places AS place ON place.company_id = sums.company_id AND place.kind = 'store'
                                 AND place.no = sums.store_no
     WHERE sums.company_id = %s GROUP BY place.id ORDER BY sum(sums.orders) DESC, place.id LIMIT 1
"""
_MOMENT: LiteralString = """
    SELECT recorded_at FROM sales_facts
     WHERE company_id = %s AND business_date <= %s ORDER BY position DESC LIMIT 1
"""
_SUM: LiteralString = """
    SELECT sum(gross_sales), sum(discounts), sum(returns) FROM sales_line_facts
     WHERE company_id = %(company_id)s AND business_date BETWEEN %(first)s AND %(last)s
"""

Times = dict[str, float]


def measure_answers(site: Site, history: History) -> dict[str, Any]:
    """Milliseconds by section and range and by dashboard, and what they are a multiple of."""
    plain = _plain_sum(site, history)
    with serving(site) as (port, _):
        client = Client(port, _token(site, history))
        _warm_up(client, history)
        sections = [_section(client, site, history, name, plain) for name in SECTIONS]
        site.say("Asking for dashboards")
        return {
            "report_sum_ms": plain,
            **{key: {name: value for one in sections for name, value in one[key].items()} for key in KEYS},
            "dashboard_p95_ms": {name: _dashboard(client, history, name) for name in DASHBOARDS},
        }


def _section(client: Client, site: Site, history: History, section: str, plain: float) -> dict[str, Times]:
    """The figures of one section, by its ranges."""
    site.say(f"Asking for reports: {section}")
    figures: dict[str, Times] = {key: {} for key in KEYS}
    path = f"/api/admin/reports/{SECTIONS[section]}"
    for kind, queries in ranges(history, site.own(_LARGEST, history.company_id)[0][0]).items():
        name = f"{section}, {kind}"
        first, again = _timed(client, path, queries), _timed(client, path, queries)
        figures["report_p95_ms"][name] = percentile(first, 0.95)
        figures["report_again_p95_ms"][name] = percentile(again, 0.95)
        if kind in WHOLE:
            then = _timed(client, path, _as_of(queries, _moments(site, history)))
            figures["report_vs_sum"][name] = median(first) / plain
            figures["report_as_of_ratio"][name] = median(then) / median(first)
    return figures


def _dashboard(client: Client, history: History, name: str) -> float:
    return percentile(_timed(client, f"/api/admin/dashboard/{name}", dashboard_queries(name, history)), 0.95)


def _token(site: Site, history: History) -> str:
    caller = Caller(company_id=history.company_id, user_id=READER, session_id=READER, role="Manager")
    return Tokens(site.settings.signing_key(), TOKEN_SECONDS).issue(caller)


def _warm_up(client: Client, history: History) -> None:
    """Let each connection of the server plan what it will be asked; nothing is asked that is asked later."""
    day = {"from": history.first.isoformat(), "to": history.first.isoformat()}
    for _ in range(3):
        for path in SECTIONS.values():
            client.read(f"/api/admin/reports/{path}", day)
        for name in DASHBOARDS:
            client.read(f"/api/admin/dashboard/{name}", {})


def _timed(client: Client, path: str, queries: Iterable[Query]) -> list[float]:
    """Milliseconds of each answer."""
    return [1000 * client.read(path, query) for query in queries]


def _as_of(queries: Sequence[Query], moments: Sequence[str]) -> list[Query]:
    """The same as of these moments in turn."""
    return [{**query, "as_of": moments[at % len(moments)]} for at, query in enumerate(queries)]


def _moments(site: Site, history: History) -> list[str]:
    """When the last sales of some days of the year were recorded."""
    days = [history.first + timedelta(days=day) for day in _MOMENTS]
    return [site.own(_MOMENT, history.company_id, day)[0][0].isoformat() for day in days]


def _plain_sum(site: Site, history: History) -> float:
    """Milliseconds in which the database alone adds up three amounts of all lines of the year."""
    params: Mapping[str, Any] = {
        "company_id": history.company_id,
        "first": history.first,
        "last": history.last,
    }
    taken = []
    with psycopg.connect(site.addresses.app, autocommit=True) as connection:
        for _ in range(_SUMS):
            with transaction(connection, history.company_id) as db:
                began = perf_counter()
                db.ask(_SUM, params).row()
                taken.append(1000 * (perf_counter() - began))
    return median(taken)
