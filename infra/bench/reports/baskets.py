"""What it takes to count what is bought together: from nothing, anew, again, and while a customer waits."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any, LiteralString

from infra.bench.memory import children_of, of_process
from infra.bench.reports.history import History, largest_store, reader_token
from infra.bench.reports.plain_sum import plain_sum
from infra.bench.reports.questions import Query, basket_ranges
from infra.bench.requests import Client
from infra.bench.rounds import percentile
from infra.bench.site import MeasurementFailed, Site, serving

#: How many products a till asks for companions of, drawn as they are sold.
COMPANIONS = 200
_BASE = "/api/admin/analytics/market-basket"
#: Of how many rules the orders are listed.
_RULES = 20
_TABLES = ["basket_tail", "basket_chunks", "basket_changes"]

_BYTES: LiteralString = "SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(%s::text[]) AS name"
_FORGET: LiteralString = "TRUNCATE basket_answers"
_SOLD: LiteralString = """
    SELECT item.product_id FROM sales_line_facts AS line
      JOIN report_items AS item ON item.company_id = line.company_id AND item.item_no = line.item_no
     WHERE line.company_id = %s AND line.quantity > 0
     ORDER BY md5(line.position::text || ' ' || line.item_no::text) LIMIT %s
"""

Times = Mapping[str, Sequence[float]]


def measure_baskets(site: Site, history: History) -> dict[str, Any]:
    """Milliseconds by what is asked, what they are a multiple of, and what is kept, on the disk and not."""
    site.say("Counting what is bought together")
    plain = plain_sum(site, history)
    ranges = basket_ranges(history, largest_store(site, history))
    first = {f"{kind}, from nothing": _from_nothing(site, history, ranges[kind][0]) for kind in ranges}
    site.own(_FORGET)
    with serving(site) as (port, web):
        client = Client(port, reader_token(site, history))
        before = _largest(web.pid)
        times = {**first, **_again(client, ranges), **_behind(client, history, ranges)}
        companions = _companions(client, site, history)
        after = _largest(web.pid)
    return {
        "basket_p95_ms": {name: percentile([*taken], 0.95) for name, taken in times.items()},
        "basket_vs_sum": {
            **{name: median(taken) / plain for name, taken in times.items()},
            "companions": median(companions) / plain,
        },
        "basket_companions_ms": {
            "median": percentile(companions, 0.5),
            "99 of 100 within": percentile(companions, 0.99),
        },
        "basket_tables_vs_events": _bytes(site, _TABLES) / _bytes(site, ["events"]),
        "basket_web_mb": {"before": before, "with baskets": after},
    }


def _from_nothing(site: Site, history: History, query: Query) -> list[float]:
    """The first answer of a server that was just started, of which nothing is kept."""
    site.own(_FORGET)
    with serving(site) as (port, _):
        return [_rules(Client(port, reader_token(site, history)), query)]


def _again(client: Client, ranges: Mapping[str, Sequence[Query]]) -> Times:
    """Rules by the kinds of their ranges, the first time and again, in a process that knows the baskets."""
    first = next(iter(ranges.values()))[0]["from"]
    _rules(client, {"from": first, "to": first})
    times = {}
    for turn in ("anew", "again"):
        for kind, queries in ranges.items():
            times[f"{kind}, {turn}"] = [_rules(client, query) for query in queries]
    return times


def _behind(client: Client, history: History, ranges: Mapping[str, Sequence[Query]]) -> Times:
    """Sets of three, and the orders behind the rules of most baskets."""
    sets = [1000 * client.read(f"{_BASE}/itemsets", query) for query in ranges["month"]]
    orders = [1000 * client.read(f"{_BASE}/rules/orders", rule) for rule in _strongest(client, history)]
    return {"itemsets of a month": sets, "orders of a rule": orders}


def _strongest(client: Client, history: History) -> Iterator[Query]:
    """The rules of most baskets."""
    every = {"min_confidence": "0", "min_lift": "0", "sort": "-pair_count", "limit": str(_RULES)}
    found, _ = client.ask(f"{_BASE}/rules", {**_year(history), **every})
    if not found["rules"]:
        raise MeasurementFailed("Nothing was bought together.")
    for rule in found["rules"]:
        yield {**_year(history), **{f"{role}_id": rule[role]["id"] for role in ("antecedent", "consequent")}}


def _companions(client: Client, site: Site, history: History) -> list[float]:
    """Milliseconds of what tills ask, of products as often as they are sold."""
    sold = [product for (product,) in site.own(_SOLD, history.company_id, COMPANIONS)]
    paths = [f"{_BASE}/products/{product}/companions" for product in sold]
    return [1000 * client.read(path, _year(history)) for path in paths]


def _rules(client: Client, query: Query) -> float:
    return 1000 * client.read(f"{_BASE}/rules", query)


def _year(history: History) -> Query:
    return {"from": history.first.isoformat(), "to": history.last.isoformat()}


def _bytes(site: Site, tables: list[str]) -> int:
    return int(site.own(_BYTES, tables)[0][0])


def _largest(web: int) -> float:
    """Megabytes of the web process that holds most: one client is answered by one of them."""
    return max(of_process(pid) for pid in children_of(web))
