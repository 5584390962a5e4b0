"""The sales summary answers what a plain sum over the same facts says, now and as of a moment."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from domain.orders import Goodwill, Order, RefundedLine
from domain.unlinked_returns import UnlinkedReturn
from projections.reports.period import Interval, Period, PeriodNotValid
from projections.reports.sales_summary import (
    Section,
    by_payment_method,
    by_period,
    by_product,
    by_store,
    overview,
)
from tests.projections.shop import Counted, Shop


def sells(event: Counted) -> bool:
    return isinstance(event, Order.Sold | Order.Voided)


def in_march(event: Counted) -> bool:
    return date(2024, 3, 1) <= event.business_date <= date(2024, 3, 31)


def plain_sums(events: Iterable[Counted]) -> Counter[str]:
    """What the sums of a report are, added up fact by fact."""
    sums: Counter[str] = Counter()
    for event in events:
        if isinstance(event, Order.Sold | Order.Voided):
            _add_sale(sums, event, 1 if isinstance(event, Order.Sold) else -1)
        else:
            _add_return(sums, event)
    return sums


def _add_sale(sums: Counter[str], sale: Order.Sold | Order.Voided, sign: int) -> None:
    sums["orders"] += sign
    sums["items"] += sign * sum(line.quantity for line in sale.lines)  # type: ignore[assignment]
    sums["gross_sales"] += sign * sum(line.gross_sales for line in sale.lines)
    sums["net_sales"] += sign * sum(line.net_sales for line in sale.lines)
    sums["tax"] += sign * sum(tax.amount for line in sale.lines for tax in line.taxes)
    sums["tips"] += sign * sum(payment.tip for payment in sale.payments)
    sums["rounding"] += sign * sale.totals.rounding
    sums["cost_of_goods"] += sign * sum(line.cost_total for line in sale.lines)
    sums["total_collected"] += sign * sum(payment.tendered - payment.change for payment in sale.payments)


def _add_return(sums: Counter[str], refund: Order.Refunded | UnlinkedReturn.Taken) -> None:
    parts: list[RefundedLine | Goodwill] = [*refund.lines]
    parts += refund.goodwill if isinstance(refund, Order.Refunded) else ()
    sums["returns"] += sum(part.net_sales for part in parts)
    sums["net_sales"] -= sum(part.net_sales for part in parts)
    sums["tax"] -= sum(part.tax_total for part in parts)
    sums["tips"] -= sum(payment.tip for payment in refund.payments)
    sums["rounding"] -= sum(payment.amount - payment.exact for payment in refund.payments)
    sums["cost_of_goods"] -= sum(line.cost_total for line in refund.lines)
    sums["total_collected"] -= sum(payment.amount + payment.tip for payment in refund.payments)


def grouped(events: Iterable[Counted], key: Callable[[Counted], Any]) -> dict[Any, list[Counted]]:
    groups: dict[Any, list[Counted]] = {}
    for event in events:
        groups.setdefault(key(event), []).append(event)
    return groups


MEASURES = (
    "orders",
    "items",
    "gross_sales",
    "returns",
    "net_sales",
    "tax",
    "tips",
    "rounding",
    "cost_of_goods",
    "total_collected",
)


def agree(measures: dict[str, Any], events: Iterable[Counted]) -> bool:
    """Whether the measures are those of these facts."""
    sums = plain_sums(events)
    return all(measures[name] == sums[name] for name in MEASURES)


def monday_of(event: Counted) -> date:
    return event.business_date - timedelta(days=event.business_date.weekday())


PERIOD_OF: dict[Interval, Callable[[Counted], Any]] = {
    "hour": lambda event: (event.business_date, event.hour),
    "day": lambda event: event.business_date,
    "week": monday_of,
    "month": lambda event: event.business_date.replace(day=1),
}


@pytest.fixture
def shop(database: Any) -> Iterator[Shop]:
    opened = Shop(database)
    yield opened
    opened.close()


@pytest.fixture
def busy(shop: Shop) -> Shop:
    """A shop that sold for two months around March and took some of it back, all of it added up."""
    for _ in range(4):
        shop.sell(40)
    shop.refund(30)
    shop.void(10)
    shop.take_back(10)
    shop.fold([210])
    return shop


class TestOverview:
    def test_sums_what_was_sold_and_came_back_on_its_business_dates(self, busy: Shop) -> None:
        assert agree(busy.ask(overview).measures, filter(in_march, busy.events))

    def test_includes_the_first_and_the_last_date(self, shop: Shop) -> None:
        for day in (date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 31), date(2024, 4, 1)):
            shop.sell(day=day)
        shop.fold([4])
        assert shop.ask(overview).measures["orders"] == 2

    def test_follows_the_definitions(self, busy: Shop) -> None:
        measures = busy.ask(overview).measures
        assert measures["net_sales"] == measures["gross_sales"] - measures["discounts"] - measures["returns"]
        assert measures["gross_profit"] == measures["net_sales"] - measures["cost_of_goods"]
        assert abs(
            Decimal(measures["margin"]) - Decimal(measures["gross_profit"]) / measures["net_sales"]
        ) <= Decimal("0.00005")
        assert abs(
            measures["average_order"] - Decimal(measures["net_sales"]) / measures["orders"]
        ) <= Decimal("0.5")

    def test_of_nothing_is_zero_without_margin_or_average(self, shop: Shop) -> None:
        measures = shop.ask(overview).measures
        assert (measures["orders"], measures["net_sales"], measures["items"]) == (0, 0, Decimal(0))
        assert (measures["margin"], measures["average_order"]) == (None, None)

    def test_counts_only_the_stores_asked_for(self, busy: Shop) -> None:
        measures = busy.ask(overview, store_ids=busy.stores[:2]).measures
        assert agree(
            measures, (one for one in busy.events if in_march(one) and one.store_id in busy.stores[:2])
        )

    def test_of_no_store_is_nothing(self, busy: Shop) -> None:
        assert busy.ask(overview, store_ids=[]).measures["orders"] == 0

    def test_compares_with_as_many_days_before(self, busy: Shop) -> None:
        week = Period(date(2024, 3, 8), date(2024, 3, 14))
        measures = busy.ask(overview, week, compare_to="previous_period")
        assert measures.compared == Period(date(2024, 3, 1), date(2024, 3, 7))
        assert measures.comparison == busy.ask(overview, measures.compared).measures
        assert (
            measures.differences["net_sales"]
            == measures.measures["net_sales"] - measures.comparison["net_sales"]
        )
        assert Decimal(measures.differences["margin"]) == Decimal(measures.measures["margin"]) - Decimal(
            measures.comparison["margin"]
        )

    def test_has_no_difference_where_a_measure_is_missing(self, busy: Shop) -> None:
        assert busy.ask(overview, compare_to="previous_year").differences["margin"] is None


class TestPeriod:
    def test_a_year_before_a_leap_day_is_28_february(self) -> None:
        leap_day = Period(date(2024, 2, 29), date(2024, 3, 1))
        assert leap_day.compared("previous_year") == Period(date(2023, 2, 28), date(2023, 3, 1))

    def test_is_refused_when_it_ends_before_it_begins(self) -> None:
        with pytest.raises(PeriodNotValid):
            Period(date(2024, 3, 2), date(2024, 3, 1))

    @pytest.mark.parametrize("compare_to", ["previous_period", "previous_year"])
    def test_is_refused_when_nothing_lies_before_it(self, compare_to: Any) -> None:
        with pytest.raises(PeriodNotValid):
            Period(date.min, date(1, 1, 2)).compared(compare_to)


class TestSections:
    @pytest.mark.parametrize("interval", ["hour", "day", "week", "month"])
    def test_by_period_has_a_row_for_each_period_with_sales_in_order(
        self, busy: Shop, interval: Interval
    ) -> None:
        section = busy.ask(by_period, interval=interval)
        expected = grouped(filter(in_march, busy.events), PERIOD_OF[interval])
        keys = [(row["period"], row["hour"]) if interval == "hour" else row["period"] for row in section.rows]
        assert keys == sorted(expected)
        assert all(agree(row, expected[key]) for key, row in zip(keys, section.rows, strict=True))

    def test_weeks_begin_on_monday(self, shop: Shop) -> None:
        shop.sell(day=date(2024, 3, 3))
        shop.sell(day=date(2024, 3, 4))
        shop.fold([2])
        rows = shop.ask(by_period, interval="week").rows
        assert [row["period"] for row in rows] == [date(2024, 2, 26), date(2024, 3, 4)]

    def test_by_store_has_the_largest_first(self, busy: Shop) -> None:
        section = busy.ask(by_store)
        expected = grouped(filter(in_march, busy.events), lambda event: event.store_id)
        assert {row["store_id"] for row in section.rows} == set(expected)
        assert all(agree(row, expected[row["store_id"]]) for row in section.rows)
        assert [row["net_sales"] for row in section.rows] == sorted(
            (row["net_sales"] for row in section.rows), reverse=True
        )

    def test_by_product_sums_what_was_sold_and_came_back_of_each_variant(self, busy: Shop) -> None:
        for row in busy.ask(by_product).rows:
            own = [
                (event, line)
                for event in filter(in_march, busy.events)
                for line in (*event.lines, *getattr(event, "goodwill", ()))
                if line.variant_id == row["variant_id"]
            ]
            sold = [
                (-1 if isinstance(event, Order.Voided) else 1, line) for event, line in own if sells(event)
            ]
            returned = [line for event, line in own if not sells(event)]
            assert row["product_id"] == own[0][1].product_id
            assert row["quantity"] == sum(sign * line.quantity for sign, line in sold)
            assert row["returned_quantity"] == sum(getattr(line, "quantity", 0) for line in returned)
            assert row["returns"] == sum(line.net_sales for line in returned)
            assert row["net_sales"] == sum(sign * line.net_sales for sign, line in sold) - row["returns"]
            assert row["discounts"] == sum(sign * (line.gross_sales - line.net_sales) for sign, line in sold)
            assert row["tax"] == sum(sign * line.tax_total for sign, line in sold) - sum(
                line.tax_total for line in returned
            )
            assert row["gross_profit"] == row["net_sales"] - sum(
                sign * line.cost_total for sign, line in sold
            ) + sum(getattr(line, "cost_total", 0) for line in returned)

    def test_by_product_comes_in_pages(self, busy: Shop) -> None:
        whole = busy.ask(by_product, limit=None)
        pages = [busy.ask(by_product, page=page, limit=3) for page in (1, 2, 3, 4)]
        assert [row for page in pages for row in page.rows] == whole.rows
        assert {page.count for page in pages} == {whole.count} == {8}
        assert pages[3].rows == []

    def test_by_payment_method_leaves_change_out_and_shows_what_was_paid_back_apart(self, busy: Shop) -> None:
        events = list(filter(in_march, busy.events))
        section = busy.ask(by_payment_method)
        for row in section.rows:
            taken = [
                (-1 if isinstance(event, Order.Voided) else 1, payment)
                for event in events
                if isinstance(event, Order.Sold | Order.Voided)
                for payment in event.payments
                if payment.method == row["method"]
            ]
            given = [
                payment
                for event in events
                if isinstance(event, Order.Refunded | UnlinkedReturn.Taken)
                for payment in event.payments
                if payment.method == row["method"]
            ]
            assert row["payments"] == sum(sign for sign, _ in taken)
            assert row["amount"] == sum(sign * payment.amount for sign, payment in taken)
            assert row["tips"] == sum(sign * payment.tip for sign, payment in taken) - sum(
                payment.tip for payment in given
            )
            assert (row["refund_count"], row["refunds"]) == (len(given), sum(one.amount for one in given))
        collected = busy.ask(overview).measures["total_collected"]
        assert section.totals["amount"] + section.totals["tips"] - section.totals["refunds"] == collected

    def test_footers_are_the_sums_of_the_rows_shown(self, busy: Shop) -> None:
        sections: list[Section] = [
            busy.ask(question)
            for question in (by_period, by_store, partial(by_product, limit=3), by_payment_method)
        ]
        for section in sections:
            for name, total in section.totals.items():
                if name not in ("margin", "average_order"):
                    assert total == sum(row[name] for row in section.rows)

    def test_the_sections_add_up_to_the_overview(self, busy: Shop) -> None:
        whole = busy.ask(overview).measures
        assert busy.ask(by_period, interval="week").totals == whole
        assert busy.ask(by_store).totals == whole
        products = busy.ask(by_product).totals
        for name in ("gross_sales", "discounts", "returns", "net_sales", "tax", "cost_of_goods"):
            assert products[name] == whole[name]


class TestWhatComesBack:
    def test_counts_on_the_day_and_in_the_store_that_paid(self, shop: Shop) -> None:
        shop.sell(day=date(2024, 3, 5), store_id=shop.stores[0])
        shop.refund(day=date(2024, 3, 9), store_id=shop.stores[1])
        shop.fold([2])
        sale, refund = shop.events
        days, stores = shop.ask(by_period).rows, shop.ask(by_store).rows
        assert [row["period"] for row in days] == [date(2024, 3, 5), date(2024, 3, 9)]
        assert agree(days[0], [sale])
        assert agree(days[1], [refund])
        by_id = {row["store_id"]: row for row in stores}
        assert agree(by_id[shop.stores[1]], [refund])

    def test_leaves_a_day_with_nothing_else_below_zero(self, shop: Shop) -> None:
        shop.take_back(day=date(2024, 3, 9))
        shop.fold([1])
        measures = shop.ask(overview).measures
        assert (measures["orders"], measures["items"], measures["gross_sales"]) == (0, 0, 0)
        assert (measures["returns"], measures["net_sales"]) == (398, -398)
        assert measures["total_collected"] == -400
        assert measures["average_order"] is None
        assert measures["margin"] == "1.0000"

    def test_leaves_nothing_of_a_sale_that_is_voided(self, shop: Shop) -> None:
        shop.sell(5, day=date(2024, 3, 5))
        shop.void(5)
        shop.fold([10])
        assert all(shop.ask(overview).measures[name] == 0 for name in MEASURES)
        assert all(value == 0 for value in shop.ask(by_payment_method).totals.values())
        assert all(not value for value in shop.ask(by_product).totals.values())

    def test_is_known_from_its_own_recording_on(self, shop: Shop) -> None:
        shop.sell(5, day=date(2024, 3, 5))
        moment = shop.facts()[-1].recorded_at
        shop.void(2)
        shop.refund(2, day=date(2024, 3, 5))
        shop.fold([9])
        assert agree(shop.ask(overview, as_of=moment).measures, shop.events[:5])
        assert agree(shop.ask(overview).measures, shop.events)

    def test_is_named_even_if_none_was_ever_sold(self, shop: Shop) -> None:
        shop.take_back(day=date(2024, 3, 9), name="Old thing")
        shop.fold([1])
        [row] = shop.ask(by_product).rows
        assert (row["name"], row["quantity"], row["returned_quantity"]) == ("Old thing", 0, 2)


class TestNames:
    def test_a_variant_is_called_what_its_latest_sale_called_it(self, shop: Shop) -> None:
        for name in ("Tea", "Mint tea", "Green tea"):
            shop.sell(day=date(2024, 3, 5), variants=shop.variants[:1], name=name)
        shop.fold([1, 2])
        assert [row["name"] for row in shop.ask(by_product).rows] == ["Green tea"]

    def test_a_variant_sold_in_two_categories_is_one_row(self, shop: Shop) -> None:
        for category in (uuid4(), uuid4()):
            shop.sell(day=date(2024, 3, 5), variants=shop.variants[:1], category_id=category)
        shop.fold([2])
        assert shop.ask(by_product).count == 1


class TestAsOf:
    QUESTIONS = (overview, by_period, by_store, by_product, by_payment_method)

    @pytest.mark.parametrize("question", QUESTIONS)
    def test_facts_and_daily_sums_agree(self, busy: Shop, question: Callable[..., Any]) -> None:
        now = datetime.now(UTC) + timedelta(days=1)
        for stores in (None, busy.stores[:1]):
            daily, facts = (busy.ask(question, store_ids=stores, as_of=as_of) for as_of in (None, now))
            assert daily == facts

    @pytest.mark.parametrize("question", QUESTIONS)
    def test_a_moment_knows_what_was_recorded_by_then(self, shop: Shop, question: Callable[..., Any]) -> None:
        shop.sell(30, name="Before")
        shop.fold([30])
        then, moment = shop.ask(question), shop.facts()[-1].recorded_at
        shop.forget()
        shop.sell(30, name="After")
        shop.fold([60])
        assert shop.ask(question, as_of=moment) == then
        assert shop.ask(question) != then

    def test_before_the_first_sale_nothing_is_known(self, busy: Shop) -> None:
        assert busy.ask(by_product, as_of=datetime(2020, 1, 1, tzinfo=UTC)).rows == []


class TestRebuild:
    def test_batches_of_any_size_give_the_same_rows(self, shop: Shop) -> None:
        for name in ("Tea", "Tea", "Green tea", "Tea", "Tea", "Mint tea"):
            shop.sell(10, name=name, day=date(2024, 3, 5), store_id=shop.stores[0])
            shop.refund(3, day=date(2024, 3, 5), store_id=shop.stores[0])
            shop.void(1)
            shop.take_back(1, day=date(2024, 3, 5), store_id=shop.stores[0])
        shop.fold([90])
        whole = shop.tables()
        assert all(whole)
        for sizes in ([1] * 90, [7] * 13, [1, 80, 9], [20, 25, 25, 20]):
            shop.forget()
            shop.fold(sizes)
            assert shop.tables() == whole

    def test_another_companys_sales_are_not_seen(self, database: Any, busy: Shop) -> None:
        other = Shop(database, seed=2)
        other.sell(5, day=date(2024, 3, 5), store_id=busy.stores[0])
        other.fold([5])
        assert other.ask(overview).measures["orders"] == 5
        assert agree(busy.ask(overview).measures, filter(in_march, busy.events))
        other.close()
