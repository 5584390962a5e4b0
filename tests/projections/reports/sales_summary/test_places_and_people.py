"""Sales by register, cashier and customer are what the events come to, at every position, for any stores."""

from typing import Any

import pytest

from domain.shifts import Shift
from projections.reports.section import Section
from projections.reports.sections.sales_summary.by_cashier import BY_CASHIER
from projections.reports.sections.sales_summary.by_customer import BY_CUSTOMER
from projections.reports.sections.sales_summary.by_register import BY_REGISTER
from tests.projections.reports.financial.books import Books
from tests.projections.reports.financial.trade import Trade
from tests.projections.reports.sales_summary.plain import OF_SALES, facts_of, places, shown, summed

NAMES = (*OF_SALES, "items")


def test_a_register_has_what_was_sold_at_it_in_its_store(books: Books, trade: Trade) -> None:
    for position, stores in places(trade):
        facts = facts_of(trade, upto=position, stores=stores)
        table = books.report(BY_REGISTER, position=position, stores=stores)
        rows = shown(table, lambda row: (row["store_id"], row["register_id"]), *NAMES)
        sold = {key: row for key, row in rows.items() if any(row.values())}
        expected = summed(facts, lambda fact: (fact.store_id, fact.register_id), *NAMES)
        assert sold == {key: row for key, row in expected.items() if any(row.values())}


def test_a_register_has_its_shifts_and_openings_of_its_drawer(books: Books, trade: Trade) -> None:
    opened = [event for _, _, event in trade.of(Shift.Opened)]
    drawers = list(trade.of(Shift.DrawerOpened))
    table = books.report(BY_REGISTER)
    assert {row["register_id"]: row["shifts"] for row in table.rows if row["shifts"]} == {
        register: sum(one.register_id == register for one in opened)
        for register in {one.register_id for one in opened}
    }
    assert table.overall["no_sales"] == len(drawers) > 0


def test_a_cashier_has_what_they_sold_gave_back_and_overrode(books: Books, trade: Trade) -> None:
    for position, stores in places(trade):
        facts = facts_of(trade, upto=position, stores=stores)
        table = books.report(BY_CASHIER, position=position, stores=stores)
        own = {"voids": "voids", "overrides": "override_count"}
        rows = shown(table, lambda row: row["cashier_id"], *NAMES, *own.values())
        expected = summed(facts, lambda fact: fact.cashier_id, *NAMES, *own)
        assert rows == {
            key: {own.get(name, name): value for name, value in row.items()} for key, row in expected.items()
        }
        assert all((row["name"] is None) == (row["cashier_id"] is None) for row in table.rows)


def test_a_cashiers_ratios_follow_from_their_sums(books: Books) -> None:
    for row in books.report(BY_CASHIER).rows:
        if row["gross_sales"] and row["orders"]:
            assert abs(row["discount_rate"] * row["gross_sales"] - row["discounts"]) <= row["gross_sales"]
            assert round(row["items_per_order"] * row["orders"], 1) == round(row["items"], 1)


def test_a_customer_has_what_they_bought_and_nobody_the_rest(books: Books, trade: Trade) -> None:
    for position, stores in places(trade):
        facts = facts_of(trade, upto=position, stores=stores)
        table = books.report(BY_CUSTOMER, position=position, stores=stores)
        rows = shown(table, lambda row: row["customer_id"], *NAMES)
        assert rows == summed(facts, lambda fact: fact.customer_id, *NAMES)
        whole = summed(facts, lambda _: "all", *NAMES).get("all", dict.fromkeys(NAMES, 0))
        assert {name: table.overall[name] for name in OF_SALES} == {name: whole[name] for name in OF_SALES}


def test_a_customer_visited_on_the_dates_on_which_they_bought(books: Books, trade: Trade) -> None:
    for position, stores in places(trade):
        facts = facts_of(trade, upto=position, stores=stores)
        for row in books.report(BY_CUSTOMER, position=position, stores=stores).rows:
            own = [one for one in facts if one.customer_id == row["customer_id"] is not None]
            days = {one.day: sum(each.totals["orders"] for each in own if each.day == one.day) for one in own}
            visits = sorted(day for day, orders in days.items() if orders > 0)
            expected = (visits[0], visits[-1], len(visits)) if visits else (None, None, None)
            assert (row["first_visit"], row["last_visit"], row["visits"]) == expected


@pytest.mark.parametrize("sort", BY_CUSTOMER.sorts)
def test_customers_are_ranked_by_any_figure_page_by_page(books: Books, sort: str) -> None:
    for order in (sort, f"-{sort}"):
        whole = books.report(BY_CUSTOMER, sort=order)
        values = [row[sort] for row in whole.rows if row[sort] is not None]
        assert values == sorted(values, reverse=order.startswith("-"))
        pages = [books.report(BY_CUSTOMER, sort=order, page=page, limit=2) for page in (1, 2, 3)]
        assert [row for page in pages for row in page.rows] == whole.rows
        assert {page.count for page in pages} == {len(whole.rows)}
        assert all(page.overall == whole.overall for page in pages)


@pytest.mark.parametrize("section", [BY_REGISTER, BY_CASHIER, BY_CUSTOMER], ids=lambda one: one.path)
def test_a_channel_has_what_was_sold_in_it(books: Books, section: Section) -> None:
    channels: dict[str, Any] = {
        channel: books.report(section, filters={"channel": channel}).overall for channel in ("pos", "phone")
    }
    whole = books.report(section).overall
    for name in NAMES:
        assert sum(one[name] for one in channels.values()) == whole[name]
    assert all(one["orders"] for one in channels.values())
