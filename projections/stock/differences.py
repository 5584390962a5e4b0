"""Where balances are not what the log adds up to: found in steps over their keys."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import LiteralString
from uuid import UUID

from projections.base import Database, Fact, Row
from projections.stock.changes import changes_of
from projections.stock.sums import FIGURES, Key, Sum

#: Before the first key of all, and not before the last.
FIRST: Key = (str(UUID(int=0)), str(UUID(int=0)))
LAST: Key = (str(UUID(int=2**128 - 1)), str(UUID(int=2**128 - 1)))


@dataclass(frozen=True, kw_only=True)
class StockDifference:
    """A figure of a balance that is not what the events add up to, and the position at which they part.

    `is_said_by_event` if the event there says to have left another balance than it and all before it add up
    to; else that is the last event about the balance, whose row was altered after it.
    """

    company_id: UUID
    storage_id: UUID
    variant_id: UUID
    figure: str
    balance: Decimal
    sum: Decimal
    position: int
    is_said_by_event: bool

    @property
    def place(self) -> tuple[UUID, UUID, str]:
        """What it is about."""
        return self.storage_id, self.variant_id, self.figure


@dataclass(frozen=True)
class Stretch:
    """The balances whose keys lie after one key, up to another."""

    after: Key
    upto: Key

    def __contains__(self, key: Key) -> bool:
        # Ids as text sort as the database sorts them.
        return self.after < key <= self.upto

    @property
    def params(self) -> dict[str, str]:
        """Its bounds as parameters of a statement."""
        (after_storage, after_variant), (upto_storage, upto_variant) = self.after, self.upto
        return {
            "after_storage": after_storage,
            "after_variant": after_variant,
            "upto_storage": upto_storage,
            "upto_variant": upto_variant,
        }


def next_stretch(db: Database, after: Key, balances: int) -> Stretch:
    """The stretch of so many balances after a key; the last one goes to the end."""
    params = {"company_id": db.company_id, **Stretch(after, LAST).params, "balances": balances}
    row = db.ask(_END, params).row()
    return Stretch(after, (str(row["storage_id"]), str(row["variant_id"])) if row else LAST)


def count_balances(db: Database, stretch: Stretch) -> int:
    """How many balances a stretch has."""
    row = db.ask(_COUNT, {"company_id": db.company_id, **stretch.params}).row()
    return row["balances"] if row else 0


def find_differences(db: Database, stretch: Stretch, facts: Sequence[Fact] = ()) -> list[StockDifference]:
    """What differs in a stretch, at one moment.

    `facts` are those that the balances know at this moment, and the sums do not yet.
    """
    changes = [(change, fact.position) for fact in facts for change in changes_of(fact)]
    touched = {change.key for change, _ in changes if change.key in stretch}
    params = {
        "company_id": db.company_id,
        **stretch.params,
        "storages": [storage_id for storage_id, _ in touched],
        "variants": [variant_id for _, variant_id in touched],
    }
    rows = {(str(row["storage_id"]), str(row["variant_id"])): row for row in db.ask(_COMPARE, params).rows()}
    sums = {key: _sum(row) for key, row in rows.items()}
    for change, position in changes:
        if change.key in touched:
            sums.setdefault(change.key, Sum()).add(change, position)
    return [
        difference
        for key, one in sorted(sums.items())
        for difference in _differences(db.company_id, key, rows.get(key, {}), one)
    ]


def _differences(company_id: UUID, key: Key, row: Row, one: Sum) -> Iterator[StockDifference]:
    storage_id, variant_id = map(UUID, key)
    for figure in FIGURES:
        balance, total = row.get(f"balance_{figure}", 0), getattr(one, figure)
        if balance != total:
            parted_at = one.parted_at if figure in ("on_hand", "value") else None
            yield StockDifference(
                company_id=company_id,
                storage_id=storage_id,
                variant_id=variant_id,
                figure=figure,
                balance=Decimal(balance),
                sum=Decimal(total),
                position=parted_at or one.position,
                is_said_by_event=parted_at is not None,
            )


def _sum(row: Row) -> Sum:
    return Sum(**{name: row[name] for name in (*FIGURES, "position", "parted_at")})


_WITHIN: LiteralString = """
       company_id = %(company_id)s
       AND (storage_id, variant_id) > (%(after_storage)s::uuid, %(after_variant)s::uuid)
       AND (storage_id, variant_id) <= (%(upto_storage)s::uuid, %(upto_variant)s::uuid)
"""

_END: LiteralString = f"""
    SELECT storage_id, variant_id FROM stock_balances WHERE {_WITHIN}
     ORDER BY storage_id, variant_id
    OFFSET %(balances)s::bigint - 1 LIMIT 1
"""

_COUNT: LiteralString = f"SELECT count(*) AS balances FROM stock_balances WHERE {_WITHIN}"

# What nobody has written is nothing: a balance without events, or a variant without a balance.
_COMPARE: LiteralString = f"""
    SELECT storage_id, variant_id,
           coalesce(balance.on_hand, 0) AS balance_on_hand, coalesce(balance.value, 0) AS balance_value,
           coalesce(balance.reserved, 0) AS balance_reserved,
           coalesce(balance.incoming_ordered, 0) AS balance_incoming_ordered,
           coalesce(balance.incoming_transit, 0) AS balance_incoming_transit,
           coalesce(sums.on_hand, 0) AS on_hand, coalesce(sums.value, 0) AS value,
           coalesce(sums.reserved, 0) AS reserved, coalesce(sums.incoming_ordered, 0) AS incoming_ordered,
           coalesce(sums.incoming_transit, 0) AS incoming_transit,
           coalesce(sums.position, 0) AS position, sums.parted_at
      FROM (SELECT storage_id, variant_id, on_hand, value, reserved, incoming_ordered, incoming_transit
              FROM stock_balances WHERE {_WITHIN}) AS balance
      FULL JOIN (SELECT storage_id, variant_id, on_hand, value, reserved, incoming_ordered, incoming_transit,
                        position, parted_at
                   FROM stock_sums WHERE {_WITHIN}) AS sums USING (storage_id, variant_id)
     WHERE coalesce(balance.on_hand, 0) <> coalesce(sums.on_hand, 0)
        OR coalesce(balance.value, 0) <> coalesce(sums.value, 0)
        OR coalesce(balance.reserved, 0) <> coalesce(sums.reserved, 0)
        OR coalesce(balance.incoming_ordered, 0) <> coalesce(sums.incoming_ordered, 0)
        OR coalesce(balance.incoming_transit, 0) <> coalesce(sums.incoming_transit, 0)
        OR (storage_id, variant_id) IN (SELECT * FROM unnest(%(storages)b::uuid[], %(variants)b::uuid[]))
"""
