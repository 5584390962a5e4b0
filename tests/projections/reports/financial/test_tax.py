"""Taxes are those of the lines that were sold and came back, and their bases come to net sales."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from domain.orders import Order
from domain.unlinked_returns import UnlinkedReturn
from projections.reports.period import Period
from projections.reports.sections.financial.taxes import TAX
from tests.projections.reports.financial.books import EVERYTHING, Books
from tests.projections.reports.financial.trade import FIRST, STORES, Trade

SOLD = (Order.Sold, Order.Voided, Order.Fulfilled, Order.Refunded, UnlinkedReturn.Taken)
#: What adds to sales; all else came back.
SIGNS: dict[Any, int] = {Order.Sold: 1, Order.Fulfilled: 1, Order.Voided: -1}
NAMES = ("taxable_sales", "tax_collected", "taxable_returned", "tax_refunded", "orders")


class Part(NamedTuple):
    """A line that was sold (1), taken back (-1), or came back (0)."""

    event: Any
    line: Any
    sign: int


def parts(trade: Trade, upto: int) -> Iterator[Part]:
    for _, _, event in trade.of(*SOLD, upto=upto):
        sign = SIGNS.get(type(event), 0)
        for line in (*event.lines, *getattr(event, "goodwill", ())):
            yield Part(event, line, sign)


def taxes(some: Iterator[Part]) -> dict[Any, Counter[str]]:
    """What each tax comes to, line by line."""
    sums: dict[Any, Counter[str]] = {}
    orders: dict[Any, set[tuple[int, int]]] = {}
    for event, line, sign in some:
        for tax in line.taxes or (None,):
            key = tax and (tax.jurisdiction, tax.name, tax.rate, "yes" if tax.inclusive else "no")
            own = sums.setdefault(key, Counter())
            base, amount = (tax.taxable, tax.amount) if tax else (line.net_sales, 0)
            if sign:
                own.update({"taxable_sales": sign * base, "tax_collected": sign * amount})
                if getattr(event, "is_first", True):
                    orders.setdefault(key, set()).add((id(event), sign))
            else:
                own.update({"taxable_returned": base, "tax_refunded": amount})
    for key, some_orders in orders.items():
        sums[key]["orders"] = sum(sign for _, sign in some_orders)
    return sums


def net_sales(some: Iterator[Part]) -> int:
    return sum((sign or -1) * line.net_sales for _, line, sign in some)


def check(table: Any, some: list[Part]) -> None:
    told = {
        row["tax"] and tuple(row[name] for name in ("jurisdiction", "tax", "rate", "inclusive")): Counter(
            {name: row[name] for name in NAMES}
        )
        for row in table.rows
    }
    assert told == taxes(iter(some))
    assert table.overall["base"] == net_sales(iter(some))
    assert table.overall["net_tax"] == sum((sign or -1) * line.tax_total for _, line, sign in some)


def test_each_tax_has_what_lines_say_of_it(books: Books, trade: Trade) -> None:
    table = books.report(TAX)
    check(table, list(parts(trade, EVERYTHING)))
    assert {row["tax"] for row in table.rows} == {None, "VAT", "City", "Zero"}
    assert all(row["taxable_returned"] for row in table.rows if row["tax"] != "Zero")


def test_of_what_bears_one_tax_or_none_the_bases_are_net_sales(books: Books, trade: Trade) -> None:
    once = sum(
        (sign or -1) * (line.taxes[0].taxable if line.taxes else line.net_sales)
        for _, line, sign in parts(trade, EVERYTHING)
    )
    assert books.report(TAX).overall["base"] == once


def test_at_any_position_it_says_what_was_known_then(books: Books, trade: Trade) -> None:
    for position in trade.positions(6):
        check(books.report(TAX, position=position), list(parts(trade, position)))


def test_it_is_about_the_period_and_the_stores_that_are_asked_for(books: Books, trade: Trade) -> None:
    every = list(parts(trade, EVERYTHING))
    market = STORES["market"]
    check(books.report(TAX, stores=(market,)), [one for one in every if one.event.store_id == market])
    day = Period(FIRST, FIRST)
    check(books.report(TAX, period=day), [one for one in every if one.event.business_date == FIRST])


def test_of_channels_they_add_up_to_all(books: Books) -> None:
    parts = [books.report(TAX, filters={"channel": one}) for one in ("pos", "phone")]
    whole = books.report(TAX)
    names = (*NAMES, "base")
    assert {one: sum(part.overall[one] for part in parts) for one in names} == {
        one: whole.overall[one] for one in names
    }
    assert all(part.overall["orders"] for part in parts)
    for part, channel in zip(parts, ("pos", "phone"), strict=True):
        for column in TAX.columns:
            for row in (None, part.rows[0]):
                figure = part.overall[column.name] if row is None else row[column.name]
                told = books.explain(TAX, column, row, filters={"channel": channel}).total
                assert told == figure, column.name
