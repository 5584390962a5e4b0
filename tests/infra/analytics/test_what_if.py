"""Sales of a range decided again from the log: as they were sold they are what the reports say of them."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.pricing import Discount
from domain.what_if.changes import Changes, Promotion
from infra.analytics import what_if
from infra.analytics.what_if import Replayed, SalesReplay
from infra.runtime.models import EVENT_TYPES
from projections.reports.period import Period
from projections.reports.sections.sales_summary.by_store import BY_STORE
from projections.reports.sections.sales_summary.overview import OVERVIEW
from projections.what_if.selection import Selection, is_anything_sold
from tests.infra.analytics.assorted import AssortedTrade
from tests.infra.databases import rows
from tests.projections.shop import MARCH, VAT

SINCE_EVER = Period(date(2024, 1, 1), date(2024, 12, 31))
#: Prices every order anew, and takes nothing off.
NOTHING_TAKEN = Changes(promotions=(Promotion(discount=Discount(type="percent", value=Decimal(0))),))

HEAD = "SELECT position, hash FROM mipos.company_head WHERE company_id = %s"


@pytest.fixture
def connection(busy: AssortedTrade) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(busy.database.worker, autocommit=True) as opened:
        yield opened


@pytest.fixture
def run(busy: AssortedTrade, connection: psycopg.Connection[Any]) -> Any:
    def run(
        changes: Changes,
        period: Period = SINCE_EVER,
        store_id: UUID | None = None,
        position: int | None = None,
    ) -> tuple[SalesReplay, list[Replayed]]:
        replay = SalesReplay(connection, busy.company_id, EVENT_TYPES, changes)
        chosen = Selection(period=period, store_id=store_id, position=position or len(busy.events))
        return replay, list(replay.run(chosen, lambda _done, _total: None))

    return run


class TestAsSold:
    @pytest.mark.parametrize("period", [SINCE_EVER, MARCH, Period(date(2024, 3, 9), date(2024, 3, 12))])
    @pytest.mark.parametrize("changes", [Changes(), NOTHING_TAKEN])
    def test_is_what_the_sales_report_says(
        self, busy: AssortedTrade, run: Any, period: Period, changes: Changes
    ) -> None:
        comparison = run(changes, period)[0].comparison
        overview = busy.ask(OVERVIEW, period).totals
        as_sold = comparison.all.as_sold
        assert as_sold.gross_sales == overview["gross_sales"]
        assert as_sold.discounts == overview["discounts"]
        assert as_sold.net_sales == overview["net_sales"] + overview["returns"]
        assert comparison.all.what_if == as_sold
        assert (comparison.all.differing, comparison.capped) == (0, 0)

    def test_is_so_in_each_store(self, busy: AssortedTrade, run: Any) -> None:
        comparison = run(NOTHING_TAKEN)[0].comparison
        reported = {row["store_id"]: row for row in busy.ask(BY_STORE, SINCE_EVER).rows}
        assert comparison.stores.keys() == reported.keys()
        for store_id, compared in comparison.stores.items():
            assert compared.as_sold.gross_sales == reported[store_id]["gross_sales"]
            (alone,) = run(NOTHING_TAKEN, store_id=store_id)[0].comparison.stores.items()
            assert alone == (store_id, compared)

    def test_has_the_cost_and_tax_of_what_was_sold_and_not_voided(
        self, busy: AssortedTrade, run: Any
    ) -> None:
        sums = """
            SELECT sum(cost_of_goods), sum(tax) FROM mipos.sales_facts
             WHERE company_id = %s AND kind IN (1, 3, 4)
        """
        ((cost, tax),) = rows(busy.database.owner, sums, busy.company_id)
        as_sold = run(Changes())[0].comparison.all.as_sold
        assert (as_sold.cost_of_goods, as_sold.tax) == (cost, tax)

    def test_counts_each_order_once_however_often_goods_of_it_left(
        self, busy: AssortedTrade, run: Any
    ) -> None:
        replay, orders = run(Changes())
        assert len({one.order_id for one in orders}) == len(orders) == replay.comparison.all.orders
        assert len(orders) == busy.ask(OVERVIEW, SINCE_EVER).totals["orders"]

    def test_is_what_was_known_at_a_position(self, busy: AssortedTrade, run: Any) -> None:
        half = len(busy.events) // 2
        overview = busy.ask(OVERVIEW, SINCE_EVER, position=half).totals
        as_sold = run(Changes(), position=half)[0].comparison.all.as_sold
        assert as_sold.gross_sales == overview["gross_sales"]


class TestWhatIf:
    def test_adds_up_order_by_order(self, run: Any) -> None:
        replay, orders = run(Changes(tax_rates={VAT.id: Decimal(25)}))
        whole = replay.comparison.all
        assert whole.what_if.net_sales == sum(one.pair.what_if.net_sales for one in orders)
        assert whole.differing == sum(one.pair.differs for one in orders) > 0
        assert whole.what_if.tax > whole.as_sold.tax
        assert whole.what_if.net_sales < whole.as_sold.net_sales
        assert whole.what_if.cost_of_goods == whole.as_sold.cost_of_goods
        rate = {key.rate for key in replay.comparison.taxes if key.tax_rate_id == VAT.id}
        assert rate == {VAT.rate}

    def test_is_the_same_in_pages_of_any_size(self, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        changes = Changes(rounding_level="order", rounding_mode="half_even")
        whole = run(changes)[0].comparison
        monkeypatch.setattr(what_if, "PAGE", 3)
        in_pages = run(changes)[0].comparison
        assert (in_pages.all, in_pages.stores, in_pages.taxes) == (whole.all, whole.stores, whole.taxes)

    def test_says_how_far_it_is(self, busy: AssortedTrade, connection: psycopg.Connection[Any]) -> None:
        steps: list[tuple[int, int]] = []
        replay = SalesReplay(connection, busy.company_id, EVENT_TYPES, Changes())
        chosen = Selection(period=SINCE_EVER, store_id=None, position=len(busy.events))
        orders = list(replay.run(chosen, lambda done, total: steps.append((done, total))))
        assert steps == [(len(orders), len(orders))]

    def test_leaves_the_log_as_it_is(self, busy: AssortedTrade, run: Any) -> None:
        before = rows(busy.database.owner, HEAD, busy.company_id)
        run(Changes(prices=dict.fromkeys(busy.variants, 1)))
        assert rows(busy.database.owner, HEAD, busy.company_id) == before


def test_nothing_is_sold_on_other_days_or_in_other_stores(busy: AssortedTrade) -> None:
    with busy.open() as db:
        for period, store_id, expected in (
            (SINCE_EVER, None, True),
            (SINCE_EVER, busy.stores[0], True),
            (SINCE_EVER, uuid4(), False),
            (Period(date(2023, 1, 1), date(2023, 12, 31)), None, False),
        ):
            chosen = Selection(period=period, store_id=store_id, position=len(busy.events))
            assert is_anything_sold(db, chosen) is expected
