"""The summary of a dashboard: each store by its own clock, beside the same hours of the period before."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.business_date import business_date
from domain.orders import Order
from projections.dashboard.clocks import Clock
from projections.dashboard.summary import Part, Summary, ask_summary, parts_of_today
from projections.dashboard.tiles import SUMMARY
from projections.reports.columns import COSTS
from projections.reports.period import Period
from projections.reports.section import EVERYTHING
from projections.reports.sections.sales_summary.overview import OVERVIEW
from projections.reports.tiles import View
from tests.projections.shop import Shop

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
TODAY, YESTERDAY = date(2024, 3, 14), date(2024, 3, 13)


@pytest.fixture
def make_shop(database: Any) -> Iterator[Callable[..., Shop]]:
    """Makes companies whose stores sell at moments that tests choose."""
    shops: list[Shop] = []

    def make(seed: int = 1) -> Shop:
        shops.append(Shop(database, seed))
        return shops[-1]

    yield make
    for shop in shops:
        shop.close()


@pytest.fixture
def shop(make_shop: Callable[..., Shop]) -> Shop:
    """A company."""
    return make_shop()


def moment(text: str, zone: str = BERLIN) -> datetime:
    """A local time as a moment."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def clock_of(shop: Shop, now: datetime, *, store: int = 0, zone: str = BERLIN, cut: str = "00:00") -> Clock:
    return Clock.of({"id": shop.stores[store], "timezone": zone, "day_cut": cut}, now)


def sell_at(shop: Shop, clock: Clock, *moments: datetime) -> None:
    """Sell at these moments in the store of a clock."""
    for at in moments:
        shop.sell(
            store_id=clock.store_id,
            day=business_date(at, clock.zone, clock.day_cut),
            hour=at.astimezone(clock.zone).hour,
            occurred_at=at.astimezone(UTC),
        )


def known(shop: Shop) -> Shop:
    """The shop once its read models know everything."""
    shop.fold([10_000])
    return shop


def ask(shop: Shop, clocks: Sequence[Clock], period: Period | None = None) -> Summary:
    """The summary of today or of a period, to somebody who may see all of it."""
    view = View(position=EVERYTHING, permissions=frozenset({COSTS}))
    parts = [Part(period=period, stores=None, clocks=tuple(clocks))] if period else None
    with shop.open() as db:
        return ask_summary(db, view, parts or parts_of_today(view, clocks)).read()


def same_time(shop: Shop, clocks: Sequence[Clock], period: Period | None = None) -> Any:
    summary = ask(shop, clocks, period)
    assert summary.same_time
    return summary.same_time.measures


def net_sales(sales: Iterable[Any]) -> int:
    return sum(line.net_sales for sale in sales for line in sale.lines)


class TestToday:
    def test_has_the_figures_of_the_overview(self, shop: Shop) -> None:
        clock = clock_of(shop, moment("2024-03-14T18:00"))
        sell_at(
            shop, clock, moment("2024-03-14T09:10"), moment("2024-03-14T11:20"), moment("2024-03-13T09:00")
        )
        summary = ask(known(shop), [clock])
        for span, day in ((summary.current, TODAY), (summary.previous, YESTERDAY)):
            assert span.period == Period(day, day)
            assert span.measures == shop.ask(OVERVIEW, Period(day, day)).overall
        assert SUMMARY.row(summary.current.measures)["orders"] == 2

    def test_is_the_day_before_until_days_are_cut(self, shop: Shop) -> None:
        clock = clock_of(shop, moment("2024-03-15T03:59"), cut="04:00")
        sell_at(
            shop, clock, moment("2024-03-14T04:00"), moment("2024-03-15T03:30"), moment("2024-03-14T03:30")
        )
        summary = ask(known(shop), [clock])
        assert summary.current.period == Period(TODAY, TODAY)
        assert (summary.current.measures["orders"], summary.previous.measures["orders"]) == (2, 1)

    def test_is_of_each_store_the_date_that_it_is_in(self, shop: Shop) -> None:
        now = moment("2024-03-14T02:00")
        berlin = clock_of(shop, now)
        new_york = clock_of(shop, now, store=1, zone=NEW_YORK)
        assert (berlin.today, new_york.today) == (TODAY, YESTERDAY)
        sell_at(
            shop, berlin, moment("2024-03-14T01:00"), moment("2024-03-13T01:00"), moment("2024-03-13T09:00")
        )
        sell_at(shop, new_york, moment("2024-03-13T20:30", NEW_YORK), moment("2024-03-12T20:30", NEW_YORK))
        summary = ask(known(shop), [berlin, new_york])
        assert summary.current.period == Period(YESTERDAY, TODAY)
        assert summary.current.measures["orders"] == 2
        assert summary.previous.measures["orders"] == 3
        # Of Berlin's day before one was sold by two o'clock, of New York's by nine in the evening.
        assert same_time(shop, [berlin, new_york])["orders"] == 2

    def test_of_several_dates_has_no_number_of_different_customers(self, shop: Shop) -> None:
        now = moment("2024-03-14T02:00")
        clocks = [clock_of(shop, now), clock_of(shop, now, store=1, zone=NEW_YORK)]
        measures = ask(known(shop), clocks).current.measures
        assert (measures["customers"], measures["orders"]) == (None, 0)


class TestTheSameTime:
    def test_a_morning_is_compared_with_a_morning(self, shop: Shop) -> None:
        clock = clock_of(shop, moment("2024-03-14T10:30"))
        early = [moment(f"2024-03-13T{at}") for at in ("08:15", "10:10", "10:30")]
        late = [moment(f"2024-03-13T{at}") for at in ("10:31", "10:59", "11:00", "23:00")]
        sell_at(shop, clock, *early, *late)
        summary = ask(known(shop), [clock])
        assert summary.same_time
        assert summary.same_time.measures["orders"] == 3
        assert summary.same_time.measures["net_sales"] == net_sales(shop.events[:3])
        assert summary.previous.measures["orders"] == 7

    def test_is_nothing_of_a_period_that_is_over(self, shop: Shop) -> None:
        clock = clock_of(shop, moment("2024-03-15T10:30"))
        assert ask(known(shop), [clock], Period(TODAY, TODAY)).same_time is None

    def test_of_several_days_are_the_whole_ones_and_a_part_of_the_last(self, shop: Shop) -> None:
        clock = clock_of(shop, moment("2024-03-14T10:30"))
        week = Period(date(2024, 3, 12), date(2024, 3, 18))
        sell_at(
            shop,
            clock,
            moment("2024-03-05T23:00"),
            moment("2024-03-06T23:00"),
            moment("2024-03-07T10:00"),
            moment("2024-03-07T11:00"),
            moment("2024-03-08T09:00"),
        )
        assert same_time(known(shop), [clock], week)["orders"] == 3

    def test_of_a_longer_period_is_all_of_a_shorter_one(self, shop: Shop) -> None:
        clock = clock_of(shop, moment("2024-03-31T10:30"))
        march = Period(date(2024, 3, 1), date(2024, 3, 31))
        sell_at(
            shop, clock, moment("2024-02-29T23:00"), moment("2024-02-01T09:00"), moment("2024-03-01T09:00")
        )
        assert same_time(known(shop), [clock], march)["orders"] == 2

    @pytest.mark.parametrize(("hour", "counted"), [(9, 1), (10, 0), (11, 0)])
    def test_counts_what_was_recorded_later_once_its_hour_is_over(
        self, shop: Shop, hour: int, counted: int
    ) -> None:
        clock = clock_of(shop, moment("2024-03-14T10:30"))
        sell_at(shop, clock, moment("2024-03-13T08:00"))
        shop.refund(1, day=YESTERDAY, store_id=clock.store_id, hour=hour)
        assert same_time(known(shop), [clock])["refund_count"] == counted

    def test_leaves_out_what_was_voided(self, shop: Shop) -> None:
        clock = clock_of(shop, moment("2024-03-14T10:30"))
        sell_at(shop, clock, moment("2024-03-13T10:05"), moment("2024-03-13T08:05"))
        shop.void(2)
        measures = same_time(known(shop), [clock])
        assert (measures["orders"], measures["net_sales"], measures["items"]) == (0, 0, Decimal(0))

    @pytest.mark.parametrize(
        ("now", "counted"),
        [("04:45", 1), ("05:30", 2), ("23:30", 3), ("03:59", 4), ("04:15", 5)],
        ids=str,
    )
    def test_knows_an_hour_in_which_days_are_cut_at_both_ends_of_one(
        self, shop: Shop, now: str, counted: int
    ) -> None:
        """Days begin at 04:30, so that what is sold from 04:00 on is the end of the day before."""
        day = "2024-03-14" if now >= "04:30" else "2024-03-15"
        clock = clock_of(shop, moment(f"{day}T{now}"), cut="04:30")
        assert clock.today == TODAY
        sold = ("13T04:40", "13T05:10", "13T23:10", "14T03:10", "14T04:10")
        sell_at(shop, clock, *(moment(f"2024-03-{at}") for at in sold))
        assert same_time(known(shop), [clock])["orders"] == counted


class TestDaysOfOtherLengths:
    def test_an_hour_that_is_left_out_counts_nothing(self, shop: Shop) -> None:
        clock = clock_of(shop, moment("2024-04-01T02:30"))
        sell_at(shop, clock, moment("2024-03-31T01:50"), moment("2024-03-31T03:10"))
        assert same_time(known(shop), [clock])["orders"] == 1

    def test_an_hour_that_comes_twice_counts_once_it_is_over(self, shop: Shop) -> None:
        first = moment("2024-10-27T02:50")
        sold = (moment("2024-10-27T01:50"), first, first.astimezone(UTC) + timedelta(hours=1))
        clocks = [clock_of(shop, moment(f"2024-10-28T{now}")) for now in ("02:55", "03:00")]
        sell_at(shop, clocks[0], *sold)
        known(shop)
        assert [same_time(shop, [clock])["orders"] for clock in clocks] == [2, 3]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("cut", ["00:00", "04:00", "04:30", "17:10"])
def test_whatever_the_time_it_is_what_had_been_sold(
    make_shop: Callable[..., Shop], cut: str, seed: int
) -> None:
    """The sales of two stores at random, against a plain sum of those that lie before the same moment."""
    shop = make_shop(seed)
    now = moment("2024-03-14T00:00") + timedelta(minutes=shop.chance.randrange(2 * 24 * 60))
    clocks = [clock_of(shop, now, cut=cut), clock_of(shop, now, store=1, zone=NEW_YORK, cut=cut)]
    for clock in clocks:
        begins = datetime.combine(clock.today - timedelta(days=1), time.fromisoformat(cut), clock.zone)
        minutes = (timedelta(minutes=shop.chance.randrange(24 * 60)) for _ in range(30))
        sell_at(shop, clock, *(begins + one for one in minutes))
    shop.void(5)
    gone = {event.originator_id for event in shop.events if isinstance(event, Order.Voided)}
    until = {clock.store_id: clock.same_time(clock.today - timedelta(days=1)) for clock in clocks}
    expected = [
        event
        for event in shop.events
        if isinstance(event, Order.Sold)
        and event.originator_id not in gone
        and event.occurred_at <= until[event.store_id]
    ]
    measures = same_time(known(shop), clocks)
    assert (measures["orders"], measures["net_sales"]) == (len(expected), net_sales(expected))
