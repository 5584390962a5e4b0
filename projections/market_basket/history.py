"""All baskets of a company in arrays, read once and then only what was recorded since."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, LiteralString
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from domain.pending import Pending
from projections.base import Database, Row
from projections.reports.sales.baskets import PACKED
from projections.reports.sales.sales_reports import SalesReports

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Ids = NDArray[np.bytes_]
Flags = NDArray[np.bool_]

#: As numbers are sent in chunks: the most significant byte first.
_SIZE, _NUMBER, _LONG = np.dtype(">u2"), np.dtype(">i4"), np.dtype(">i8")


@dataclass(frozen=True, kw_only=True)
class Items:
    """What was sold, by number, from 0, which is nothing: for each the number that stands for its level.

    The first item of a variant, product, category or brand stands for it; 0 is none. Ids of categories and
    brands are kept as they are, so that items which come later find what they share.
    """

    variant: Ints
    product: Ints
    category: Ints
    brand: Ints
    category_ids: Ids
    brand_ids: Ids

    def __len__(self) -> int:
        return len(self.variant) - 1

    @cached_property
    def shared(self) -> Mapping[str, Flags]:
        """By level, whether a number stands for several items, which a basket may have beside each other."""
        levels = {"variant": self.variant, "product": self.product, "category": self.category}
        return {
            level: np.bincount(numbers, minlength=len(numbers)) > 1
            for level, numbers in {**levels, "brand": self.brand}.items()
        }

    @cached_property
    def is_any_shared(self) -> Mapping[str, bool]:
        """By level, whether any number does."""
        return {level: bool(shared[1:].any()) for level, shared in self.shared.items()}

    def with_more(self, row: Row) -> "Items":
        """These and the next ones."""
        if row["variant"] is None:
            return self
        category_ids = np.concatenate([self.category_ids, np.frombuffer(row["category"], _ID)])
        brand_ids = np.concatenate([self.brand_ids, np.frombuffer(row["brand"], _ID)])
        return Items(
            variant=_more(self.variant, row["variant"], _NUMBER),
            product=_more(self.product, row["product"], _NUMBER),
            category=_first_of_same(category_ids),
            brand=_first_of_same(brand_ids),
            category_ids=category_ids,
            brand_ids=brand_ids,
        )


_ID = np.dtype("S16")


def _first_of_same(ids: Ids) -> Ints:
    """For each the number of the first that has the same id; 0, which has none, stands for none."""
    _, first, same = np.unique(ids, return_index=True, return_inverse=True)
    return first.astype(np.int32)[same]


def _more(known: NDArray[Any], sent: bytes, kind: np.dtype[Any]) -> NDArray[Any]:
    return np.concatenate([known, np.frombuffer(sent, kind).astype(known.dtype)])


_NO_ITEMS = Items(
    variant=np.zeros(1, np.int32),
    product=np.zeros(1, np.int32),
    category=np.zeros(1, np.int32),
    brand=np.zeros(1, np.int32),
    category_ids=np.zeros(1, _ID),
    brand_ids=np.zeros(1, _ID),
)


@dataclass(frozen=True, kw_only=True)
class History:
    """Baskets in the order of the log: where each was recorded, its date and store, and its items.

    The items of basket `n` are `items[offsets[n]:offsets[n + 1]]`. Days are counted from 1970. Changes are
    what left baskets or joined them later, at which position. No array is ever changed.
    """

    made: str = ""
    positions: Longs = field(default_factory=lambda: np.zeros(0, np.int64))
    days: Ints = field(default_factory=lambda: np.zeros(0, np.int32))
    stores: Ints = field(default_factory=lambda: np.zeros(0, np.int32))
    offsets: Longs = field(default_factory=lambda: np.zeros(1, np.int64))
    items: Ints = field(default_factory=lambda: np.zeros(0, np.int32))
    changed_at: Longs = field(default_factory=lambda: np.zeros(0, np.int64))
    changed_basket: Longs = field(default_factory=lambda: np.zeros(0, np.int64))
    changed_item: Ints = field(default_factory=lambda: np.zeros(0, np.int32))
    change: Ints = field(default_factory=lambda: np.zeros(0, np.int32))
    known: Items = _NO_ITEMS

    @property
    def bytes(self) -> int:
        """How much memory it takes."""
        own = (value.nbytes for value in vars(self).values() if isinstance(value, np.ndarray))
        known = (value.nbytes for value in vars(self.known).values() if isinstance(value, np.ndarray))
        return int(sum(own) + sum(known))


# One statement, which sees one moment: a basket is in the tail or in a chunk, never in both or in neither.
# What is not in a chunk yet is sent as one more. What was made anew from the log may be other baskets.
_BASKETS: LiteralString = f"""
    WITH state AS (
        SELECT made, CASE WHEN made = %(made)s::text THEN %(position)s::bigint ELSE 0 END AS known
          FROM (SELECT concat('made ', (
                       SELECT extract(epoch FROM made_at) FROM projection_checkpoints
                        WHERE company_id = %(company_id)s AND projection = %(projection)s::text)) AS made
               ) AS log
    )
    SELECT state.made, chunk.first_position, chunk.sizes, chunk.days, chunk.stores, chunk.positions,
           chunk.items
      FROM state
      LEFT JOIN LATERAL (
            SELECT first_position, sizes, days, stores, positions, items
              FROM basket_chunks
             WHERE company_id = %(company_id)s AND last_position > state.known
         UNION ALL
            SELECT first_position,{PACKED}
              FROM (SELECT *, min(position) OVER () AS first_position FROM basket_tail
                     WHERE company_id = %(company_id)s AND position > state.known) AS tail
             GROUP BY first_position
           ) AS chunk ON true
     ORDER BY chunk.first_position
"""

_CHANGES: LiteralString = """
    SELECT string_agg(int8send(position), '' ORDER BY position, item_no) AS positions,
           string_agg(int8send(basket_position), '' ORDER BY position, item_no) AS baskets,
           string_agg(int4send(item_no), '' ORDER BY position, item_no) AS items,
           string_agg(int4send(change), '' ORDER BY position, item_no) AS changes
      FROM basket_changes
     WHERE company_id = %(company_id)s AND position > %(known)s::bigint
"""

_ITEMS: LiteralString = """
    SELECT string_agg(int4send(variant_no), '' ORDER BY item_no) AS variant,
           string_agg(int4send(product_no), '' ORDER BY item_no) AS product,
           string_agg(uuid_send(coalesce(category_id, %(nothing)s::uuid)), '' ORDER BY item_no) AS category,
           string_agg(uuid_send(coalesce(brand_id, %(nothing)s::uuid)), '' ORDER BY item_no) AS brand
      FROM report_items
     WHERE company_id = %(company_id)s AND item_no > %(known)s::int
"""
_NOTHING = UUID(int=0)


def ask_history(db: Database, known: History) -> Pending[History]:
    """Ask for what was recorded since, which joins what is known; without anything of it for all.

    What was made anew in between is asked for once more, from the beginning.
    """
    last = int(known.positions[-1]) if len(known.positions) else 0
    changed = int(known.changed_at[-1]) if len(known.changed_at) else 0
    whole = {"company_id": db.company_id, "projection": SalesReports.name, "nothing": _NOTHING}
    baskets = db.ask(_BASKETS, {**whole, "made": known.made, "position": last})
    changes = db.ask(_CHANGES, {**whole, "known": changed})
    items = db.ask(_ITEMS, {**whole, "known": len(known.known)})

    def history() -> History:
        rows = baskets.rows()
        made = rows[0]["made"]
        if known.made not in ("", made):
            return ask_history(db, History()).read()
        joined = _with_baskets(known, [row for row in rows if row["sizes"] is not None])
        joined = _with_changes(joined, changes.rows()[0])
        return replace(joined, made=made, known=joined.known.with_more(items.rows()[0]))

    return Pending(history)


def _with_baskets(history: History, chunks: list[Row]) -> History:
    if not chunks:
        return history
    # Of a chunk that was packed since, the first baskets may be known already.
    known = int(history.positions[-1]) if len(history.positions) else 0
    parts = [_unpacked(chunk, known) for chunk in chunks]
    sizes = np.concatenate([part.sizes for part in parts])
    ends = history.offsets[-1] + np.cumsum(sizes, dtype=np.int64)
    return replace(
        history,
        positions=np.concatenate([history.positions, *(part.positions for part in parts)]),
        days=np.concatenate([history.days, *(part.days for part in parts)]),
        stores=np.concatenate([history.stores, *(part.stores for part in parts)]),
        offsets=np.concatenate([history.offsets, ends]),
        items=np.concatenate([history.items, *(part.items for part in parts)]),
    )


@dataclass(frozen=True, kw_only=True)
class _Part:
    positions: Longs
    days: Ints
    stores: Ints
    sizes: Ints
    items: Ints


def _unpacked(chunk: Row, known: int) -> _Part:
    """The baskets of a chunk that lie beyond a position."""
    positions = chunk["first_position"] + np.frombuffer(chunk["positions"], _NUMBER).astype(np.int64)
    sizes = np.frombuffer(chunk["sizes"], _SIZE).astype(np.int32)
    new = int(np.searchsorted(positions, known, "right"))
    return _Part(
        positions=positions[new:],
        days=np.frombuffer(chunk["days"], _NUMBER).astype(np.int32)[new:],
        stores=np.frombuffer(chunk["stores"], _NUMBER).astype(np.int32)[new:],
        sizes=sizes[new:],
        items=np.frombuffer(chunk["items"], _NUMBER).astype(np.int32)[int(sizes[:new].sum()) :],
    )


def _with_changes(history: History, row: Row) -> History:
    if row["positions"] is None:
        return history
    return replace(
        history,
        changed_at=_more(history.changed_at, row["positions"], _LONG),
        changed_basket=_more(history.changed_basket, row["baskets"], _LONG),
        changed_item=_more(history.changed_item, row["items"], _NUMBER),
        change=_more(history.change, row["changes"], _NUMBER),
    )
