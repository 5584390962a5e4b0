"""Counts what is bought together in the baskets that a request is about."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal
from functools import cached_property
from uuid import UUID

from projections.base import Database
from projections.market_basket.history import History, Ints
from projections.market_basket.kept_answers import Waiting, kept
from projections.market_basket.memory import BasketMemory, S
from projections.market_basket.own_counts import OwnCounts
from projections.market_basket.pairs import Pairs, count_pairs, rank
from projections.market_basket.selection import Baskets, Choice, Level, choose, last_position, of_level


@dataclass(frozen=True, kw_only=True)
class BasketScope:
    """Which baskets a request is about: up to a position, of these stores (None: all), on these dates."""

    position: int
    stores: tuple[UUID, ...] | None
    from_date: date
    to_date: date
    level: Level = "product"


class Counting:
    """The baskets of one request, and what is counted in them."""

    def __init__(
        self,
        db: Database,
        memory: BasketMemory,
        history: History,
        scope: BasketScope,
        stores: tuple[int, ...] | None,
        *,
        waiting: Waiting | None = None,
    ) -> None:
        """Of the baskets of a history; `stores` are those that are asked for, by number."""
        self._db = db
        self._memory = memory
        self._waiting = waiting or Waiting()
        self.history = history
        self.scope = scope
        self.choice = Choice(
            position=scope.position, stores=stores, from_date=scope.from_date, to_date=scope.to_date
        )

    def of_other_dates(self, from_date: date, to_date: date) -> "Counting":
        """The same of another period."""
        other = replace(self.scope, from_date=from_date, to_date=to_date)
        stores = self.choice.stores
        return Counting(self._db, self._memory, self.history, other, stores, waiting=self._waiting)

    @cached_property
    def own(self) -> OwnCounts:
        """How many baskets there are, and how many have each thing."""
        return self._memory.own(self._db.company_id, self.history, self.choice, self.scope.level)

    def beside(self, number: int) -> OwnCounts:
        """How many of the baskets with this thing have each other one."""
        company_id, scope = self._db.company_id, self.scope
        return self._memory.own(company_id, self.history, self.choice, scope.level, number)

    def baskets(self) -> Baskets:
        """The baskets themselves."""
        return choose(self.history, self.choice)

    def slots(self) -> tuple[Ints, Ints]:
        """In which basket each thing of the level is, and which it is (see `of_level`)."""
        return of_level(self.baskets(), self.history.known, self.scope.level)

    def at_least(self, count: int, share: Decimal | None) -> int:
        """How many baskets must have a pair: so many, and at least such a share of all."""
        if share is None:
            return count
        return max(count, int((share * self.own.baskets).to_integral_value(ROUND_CEILING)))

    def pairs(self, at_least: int) -> Pairs:
        """The pairs that at least so many baskets have. Raises TooManyBaskets, TooManyPairs, Occupied."""
        question = [*self.question, at_least]

        def count() -> Pairs:
            return kept(self._db, question, self.state, self._waiting, lambda: self._count(at_least))

        return self.counted(("pairs", at_least), count)

    def counted(self, question: tuple[Hashable, ...], count: Callable[[], S]) -> S:
        """What this process counted of these baskets when it was asked the same, if they still are so.

        Raises Occupied.
        """
        return self._memory.counted((self._db.company_id, *self.question, self.state, *question), count)

    @property
    def question(self) -> tuple[Hashable, ...]:
        """Which baskets these are."""
        return self.scope.level, self.scope.from_date, self.scope.to_date, self.choice.stores

    @cached_property
    def state(self) -> str:
        """What these baskets follow from; as long as it is the same, so are they."""
        return f"{self.history.made}/{last_position(self.history, self.choice)}"

    def _count(self, at_least: int) -> Pairs:
        own = self.own
        return count_pairs(rank(*self.slots(), own.own, at_least), own.baskets)
