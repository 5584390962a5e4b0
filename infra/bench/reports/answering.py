"""What answers of reports take over HTTP: the first time, again, and as of moments of the past."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from statistics import median
from typing import Any, LiteralString

from infra.bench.reports.history import History, largest_store, reader_token
from infra.bench.reports.plain_sum import plain_sum
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
from infra.bench.site import Site, serving

#: The figures that there is one of for each section and range.
KEYS = ("report_p95_ms", "report_again_p95_ms", "report_vs_sum", "report_as_of_ratio")
#: On which days of the year the last sale was recorded at the moments as of which reports are asked for.
_MOMENTS = (182, 273, 346)

_MOMENT: LiteralString = """
    SELECT recorded_at FROM sales_facts
     WHERE company_id = %s AND business_date <= %s ORDER BY position DESC LIMIT 1
"""

Times = dict[str, float]


def measure_answers(site: Site, history: History) -> dict[str, Any]:
    """Milliseconds by section and range and by dashboard, and what they are a multiple of."""
    plain = plain_sum(site, history)
    with serving(site) as (port, _):
        client = Client(port, reader_token(site, history))
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
    for kind, queries in ranges(history, largest_store(site, history)).items():
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
