"""The sales summary answers what a plain sum over the same facts says, now and as of a moment."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import ANY
from uuid import uuid4

import msgspec
import pytest

from domain.orders import Goodwill, Order, RefundedLine
from domain.unlinked_returns import UnlinkedReturn
from domain.weeks import WeekStart
from projections.reports.period import Interval, Period, PeriodNotValid
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Section
from projections.reports.sections.figures import SALES
from projections.reports.sections.sales_summary.by_brand import BY_BRAND
from projections.reports.sections.sales_summary.by_category import BY_CATEGORY
from projections.reports.sections.sales_summary.by_customer import BY_CUSTOMER
from projections.reports.sections.sales_summary.by_payment_method import BY_PAYMENT_METHOD
from projections.reports.sections.sales_summary.by_period import BY_PERIOD
from projections.reports.sections.sales_summary.by_product import BY_PRODUCT
from projections.reports.sections.sales_summary.by_store import BY_STORE
from projections.reports.sections.sales_summary.overview import OVERVIEW
from projections.reports.table import change
from tests.projections.shop import MARCH, Counted, Shop


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


SECTIONS = (OVERVIEW, BY_PERIOD, BY_STORE, BY_PRODUCT, BY_PAYMENT_METHOD)
PERIOD_OF: dict[Interval, Callable[[Counted], Any]] = {
    "hour": lambda event: (event.business_date, event.hour),
    "day": lambda event: event.business_date,
    "week": monday_of,
    "month": lambda event: event.business_date.replace(day=1),
    "quarter": lambda event: event.business_date.replace(
        month=(event.business_date.month - 1) // 3 * 3 + 1, day=1
    ),
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
        assert agree(busy.ask(OVERVIEW).overall, filter(in_march, busy.events))

    def test_includes_the_first_and_the_last_date(self, shop: Shop) -> None:
        for day in (date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 31), date(2024, 4, 1)):
            shop.sell(day=day)
        shop.fold([4])
        assert shop.ask(OVERVIEW).overall["orders"] == 2

    def test_follows_the_definitions(self, busy: Shop) -> None:
        measures = busy.ask(OVERVIEW).overall
        assert measures["net_sales"] == measures["gross_sales"] - measures["discounts"] - measures["returns"]
        assert measures["gross_profit"] == measures["net_sales"] - measures["cost_of_goods"]
        assert abs(
            Decimal(measures["margin"]) - Decimal(measures["gross_profit"]) / measures["net_sales"]
        ) <= Decimal("0.00005")
        assert abs(
            measures["average_order"] - Decimal(measures["net_sales"]) / measures["orders"]
        ) <= Decimal("0.5")

    def test_of_nothing_is_zero_without_margin_or_average(self, shop: Shop) -> None:
        measures = shop.ask(OVERVIEW).overall
        assert (measures["orders"], measures["net_sales"], measures["items"]) == (0, 0, Decimal(0))
        assert (measures["margin"], measures["average_order"]) == (None, None)

    def test_counts_only_the_stores_asked_for(self, busy: Shop) -> None:
        measures = busy.ask(OVERVIEW, stores=busy.stores[:2]).overall
        assert agree(
            measures, (one for one in busy.events if in_march(one) and one.store_id in busy.stores[:2])
        )

    def test_of_no_store_is_nothing(self, busy: Shop) -> None:
        assert busy.ask(OVERVIEW, stores=[]).overall["orders"] == 0

    def test_compares_with_as_many_days_before(self, busy: Shop) -> None:
        week = Period(date(2024, 3, 8), date(2024, 3, 14))
        table = busy.ask(OVERVIEW, week, compare_to="previous_period")
        comparison = table.comparison
        assert comparison
        assert comparison.period == Period(date(2024, 3, 1), date(2024, 3, 7))
        assert comparison.overall == busy.ask(OVERVIEW, comparison.period).overall

    def test_has_no_difference_where_a_measure_is_missing(self, busy: Shop) -> None:
        comparison = busy.ask(OVERVIEW, compare_to="previous_year").comparison
        assert comparison
        assert change(Decimal("0.1"), comparison.overall["margin"], "ratio") is None


class TestPeriod:
    def test_a_year_before_a_leap_day_is_28_february(self) -> None:
        leap_day = Period(date(2024, 2, 29), date(2024, 3, 1))
        assert leap_day.compared("previous_year") == Period(date(2023, 2, 28), date(2023, 3, 1))

    @pytest.mark.parametrize(
        ("first", "last", "before"),
        [
            (date(2024, 3, 1), date(2024, 3, 31), Period(date(2024, 2, 1), date(2024, 2, 29))),
            (date(2024, 1, 1), date(2024, 12, 31), Period(date(2023, 1, 1), date(2023, 12, 31))),
            (date(2024, 1, 1), date(2024, 2, 29), Period(date(2023, 11, 1), date(2023, 12, 31))),
            (date(2024, 3, 2), date(2024, 3, 31), Period(date(2024, 2, 1), date(2024, 3, 1))),
            (date(9999, 12, 1), date.max, Period(date(9999, 11, 1), date(9999, 11, 30))),
        ],
    )
    def test_whole_months_are_compared_with_whole_months(
        self, first: date, last: date, before: Period
    ) -> None:
        assert Period(first, last).compared("previous_period") == before

    def test_a_year_before_can_begin_on_the_same_weekday(self) -> None:
        weeks = Period(date(2024, 3, 4), date(2024, 3, 10)).compared("previous_year", "weekday")
        assert weeks == Period(date(2023, 3, 6), date(2023, 3, 12))

    def test_is_refused_when_it_ends_before_it_begins(self) -> None:
        with pytest.raises(PeriodNotValid):
            Period(date(2024, 3, 2), date(2024, 3, 1))

    @pytest.mark.parametrize("compare_to", ["previous_period", "previous_year"])
    def test_is_refused_when_nothing_lies_before_it(self, compare_to: Any) -> None:
        with pytest.raises(PeriodNotValid):
            Period(date.min, date(1, 1, 2)).compared(compare_to)


class TestSections:
    @pytest.mark.parametrize("interval", PERIOD_OF)
    def test_by_period_has_a_row_for_each_period_in_order(self, busy: Shop, interval: Interval) -> None:
        section = busy.ask(BY_PERIOD, interval=interval, limit=None)
        expected = grouped(filter(in_march, busy.events), PERIOD_OF[interval])
        keys = [(row["period"], row["hour"]) if interval == "hour" else row["period"] for row in section.rows]
        assert keys == sorted(keys)
        assert {*keys} >= {*expected}
        assert all(agree(row, expected.get(key, ())) for key, row in zip(keys, section.rows, strict=True))

    def test_weeks_begin_on_monday(self, shop: Shop) -> None:
        shop.sell(day=date(2024, 3, 3))
        shop.sell(day=date(2024, 3, 4))
        shop.fold([2])
        rows = shop.ask(BY_PERIOD, interval="week").rows
        assert [row["period"] for row in rows][:2] == [date(2024, 2, 26), date(2024, 3, 4)]
        assert [row["orders"] for row in rows] == [1, 1, 0, 0, 0]

    def test_weeks_begin_where_the_company_says(self, shop: Shop) -> None:
        shop.sell(day=date(2024, 3, 2))
        shop.sell(day=date(2024, 3, 3))
        shop.fold([2])
        rows = shop.ask(BY_PERIOD, interval="week", week_start="sunday").rows
        assert [row["period"] for row in rows][:2] == [date(2024, 2, 25), date(2024, 3, 3)]
        assert [row["orders"] for row in rows] == [1, 1, 0, 0, 0, 0]
        rows = shop.ask(BY_PERIOD, interval="week", week_start="saturday").rows
        assert [(row["period"], row["orders"]) for row in rows][:2] == [
            (date(2024, 2, 24), 0),
            (date(2024, 3, 2), 2),
        ]
        days = shop.ask(BY_PERIOD, interval="day_of_week", week_start="saturday").rows
        assert [(row["weekday"], row["orders"]) for row in days][:3] == [(6, 1), (7, 1), (1, 0)]

    @pytest.mark.parametrize(
        ("interval", "partial"),
        [
            ("hour", [False] * 16 * 24),
            ("day", [False] * 16),
            ("week", [True, False, True]),
            ("month", [True, True]),
            ("quarter", [True, True]),
            ("day_of_week", [None] * 7),
            ("hour_of_day", [None] * 24),
        ],
    )
    def test_the_first_and_the_last_may_be_partial(
        self, shop: Shop, interval: Interval, partial: list[bool | None]
    ) -> None:
        # From a Friday to a Saturday.
        period = Period(date(2024, 3, 22), date(2024, 4, 6))
        rows = shop.ask(BY_PERIOD, period, interval=interval, limit=None).rows
        assert [row["is_partial"] for row in rows] == partial

    def test_a_whole_interval_is_not_partial(self, shop: Shop) -> None:
        week = Period(date(2024, 3, 24), date(2024, 3, 30))
        weeks: dict[WeekStart, list[bool]] = {"sunday": [False], "monday": [True, True]}
        for week_start, partial in weeks.items():
            rows = shop.ask(BY_PERIOD, week, interval="week", week_start=week_start).rows
            assert [row["is_partial"] for row in rows] == partial
        for interval, period in (("month", MARCH), ("quarter", Period(date(2024, 1, 1), MARCH.to_date))):
            assert [row["is_partial"] for row in shop.ask(BY_PERIOD, period, interval=interval).rows] == [
                False
            ]

    def test_the_last_interval_of_our_era_is_whole_with_its_last_day(self, shop: Shop) -> None:
        for last, partial in ((date.max, False), (date.max - timedelta(days=1), True)):
            period = Period(date(9999, 12, 1), last)
            assert [row["is_partial"] for row in shop.ask(BY_PERIOD, period, interval="month").rows] == [
                partial
            ]

    def test_the_first_week_of_our_era_may_lack_days(self, shop: Shop) -> None:
        first = Period(date.min, date(1, 1, 8))
        rows = shop.ask(BY_PERIOD, first, interval="week", week_start="sunday").rows
        assert [row["period"] for row in rows] == [date.min, date(1, 1, 7)]

    def test_by_store_has_the_largest_first(self, busy: Shop) -> None:
        section = busy.ask(BY_STORE)
        expected = grouped(filter(in_march, busy.events), lambda event: event.store_id)
        assert {row["store_id"] for row in section.rows} == set(expected)
        assert all(agree(row, expected[row["store_id"]]) for row in section.rows)
        assert [row["net_sales"] for row in section.rows] == sorted(
            (row["net_sales"] for row in section.rows), reverse=True
        )

    def test_by_product_sums_what_was_sold_and_came_back_of_each_variant(self, busy: Shop) -> None:
        for row in busy.ask(BY_PRODUCT).rows:
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
        whole = busy.ask(BY_PRODUCT, limit=None)
        pages = [busy.ask(BY_PRODUCT, page=page, limit=3) for page in (1, 2, 3, 4)]
        assert [row for page in pages for row in page.rows] == whole.rows
        assert {page.count for page in pages} == {whole.count} == {8}
        assert pages[3].rows == []

    @pytest.mark.parametrize("group", ["variant", "product"])
    @pytest.mark.parametrize("figure", BY_PRODUCT.sorts)
    def test_by_product_is_sorted_by_any_figure(self, busy: Shop, figure: str, group: str) -> None:
        asked: dict[str, Any] = {"group": group, "limit": None}
        classes = {row["product_id"]: row["abc"] for row in busy.ask(BY_PRODUCT, **asked).rows}
        for sign, descends in (("", False), ("-", True)):
            sort = f"{sign}{figure}"
            rows = busy.ask(BY_PRODUCT, sort=sort, **asked).rows
            figures = [row[figure] for row in rows if row[figure] is not None]
            assert figures == sorted(figures, reverse=descends)
            assert {row["product_id"]: row["abc"] for row in rows} == classes
            page = busy.ask(BY_PRODUCT, sort=sort, group=group, limit=3, page=2).rows
            assert page == rows[3:6]
            # With a filter that leaves all, every figure of every row is added up.
            searched = busy.ask(BY_PRODUCT, sort=sort, search="thing", **asked)
            assert [{**row, "key": 0} for row in searched.rows] == [{**row, "key": 0} for row in rows]

    def test_by_payment_method_leaves_change_out_and_shows_what_was_paid_back_apart(self, busy: Shop) -> None:
        events = list(filter(in_march, busy.events))
        section = busy.ask(BY_PAYMENT_METHOD)
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
        collected = busy.ask(OVERVIEW).overall["total_collected"]
        assert section.totals["amount"] + section.totals["tips"] - section.totals["refunds"] == collected

    @pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.path)
    def test_footers_are_the_sums_of_the_rows_shown_and_of_the_others(
        self, busy: Shop, section: Section
    ) -> None:
        whole, page = busy.ask(section, limit=None), busy.ask(section, limit=2)
        assert page.count == len(whole.rows)
        assert page.rows == whole.rows[:2]
        assert page.overall == whole.overall
        assert whole.totals == {
            name: None if whole.totals[name] is None else value for name, value in whole.overall.items()
        }
        for column in section.columns:
            if column.footer == "sum":
                assert whole.totals[column.name] == sum(row[column.name] for row in whole.rows)
                assert page.totals[column.name] == sum(row[column.name] for row in page.rows)
                assert page.others[column.name] == sum(row[column.name] for row in whole.rows[2:])

    @pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.path)
    def test_each_can_be_asked_with_each_of_its_filters(self, busy: Shop, section: Section) -> None:
        for name in {*section.filters} - {"interval"}:
            asked: dict[str, Any] = {name: "elsewhere" if name in {"channel", "search"} else uuid4()}
            overall = busy.ask(section, **asked).overall
            assert not any(overall[column.name] for column in section.columns if column.footer == "sum")

    def test_the_sections_add_up_to_the_overview(self, busy: Shop) -> None:
        whole = busy.ask(OVERVIEW).overall
        for name in (column.name for column in SALES):
            assert busy.ask(BY_PERIOD, interval="week").totals[name] == whole[name]
            assert busy.ask(BY_STORE).totals[name] == whole[name]
        products = busy.ask(BY_PRODUCT).totals
        for name in ("gross_sales", "discounts", "returns", "net_sales", "tax", "cost_of_goods"):
            assert products[name] == whole[name]


class TestWhatComesBack:
    def test_counts_on_the_day_and_in_the_store_that_paid(self, shop: Shop) -> None:
        shop.sell(day=date(2024, 3, 5), store_id=shop.stores[0])
        shop.refund(day=date(2024, 3, 9), store_id=shop.stores[1])
        shop.fold([2])
        sale, refund = shop.events
        days, stores = shop.ask(BY_PERIOD).rows, shop.ask(BY_STORE).rows
        by_day = {row["period"]: row for row in days}
        assert agree(by_day[date(2024, 3, 5)], [sale])
        assert agree(by_day[date(2024, 3, 9)], [refund])
        by_id = {row["store_id"]: row for row in stores}
        assert agree(by_id[shop.stores[1]], [refund])

    def test_leaves_a_day_with_nothing_else_below_zero(self, shop: Shop) -> None:
        shop.take_back(day=date(2024, 3, 9))
        shop.fold([1])
        measures = shop.ask(OVERVIEW).overall
        assert (measures["orders"], measures["items"], measures["gross_sales"]) == (0, 0, 0)
        assert (measures["returns"], measures["net_sales"]) == (398, -398)
        assert measures["total_collected"] == -400
        assert measures["average_order"] is None
        assert measures["margin"] == Decimal(1)

    def test_leaves_nothing_of_a_sale_that_is_voided(self, shop: Shop) -> None:
        shop.sell(5, day=date(2024, 3, 5))
        shop.void(5)
        shop.fold([10])
        assert all(shop.ask(OVERVIEW).overall[name] == 0 for name in MEASURES)
        assert not any(shop.ask(BY_PAYMENT_METHOD).totals.values())
        assert not any(shop.ask(BY_PRODUCT).totals.values())

    def test_is_known_from_its_own_recording_on(self, shop: Shop) -> None:
        shop.sell(5, day=date(2024, 3, 5))
        position = shop.facts()[-1].position
        shop.void(2)
        shop.refund(2, day=date(2024, 3, 5))
        shop.fold([9])
        assert agree(shop.ask(OVERVIEW, position=position).overall, shop.events[:5])
        assert agree(shop.ask(OVERVIEW).overall, shop.events)

    def test_is_named_even_if_none_was_ever_sold(self, shop: Shop) -> None:
        shop.take_back(day=date(2024, 3, 9), name="Old thing")
        shop.fold([1])
        [row] = shop.ask(BY_PRODUCT).rows
        assert (row["name"], row["quantity"], row["returned_quantity"]) == ("Old thing", 0, 2)


class TestNames:
    def test_a_variant_is_called_what_its_latest_sale_called_it(self, shop: Shop) -> None:
        for name in ("Tea", "Mint tea", "Green tea"):
            shop.sell(day=date(2024, 3, 5), variants=shop.variants[:1], name=name)
        shop.fold([1, 2])
        assert [row["name"] for row in shop.ask(BY_PRODUCT).rows] == ["Green tea"]

    def test_a_variant_sold_in_two_categories_is_one_row(self, shop: Shop) -> None:
        for category in (uuid4(), uuid4()):
            shop.sell(day=date(2024, 3, 5), variants=shop.variants[:1], category_id=category)
        shop.fold([2])
        assert shop.ask(BY_PRODUCT).count == 1


class TestAsOf:
    @pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.path)
    def test_each_position_is_what_was_known_then(self, shop: Shop, section: Section) -> None:
        for _ in range(3):
            shop.sell(12, name=shop.chance.choice(("Tea", "Mint tea")))
            shop.refund(3)
            shop.void(1)
        facts = shop.facts()
        shop.fold([len(facts)])
        for period in (
            MARCH,
            Period(date(2024, 2, 25), date(2024, 4, 3)),
            Period(date(2024, 1, 1), date(2024, 12, 31)),
        ):
            for stores in (None, shop.stores[:1]):
                known = {at: shop.ask(section, period, position=at, stores=stores) for at in (1, 9, 23, 40)}
                for at, then in known.items():
                    shop.forget()
                    shop.fold([at], upto=at)
                    assert shop.ask(section, period, stores=stores) == replace(then, criteria=ANY)
                shop.forget()
                shop.fold([len(facts)])

    def test_before_the_first_sale_nothing_is_known(self, busy: Shop) -> None:
        assert busy.ask(BY_PRODUCT, position=0).rows == []


class TestAPeriodThatEndsWithinAMonth:
    """While nothing was sold after it the sums of that month stand for its days; else these are added up."""

    @pytest.mark.parametrize(
        "first", [date(2024, 1, 10), date(2024, 3, 20), date(2024, 4, 1), date(2024, 4, 2)]
    )
    @pytest.mark.parametrize(
        "section", [*SECTIONS, BY_CATEGORY, BY_BRAND, BY_CUSTOMER], ids=lambda section: section.path
    )
    def test_is_the_same_whatever_comes_after_it(self, shop: Shop, section: Section, first: date) -> None:
        for day in (
            date(2024, 2, 5),
            date(2024, 3, 5),
            date(2024, 3, 25),
            date(2024, 4, 2),
            date(2024, 4, 9),
        ):
            shop.sell(3, day=day)
            shop.refund(1, day=day)
        shop.take_back(1, day=date(2024, 4, 9))
        shop.fold([len(shop.facts())])
        period = Period(first, date(2024, 4, 9))
        before = shop.ask(section, period)
        assert before.rows == shop.ask(section, period, stores=shop.stores).rows
        assert before.rows
        shop.sell(3, day=date(2024, 4, 30))
        shop.forget()
        shop.fold([len(shop.facts())])
        assert shop.ask(section, period).rows == before.rows
        month = shop.ask(section, Period(first, date(2024, 4, 30)))
        assert month.rows == shop.ask(section, month.criteria.period, stores=shop.stores).rows
        assert month.overall != before.overall

    def test_is_not_added_up_from_facts_of_that_month(self, shop: Shop) -> None:
        for day in (date(2024, 3, 25), date(2024, 4, 2), date(2024, 4, 9)):
            shop.sell(3, day=day)
        shop.fold([len(shop.facts())])
        period = Period(date(2024, 3, 20), date(2024, 4, 9))
        before = shop.ask(BY_PRODUCT, period)
        with shop.work() as db:
            lost = "DELETE FROM sales_line_facts WHERE company_id = %s AND business_date >= '2024-04-01'"
            assert db.connection.execute(lost, [shop.company_id]).rowcount > 0
        assert shop.ask(BY_PRODUCT, period) == before


class TestTheLargestSales:
    """Of which a few thousand come to more than 64 bits hold."""

    def test_add_up_beside_the_others_at_any_position(self, shop: Shop) -> None:
        for unit_price in (100, 2**51):
            shop.sell(day=date(2024, 3, 5), variants=shop.variants[:1], unit_price=unit_price)
        small, large = shop.facts()
        many = 4_000
        with shop.work() as db:
            for first in range(1, many, 1_000):
                facts = [
                    msgspec.structs.replace(fact, position=2 * number + at)
                    for number in range(first, first + 1_000)
                    for at, fact in enumerate((small, large))
                ]
                SalesReports().apply(facts, db)

        for known in (many, 500, 1):
            for period in (MARCH, Period(date(2024, 3, 4), date(2024, 4, 3))):
                sold = shop.ask(BY_PRODUCT, period, position=2 * known + 1)
                [row], whole = sold.rows, sum(fact.data.totals.net_sales for fact in (small, large))
                assert (row["net_sales"], sold.overall["net_sales"]) == (known * whole, known * whole)
        assert many * whole > 2**63


class TestCompanies:
    def test_another_companys_sales_are_not_seen(self, database: Any, busy: Shop) -> None:
        other = Shop(database, seed=2)
        other.sell(5, day=date(2024, 3, 5), store_id=busy.stores[0])
        other.fold([5])
        assert other.ask(OVERVIEW).overall["orders"] == 5
        assert agree(busy.ask(OVERVIEW).overall, filter(in_march, busy.events))
        other.close()
