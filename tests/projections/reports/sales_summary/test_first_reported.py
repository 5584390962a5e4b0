"""What days were first reported as, and what became known of them since."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, LiteralString

import psycopg
import pytest

from domain.shifts import Shift
from projections.reports.period import Period
from projections.reports.section import Section
from projections.reports.sections.financial import FINANCIAL_REPORT
from projections.reports.sections.financial.margins import MARGINS
from projections.reports.sections.financial.revenue import REVENUE
from projections.reports.sections.financial.taxes import TAX
from projections.reports.sections.sales_summary import SALES_SUMMARY
from projections.reports.sections.sales_summary.by_customer import BY_CUSTOMER
from projections.reports.sections.sales_summary.by_store import BY_STORE
from projections.reports.sections.sales_summary.overview import NEW_CUSTOMERS, OVERVIEW
from projections.reports.sections.sales_summary.restatements import RESTATEMENTS
from tests.projections.reports.financial.books import EVER, EVERYTHING, Books
from tests.projections.reports.financial.trade import Trade
from tests.projections.reports.plain import PlainFact
from tests.projections.reports.sales_summary.plain import OF_SALES, facts_of, places, summed
from tests.projections.reports.sales_summary.shelves import Shelves
from tests.projections.reports.sales_summary.test_money import buyers

SECTIONS = [section for section in SALES_SUMMARY if section.has_first_reported]
FINANCIAL = [section for section in FINANCIAL_REPORT if section.has_first_reported]
#: What adds up alike in every section of sales.
SHARED = ("gross_sales", "discounts", "returns", "tax")


def closed(trade: Trade, upto: int) -> dict[tuple[Any, date], int]:
    """Up to where the figures of a day of a store go."""
    cuts: dict[tuple[Any, date], int] = {}
    for position, _, event in trade.of(Shift.Closed, upto=upto):
        for day in event.report.business_dates:
            cuts[event.report.store_id, day] = position
    return cuts


def first_reported(trade: Trade, facts: list[PlainFact], upto: int) -> list[PlainFact]:
    """The facts before the closes; days without a shift ended long before all of it was recorded here."""
    cuts = closed(trade, upto)
    return [fact for fact in facts if fact.position <= cuts.get((fact.store_id, fact.day), 0)]


def test_a_store_has_what_its_closed_days_had(books: Books, trade: Trade) -> None:
    late = 0
    for position, stores in places(trade):
        facts = facts_of(trade, upto=position, stores=stores)
        first = first_reported(trade, facts, position)
        late += len(facts) - len(first)
        table = books.report(BY_STORE, basis="first_reported", position=position, stores=stores)
        rows = {row["store_id"]: {name: row[name] for name in OF_SALES} for row in table.rows}
        expected = summed(first, lambda fact: fact.store_id, *OF_SALES)
        assert {one: row for one, row in rows.items() if any(row.values())} == expected
    assert late


@pytest.mark.parametrize("section", SECTIONS, ids=lambda one: one.path)
def test_all_sections_tell_the_same(books: Books, section: Section) -> None:
    shared = [one.name for one in section.columns if one.name in SHARED]
    whole = books.report(OVERVIEW, basis="first_reported").overall
    overall = books.report(section, basis="first_reported").overall
    if section.path == "refunds":
        assert overall["returns"] == whole["returns"]
    elif section.path == "discounts":
        assert overall["discount"] == whole["discounts"]
    elif section.path == "by-payment-method":
        assert overall["net"] != books.report(section).overall["net"]
    else:
        assert {name: overall[name] for name in shared} == {name: whole[name] for name in shared}
        assert len(shared) == len(SHARED)


@pytest.mark.parametrize("group", REVENUE.groups)
def test_revenue_tells_the_same_however_it_is_divided(books: Books, group: str) -> None:
    names = [*SHARED, "net_sales", "total_collected"]
    whole = books.report(OVERVIEW, basis="first_reported").overall
    overall = books.report(REVENUE, basis="first_reported", group=group).overall
    assert {name: overall[name] for name in names} == {name: whole[name] for name in names}
    assert overall["net_sales"] != books.report(REVENUE, group=group).overall["net_sales"]


@pytest.mark.parametrize("group", MARGINS.groups)
def test_margins_tell_the_same_however_they_are_divided(books: Books, group: str) -> None:
    names = ("gross_sales", "discounts", "returns", "cost_of_goods")
    whole = books.report(OVERVIEW, basis="first_reported").overall
    overall = books.report(MARGINS, basis="first_reported", group=group).overall
    assert {name: overall[name] for name in names} == {name: whole[name] for name in names}


def test_taxes_first_reported_are_those_of_what_was_sold(books: Books) -> None:
    whole = books.report(OVERVIEW, basis="first_reported").overall
    overall = books.report(TAX, basis="first_reported").overall
    same = {"net_tax": "tax", "base": "net_sales", "orders": "orders"}
    assert {name: overall[name] for name in same} == {name: whole[of] for name, of in same.items()}


@pytest.mark.parametrize("section", [*SECTIONS, *FINANCIAL], ids=lambda one: f"{one.area}/{one.path}")
def test_figures_first_reported_are_explained_by_their_own_facts(books: Books, section: Section) -> None:
    table = books.report(section, basis="first_reported")
    for column in (one for one in section.columns if one.name in section.explanations):
        figure = table.overall[column.name]
        if figure is not None:
            explained = books.explain(section, column, None, basis="first_reported")
            assert explained.total == figure, column.name


def test_visits_are_those_of_closed_days(books: Books, trade: Trade) -> None:
    visits = next(key for key in BY_CUSTOMER.keys if key.name == "visits")
    facts = first_reported(trade, facts_of(trade), EVERYTHING)
    table = books.report(BY_CUSTOMER, basis="first_reported")
    for row in (one for one in table.rows if one["customer_id"]):
        bought: dict[Any, int] = {}
        for fact in (one for one in facts if one.customer_id == row["customer_id"]):
            bought[fact.day] = bought.get(fact.day, 0) + fact.totals["orders"]
        days = sorted(day for day, orders in bought.items() if orders > 0)
        assert (row["visits"] or 0) == len(days)
        assert (row["first_visit"], row["last_visit"]) == ((days[0], days[-1]) if days else (None, None))
        assert books.explain(BY_CUSTOMER, visits, row, basis="first_reported").total == len(days)


def test_restatements_are_the_days_of_which_something_became_known_later(books: Books, trade: Trade) -> None:
    for position, stores in places(trade):
        facts = facts_of(trade, upto=position, stores=stores)
        first = first_reported(trade, facts, position)
        late = [fact for fact in facts if fact not in first]
        days = {(fact.day, fact.store_id) for fact in late}
        table = books.report(RESTATEMENTS, position=position, stores=stores)
        rows = {(row["business_date"], row["store_id"]): row for row in table.rows}
        assert rows.keys() == days
        for (day, store), row in rows.items():
            own = [fact for fact in facts if (fact.day, fact.store_id) == (day, store)]
            assert row["late_facts"] == sum((one.day, one.store_id) == (day, store) for one in late)
            assert row["current_tax"] == sum(one.totals["tax"] for one in own)
            assert row["first_reported_tax"] == sum(one.totals["tax"] for one in own if one in first)
            assert row["first_reported_net_sales"] == sum(net(one) for one in own if one in first)
            assert row["difference_net_sales"] == sum(net(one) for one in own if one not in first)


def test_restatements_tell_when_the_day_was_closed(books: Books, trade: Trade) -> None:
    cuts = closed(trade, EVERYTHING)
    table = books.report(RESTATEMENTS)
    assert table.rows
    with books.work() as db:
        for row in (row for row in table.rows if (row["store_id"], row["business_date"]) in cuts):
            at = db.connection.execute(
                "SELECT recorded_at FROM events WHERE company_id = %s AND position = %s",
                (books.company_id, cuts[row["store_id"], row["business_date"]]),
            ).fetchone()
            assert at is not None
            assert row["closed_at"] == at[0]


def net(fact: PlainFact) -> int:
    return fact.totals["gross_sales"] - fact.totals["discounts"] - fact.totals["returns"]


def test_a_day_without_a_shift_is_closed_a_day_after_it_ended(database: Any) -> None:
    shop = Shelves(database)
    day = date(2024, 3, 4)
    shop.sell(9, day=day, store_id=shop.stores[0])
    shop.sell(4, day=day, store_id=shop.stores[1])
    end = datetime(2024, 3, 6, tzinfo=UTC)
    with psycopg.connect(database.owner) as owner:
        for position in range(1, 14):
            at = end + timedelta(seconds=position - 6, microseconds=-1)
            owner.execute(
                "UPDATE events SET recorded_at = %s WHERE company_id = %s AND position = %s",
                (at, shop.company_id, position),
            )
    shop.fold_all()
    first = {row["store_id"]: row["orders"] for row in shop.ask(BY_STORE, basis="first_reported").rows}
    late = {row["store_id"]: row["late_facts"] for row in shop.ask(RESTATEMENTS).rows}
    assert first == {shop.stores[0]: 6}
    assert late == {shop.stores[0]: 3, shop.stores[1]: 4}
    assert {row["closed_at"] for row in shop.ask(RESTATEMENTS).rows} == {end}
    shop.close()


def test_a_customer_is_new_who_had_not_bought_before_by_what_was_reported_first(
    books: Books, trade: Trade
) -> None:
    differences = 0
    days = sorted({fact.day for fact in facts_of(trade)})
    for day in days[1:]:
        for position, stores in places(trade):
            facts = facts_of(trade, upto=position, stores=stores)
            first = first_reported(trade, facts, position)
            before = buyers([fact for fact in first if fact.day < day])
            since = buyers([fact for fact in first if fact.day >= day])
            asked: dict[str, Any] = {"period": Period(day, EVER.to_date), "stores": stores}
            row = books.report(OVERVIEW, basis="first_reported", position=position, **asked).overall
            assert (row["customers"], row["new_customers"]) == (len(since), len(since - before))
            differences += before != buyers([fact for fact in facts if fact.day < day])
            if position == EVERYTHING:
                assert explained_new(books, asked) == row["new_customers"]
    assert differences


def explained_new(books: Books, asked: dict[str, Any]) -> Any:
    return books.explain(OVERVIEW, NEW_CUSTOMERS, None, basis="first_reported", **asked).total


_DUES_PAID: LiteralString = """
    SELECT store_id, business_date, position, -amount AS paid FROM account_facts
     WHERE company_id = %(company_id)s AND account = 'due' AND kind = 'redeemed'
"""


def test_dues_that_were_paid_after_the_close_are_not_in_it(books: Books, trade: Trade) -> None:
    cuts, sold = closed(trade, EVERYTHING), {(fact.store_id, fact.day) for fact in facts_of(trade)}
    with books.work() as db:
        paid = db.ask(_DUES_PAID, {"company_id": db.company_id}).rows()
    first = [
        one["paid"]
        for one in paid
        if (place := (one["store_id"], one["business_date"])) not in sold
        or one["position"] <= cuts.get(place, 0)
    ]
    assert books.report(OVERVIEW).overall["dues_paid"] == sum(one["paid"] for one in paid)
    assert books.report(OVERVIEW, basis="first_reported").overall["dues_paid"] == sum(first)
    assert len(first) < len(paid)
