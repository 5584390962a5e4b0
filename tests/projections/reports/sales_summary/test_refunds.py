"""Refunds are what the events gave back, by whom and where, at every position and for any stores."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from domain.orders import Order
from domain.unlinked_returns import UnlinkedReturn
from projections.reports.section import Section
from projections.reports.sections.financial.refunds import REFUNDS as BY_TENDER
from projections.reports.sections.sales_summary.refunds import REFUNDS
from tests.projections.reports.financial.books import Books
from tests.projections.reports.financial.trade import Trade
from tests.projections.reports.sales_summary.plain import places

KEYS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "cashier": ("cashier_id", lambda event: event.cashier_id),
    "day": ("business_date", lambda event: event.business_date),
    "store": ("store_id", lambda event: event.store_id),
}


def paid_back(events: Iterable[Any]) -> int:
    return sum(paid.amount + paid.tip for event in events for paid in event.payments)


@pytest.mark.parametrize("group", KEYS)
def test_a_row_has_what_was_paid_back(books: Books, trade: Trade, group: str) -> None:
    column, key = KEYS[group]
    for position, stores in places(trade):
        events = [
            event
            for _, _, event in trade.of(Order.Refunded, UnlinkedReturn.Taken, upto=position)
            if stores is None or event.store_id in stores
        ]
        table = books.report(REFUNDS, group=group, position=position, stores=stores)
        assert {row[column]: (row["refund_count"], row["refunded"]) for row in table.rows} == {
            one: (len(own), paid_back(own))
            for one in set(map(key, events))
            if (own := [event for event in events if key(event) == one])
        }


def test_products_and_what_is_of_none_come_to_the_whole(books: Books, trade: Trade) -> None:
    for position, stores in places(trade):
        table = books.report(REFUNDS, group="product", position=position, stores=stores)
        whole = books.report(REFUNDS, position=position, stores=stores).overall
        for name in ("quantity", "returns", "tax", "tips", "rounding", "refunded", "not_restocked_value"):
            assert sum(row[name] for row in table.rows) == table.overall[name] == whole[name]
        assert table.overall["refund_count"] == whole["refund_count"]


#: A refund is in one row of these.
IN_ONE_ROW = [
    (section, group) for section in (REFUNDS, BY_TENDER) for group in section.groups if group != "product"
]


@pytest.mark.parametrize(("section", "group"), IN_ONE_ROW)
def test_footers_of_rows_that_share_no_refund_count_them(books: Books, section: Section, group: str) -> None:
    for page in (1, 2):
        table = books.report(section, group=group, limit=2, page=page)
        for name in ("refund_count", "sales_known", "days_total"):
            assert table.totals[name] == sum(row[name] for row in table.rows)
            assert table.totals[name] + table.others[name] == table.overall[name] > 0
        assert (table.totals["days_since_sale"] is None) == (not table.totals["sales_known"])


@pytest.mark.parametrize("section", [REFUNDS, BY_TENDER])
def test_footers_of_products_which_may_share_a_refund_do_not(books: Books, section: Section) -> None:
    table = books.report(section, group="product")
    for name in ("refund_count", "sales_known", "days_total", "days_since_sale"):
        assert table.totals[name] is None
        assert table.overall[name]
    assert sum(row["refund_count"] for row in table.rows) > table.overall["refund_count"]


def test_of_channels_add_up_to_all(books: Books) -> None:
    parts = [books.report(REFUNDS, filters={"channel": one}).overall for one in ("pos", "phone")]
    assert sum(one["refunded"] for one in parts) == books.report(REFUNDS).overall["refunded"]
    assert all(one["refunded"] for one in parts)
