"""What sections of the sales summary should answer: events added up one by one."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

from projections.base import Row
from projections.reports.table import Table
from tests.projections.reports.financial.books import EVERYTHING
from tests.projections.reports.financial.trade import STORES, Trade
from tests.projections.reports.plain import PlainFact, plain_facts

#: Measures of a sale and of a line that stand in rows as they are, and those that stand there in units.
OF_SALES = ["orders", "gross_sales", "discounts", "returns", "tax", "tips", "rounding", "cost_of_goods"]
OF_LINES = ["gross_sales", "discounts", "returns", "tax", "cost_of_goods"]
QUANTITIES = {"items", "quantity", "returned_quantity", "returned_items"}


def facts_of(trade: Trade, *, upto: int = EVERYTHING, stores: Iterable[Any] | None = None) -> list[PlainFact]:
    """The facts that were known at a position, of these stores."""
    facts = plain_facts((one.position, one.event) for one in trade.recorded)
    places = set(STORES.values() if stores is None else stores)
    return [fact for fact in facts if fact.position <= upto and fact.store_id in places]


def summed(
    facts: Iterable[PlainFact], key: Callable[[PlainFact], Any], *names: str
) -> dict[Any, dict[str, int]]:
    """These measures of sales by a key."""
    sums: dict[Any, Counter[str]] = {}
    for fact in facts:
        sums.setdefault(key(fact), Counter()).update(fact.totals)
    return {one: {name: own[name] for name in names} for one, own in sums.items()}


def summed_lines(
    facts: Iterable[PlainFact], keys: Callable[[Any], Iterable[Any]], *names: str
) -> dict[Any, dict[str, int]]:
    """These measures of lines by the keys of their items."""
    sums: dict[Any, Counter[str]] = {}
    for item, own in ((item, own) for fact in facts for item, own in fact.items.items()):
        for key in keys(item):
            sums.setdefault(key, Counter()).update(own)
    return {one: {name: own[name] for name in names} for one, own in sums.items()}


def shown(table: Table, key: Callable[[Row], Any], *names: str) -> dict[Any, dict[str, int]]:
    """These figures of the rows, quantities in hundred-thousandths."""
    return {key(row): {name: _exact(name, row[name]) for name in names} for row in table.rows}


def _exact(name: str, value: Any) -> int:
    return int(Decimal(value) * 100_000) if name in QUANTITIES else value


def places(trade: Trade) -> Iterator[tuple[int, tuple[Any, ...] | None]]:
    """Positions and stores at which a section is asked: all of them, one store, and at random positions."""
    yield EVERYTHING, None
    yield EVERYTHING, (STORES["harbour"],)
    for position in trade.positions(3):
        yield position, None
        yield position, (STORES["market"],)
