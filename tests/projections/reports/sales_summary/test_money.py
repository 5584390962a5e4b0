"""The overview, payments and discounts: from what was sold to the money that came in."""

from collections import Counter
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from commands.orders.baskets import BasketLine
from commands.orders.sales import PlaceSale
from domain.accounts import Account
from domain.orders import Order
from domain.payments import Tender
from domain.pricing import Discount
from projections.reports.period import Period
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.sections.sales_summary.by_payment_method import BY_PAYMENT_METHOD
from projections.reports.sections.sales_summary.discounts import DISCOUNTS
from projections.reports.sections.sales_summary.overview import OVERVIEW
from tests.projections.reports.financial.books import EVER, EVERYTHING, Books
from tests.projections.reports.financial.trade import CUSTOMERS, REGISTERS, STORES, Trade, variant_of
from tests.projections.reports.plain import PlainFact
from tests.projections.reports.sales_summary.plain import facts_of, places

PERCENT = Discount(type="percent", value=Decimal(10))


def buyers(facts: list[PlainFact]) -> set[Any]:
    orders: Counter[Any] = Counter()
    for fact in facts:
        orders[fact.customer_id] += fact.totals["orders"]
    return {one for one, number in orders.items() if one and number > 0}


class TestOverview:
    def test_bridges_from_sales_to_money(self, books: Books, trade: Trade) -> None:
        for position, stores in places(trade):
            row = books.report(OVERVIEW, position=position, stores=stores).overall
            came_in = row["total_collected"] + row["liabilities_sold"] + row["dues_paid"]
            assert came_in - row["dues_created"] == row["payments_net"]
        assert books.report(OVERVIEW).overall["dues_paid"] > 0

    @pytest.mark.parametrize(
        "filters",
        [{"register": REGISTERS["harbour"]}, {"channel": "phone"}, {"channel": "pos"}],
        ids=["register", "phone", "pos"],
    )
    def test_bridges_for_a_register_or_a_channel_too(self, books: Books, filters: dict[str, Any]) -> None:
        row = books.report(OVERVIEW, filters=filters).overall
        assert row["dues_paid"] == 0
        assert (
            row["total_collected"] + row["liabilities_sold"] - row["dues_created"] == row["payments_net"] != 0
        )

    def test_has_the_dues_that_were_paid(self, books: Books, trade: Trade) -> None:
        for position in (*trade.positions(4), EVERYTHING):
            paid = sum(-event.amount for _, _, event in trade.of(Account.Settled, upto=position))
            assert books.report(OVERVIEW, position=position).overall["dues_paid"] == paid

    def test_counts_each_customer_once(self, books: Books, trade: Trade) -> None:
        for position, stores in places(trade):
            facts = facts_of(trade, upto=position, stores=stores)
            row = books.report(OVERVIEW, position=position, stores=stores).overall
            assert row["customers"] == len(buyers(facts))

    def test_a_customer_is_new_who_had_not_bought_before(self, books: Books, trade: Trade) -> None:
        days = sorted({fact.day for fact in facts_of(trade)})
        for day in days[:: max(len(days) // 4, 1)]:
            for position, stores in places(trade):
                facts = facts_of(trade, upto=position, stores=stores)
                before = buyers([one for one in facts if one.day < day])
                since = buyers([one for one in facts if one.day >= day])
                row = books.report(
                    OVERVIEW, period=Period(day, EVER.to_date), position=position, stores=stores
                ).overall
                assert (row["customers"], row["new_customers"]) == (len(since), len(since - before))

    def test_of_one_customer_has_their_figures(self, books: Books) -> None:
        rows = [books.report(OVERVIEW, filters={"customer": one}).overall for one in CUSTOMERS]
        assert [row["customers"] for row in rows] == [1, 1, 1]
        assert sum(row["dues_paid"] for row in rows) == books.report(OVERVIEW).overall["dues_paid"]


class TestPaymentMethods:
    def test_have_what_was_handed_over(self, books: Books, trade: Trade) -> None:
        for position, stores in places(trade):
            handed: Counter[str] = Counter()
            for _, _, event in trade.of(Order.Sold, Order.Voided, Order.Paid, upto=position):
                if stores is None or event.store_id in stores:
                    sign = -1 if isinstance(event, Order.Voided) else 1
                    for paid in event.payments:
                        handed[paid.method] += sign * paid.tendered
            for _, _, event in trade.of(Order.Fulfilled, upto=position):
                if stores is None or event.store_id in stores:
                    handed["account"] += event.charged
            table = books.report(BY_PAYMENT_METHOD, position=position, stores=stores)
            rows = {row["method"]: row["tendered"] for row in table.rows if row["tendered"]}
            assert rows == {method: amount for method, amount in handed.items() if amount}
        assert books.report(BY_PAYMENT_METHOD).overall["refunded_tips"] > 0

    def test_of_channels_add_up_to_all(self, books: Books) -> None:
        parts = [
            books.report(BY_PAYMENT_METHOD, filters={"channel": one}).overall for one in ("pos", "phone")
        ]
        whole = books.report(BY_PAYMENT_METHOD).overall
        for name in ("payments", "amount", "tips", "refunded_tips", "tendered", "refunds", "change"):
            assert sum(one[name] for one in parts) == whole[name]
        assert all(one["amount"] for one in parts)


class TestDiscounts:
    def test_of_all_kinds_add_up_to_those_of_sales(self, books: Books, trade: Trade) -> None:
        for position, stores in places(trade):
            discounts = sum(
                fact.totals["discounts"] for fact in facts_of(trade, upto=position, stores=stores)
            )
            table = books.report(DISCOUNTS, position=position, stores=stores)
            assert table.overall["discount"] == discounts
        assert {row["kind"] for row in books.report(DISCOUNTS).rows} == {"percent", "other"}

    def test_of_a_kind_have_the_sales_and_lines_that_had_one(self, books: Books, trade: Trade) -> None:
        sold = [
            (-1 if isinstance(event, Order.Voided) else 1, event)
            for _, _, event in trade.of(Order.Sold, Order.Voided)
        ]
        lines = [
            (sign, event.number, line) for sign, event in sold for line in event.lines if line.discount_total
        ]
        given = [(sign, event.number) for sign, event in sold for line in event.lines for _ in line.discounts]
        [row] = [row for row in books.report(DISCOUNTS).rows if row["kind"] == "percent"]
        assert row["lines"] == sum(sign for sign, _, _ in lines)
        assert row["uses"] == sum(sign for sign, _ in given)
        assert row["orders"] == sum(sign for sign, _ in {*given})
        assert row["gross_before"] == sum(sign * line.gross_sales for sign, _, line in lines)
        assert row["cost_of_goods"] == sum(sign * line.cost_total for sign, _, line in lines)

    def test_that_left_net_sales_as_they_were_count_all_the_same(self, database: Any) -> None:
        """A cent that is taken off three is all tax; what costs nothing has nothing taken off."""
        trade = Trade()
        for price, discount in ((3, Discount(type="amount", value=Decimal(1))), (0, PERCENT)):
            line = BasketLine(
                variant_id=variant_of(1799),
                quantity=Decimal(1),
                unit_price=price,
                discounts=(discount,),
                id=uuid4(),
            )
            cash = (Tender(method="cash", amount=100, tendered=100),)
            sale = PlaceSale(id=uuid4(), register_id=REGISTERS["harbour"], lines=(line,), tenders=cash)
            done = trade.act(sale)
            assert done.refusal is None, done.refusal
        books = Books(database, trade)
        books.fold(SalesReports())
        names = ("kind", "uses", "orders", "lines", "discount", "gross_before")
        assert [tuple(row[name] for name in names) for row in books.report(DISCOUNTS, sort="kind").rows] == [
            ("amount", 1, 1, 1, 0, 2),
            ("percent", 1, 1, 0, 0, 0),
        ]
        books.close()

    def test_of_channels_and_cashiers_are_parts_of_all(self, books: Books) -> None:
        whole = books.report(DISCOUNTS).overall["discount"]
        parts = [
            books.report(DISCOUNTS, filters={"channel": one}).overall["discount"] for one in ("pos", "phone")
        ]
        assert sum(parts) == whole
        assert all(parts)
        assert books.report(DISCOUNTS, filters={"cashier": STORES["harbour"]}).rows == []
