"""Refunds are those that the log has, by whatever they are told apart."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest

from domain.orders import Order
from domain.unlinked_returns import UnlinkedReturn
from projections.base import Row
from projections.reports.columns import ratio
from projections.reports.period import Period
from projections.reports.sections.financial.refund_figures import FIGURES
from projections.reports.sections.financial.refunds import REFUNDS
from tests.projections.reports.financial.books import EVER, EVERYTHING, Books
from tests.projections.reports.financial.trade import STORES, Trade

NAMES = tuple(column.name for column in FIGURES)


class Refund(NamedTuple):
    """A refund, and when what came back was sold, if anybody knows."""

    event: Any
    sold_on: date | None


def refunds(trade: Trade, upto: int = EVERYTHING) -> Iterator[Refund]:
    sold: dict[Any, date] = {}
    for _, stream_id, event in trade.of(
        Order.Sold, Order.Fulfilled, Order.Refunded, UnlinkedReturn.Taken, upto=upto
    ):
        if isinstance(event, Order.Sold | Order.Fulfilled):
            sold.setdefault(stream_id, event.business_date)
        else:
            yield Refund(event, sold.get(stream_id))


def figures(some: Iterable[Refund], period: Period = EVER) -> Row:
    kept = list(some)
    lines = [line for event, _ in kept for line in event.lines]
    paid = [(sum(one.amount + one.tip for one in event.payments), sold_on) for event, sold_on in kept]
    within = sum(amount for amount, day in paid if day and period.from_date <= day <= period.to_date)
    days = [(event.business_date - day).days for event, day in kept if day]
    refunded = sum(amount for amount, _ in paid)
    parts = [part for event, _ in kept for part in (*event.lines, *getattr(event, "goodwill", ()))]
    return {
        "refund_count": len(kept),
        "quantity": sum(line.quantity for line in lines),
        "returns": sum(part.net_sales for part in parts),
        "tax": sum(part.tax_total for part in parts),
        "tips": sum(getattr(event, "tip", 0) for event, _ in kept),
        "rounding": sum(event.rounding for event, _ in kept),
        "refunded": refunded,
        "restocked_quantity": sum(line.quantity for line in lines if line.restock),
        "not_restocked_value": sum(line.not_restocked_cost for line in lines),
        "within_period": within,
        "after_period": refunded - within,
        "sales_known": len(days),
        "days_total": sum(days),
        "days_since_sale": ratio(sum(days), len(days)),
    }


def told(row: Row) -> Row:
    return {name: row[name] for name in NAMES}


GROUPS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "method": (
        "tender",
        lambda event: ", ".join(sorted({one.method for one in event.payments})) or None,
    ),
    "cashier": ("cashier_id", lambda event: event.cashier_id),
    "day": ("business_date", lambda event: event.business_date),
    "store": ("store_id", lambda event: event.store_id),
}


@pytest.mark.parametrize("group", GROUPS)
def test_each_row_has_its_refunds(books: Books, trade: Trade, group: str) -> None:
    key, of_event = GROUPS[group]
    for position in (*trade.positions(2), EVERYTHING):
        by_key: dict[Any, list[Refund]] = defaultdict(list)
        for refund in refunds(trade, position):
            by_key[of_event(refund.event)].append(refund)
        table = books.report(REFUNDS, group=group, position=position)
        assert {row[key]: told(row) for row in table.rows} == {
            one: figures(some) for one, some in by_key.items()
        }
        assert told(table.overall) == figures(refunds(trade, position))


def test_all_kinds_of_refunds_are_among_them(books: Books) -> None:
    overall = books.report(REFUNDS).overall
    assert {name for name in NAMES if not overall[name]} <= {"after_period", "rounding"}
    tenders = {row["tender"] for row in books.report(REFUNDS).rows}
    assert {"cash", "exchange", "store_credit"} <= tenders


def test_products_have_what_came_back_of_them_and_tips_and_rounding_are_of_none(
    books: Books, trade: Trade
) -> None:
    table = books.report(REFUNDS, group="product")
    by_product: dict[Any, list[Any]] = defaultdict(list)
    for event, _ in refunds(trade):
        for part in (*event.lines, *getattr(event, "goodwill", ())):
            by_product[part.product_id].append(part)
    goods = [row for row in table.rows if row["product_id"]]
    assert {row["product_id"]: (row["returns"], row["tax"]) for row in goods} == {
        product_id: (sum(part.net_sales for part in some), sum(part.tax_total for part in some))
        for product_id, some in by_product.items()
    }
    [rest] = [row for row in table.rows if row["product_id"] is None]
    whole = figures(refunds(trade))
    assert (rest["tips"], rest["rounding"]) == (whole["tips"], whole["rounding"])
    assert told(table.overall) == whole
    assert sum(row["refunded"] for row in table.rows) == whole["refunded"]
    assert all(row["product"] == "Sea salt" for row in goods)


def test_what_was_sold_before_the_period_is_told_apart(books: Books, trade: Trade) -> None:
    some = list(refunds(trade))
    days = sorted({one.event.business_date for one in some})
    period = Period(days[1] + timedelta(days=1), days[-1])
    known = [one for one in some if period.from_date <= one.event.business_date <= period.to_date]
    overall = books.report(REFUNDS, period=period).overall
    assert told(overall) == figures(known, period)
    assert overall["after_period"] > 0 < overall["within_period"]


def test_it_is_about_the_stores_and_cashiers_that_are_asked_for(books: Books, trade: Trade) -> None:
    market = STORES["market"]
    own = [one for one in refunds(trade) if one.event.store_id == market]
    assert told(books.report(REFUNDS, stores=(market,)).overall) == figures(own)
    assert books.report(REFUNDS, filters={"cashier": market}).overall["refund_count"] == 0
