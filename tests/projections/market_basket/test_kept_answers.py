"""Counted pairs are kept for all processes; of those that ask at once one counts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from infra.postgres.transactions import transaction
from projections.base import Params
from projections.market_basket import kept_answers
from projections.market_basket.kept_answers import Waiting, kept
from projections.market_basket.limits import Occupied
from projections.market_basket.pairs import Pairs
from tests.projections.market_basket.made_up import pairs_of, told, with_limits
from tests.projections.shop import Shop

QUESTION: list[Any] = ["product", 5]


@pytest.fixture
def shop(database: Any) -> Any:
    opened = Shop(database)
    yield opened
    opened.close()


@pytest.fixture
def second_connection(database: Any) -> Any:
    """That of another process."""
    with psycopg.connect(database.app, autocommit=True) as connection:
        yield connection


def some(together: int = 3, things: int = 2) -> Pairs:
    return pairs_of({(1, 2): together}, range(things + 1), 7)


class Failed(Exception):
    """Counting went wrong."""


class Teller:
    """A process that asks, and keeps what it counted once it has answered."""

    def __init__(self, shop: Shop, connection: Any = None) -> None:
        self.company_id = shop.company_id
        self.connection = connection or shop._app
        self.counted: list[Pairs] = []
        self.afterwards: list[tuple[Any, Params]] = []

    def ask(
        self,
        count: Callable[[], Pairs] = some,
        state: str = "1",
        question: Any = None,
        waited_for: bytes | None = None,
    ) -> Pairs:
        answer = self.answer(count, state, question, waited_for)
        self.keep()
        return answer

    def answer(
        self,
        count: Callable[[], Pairs],
        state: str = "1",
        question: Any = None,
        waited_for: bytes | None = None,
    ) -> Pairs:
        def counts() -> Pairs:
            self.counted.append(count())
            return self.counted[-1]

        def keep(query: Any, params: Params) -> None:
            self.afterwards.append((query, params))

        with transaction(self.connection, self.company_id) as opened:
            waiting = Waiting(keep=keep, for_question=waited_for)
            return kept(opened, question or QUESTION, state, waiting, counts)

    def keep(self) -> None:
        while self.afterwards:
            with transaction(self.connection, self.company_id) as opened:
                opened.execute(*self.afterwards.pop(0))


def rows(shop: Shop) -> int:
    with shop.open() as opened:
        query = "SELECT count(*) AS kept FROM basket_answers WHERE company_id = %(company_id)s"
        [row] = opened.ask(query, {"company_id": shop.company_id}).rows()
    return int(row["kept"])


def test_an_answer_is_the_same_for_every_process(shop: Shop) -> None:
    one, other = Teller(shop), Teller(shop)
    first, again = one.ask(), other.ask()
    assert (len(one.counted), len(other.counted)) == (1, 0)
    assert told(again) == told(first) == {(1, 2): 3}
    assert (again.baskets, again.own.tolist()) == (7, [0, 1, 2])


def test_another_state_or_question_is_counted(shop: Shop) -> None:
    teller = Teller(shop)
    for state, question in (("1", ["a"]), ("2", ["a"]), ("2", ["b"])):
        teller.ask(state=state, question=question)
    assert len(teller.counted) == 3
    # Of each question only the last state is kept.
    assert rows(shop) == 2
    teller.ask(state="2", question=["a"])
    assert len(teller.counted) == 3


def test_only_the_newest_are_kept_up_to_so_much(shop: Shop) -> None:
    teller = Teller(shop)
    size = 4 * 3 + 3 * 4
    with with_limits(kept_answers, MOST_BYTES=2 * size, LARGEST=2 * size):
        for name in ("a", "b", "c"):
            teller.ask(question=[name])
        assert rows(shop) == 2
        teller.ask(question=["c"])
        assert len(teller.counted) == 3
        teller.ask(lambda: some(things=100), question=["large"])
        assert rows(shop) == 2


def test_another_company_is_told_nothing_of_it(shop: Shop, database: Any) -> None:
    Teller(shop).ask()
    theirs = Shop(database)
    try:
        other = Teller(theirs)
        assert told(other.ask(lambda: some(4))) == {(1, 2): 4}
        assert (rows(shop), rows(theirs)) == (1, 1)
    finally:
        theirs.close()


def test_who_asks_while_another_process_counts_comes_again_for_its_answer(
    shop: Shop, second_connection: Any
) -> None:
    first, second = Teller(shop), Teller(shop, second_connection)
    refused: list[Occupied] = []

    def count() -> Pairs:
        with pytest.raises(Occupied) as occupied:
            second.ask()
        refused.append(occupied.value)
        return some()

    first.answer(count)
    with ThreadPoolExecutor(1) as pool:
        # It has answered, and is about to keep the answer.
        again = pool.submit(second.ask, waited_for=refused[0].question)
        first.keep()
        assert told(again.result(20)) == told(some())
    assert (len(first.counted), len(second.counted)) == (1, 0)


def test_who_comes_again_in_vain_counts(shop: Shop, second_connection: Any) -> None:
    first, second = Teller(shop), Teller(shop, second_connection)
    refused: list[Occupied] = []

    def fail() -> Pairs:
        with pytest.raises(Occupied) as occupied:
            second.ask()
        refused.append(occupied.value)
        raise Failed

    with pytest.raises(Failed):
        first.ask(fail)
    with with_limits(kept_answers, _GRACE=2):
        assert told(second.ask(waited_for=refused[0].question)) == told(some())
    assert len(second.counted) == 1
