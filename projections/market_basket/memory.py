"""What a process keeps of the companies that asked last: their baskets, and what was counted in them.

Nobody waits long for what another request is making: that would hold a thread and a transaction, which the
tills need. They are told to come again (`Occupied`).
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from threading import Lock, RLock
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from projections.base import Database
from projections.market_basket.history import History, ask_history
from projections.market_basket.limits import Occupied
from projections.market_basket.own_counts import OwnCounts, count_own
from projections.market_basket.selection import Choice, Level

#: How much a process keeps, in bytes: of histories, of which a year of 155,848 orders takes 13 MB, and of
#: pairs that were counted, of which the same year has 5 MB.
MOST_HISTORIES, MOST_LARGE = 96 * 2**20, 24 * 2**20
#: What is smaller is kept by itself, up to so much: pages that are asked for again take no more than that.
SMALL, MOST_SMALL = 2**16, 8 * 2**20
#: Of how many choices of baskets of a company it is kept how many have each thing: 0.2 megabytes each of a
#: year with 28,000 items. The same of those with one thing: tills ask most about what is sold most, which
#: takes some 10 ms to count anew.
MOST_CHOICES, MOST_BESIDE = 32, 32
#: For how many seconds to wait for what another request reads or adds up, which mostly takes less.
PATIENCE = 0.1

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Sized(Protocol):
    """What was counted, and can tell how much memory it takes."""

    @property
    def bytes(self) -> int:
        """In bytes, about."""


S = TypeVar("S", bound=Sized)


class Recent(Generic[K, V]):
    """The values that were asked for last, up to so much; each is made once.

    The last one is kept however large it is, or it would be made again and again.
    """

    def __init__(self, most: int, size: Callable[[V], int]) -> None:
        self._most = most
        self._size = size
        self._lock = Lock()
        self._making: dict[K, Lock] = {}
        self._kept: OrderedDict[K, V] = OrderedDict()

    def find(self, key: K) -> V | None:
        """What is kept, if anything is."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: K, value: V) -> None:
        """Keep a value that was made elsewhere."""
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            self._drop()

    def get(self, key: K, make: Callable[[V | None], V]) -> V:
        """What `make` makes of what is kept, if anything is; only one at a time makes it. Raises Occupied."""
        with self._lock:
            making = self._making.setdefault(key, Lock())
        with alone(making, PATIENCE):
            try:
                value = make(self._kept.get(key))
                self.put(key, value)
            finally:
                with self._lock:
                    # Of a question that is refused nothing is left.
                    if key not in self._kept:
                        self._making.pop(key, None)
        return value

    def _drop(self) -> None:
        total = sum(map(self._size, self._kept.values()))
        while total > self._most and len(self._kept) > 1:
            key, value = self._kept.popitem(last=False)
            self._making.pop(key, None)
            total -= self._size(value)


@contextmanager
def alone(lock: "Lock | RLock", patience: float) -> Iterator[None]:
    """Hold a lock. Raises Occupied when it is not free within so many seconds."""
    if not lock.acquire(timeout=patience):
        raise Occupied
    try:
        yield
    finally:
        lock.release()


class BasketMemory:
    """What was read and counted; what is dropped is read and counted again."""

    def __init__(self) -> None:
        self._histories: Recent[UUID, History] = Recent(MOST_HISTORIES, lambda one: one.bytes)
        self._own: Recent[Hashable, OwnCounts] = Recent(MOST_CHOICES, lambda _: 1)
        self._beside: Recent[Hashable, OwnCounts] = Recent(MOST_BESIDE, lambda _: 1)
        self._large: Recent[Hashable, Any] = Recent(MOST_LARGE, lambda one: one.bytes)
        self._small: Recent[Hashable, Any] = Recent(MOST_SMALL, lambda one: one.bytes)
        # A year takes some 100 MB while it is counted: of many who ask, one at a time has them.
        self._counting = RLock()
        #: Whoever writes a file, which takes seconds of a core, holds it.
        self.writing = Lock()

    def history(self, db: Database) -> History:
        """The company's baskets as the transaction sees them, or newer. Raises Occupied."""
        return self._histories.get(db.company_id, lambda known: ask_history(db, known or History()).read())

    def own(
        self,
        company_id: UUID,
        history: History,
        choice: Choice,
        level: Level,
        beside: int | None = None,
    ) -> OwnCounts:
        """How many baskets, of all or of those beside one thing, have each thing of a level.

        Only what changed since is counted. Raises Occupied.
        """
        counted: OwnCounts | None = None

        def count(earlier: OwnCounts | None) -> OwnCounts:
            nonlocal counted
            counted = count_own(history, choice, level, earlier, beside=beside)
            # Who asks as of an earlier moment leaves what is kept of now alone.
            return counted if earlier is None or choice.position >= earlier.choice.position else earlier

        key = (company_id, history.made, level, choice.stores, choice.from_date, choice.to_date, beside)
        kept = (self._own if beside is None else self._beside).get(key, count)
        return kept if counted is None else counted

    def counted(self, key: Hashable, count: Callable[[], S]) -> S:
        """What was counted for this question in this state of the log. Raises Occupied."""
        known: S | None = self._find(key)
        if known is not None:
            return known
        # Before anything else is waited for, as what is counted may be counted from something that is.
        with alone(self._counting, 0):
            known = self._find(key)
            if known is not None:
                return known
            counted = count()
            kept = self._small if counted.bytes < SMALL else self._large
            kept.put(key, counted)
        return counted

    def _find(self, key: Hashable) -> Any:
        return self._small.find(key) or self._large.find(key)
