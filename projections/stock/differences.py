"""Where balances and what is on the way are not what the log adds up to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import LiteralString
from uuid import UUID

from projections.base import Database, Fact, Row
from projections.stock.sums import FIGURES, Key, Sum, add_changes, positioned
from projections.stock.transit_sums import TRANSIT_FIGURES, TransitSum, transit_changes_of

#: Before the first key of all, and not before the last.
FIRST: Key = (str(UUID(int=0)), str(UUID(int=0)))
LAST: Key = (str(UUID(int=2**128 - 1)), str(UUID(int=2**128 - 1)))
#: What a difference is about: the owner and its item (see there), and the figure.
Place = tuple[UUID, UUID, str]


@dataclass(frozen=True, kw_only=True)
class StockDifference:
    """A figure that is not what the events add up to, and the position of the log at which they part.

    The owner is a storage and the item a variant; or, of what is on the way, a transfer and its line.
    `kept` is what stands in the table. `is_said_by_event` if the event at the position says to have left
    something else than it and all before it add up to; else that is the last event about it, and the row was
    altered after it.
    """

    company_id: UUID
    owner_id: UUID
    item_id: UUID
    figure: str
    kept: Decimal
    sum: Decimal
    position: int
    is_said_by_event: bool

    @property
    def place(self) -> Place:
        """What it is about."""
        return self.owner_id, self.item_id, self.figure

    @property
    def named_place(self) -> dict[str, str]:
        """The same with the names of the ids, for people."""
        owner, item = (
            ("transfer_id", "line_id") if self.figure in TRANSIT_FIGURES else ("storage_id", "variant_id")
        )
        return {owner: str(self.owner_id), item: str(self.item_id), "figure": self.figure}


@dataclass(frozen=True)
class Stretch:
    """The balances whose keys lie after one key, up to another."""

    after: Key = FIRST
    upto: Key = LAST

    def __contains__(self, key: Key) -> bool:
        # Ids as text sort as the database sorts them.
        return self.after < key <= self.upto

    @property
    def is_last(self) -> bool:
        """Whether no balance lies behind it."""
        return self.upto == LAST

    @property
    def params(self) -> dict[str, str]:
        """Its bounds as parameters of a statement."""
        (after_owner, after_item), (upto_owner, upto_item) = self.after, self.upto
        return {
            "after_owner": after_owner,
            "after_item": after_item,
            "upto_owner": upto_owner,
            "upto_item": upto_item,
        }


def next_stretch(db: Database, after: Key, balances: int) -> Stretch:
    """The stretch of so many balances after a key; the last one goes to the end."""
    params = {"company_id": db.company_id, **Stretch(after).params, "balances": balances}
    row = db.ask(_END, params).row()
    return Stretch(after, (row["owner_id"], row["item_id"])) if row else Stretch(after)


def count_balances(db: Database, stretch: Stretch) -> int:
    """How many balances a stretch has."""
    row = db.ask(_COUNT, {"company_id": db.company_id, **stretch.params}).row()
    return row["balances"] if row else 0


def find_differences(db: Database, stretch: Stretch, facts: Sequence[Fact] = ()) -> list[StockDifference]:
    """What differs in a stretch at one moment, and with the last stretch of all that is on the way.

    `facts` are those that the balances know at this moment, and the sums do not yet.
    """
    differences = list(_in_balances(db, stretch, facts))
    if stretch.is_last:
        differences += _in_transit(db, facts)
    return differences


def _in_balances(db: Database, stretch: Stretch, facts: Sequence[Fact]) -> Iterator[StockDifference]:
    changes = [(change, at) for change, at in positioned(facts) if change.key in stretch]
    params = {
        "company_id": db.company_id,
        **stretch.params,
        **_columns({change.key for change, _ in changes}),
    }
    rows = _by_key(db.ask(_BALANCES, params).rows())
    sums = {key: Sum(**_fields(row, FIGURES)) for key, row in rows.items()}
    add_changes(sums, changes)
    return _differences(db.company_id, rows, sums, FIGURES)


def _in_transit(db: Database, facts: Sequence[Fact]) -> Iterator[StockDifference]:
    changes = [(change, fact.position) for fact in facts for change in transit_changes_of(fact)]
    params = {"company_id": db.company_id, **_columns({change.key for change, _ in changes})}
    rows = _by_key(db.ask(_LINES, params).rows())
    sums = {key: TransitSum(**_fields(row, TRANSIT_FIGURES)) for key, row in rows.items()}
    for change, position in changes:
        sums.setdefault(change.key, TransitSum()).add(change, position)
    return _differences(db.company_id, rows, sums, TRANSIT_FIGURES)


def _differences(
    company_id: UUID, rows: Mapping[Key, Row], sums: Mapping[Key, Sum | TransitSum], figures: Sequence[str]
) -> Iterator[StockDifference]:
    for key in sorted(sums):
        one, row = sums[key], rows.get(key, {})
        for figure in figures:
            kept, total = row.get(f"kept_{figure}", 0), getattr(one, figure)
            if kept != total:
                parted_at = None if figure in _NOT_SAID else one.parted_at
                yield StockDifference(
                    company_id=company_id,
                    owner_id=UUID(key[0]),
                    item_id=UUID(key[1]),
                    figure=figure,
                    kept=Decimal(kept),
                    sum=Decimal(total),
                    position=parted_at or one.position,
                    is_said_by_event=parted_at is not None,
                )


#: Of what no event says how much it left.
_NOT_SAID = frozenset({"reserved", "incoming_ordered", "incoming_transit"})


def _by_key(rows: Sequence[Row]) -> dict[Key, Row]:
    return {(row["owner_id"], row["item_id"]): row for row in rows}


def _fields(row: Row, figures: Sequence[str]) -> Row:
    return {name: row[name] for name in (*figures, "position", "parted_at")}


def _columns(keys: set[Key]) -> dict[str, list[str]]:
    return {"owners": [owner for owner, _ in keys], "items": [item for _, item in keys]}


_WITHIN: LiteralString = """
       company_id = %(company_id)s
       AND (storage_id, variant_id) > (%(after_owner)s::uuid, %(after_item)s::uuid)
       AND (storage_id, variant_id) <= (%(upto_owner)s::uuid, %(upto_item)s::uuid)
"""

_END: LiteralString = f"""
    SELECT storage_id::text AS owner_id, variant_id::text AS item_id FROM stock_balances WHERE {_WITHIN}
     ORDER BY storage_id, variant_id
    OFFSET %(balances)s::bigint - 1 LIMIT 1
"""

_COUNT: LiteralString = f"SELECT count(*) AS balances FROM stock_balances WHERE {_WITHIN}"

# What nobody has written is nothing: a balance without events, or a variant without a balance.
_BALANCES: LiteralString = f"""
    SELECT storage_id::text AS owner_id, variant_id::text AS item_id,
           coalesce(kept.on_hand, 0) AS kept_on_hand, coalesce(kept.value, 0) AS kept_value,
           coalesce(kept.reserved, 0) AS kept_reserved,
           coalesce(kept.incoming_ordered, 0) AS kept_incoming_ordered,
           coalesce(kept.incoming_transit, 0) AS kept_incoming_transit,
           coalesce(sums.on_hand, 0) AS on_hand, coalesce(sums.value, 0) AS value,
           coalesce(sums.reserved, 0) AS reserved, coalesce(sums.incoming_ordered, 0) AS incoming_ordered,
           coalesce(sums.incoming_transit, 0) AS incoming_transit,
           coalesce(sums.position, 0) AS position, sums.parted_at
      FROM (SELECT storage_id, variant_id, on_hand, value, reserved, incoming_ordered, incoming_transit
              FROM stock_balances WHERE {_WITHIN}) AS kept
      FULL JOIN (SELECT storage_id, variant_id, on_hand, value, reserved, incoming_ordered, incoming_transit,
                        position, parted_at
                   FROM stock_sums WHERE {_WITHIN}) AS sums USING (storage_id, variant_id)
     WHERE coalesce(kept.on_hand, 0) <> coalesce(sums.on_hand, 0)
        OR coalesce(kept.value, 0) <> coalesce(sums.value, 0)
        OR coalesce(kept.reserved, 0) <> coalesce(sums.reserved, 0)
        OR coalesce(kept.incoming_ordered, 0) <> coalesce(sums.incoming_ordered, 0)
        OR coalesce(kept.incoming_transit, 0) <> coalesce(sums.incoming_transit, 0)
        OR (storage_id, variant_id) IN (SELECT unnest(%(owners)b::uuid[]), unnest(%(items)b::uuid[]))
"""

_LINES: LiteralString = """
    SELECT transfer_id::text AS owner_id, line_id::text AS item_id,
           coalesce(kept.in_transit, 0) AS kept_in_transit,
           coalesce(kept.transit_value, 0) AS kept_transit_value,
           coalesce(sums.in_transit, 0) AS in_transit, coalesce(sums.transit_value, 0) AS transit_value,
           coalesce(sums.position, 0) AS position, sums.parted_at
      FROM (SELECT transfer_id, line_id, in_transit, transit_value
              FROM transfer_lines WHERE company_id = %(company_id)s AND in_transit <> 0) AS kept
      FULL JOIN (SELECT transfer_id, line_id, in_transit, transit_value, position, parted_at
                   FROM stock_transit_sums WHERE company_id = %(company_id)s) AS sums
     USING (transfer_id, line_id)
     WHERE coalesce(kept.in_transit, 0) <> coalesce(sums.in_transit, 0)
        OR coalesce(kept.transit_value, 0) <> coalesce(sums.transit_value, 0)
        OR (transfer_id, line_id) IN (SELECT unnest(%(owners)b::uuid[]), unnest(%(items)b::uuid[]))
"""
