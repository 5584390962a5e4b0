"""Baskets are what the log says, at every position, and counted as a plain reading counts them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import combinations
from typing import Any, LiteralString

import numpy as np
import pytest

from domain.orders import Order
from projections.market_basket.companions import pairs_of
from projections.market_basket.evidence import ask_orders, find_positions
from projections.market_basket.history import History
from projections.market_basket.itemsets import find_itemsets
from projections.market_basket.matrix import find_matrix
from projections.market_basket.memory import BasketMemory
from projections.market_basket.sales import ask_net_sales
from projections.market_basket.selection import Level
from projections.market_basket.summary import LARGEST, summarise
from projections.reports.sales import baskets as chunks
from projections.reports.sales.sales_reports import SalesReports
from tests.projections.reports.grocer import Grocer
from tests.projections.reports.plain_baskets import (
    LEVELS,
    PlainBasket,
    Things,
    by_ids,
    counted,
    counting,
    history_of,
    ids_of,
    plain,
)
from tests.projections.reports.trade import EVERYTHING, Trade

CHUNK = int(chunks.CHUNK)
#: More than a chunk of baskets; each one after it is of the tail.
MANY = CHUNK + 60


@pytest.fixture(scope="module")
def busy(database: Any) -> Iterator[Trade]:
    """A shop of which everything is in the tables; no test changes it."""
    opened = Grocer(database)
    opened.trade()
    opened.sell(5, category_id=opened.categories[1])
    opened.refund(3)
    for place in range(2):
        opened.give_back(next(one for one in opened.orders if not (one.refunds or one.voided)), 0)
        opened.give_back(opened.orders[-1 - place], 0, "0.5")
    opened.fold([EVERYTHING])
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def large(database: Any) -> Iterator[Trade]:
    """A shop that sold a chunk and more of baskets, and folds them as each test says."""
    opened = Grocer(database)
    opened.sell(CHUNK - 5)
    opened.refund(20)
    opened.void(5)
    opened.sell(20)
    opened.refund(5)
    opened.sell(MANY - CHUNK - 15)
    yield opened
    opened.close()


def positions(shop: Trade, count: int = 6) -> Iterable[int]:
    """Some positions of the log, its begin and its end."""
    last = len(shop.events)
    return 0, *shop.chance.sample(range(1, last), count), last


def paired(baskets: Iterable[PlainBasket], level: Level) -> Counter[Things]:
    """In how many baskets each two are, as somebody counts who has all day."""
    two = (combinations(basket.has(level), 2) for basket in baskets)
    return Counter(frozenset(pair) for pairs in two for pair in pairs)


@pytest.mark.parametrize("level", LEVELS)
def test_baskets_are_what_was_sold_and_has_not_come_back_at_every_position(busy: Trade, level: Level) -> None:
    assert any(isinstance(event, Order.Voided) for event in busy.events)
    history = history_of(busy)
    for position in positions(busy, 12):
        told = Counter(basket.has(level) for basket in plain(busy, position))
        assert counted(history, busy, position, level) == told


@pytest.mark.parametrize("level", LEVELS)
def test_pairs_and_sets_are_those_of_a_plain_count(busy: Trade, level: Level) -> None:
    ids = ids_of(busy, level)
    for position in positions(busy, 4):
        baskets = plain(busy, position)
        with busy.open() as opened:
            look = counting(opened, level, position=position)
            assert by_ids(look.pairs(1), ids) == paired(baskets, level)
            sets = find_itemsets(look, 2, 4).sets
        plainly = Counter(
            frozenset(one)
            for basket in baskets
            for size in (2, 3, 4)
            for one in combinations(basket.has(level), size)
        )
        told = {frozenset(ids[number] for number in one.numbers): one.together for one in sets}
        assert told == {one: count for one, count in plainly.items() if count >= 2}


def test_baskets_are_those_of_the_dates_and_stores(busy: Trade) -> None:
    ids = ids_of(busy, "product")
    for first, store in zip(
        (date(2024, 2, 20), date(2024, 3, 1), date(2024, 4, 1)), busy.stores, strict=True
    ):
        days = (first, first + timedelta(days=20))
        baskets = [one for one in plain(busy) if days[0] <= one.day <= days[1]]
        of_store = [one for one in baskets if one.store == store]
        with busy.open() as opened:
            every = counting(opened, days=days)
            assert (every.own.baskets, by_ids(every.pairs(1), ids)) == (
                len(baskets),
                paired(baskets, "product"),
            )
            some = counting(opened, days=days, stores=[store])
            assert (some.own.baskets, by_ids(some.pairs(1), ids)) == (
                len(of_store),
                paired(of_store, "product"),
            )
            assert counting(opened, days=days, stores=[busy.company_id]).own.baskets == 0


def test_companions_and_orders_are_those_of_the_baskets_that_have_both(busy: Trade) -> None:
    ids = ids_of(busy, "product")
    for position in positions(busy, 3):
        baskets = plain(busy, position)
        pairs = paired(baskets, "product")
        with busy.open() as opened:
            look = counting(opened, position=position)
            for number in sorted({int(one) for one in look.history.known.product if one}):
                found = by_ids(pairs_of(number, look.own, look.beside(number), 1), ids)
                assert found == {pair: count for pair, count in pairs.items() if ids[number] in pair}
                for other in (one for pair in found for one in pair - {ids[number]}):
                    behind = [one for one in baskets if {ids[number], other} <= one.has("product")]
                    numbers = [no for no, id_ in ids.items() if id_ == other]
                    told = find_positions(look, number, min(numbers))
                    assert told.tolist() == [one.position for one in reversed(behind)]
                    orders = ask_orders(opened, told, position).read()
                    assert [row["order_id"] for row in orders] == [one.order_id for one in reversed(behind)]
                    assert [row["store_id"] for row in orders] == [one.store for one in reversed(behind)]


@pytest.mark.parametrize("level", LEVELS)
def test_the_matrix_and_the_summary_are_those_of_a_plain_count(busy: Trade, level: Level) -> None:
    ids = ids_of(busy, level)
    for position in positions(busy, 3):
        baskets = [basket.has(level) for basket in plain(busy, position)]
        own, pairs = (
            Counter(one for basket in baskets for one in basket),
            paired(plain(busy, position), level),
        )
        with busy.open() as opened:
            look = counting(opened, level, position=position)
            matrix, summary = find_matrix(look, 3), summarise(look)
            net_sales = ask_net_sales(opened, look.scope).read()
        things = [ids[number] for number in matrix.numbers]
        assert sorted(own.values(), reverse=True)[:3] == [own[one] for one in things]
        assert matrix.together == [
            [own[one] if one == other else pairs[frozenset((one, other))] for other in things]
            for one in things
        ]
        assert (summary.baskets, summary.things, summary.slots) == (len(baskets), len(own), own.total())
        sizes = Counter(min(len(basket), LARGEST) for basket in baskets)
        assert summary.sizes == [sizes[size] for size in range(LARGEST + 1)]
        assert summary.single == sizes[1]
        assert (net_sales > 0) == (position > 0)


class TestChunks:
    TABLES: tuple[LiteralString, ...] = (
        "SELECT * FROM basket_tail WHERE company_id = %(company_id)s ORDER BY basket_no",
        "SELECT * FROM basket_chunks WHERE company_id = %(company_id)s ORDER BY chunk_no",
        "SELECT * FROM basket_changes WHERE company_id = %(company_id)s ORDER BY position, item_no",
    )

    def rows(self, shop: Trade) -> list[Any]:
        with shop.open() as opened:
            return [opened.ask(query, {"company_id": shop.company_id}).rows() for query in self.TABLES]

    def test_are_the_same_whatever_the_batches_were(self, large: Trade) -> None:
        large.forget()
        large.fold([EVERYTHING])
        whole = tail, [chunk], changes = self.rows(large)
        assert (len(tail), chunk["baskets"]) == (MANY - CHUNK, CHUNK)
        assert len(chunk["sizes"]) == 2 * CHUNK
        assert changes
        for sizes in ([CHUNK - 6, *[1] * 60, EVERYTHING], [997] * 5, [CHUNK // 2, CHUNK, EVERYTHING]):
            large.forget()
            large.fold(sizes)
            assert self.rows(large) == list(whole)

    def test_are_read_piece_by_piece_as_at_once(self, large: Trade) -> None:
        large.forget()
        facts, known, memory = large.facts(), History(), BasketMemory()
        done = 0
        for size in (700, CHUNK - 720, 10, 10, 10, 40, 1, EVERYTHING):
            fold(large, facts[done : done + size])
            done += size
            known = history_of(large, known)
            with large.open() as opened:
                same(memory.history(opened), known)
            same(history_of(large), known)
        assert len(known.positions) == MANY
        assert np.all(np.diff(known.positions) > 0)
        assert counted(known, large, EVERYTHING, "product") == Counter(
            basket.has("product") for basket in plain(large)
        )

    def test_that_were_made_anew_are_read_anew(self, large: Trade) -> None:
        large.forget()
        large.fold([100, EVERYTHING])
        made_at(large, "2024-01-01")
        known = history_of(large)
        assert known.made
        assert history_of(large, known).made == known.made
        assert history_of(large, known).items is known.items
        with large.work() as opened:
            opened.execute(
                "DELETE FROM basket_chunks WHERE company_id = %(company_id)s",
                {"company_id": large.company_id},
            )
        assert len(history_of(large, known).positions) == MANY
        made_at(large, "2024-01-02")
        anew = history_of(large, known)
        assert anew.made != known.made
        assert len(anew.positions) == MANY - CHUNK
        same(history_of(large), anew)


def fold(shop: Trade, facts: list[Any]) -> None:
    """Take in some facts at once."""
    with shop.work() as opened:
        for model in shop.MODELS:
            model.apply([fact for fact in facts if fact.event in model.folds], opened)


def same(one: History, other: History) -> None:
    """Both say the same, array by array."""
    for mine, theirs in ((one, other), (one.known, other.known)):
        for name, value in vars(mine).items():
            if isinstance(value, np.ndarray):
                assert value.dtype == vars(theirs)[name].dtype, name
                assert np.array_equal(value, vars(theirs)[name]), name


def made_at(shop: Trade, moment: str) -> None:
    """Say when the read model was made."""
    with shop.work() as opened:
        opened.execute(
            """
            INSERT INTO projection_checkpoints AS known (company_id, projection, position, made_at)
            VALUES (%(company_id)s, %(projection)s, 0, %(moment)s::timestamptz)
                ON CONFLICT (company_id, projection) DO UPDATE SET made_at = excluded.made_at
            """,
            {"company_id": shop.company_id, "projection": SalesReports.name, "moment": moment},
        )
