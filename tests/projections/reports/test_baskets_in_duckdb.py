"""Pairs are, count for count, what another engine finds in the lines of the events, and in real history."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from domain.orders import Order
from infra.showcase.complete_journey.source import HistoryNotInstalled, find_files
from projections.market_basket.pairs import count_pairs, rank
from tests.projections.reports.grocer import Grocer
from tests.projections.reports.plain_baskets import LEVELS, by_ids, counting, ids_of
from tests.projections.reports.trade import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from projections.market_basket.selection import Level
    from tests.projections.reports.plain_baskets import Things

duckdb = pytest.importorskip("duckdb")

SALES = 2_000
# What has not come back of an order, by variant; then by each level, once; then each two of these.
PAIRS = """
    WITH kept AS (
        SELECT order_id, variant, any_value(product) AS product, any_value(category) AS category,
               any_value(brand) AS brand
          FROM lines
         WHERE order_id NOT IN (SELECT order_id FROM lines WHERE kind = 'void')
         GROUP BY order_id, variant
        HAVING sum(quantity) > 0
    ), things AS (
        SELECT DISTINCT order_id, thing
          FROM (UNPIVOT kept ON variant, product, category, brand INTO NAME level VALUE thing)
         WHERE level = $1
    )
    SELECT one.thing, other.thing, count(*)
      FROM things AS one
      JOIN things AS other ON other.order_id = one.order_id AND one.thing < other.thing
     GROUP BY ALL
"""


@dataclass(frozen=True)
class Year:
    """What a shop sold, voided and took back, in our tables and as lines in the other engine."""

    shop: Grocer
    lines: Any

    def pairs_by_line(self, level: Level) -> dict[Things, int]:
        rows = self.lines.execute(PAIRS, [level]).fetchall()
        return {frozenset((str(one), str(other))): count for one, other, count in rows}


@pytest.fixture(scope="module")
def year(database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    """Of the orders 3 % are voided, and of the lines of the others 2 % come back, half of them in part."""
    shop = Grocer(database, seed=7, variants=60)
    shop.sell(SALES)
    shop.void(SALES * 3 // 100)
    for order in shop.orders:
        for place in range(len(order.terms.lines)):
            if not order.voided and shop.chance.random() < 0.02:
                shop.give_back(order, place, shop.chance.choice(["1", "0.5"]))
    shop.fold([EVERYTHING])
    connection = duckdb.connect()
    file = tmp_path_factory.mktemp("lines") / "lines.json"
    write_lines(shop, file)
    connection.read_json(str(file)).create_view("lines")
    yield Year(shop, connection)
    connection.close()
    shop.close()


def write_lines(shop: Grocer, file: Path) -> None:
    """Write the lines of all events; what was taken back is below zero."""
    kinds = {Order.Sold: ("sale", 1), Order.Refunded: ("refund", -1), Order.Voided: ("void", 0)}
    with file.open("w") as opened:
        for event in shop.events:
            kind, sign = kinds[type(event)]
            for line in event.lines:
                about = {
                    "order_id": event.originator_id,
                    "kind": kind,
                    "variant": line.variant_id,
                    "product": line.product_id,
                    "category": line.category_id,
                    "brand": line.brand_id,
                    "quantity": float(sign * line.quantity),
                }
                opened.write(json.dumps(about, default=str) + "\n")


@pytest.mark.parametrize("level", LEVELS)
def test_pairs_of_sales_with_voids_and_returns_are_counted_alike(year: Year, level: Level) -> None:
    ids = {number: str(one) for number, one in ids_of(year.shop, level).items()}
    with year.shop.open() as opened:
        look = counting(opened, level)
        ours = by_ids(look.pairs(1), ids)
        often = by_ids(look.pairs(5), ids)
    theirs = year.pairs_by_line(level)
    assert len(theirs) > 100
    assert ours == theirs
    assert often == {pair: count for pair, count in theirs.items() if count >= 5}


def test_enough_was_voided_and_taken_back(year: Year) -> None:
    kinds = dict(year.lines.execute("SELECT kind, count(*) FROM lines GROUP BY ALL").fetchall())
    assert kinds["void"] > SALES * 3 // 100
    assert kinds["refund"] > 60


# In January 2017, in local time.
BASKETS = """
    CREATE TABLE baskets AS
    SELECT DISTINCT basket_id, product_id
      FROM (SELECT *, transaction_timestamp AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York' AS local_time
              FROM read_parquet($1))
     WHERE quantity > 0 AND local_time >= '2017-01-01' AND local_time < '2017-02-01'
"""
FREQUENT = """
    SELECT one.product_id, other.product_id, count(*)
      FROM baskets AS one
      JOIN baskets AS other ON other.basket_id = one.basket_id AND one.product_id < other.product_id
     GROUP BY ALL
    HAVING count(*) >= 5
"""


@pytest.fixture(scope="module")
def january() -> Any:
    try:
        file = find_files() / "transactions.parquet"
    except HistoryNotInstalled:
        pytest.skip("the history is not installed")
    connection = duckdb.connect()
    connection.execute(BASKETS, [str(file)])
    return connection


@pytest.mark.large
def test_pairs_of_a_month_of_real_history_are_counted_alike(january: Any) -> None:
    columns = january.execute("SELECT basket_id, product_id FROM baskets").fetchnumpy()
    baskets, of_slot = np.unique(columns["basket_id"], return_inverse=True)
    products, numbers = np.unique(columns["product_id"], return_inverse=True)
    assert len(baskets) == 12_773
    ranked = rank(of_slot.astype(np.int32), numbers.astype(np.int32), np.bincount(numbers), 5)
    pairs = count_pairs(ranked, len(baskets))
    ours = by_ids(pairs, dict(enumerate(products.tolist())))
    theirs = {frozenset((one, other)): count for one, other, count in january.execute(FREQUENT).fetchall()}
    assert len(ours) == 8_251
    assert ours == theirs
