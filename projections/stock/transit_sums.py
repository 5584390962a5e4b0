"""What is on the way, line by line of every transfer, added up from what was sent and what became of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import LiteralString, NamedTuple

from domain.stock.transfers import Transfer
from projections.base import Database, Fact

#: A transfer and its line, as text.
LineKey = tuple[str, str]
#: What is added up.
TRANSIT_FIGURES = ("in_transit", "transit_value")

_NONE = Decimal(0)


class TransitChange(NamedTuple):
    """By how much an event changes what is on the way, and what it says is on the way afterwards."""

    key: LineKey
    in_transit: Decimal
    transit_value: int
    after: tuple[Decimal, int]


def transit_changes_of(fact: Fact) -> Iterator[TransitChange]:
    """What a fact changes of what is on the way."""
    if fact.event is Transfer.Shipped:
        return _shipped(fact)
    if fact.event in {Transfer.Received, Transfer.Cancelled}:
        return _arrived(fact)
    return iter(())


def _shipped(fact: Fact) -> Iterator[TransitChange]:
    for line in fact.data.lines:
        key = str(fact.stream_id), line.line_id
        yield TransitChange(key, line.quantity, line.value, (line.quantity, line.value))


def _arrived(fact: Fact) -> Iterator[TransitChange]:
    for line in fact.data.lines:
        quantity = line.received + line.damaged + line.lost + line.returned
        value = line.received_value + line.damaged_value + line.lost_value + line.returned_value
        key, after = (str(fact.stream_id), line.line_id), (line.transit_quantity, line.transit_value)
        yield TransitChange(key, -quantity, -value, after)


@dataclass(slots=True, kw_only=True)
class TransitSum:
    """What the log says is on the way of a line; `position` and `parted_at` are as in a `Sum`."""

    in_transit: Decimal = _NONE
    transit_value: int = 0
    position: int = 0
    parted_at: int | None = None

    def add(self, change: TransitChange, position: int) -> None:
        """Add what an event at this position changes."""
        self.in_transit += change.in_transit
        self.transit_value += change.transit_value
        self.position = position
        if self.parted_at is None and change.after != (self.in_transit, self.transit_value):
            self.parted_at = position


def add_to_transit(db: Database, facts: Iterable[Fact]) -> None:
    """Add what the facts change; a line of which nothing is on the way any more is let go."""
    changes = [(change, fact.position) for fact in facts for change in transit_changes_of(fact)]
    if not changes:
        return
    sums = _read(db, {change.key for change, _ in changes})
    for change, position in changes:
        sums.setdefault(change.key, TransitSum()).add(change, position)
    _write(db, sums)


def _read(db: Database, keys: Iterable[LineKey]) -> dict[LineKey, TransitSum]:
    rows = db.ask(_READ, {"company_id": db.company_id, **_columns(list(keys))}).rows()
    return {(row.pop("transfer_id"), row.pop("line_id")): TransitSum(**row) for row in rows}


def _write(db: Database, sums: Mapping[LineKey, TransitSum]) -> None:
    several = list(sums.values())
    params = {
        "company_id": db.company_id,
        **_columns(list(sums)),
        "quantities": [one.in_transit for one in several],
        "values": [Decimal(one.transit_value) for one in several],
        "positions": [one.position for one in several],
        "parted": [one.parted_at for one in several],
    }
    db.execute(_WRITE, params)
    db.execute(_LET_GO, params)


def _columns(keys: Sequence[LineKey]) -> dict[str, list[str]]:
    return {
        "transfers": [transfer_id for transfer_id, _ in keys],
        "lines": [line_id for _, line_id in keys],
    }


_READ: LiteralString = """
    SELECT own.transfer_id::text, own.line_id::text, own.in_transit, own.transit_value, own.position,
           own.parted_at
      FROM (SELECT unnest(%(transfers)b::uuid[]) AS transfer_id, unnest(%(lines)b::uuid[]) AS line_id) AS key
     CROSS JOIN LATERAL (
            SELECT * FROM stock_transit_sums
             WHERE company_id = %(company_id)s AND transfer_id = key.transfer_id AND line_id = key.line_id
             LIMIT 1
           ) AS own
"""

_WRITE: LiteralString = """
    INSERT INTO stock_transit_sums (company_id, transfer_id, line_id, in_transit, transit_value, position,
                                    parted_at)
    SELECT %(company_id)s, unnest(%(transfers)b::uuid[]), unnest(%(lines)b::uuid[]),
           unnest(%(quantities)b::numeric[]), unnest(%(values)b::numeric[]), unnest(%(positions)b::bigint[]),
           unnest(%(parted)b::bigint[])
        ON CONFLICT (company_id, transfer_id, line_id) DO UPDATE
       SET in_transit = excluded.in_transit, transit_value = excluded.transit_value,
           position = excluded.position, parted_at = excluded.parted_at
"""

_LET_GO: LiteralString = """
    DELETE FROM stock_transit_sums AS own
     USING (SELECT unnest(%(transfers)b::uuid[]) AS transfer_id, unnest(%(lines)b::uuid[]) AS line_id) AS key
     WHERE own.company_id = %(company_id)s AND own.transfer_id = key.transfer_id AND own.line_id = key.line_id
       AND own.in_transit = 0 AND own.transit_value = 0 AND own.parted_at IS NULL
"""
