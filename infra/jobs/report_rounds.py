"""How far each company's reports were compared with each other, and what is known to differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from infra.postgres.transactions import Transaction
from projections.reports.reconciliation.differences import Place, ReportDifference

#: A business date, a rule, and what of its differences it is.
Found = tuple[date, str, Place]


@dataclass(frozen=True)
class Round:
    """A walk over all business dates of a company, from the position of the log at which it began."""

    begun_at: datetime
    begun_position: int
    after: date = date.min


def companies_due(connection: psycopg.Connection[Any], now: datetime, pause: timedelta) -> list[UUID]:
    """The companies whose round is at hand, then those whose last one began longer ago than the pause."""
    rows = connection.execute(_DUE, {"now": now, "pause": pause}).fetchall()
    return [company_id for (company_id,) in rows]


def round_at_hand(db: Transaction) -> Round | None:
    """The company's round that has not come to its end, if there is one."""
    row = db.ask(_ROUND, {"company_id": db.company_id}).row()
    return None if row is None else Round(row["begun_at"], row["begun_position"], row["after_date"])


def keep_round(db: Transaction, kept: Round, day: date | None, now: datetime) -> None:
    """Keep that a round has come to a day; at its end (None) nothing may differ for its begin to be clean."""
    params = {
        "company_id": db.company_id,
        "begun_at": kept.begun_at,
        "begun_position": kept.begun_position,
        "after_date": day,
        "now": now,
    }
    db.execute(_KEEP, params)
    if day is None:
        db.execute(_FORGET_OLD, params)
        db.execute(_VERIFIED, params)


def known_on(db: Transaction, days: Sequence[date]) -> set[Found]:
    """The differences of these business dates that were found before."""
    rows = db.ask(_KNOWN, {"company_id": db.company_id, "days": days}).rows()
    return {
        (row["business_date"], row["rule"], (row["store_id"], row["subject"], row["figure"])) for row in rows
    }


def note(
    db: Transaction, days: Sequence[date], differences: Sequence[ReportDifference], now: datetime
) -> None:
    """Keep what differs on these business dates now, instead of what was found before."""
    db.execute(_FORGET, {"company_id": db.company_id, "days": days})
    if differences:
        db.execute(_NOTE, {"company_id": db.company_id, "now": now, **_columns(differences)})


def _columns(differences: Sequence[ReportDifference]) -> dict[str, list[Any]]:
    said = [one.said() for one in differences]
    return {
        "days": [one.business_date for one in differences],
        "rules": [one.check.rule for one in differences],
        "stores": [one.store_id for one in differences],
        "subjects": [one.subject for one in differences],
        "figures": [one.figure for one in differences],
        "a": [a for a, _ in said],
        "b": [b for _, b in said],
        "positions": [one.position for one in differences],
    }


# Found without a lock and across companies, so it is only a hint where to look. A clock that was put back
# makes every company due.
_DUE: LiteralString = """
    SELECT head.company_id
      FROM company_head AS head
      LEFT JOIN report_reconciliations AS round ON round.company_id = head.company_id
     WHERE (round.company_id IS NULL OR round.after_date IS NOT NULL
            OR round.begun_at NOT BETWEEN %(now)s::timestamptz - %(pause)s::interval
                                      AND %(now)s::timestamptz)
       AND head.company_id <> ALL((SELECT closed FROM installation)::uuid[])
     ORDER BY round.after_date IS NULL, round.begun_at NULLS FIRST
"""

_ROUND: LiteralString = """
    SELECT begun_at, begun_position, after_date FROM report_reconciliations
     WHERE company_id = %(company_id)s AND after_date IS NOT NULL
"""

_KEEP: LiteralString = """
    INSERT INTO report_reconciliations (company_id, begun_at, begun_position, after_date)
    VALUES (%(company_id)s, %(begun_at)s, %(begun_position)s, %(after_date)s)
        ON CONFLICT (company_id) DO UPDATE
       SET begun_at = excluded.begun_at, begun_position = excluded.begun_position,
           after_date = excluded.after_date
"""

_VERIFIED: LiteralString = """
    UPDATE report_reconciliations SET verified_position = begun_position, verified_at = %(now)s
     WHERE company_id = %(company_id)s
       AND NOT EXISTS (SELECT FROM report_differences WHERE company_id = %(company_id)s)
"""

_KNOWN: LiteralString = """
    SELECT business_date, rule, store_id, subject, figure FROM report_differences
     WHERE company_id = %(company_id)s AND business_date = ANY(%(days)b::date[])
"""

_FORGET: LiteralString = """
    DELETE FROM report_differences WHERE company_id = %(company_id)s AND business_date = ANY(%(days)b::date[])
"""

# Of business dates that there are no more, since what differed was a date.
_FORGET_OLD: LiteralString = """
    DELETE FROM report_differences WHERE company_id = %(company_id)s AND seen_at < %(begun_at)s
"""

_NOTE: LiteralString = """
    INSERT INTO report_differences (company_id, business_date, rule, store_id, subject, figure, a, b,
                                    position, seen_at)
    SELECT %(company_id)s, unnest(%(days)b::date[]), unnest(%(rules)b::text[]), unnest(%(stores)b::uuid[]),
           unnest(%(subjects)b::text[]), unnest(%(figures)b::text[]), unnest(%(a)b::text[]),
           unnest(%(b)b::text[]), unnest(%(positions)b::bigint[]), %(now)s
    RETURNING company_id
"""
