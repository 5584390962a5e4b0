"""How far each company's stock was compared with the sums of its log, and what is known to differ."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from infra.postgres.transactions import Transaction
from projections.stock.differences import FIRST, Place, StockDifference, Stretch
from projections.stock.sums import FIGURES, Key
from projections.stock.transit_sums import TRANSIT_FIGURES


@dataclass(frozen=True)
class Round:
    """A walk over all balances of a company, from the position of the log at which it began."""

    begun_at: datetime
    begun_position: int
    after: Key = FIRST


def companies_due(connection: psycopg.Connection[Any], now: datetime, pause: timedelta) -> list[UUID]:
    """The companies whose round is at hand, then those whose last one began longer ago than the pause."""
    rows = connection.execute(_DUE, {"now": now, "pause": pause}).fetchall()
    return [company_id for (company_id,) in rows]


def round_at_hand(db: Transaction) -> Round | None:
    """The company's round that has not come to its end, if there is one."""
    row = db.ask(_ROUND, {"company_id": db.company_id}).row()
    if row is None:
        return None
    after = str(row["after_storage"]), str(row["after_variant"])
    return Round(row["begun_at"], row["begun_position"], after)


def keep_round(db: Transaction, kept: Round, stretch: Stretch, now: datetime) -> None:
    """Keep how far a round has come; at its end nothing may differ for its beginning to count as clean."""
    params = {
        "company_id": db.company_id,
        "begun_at": kept.begun_at,
        "begun_position": kept.begun_position,
        "storage_id": None if stretch.is_last else stretch.upto[0],
        "variant_id": None if stretch.is_last else stretch.upto[1],
        "now": now,
    }
    db.execute(_KEEP, params)
    if stretch.is_last:
        db.execute(_VERIFIED, params)


def known_within(db: Transaction, stretch: Stretch) -> set[Place]:
    """The differences that were found before where one looks with this stretch (`find_differences`)."""
    params = {"company_id": db.company_id, **stretch.params, "figures": list(FIGURES)}
    rows = db.ask(_KNOWN, params).rows()
    if stretch.is_last:
        rows += db.ask(_KNOWN, {**params, **Stretch().params, "figures": list(TRANSIT_FIGURES)}).rows()
    return {(row["owner_id"], row["item_id"], row["figure"]) for row in rows}


def forget(db: Transaction, places: Iterable[Place]) -> None:
    """Forget differences that are no more."""
    db.execute(_FORGET, {"company_id": db.company_id, **_columns(list(places))})


def note(db: Transaction, differences: Sequence[StockDifference], now: datetime) -> None:
    """Keep differences as they are now."""
    params = {
        "company_id": db.company_id,
        **_columns([one.place for one in differences]),
        "kept": [one.kept for one in differences],
        "sums": [one.sum for one in differences],
        "positions": [one.position for one in differences],
        "now": now,
    }
    db.execute(_NOTE, params)


def _columns(places: Sequence[Place]) -> dict[str, Any]:
    return {
        "owners": [owner_id for owner_id, _, _ in places],
        "items": [item_id for _, item_id, _ in places],
        "figures": [figure for _, _, figure in places],
    }


# Found without a lock and across companies, so it is only a hint where to look. A clock that was put back
# makes every company due.
_DUE: LiteralString = """
    SELECT head.company_id
      FROM company_head AS head
      LEFT JOIN stock_verifications AS round ON round.company_id = head.company_id
     WHERE (round.company_id IS NULL OR round.after_storage IS NOT NULL
            OR round.begun_at NOT BETWEEN %(now)s::timestamptz - %(pause)s::interval
                                      AND %(now)s::timestamptz)
       AND head.company_id <> ALL((SELECT closed FROM installation)::uuid[])
     ORDER BY round.after_storage IS NULL, round.begun_at NULLS FIRST
"""

_ROUND: LiteralString = """
    SELECT begun_at, begun_position, after_storage, after_variant FROM stock_verifications
     WHERE company_id = %(company_id)s AND after_storage IS NOT NULL
"""

_KEEP: LiteralString = """
    INSERT INTO stock_verifications (company_id, begun_at, begun_position, after_storage, after_variant)
    VALUES (%(company_id)s, %(begun_at)s, %(begun_position)s, %(storage_id)s, %(variant_id)s)
        ON CONFLICT (company_id) DO UPDATE
       SET begun_at = excluded.begun_at, begun_position = excluded.begun_position,
           after_storage = excluded.after_storage, after_variant = excluded.after_variant
"""

_VERIFIED: LiteralString = """
    UPDATE stock_verifications SET verified_position = begun_position, verified_at = %(now)s
     WHERE company_id = %(company_id)s
       AND NOT EXISTS (SELECT FROM stock_differences WHERE company_id = %(company_id)s)
"""

_KNOWN: LiteralString = """
    SELECT owner_id, item_id, figure FROM stock_differences
     WHERE company_id = %(company_id)s AND figure = ANY(%(figures)b::text[])
       AND (owner_id, item_id) > (%(after_owner)s::uuid, %(after_item)s::uuid)
       AND (owner_id, item_id) <= (%(upto_owner)s::uuid, %(upto_item)s::uuid)
"""

_FORGET: LiteralString = """
    DELETE FROM stock_differences
     WHERE company_id = %(company_id)s
       AND (owner_id, item_id, figure) IN (
               SELECT unnest(%(owners)b::uuid[]), unnest(%(items)b::uuid[]), unnest(%(figures)b::text[]))
"""

_NOTE: LiteralString = """
    INSERT INTO stock_differences (company_id, owner_id, item_id, figure, kept, sum, position, found_at)
    SELECT %(company_id)s, unnest(%(owners)b::uuid[]), unnest(%(items)b::uuid[]),
           unnest(%(figures)b::text[]), unnest(%(kept)b::numeric[]), unnest(%(sums)b::numeric[]),
           unnest(%(positions)b::bigint[]), %(now)s
        ON CONFLICT (company_id, owner_id, item_id, figure) DO UPDATE
       SET kept = excluded.kept, sum = excluded.sum, position = excluded.position
"""
