"""Margins are those of the lines that were sold and came back, by what they were of."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from domain.orders import Order
from domain.unlinked_returns import UnlinkedReturn
from projections.base import Row
from projections.reports.columns import ratio
from projections.reports.sections.financial.margins import FIGURES, MARGINS
from tests.projections.reports.financial.books import EVERYTHING, Books
from tests.projections.reports.financial.trade import CATEGORIES, STORES, Trade, variant_of

NAMES = tuple(column.name for column in FIGURES)
SOLD = (Order.Sold, Order.Voided, Order.Fulfilled, Order.Refunded, UnlinkedReturn.Taken)
#: What adds to sales; all else came back.
SIGNS: dict[Any, int] = {Order.Sold: 1, Order.Fulfilled: 1, Order.Voided: -1}


class Part(NamedTuple):
    """A line that was sold (1), taken back (-1), or came back (0)."""

    event: Any
    line: Any
    sign: int


def parts(trade: Trade, upto: int = EVERYTHING) -> Iterator[Part]:
    for _, _, event in trade.of(*SOLD, upto=upto):
        for line in (*event.lines, *getattr(event, "goodwill", ())):
            yield Part(event, line, SIGNS.get(type(event), 0))


def figures(some: Iterable[Part]) -> Row:
    sums: Counter[str] = Counter()
    for _, line, sign in some:
        if sign:
            sums["gross_sales"] += sign * line.gross_sales
            sums["discounts"] += sign * (line.gross_sales - line.net_sales)
            sums["cost_of_goods"] += sign * line.cost_total
            sums["below_cost"] += sign * (line.net_sales < line.cost_total)
            sums["uncosted"] += sign * (line.cost_total == 0)
        else:
            sums["returns"] += line.net_sales
            sums["cost_of_goods"] -= getattr(line, "cost_total", 0)
    net = sums["gross_sales"] - sums["discounts"] - sums["returns"]
    profit = net - sums["cost_of_goods"]
    row: Row = {name: sums[name] for name in NAMES}
    margin, markup = ratio(profit, net), ratio(profit, sums["cost_of_goods"])
    return {**row, "net_sales": net, "gross_profit": profit, "margin": margin, "markup": markup}


def told(row: Row) -> Row:
    return {name: row[name] for name in NAMES}


GROUPS: dict[str, Callable[[Part], Any]] = {
    "variant": lambda part: part.line.variant_id,
    "product": lambda part: part.line.product_id,
    "category": lambda part: part.line.category_id,
    "brand": lambda part: part.line.brand_id,
    "store": lambda part: part.event.store_id,
}


@pytest.mark.parametrize("group", GROUPS)
def test_each_row_has_what_lines_say_of_it(books: Books, trade: Trade, group: str) -> None:
    for position in (*trade.positions(2), EVERYTHING):
        by_key: dict[Any, list[Part]] = defaultdict(list)
        for part in parts(trade, position):
            by_key[GROUPS[group](part)].append(part)
        table = books.report(MARGINS, group=group, position=position)
        assert {row["id"]: told(row) for row in table.rows} == {
            key: figures(some) for key, some in by_key.items()
        }
        assert told(table.overall) == figures(parts(trade, position))


def test_lines_below_and_without_cost_are_counted(books: Books) -> None:
    overall = books.report(MARGINS).overall
    assert overall["below_cost"] > 0 < overall["uncosted"]


def test_rows_are_called_what_goods_and_stores_were_called(books: Books) -> None:
    variants = {row["id"]: row for row in books.report(MARGINS).rows}
    assert variants[variant_of(333)]["sku"] == "V333"
    assert all(row["name"] for row in variants.values())
    stores = {row["id"]: row["name"] for row in books.report(MARGINS, group="store").rows}
    assert stores == {one: name for name, one in STORES.items()}
    names = {row["id"]: row["name"] for row in books.report(MARGINS, group="category").rows}
    assert names == {None: None, CATEGORIES[0]: "Category 0", CATEGORIES[1]: "Category 1"}


@pytest.mark.parametrize("group", ["variant", "store"])
def test_it_is_about_the_stores_and_goods_that_are_asked_for(books: Books, trade: Trade, group: str) -> None:
    market, category = STORES["market"], CATEGORIES[0]
    some = [
        part for part in parts(trade) if part.event.store_id == market and part.line.category_id == category
    ]
    table = books.report(MARGINS, group=group, stores=(market,), filters={"category": category})
    assert told(table.overall) == figures(some)


def test_pages_are_cut_where_the_rows_are_sorted(books: Books) -> None:
    every = books.report(MARGINS, sort="-markup").rows
    values = [row["markup"] for row in every if row["markup"] is not None]
    assert values == sorted(values, reverse=True)
    assert all(isinstance(value, Decimal) for value in values)
    page = books.report(MARGINS, sort="-markup", limit=2, page=2)
    assert [row["id"] for row in page.rows] == [row["id"] for row in every[2:4]]
    assert (page.count, page.overall["net_sales"]) == (len(every), sum(row["net_sales"] for row in every))


def test_who_may_not_see_costs_sees_what_was_sold(books: Books) -> None:
    table = books.report(MARGINS, permissions=frozenset())
    assert [column.name for column in table.columns] == [
        "id",
        "name",
        "sku",
        "gross_sales",
        "discounts",
        "returns",
        "net_sales",
    ]


@pytest.mark.parametrize("group", MARGINS.groups)
def test_rows_are_divided_by_channels(books: Books, group: str) -> None:
    names = ("gross_sales", "discounts", "returns", "cost_of_goods", "below_cost", "uncosted")
    sums: defaultdict[Any, Counter[str]] = defaultdict(Counter)
    for channel in ("pos", "phone"):
        part = books.report(MARGINS, group=group, filters={"channel": channel})
        assert part.overall["gross_sales"]
        for row in part.rows:
            sums[row["id"]].update({name: row[name] for name in names})
    whole = {row["id"]: row for row in books.report(MARGINS, group=group).rows}
    assert {key: {name: row[name] for name in names} for key, row in whole.items()} == {
        key: {name: some[name] for name in names} for key, some in sums.items()
    }
