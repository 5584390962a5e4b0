"""The facts of sales and their sums are what the log says, at every position, whatever the batches were."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.orders import Order
from tests.projections.reports.plain import PlainFact, plain_facts, summed
from tests.projections.reports.sums import PARTED, ROLLUPS, ask, sums_at
from tests.projections.reports.trade import EVERYTHING, Trade


@pytest.fixture
def shop(database: Any) -> Iterator[Trade]:
    opened = Trade(database)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def busy(database: Any) -> Iterator[Trade]:
    """A shop of which everything is in the tables; no test changes it."""
    opened = Trade(database).trade()
    opened.fold([EVERYTHING])
    yield opened
    opened.close()


def told(shop: Trade, upto: int = EVERYTHING) -> list[PlainFact]:
    """The facts up to a position, by a plain reading of the events."""
    return [fact for fact in plain_facts(enumerate(shop.events, 1)) if fact.position <= upto]


@pytest.mark.parametrize("table", ROLLUPS)
def test_sums_are_what_the_events_come_to_at_every_position(busy: Trade, table: str) -> None:
    *_, key, of = ROLLUPS[table]
    last = busy.facts()[-1].position
    for position in (0, *busy.chance.sample(range(1, last), 5), last):
        assert sums_at(busy, table, position) == summed(told(busy, position), key, of)


@pytest.mark.parametrize("what", PARTED)
def test_facts_and_what_stands_beside_them_add_up(busy: Trade, what: str) -> None:
    assert ask(busy, "SELECT 1 FROM sales_facts WHERE company_id = %(company_id)s")
    assert ask(busy, PARTED[what]) == []


def test_discounts_are_told_apart_by_kind(busy: Trade) -> None:
    rows = ask(
        busy,
        """
        SELECT DISTINCT array_agg(kind ORDER BY kind) AS kinds FROM sales_discount_facts
         WHERE company_id = %(company_id)s GROUP BY position
        """,
    )
    kinds = sorted(row["kinds"] for row in rows)
    assert kinds == [["amount"], ["amount", "percent"], ["other"], ["percent"]]


def test_what_is_paid_is_what_was_handed_over_less_change(busy: Trade) -> None:
    [row] = ask(
        busy,
        """
        SELECT sum(amount + tips + change) AS tendered, sum(change) AS change FROM sales_payment_day
          WHERE company_id = %(company_id)s
        """,
    )
    sales = [one for one in busy.events if isinstance(one, Order.Sold)]
    voids = [one for one in busy.events if isinstance(one, Order.Voided)]
    change = sum(paid.change for one in sales for paid in one.payments)
    assert row["change"] == change - sum(paid.change for one in voids for paid in one.payments) > 0


def test_what_follows_on_an_order_knows_how_it_came_and_when_it_was_sold(busy: Trade) -> None:
    rows = ask(
        busy,
        """
        SELECT later.kind, later.channel, later.sold_on, sold.channel AS sold_channel, sold.business_date
          FROM sales_facts AS later
          LEFT JOIN sales_facts AS sold
            ON sold.company_id = later.company_id AND sold.order_id = later.order_id AND sold.kind = 1
         WHERE later.company_id = %(company_id)s AND later.kind IN (2, 3)
        """,
    )
    assert rows
    assert all(
        (row["channel"], row["sold_on"]) == (row["sold_channel"], row["business_date"]) for row in rows
    )


def test_nobody_is_numbered_before_the_log_names_them(busy: Trade) -> None:
    for query in (
        "SELECT no, position FROM report_places WHERE company_id = %(company_id)s AND kind = 'store'",
        "SELECT item_no AS no, position FROM report_items WHERE company_id = %(company_id)s",
        "SELECT tax_no AS no, position FROM report_taxes WHERE company_id = %(company_id)s",
        "SELECT method_no AS no, position FROM report_methods WHERE company_id = %(company_id)s",
    ):
        rows = sorted(ask(busy, query), key=lambda row: int(row["no"]))
        assert [row["no"] for row in rows] == list(range(1, len(rows) + 1))
        assert [row["position"] for row in rows] == sorted(row["position"] for row in rows)


def test_batches_of_any_size_give_the_same_rows(shop: Trade) -> None:
    shop.trade(2)
    shop.fold([EVERYTHING])
    whole, count = shop.tables(), len(shop.facts())
    names = [table for model in shop.MODELS for table in model.tables]
    # Whole chunks take thousands of sales (`test_baskets.py`).
    assert [name for name, rows in zip(names, whole, strict=True) if not rows] == ["basket_chunks"]
    for size in (1, 4, 17):
        shop.forget()
        shop.fold([size] * (count // size + 1))
        assert shop.tables() == whole


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 10_000),
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=6),
    steps=st.lists(st.sampled_from(["sell", "refund", "void", "take_back", "serve"]), max_size=12),
    data=st.data(),
)
def test_any_trade_in_any_batches_adds_up_at_any_position(
    database: Any, seed: int, sizes: Sequence[int], steps: Sequence[str], data: st.DataObject
) -> None:
    shop = Trade(database, seed)
    try:
        shop.sell(2)
        for step in steps:
            take(shop, step)
        count = len(shop.facts())
        shop.fold([*sizes, *([5] * (count // 5 + 1))])
        position = data.draw(st.integers(0, count))
        for table, (*_, key, of) in ROLLUPS.items():
            assert sums_at(shop, table, position) == summed(told(shop, position), key, of)
    finally:
        shop.close()


def take(shop: Trade, step: str) -> None:
    """Take a step, if there is anything to be taken back."""
    is_possible = any(not (one.refunds or one.voided) for one in shop.orders)
    steps: dict[str, Callable[[], Any]] = {
        "sell": shop.sell,
        "refund": shop.refund if is_possible else shop.sell,
        "void": shop.void if is_possible else shop.sell,
        "take_back": shop.take_back,
        "serve": lambda: shop.serve("Tea", on_account=shop.chance.choice([True, False])),
    }
    steps[step]()


def test_another_companys_numbers_and_rows_are_its_own(database: Any, busy: Trade) -> None:
    other = Trade(database, seed=2)
    other.sell(3, store_id=busy.stores[0])
    other.fold([EVERYTHING])
    [row] = ask(
        other, "SELECT id, no FROM report_places WHERE company_id = %(company_id)s AND kind = 'store'"
    )
    assert (row["id"], row["no"]) == (UUID(str(busy.stores[0])), 1)
    assert len(ask(other, "SELECT 1 FROM sales_facts WHERE company_id = %(company_id)s")) == 3
    other.close()
