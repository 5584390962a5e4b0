"""Cash over and short: drawers that were counted, each beside what should have been in it."""

import json
from collections.abc import Mapping
from typing import LiteralString

from domain.pending import Pending
from projections.base import Database
from projections.reports.drawers import ReportDrawers
from projections.reports.explaining import amounts_of
from projections.reports.grouped import params_of
from projections.reports.names import ReportNames, name_of, user_name_of
from projections.reports.ranked import ask_page, in_keys, order_by, order_params, overall_of
from projections.reports.section import Criteria, Result, Section
from projections.reports.sections.financial.behind import facts_behind, in_group
from projections.reports.sections.financial.drawer_figures import FIGURES, KEYS, MEASURES

_IDENTITY: tuple[LiteralString, ...] = (
    "shift_id",
    "business_date",
    "store_id",
    "register_id",
    "cashier_id",
)
#: The facts of the shifts that are asked about, and what each came to; one that is not closed has no row.
_SHIFTS: LiteralString = """facts AS (
        SELECT * FROM drawer_facts
         WHERE company_id = %(company_id)s AND position <= %(position)s::bigint
           AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
           AND (%(stores)b::uuid[] IS NULL OR store_id = ANY(%(stores)b::uuid[]))
           AND (%(register)s::uuid IS NULL OR register_id = %(register)s::uuid)
           AND (%(cashier)s::uuid IS NULL OR cashier_id = %(cashier)s::uuid)
    ), shifts AS (
        SELECT shift_id, business_date, store_id, register_id, cashier_id,
               min(occurred_at) FILTER (WHERE kind = 'opening') AS opened_at,
               min(occurred_at) FILTER (WHERE kind = 'close') AS closed_at,
               (array_agg(actor_id) FILTER (WHERE kind = 'close'))[1] AS closed_by_id,
               min(position) FILTER (WHERE kind = 'close') AS closed_position,
               coalesce(sum(opening_float), 0) AS opening_float,
               coalesce(sum(float_difference), 0) AS float_difference,
               coalesce(sum(cash_sales), 0) AS cash_sales,
               coalesce(sum(cash_tips), 0) AS cash_tips, coalesce(sum(cash_refunds), 0) AS cash_refunds,
               coalesce(sum(paid_in), 0) AS paid_in, coalesce(sum(paid_out), 0) AS paid_out,
               coalesce(sum(tips_out), 0) AS tips_out, coalesce(sum(drops), 0) AS drops,
               coalesce(sum(expected), 0) AS expected, coalesce(sum(counted), 0) AS counted,
               coalesce(sum(blind), 0) AS blind, coalesce(sum(no_sales), 0) AS no_sales
          FROM facts
         GROUP BY shift_id, business_date, store_id, register_id, cashier_id
        HAVING bool_or(kind = 'close')
    )"""

_SUMS: LiteralString = """
               count(*) AS shifts, sum(opening_float) AS opening_float,
               sum(float_difference) AS float_difference, sum(cash_sales) AS cash_sales,
               sum(cash_tips) AS cash_tips, sum(cash_refunds) AS cash_refunds, sum(paid_in) AS paid_in,
               sum(paid_out) AS paid_out, sum(tips_out) AS tips_out, sum(drops) AS drops,
               sum(expected) AS expected, sum(counted) AS counted,
               sum(greatest(counted - expected, 0)) AS over, sum(greatest(expected - counted, 0)) AS short,
               sum(blind) AS blind, sum(no_sales) AS no_sales"""

#: What rows can be told apart by, each with the columns of a shift that it keeps.
_KEPT: Mapping[LiteralString, tuple[LiteralString, ...]] = {
    "shift": (
        "shift_id",
        "business_date",
        "store_id",
        "register_id",
        "cashier_id",
        "opened_at",
        "closed_at",
        "closed_by_id",
        "closed_position",
    ),
    "cashier": ("cashier_id",),
    "register": ("store_id", "register_id"),
    "day": ("business_date",),
}
_TYPES: Mapping[LiteralString, LiteralString] = {
    "shift_id": "uuid",
    "business_date": "date",
    "store_id": "uuid",
    "register_id": "uuid",
    "cashier_id": "uuid",
    "opened_at": "timestamptz",
    "closed_at": "timestamptz",
    "closed_by_id": "uuid",
    "closed_position": "bigint",
}
_ORDER: LiteralString = order_by(
    {
        "business_date": "business_date - date '2000-01-01'",
        "opened_at": "extract(epoch FROM opened_at)",
        "closed_at": "extract(epoch FROM closed_at)",
        "over_short": "counted - expected",
        **{one.name: one.name for one in MEASURES},
    },
    "business_date, opened_at, shift_id, store_id, register_id, cashier_id",
)


def _statement(kept: tuple[LiteralString, ...]) -> LiteralString:
    keys: LiteralString = ", ".join(
        f"{name}" if name in kept else f"NULL::{kind} AS {name}" for name, kind in _TYPES.items()
    )
    return f"""WITH {_SHIFTS}, rows AS (
        SELECT {keys},{_SUMS}
          FROM shifts
         GROUP BY {", ".join(kept)}
    ), page AS (
        SELECT * FROM rows
         WHERE {in_keys(*_IDENTITY)}
         ORDER BY {_ORDER}
         LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint
    )
    SELECT whole.*, page.*, {name_of("page.store_id")} AS store,
           {name_of("page.register_id")} AS register, {user_name_of("page.cashier_id")} AS cashier,
           {user_name_of("page.closed_by_id")} AS closed_by,
           (SELECT substring(state FROM '"over_short_reason":"((?:[^"\\\\]|\\\\.)*)"') FROM events
             WHERE company_id = %(company_id)s AND position = page.closed_position) AS reason
      FROM (SELECT count(*) AS number, {overall_of(MEASURES)} FROM rows) AS whole
      LEFT JOIN page ON true
     ORDER BY {_ORDER}
"""


_STATEMENTS: Mapping[str, LiteralString] = {group: _statement(kept) for group, kept in _KEPT.items()}


# Of what was over or short there is one fact for each shift, at its last.
_FACTS: LiteralString = f"""WITH {_SHIFTS}, closed AS (
        SELECT facts.*, max(facts.position) OVER (PARTITION BY facts.shift_id) = facts.position AS is_last,
               shifts.counted - shifts.expected AS beyond
          FROM facts JOIN shifts USING (shift_id)
    )
        SELECT *, 0 AS line FROM closed"""
_IN_ROW: LiteralString = in_group(
    {
        "shift": "shift_id = %(key_shift_id)s::uuid",
        "cashier": "cashier_id IS NOT DISTINCT FROM %(key_cashier_id)s::uuid",
        "register": "register_id = %(key_register_id)s::uuid",
        "day": "business_date = %(key_business_date)s::date",
    }
)
_BY_SHIFT: Mapping[LiteralString, LiteralString] = {
    "shifts": "CASE WHEN kind = 'close' THEN 1 ELSE 0 END",
    "over": "CASE WHEN is_last THEN greatest(beyond, 0) ELSE 0 END",
    "short": "CASE WHEN is_last THEN greatest(-beyond, 0) ELSE 0 END",
}


def _ask(db: Database, criteria: Criteria) -> Pending[Result]:
    params = {
        **params_of(db, criteria),
        **order_params(criteria, CASH_OVER_SHORT.order),
        "limit": criteria.limit,
        "offset": criteria.offset,
    }
    statement = _STATEMENTS[criteria.group or CASH_OVER_SHORT.groups[0]]
    page = ask_page(db, statement, params, MEASURES, "shifts")

    def found() -> Result:
        known = page.read()
        for row in known.rows:
            row["reason"] = _text(row["reason"])
        return known

    return Pending(found)


def _text(written: str | None) -> str | None:
    """What somebody wrote, as the log has it; what nobody can read is left out."""
    try:
        return None if written is None else str(json.loads(f'"{written}"'))
    except ValueError:
        return None


CASH_OVER_SHORT = Section(
    area="financial-report",
    path="cash-over-short",
    title="Cash over and short",
    meaning=(
        "Drawers that were counted at the close of a shift opened in the period, beside what should have "
        "been in them: opening_float + cash_sales + cash_tips - cash_refunds + paid_in - paid_out - "
        "tips_out - drops = expected. The last count is told, and what became known after the close is in "
        "it; with `as_of` what was known then. What was over in one shift never makes up for what was short "
        "in another. What a drawer began with beyond what the shift before had left there (float_difference) "
        "is told apart, and is in no shift's expected cash."
    ),
    keys=KEYS,
    identity=_IDENTITY,
    parts={group: tuple(one for one in _IDENTITY if one in kept) for group, kept in _KEPT.items()},
    optional=("cashier_id",),
    columns=FIGURES,
    question=_ask,
    sources=(ReportDrawers, ReportNames),
    explanations=facts_behind(_FACTS, {**amounts_of(FIGURES), **_BY_SHIFT}, _IN_ROW),
    order="business_date",
    filters=("register", "cashier"),
    groups=tuple(_KEPT),
    sorts=("business_date", "opened_at", "closed_at", *(one.name for one in FIGURES)),
    is_ranked=True,
)
