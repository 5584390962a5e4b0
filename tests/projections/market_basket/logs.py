"""A log of baskets made up at random, as somebody would keep it on paper and as arrays."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from hypothesis import strategies as st

from projections.market_basket.history import History, Items
from projections.market_basket.selection import Choice, Level

LEVELS: tuple[Level, ...] = ("variant", "product", "category", "brand")
FIRST_DAY = date(2024, 3, 1)
DAYS, STORES = 6, 3
#: Of each item its variant, product, category and brand; variants 2 and 4 changed their category.
ITEMS: tuple[tuple[int, int, int | None, int | None], ...] = (
    (1, 1, 1, None),
    (2, 1, 1, 1),
    (3, 2, None, 1),
    (2, 1, 2, 1),
    (4, 3, 2, None),
    (5, 4, None, None),
    (4, 3, None, 2),
    (6, 4, 3, 1),
)
VARIANT_OF = {number: item[0] for number, item in enumerate(ITEMS, 1)}


@dataclass(kw_only=True)
class Basket:
    """A basket on paper: its items by variant, what changed since, at which position."""

    position: int
    day: int
    store: int
    items: dict[int, int]
    changes: list[tuple[int, int, int]] = field(default_factory=list)

    def items_at(self, position: int) -> frozenset[int]:
        """Its items as they were known at a position; none before it was sold."""
        if position < self.position:
            return frozenset()
        items = dict(self.items)
        for at, item, change in self.changes:
            if at > position:
                break
            if item == 0:
                return frozenset()
            if change > 0:
                items.setdefault(VARIANT_OF[item], item)
            else:
                items.pop(VARIANT_OF[item], None)
        return frozenset(items.values())

    def last_change(self, position: int) -> int:
        """The position of the last fact of it up to this one; 0 before it was sold."""
        if position < self.position:
            return 0
        return max([self.position, *(at for at, *_ in self.changes if at <= position)])


@dataclass(frozen=True, kw_only=True)
class Paper:
    """All baskets, and how far the log goes."""

    baskets: list[Basket]
    last: int

    def chosen(self, choice: Choice) -> dict[int, frozenset[int]]:
        """The items of the baskets that are asked for, by place, but for those that are empty."""
        found = {
            place: basket.items_at(choice.position)
            for place, basket in enumerate(self.baskets)
            if is_asked(basket, choice)
        }
        return {place: items for place, items in found.items() if items}


def is_asked(basket: Basket, choice: Choice) -> bool:
    """Whether a basket is of these dates and stores."""
    day = FIRST_DAY + timedelta(days=basket.day)
    return choice.from_date <= day <= choice.to_date and (
        choice.stores is None or basket.store in choice.stores
    )


def at_level(items: frozenset[int], level: Level) -> frozenset[int]:
    """What a basket has at a level, by the first item that has it too."""
    place = LEVELS.index(level)
    names = [item[place] for item in ITEMS]
    return frozenset(names.index(name) + 1 for number in items if (name := ITEMS[number - 1][place]))


@st.composite
def papers(draw: st.DrawFn) -> Paper:
    """Some twenty facts: sales, voids, what comes back and what is handed over later."""
    baskets: list[Basket] = []
    position = 0
    for what in draw(st.lists(st.sampled_from(["sale", "sale", "leave", "join", "void"]), max_size=20)):
        position += draw(st.integers(1, 3))
        standing = [one for one in baskets if one.items_at(position)]
        if what == "sale" or not standing:
            baskets.append(draw(_sales(position)))
            continue
        basket = draw(st.sampled_from(standing))
        basket.changes.append((position, *draw(_changes(basket, what, position))))
    return Paper(baskets=baskets, last=position + draw(st.integers(0, 2)))


def _sales(position: int) -> st.SearchStrategy[Basket]:
    items = st.lists(st.integers(1, len(ITEMS)), min_size=1, max_size=4, unique_by=VARIANT_OF.__getitem__)
    return st.builds(
        Basket,
        position=st.just(position),
        day=st.integers(0, DAYS - 1),
        store=st.integers(1, STORES),
        items=items.map(lambda some: {VARIANT_OF[item]: item for item in sorted(some)}),
    )


@st.composite
def _changes(draw: st.DrawFn, basket: Basket, what: str, position: int) -> tuple[int, int]:
    """The item and the change; a variant leaves as its first item, and comes back as the item it was."""
    if what == "void":
        return 0, -1
    if what == "leave":
        variant = VARIANT_OF[draw(st.sampled_from(sorted(basket.items_at(position))))]
        return [*VARIANT_OF.values()].index(variant) + 1, -1
    joined = {VARIANT_OF[item]: item for _, item, change in reversed(basket.changes) if change > 0}
    item = draw(st.integers(1, len(ITEMS)))
    return {**joined, **basket.items}.get(VARIANT_OF[item], item), 1


@st.composite
def choices(draw: st.DrawFn, last: int) -> Choice:
    """Any dates, stores and position."""
    first, second = sorted([draw(st.integers(0, DAYS - 1)), draw(st.integers(0, DAYS - 1))])
    return Choice(
        position=draw(st.integers(0, last + 1)),
        stores=draw(st.none() | st.lists(st.integers(1, STORES), unique=True).map(tuple)),
        from_date=FIRST_DAY + timedelta(days=first),
        to_date=FIRST_DAY + timedelta(days=second),
    )


def items_upto(count: int) -> Items:
    """The first items, read in two parts."""
    return _more_items(_more_items(History().known, 1, count // 2), count // 2 + 1, count)


def _more_items(known: Items, first: int, last: int) -> Items:
    parts = ITEMS[first - 1 : last]
    if not parts:
        return known

    def numbers(place: int) -> bytes:
        names = [item[place] for item in ITEMS]
        return np.array([names.index(item[place]) + 1 for item in parts], ">i4").tobytes()

    def ids(place: int) -> bytes:
        return b"".join(UUID(int=item[place] or 0).bytes for item in parts)

    row: dict[str, Any] = {"variant": numbers(0), "product": numbers(1), "category": ids(2), "brand": ids(3)}
    return known.with_more(row)


def history_of(paper: Paper, upto: int | None = None) -> History:
    """The baskets in arrays, up to a position, with the items that were sold by then."""
    upto = paper.last if upto is None else upto
    baskets = [one for one in paper.baskets if one.position <= upto]
    changes = sorted(
        (at, one.position, item, change) for one in baskets for at, item, change in one.changes if at <= upto
    )
    items = [sorted(one.items.values()) for one in baskets]
    sold = [*(item for some in items for item in some), *(item for _, _, item, _ in changes)]
    columns = [*zip(*changes, strict=True)] or [(), (), (), ()]
    history = History(
        made="once",
        positions=np.array([one.position for one in baskets], np.int64),
        days=np.array([(FIRST_DAY - date(1970, 1, 1)).days + one.day for one in baskets], np.int32),
        stores=np.array([one.store for one in baskets], np.int32),
        offsets=np.cumsum([0, *map(len, items)]).astype(np.int64),
        items=np.array([item for some in items for item in some], np.int32),
        changed_at=np.array(columns[0], np.int64),
        changed_basket=np.array(columns[1], np.int64),
        changed_item=np.array(columns[2], np.int32),
        change=np.array(columns[3], np.int32),
    )
    return replace(history, known=items_upto(len(ITEMS) if upto >= paper.last else max(sold, default=0)))
