"""Which facts a figure is made of: each answers with them, and their sum is the figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, LiteralString

from domain.pending import Pending
from projections.base import Database, Row
from projections.reports.columns import Column, Derived, Measure
from projections.reports.first_reported import IS_IN_BASIS, JOIN_CUTS
from projections.reports.grouped import STORES, Source, params_of
from projections.reports.section import Criteria, Section

#: By the name of a figure, the statement of its facts: their `position`, `line` and `amount`.
Explanations = Mapping[LiteralString, LiteralString]


def explanations(
    source: Source,
    columns: Sequence[Column],
    conditions: Mapping[LiteralString, LiteralString],
    *,
    line: LiteralString = "0",
    joins: LiteralString = "",
) -> Explanations:
    """The facts of all figures that add up over these, in a row; of figures first reported only their own.

    `conditions` say of each key what it is of a fact; `%(key_…)s` is the row's. Without a row the facts of
    the whole are meant.
    """
    return {
        name: explained(_facts(source, amount, tuple(conditions.values()), line, joins))
        for name, amount in amounts_of(columns).items()
    }


def _facts(
    source: Source,
    amount: LiteralString,
    conditions: tuple[LiteralString, ...],
    line: LiteralString,
    joins: LiteralString,
) -> LiteralString:
    # Only facts of sales are of days that are closed.
    is_of_days = source.stores is STORES
    cuts: LiteralString = JOIN_CUTS if is_of_days else ""
    in_basis: LiteralString = f" AND {IS_IN_BASIS}" if is_of_days else ""
    keyed: LiteralString = "".join(f"\n           AND (NOT %(is_row)s::bool OR {one})" for one in conditions)
    return f"""
        SELECT position, {line} AS line, {amount} AS amount
          FROM {source.facts}{cuts}{joins}
         WHERE company_id = %(company_id)s AND position <= %(position)s::bigint{in_basis}{source.where()}
               {keyed}
           AND ({amount}) <> 0"""


def first_of_days(source: Source, by: tuple[LiteralString, ...], condition: LiteralString) -> LiteralString:
    """Of each day on which something was sold that was not voided the first such sale, which tells of it.

    `by` is what the days are told apart by beside their date, the `condition` that of the facts of a row.
    """
    day: LiteralString = ", ".join(("business_date", *by))
    return f"""
        SELECT min(position) FILTER (WHERE orders > 0) AS position, 0 AS line, 1 AS amount, business_date
          FROM {source.facts}{JOIN_CUTS}
         WHERE company_id = %(company_id)s AND position <= %(position)s::bigint
           AND {IS_IN_BASIS}{source.where()}
           AND (NOT %(is_row)s::bool OR {condition})
         GROUP BY {day}
        HAVING sum(orders) > 0"""


def of_last_day(facts: LiteralString, *, last: LiteralString = "max") -> LiteralString:
    """Those of these facts, of which each has its `business_date`, that gave the last of their days."""
    return f"""
        SELECT position, line, amount
          FROM (SELECT fact.*, {last}(fact.business_date) OVER () AS last FROM ({facts}) AS fact) AS fact
         WHERE business_date = last"""


def of_first_day(facts: LiteralString) -> LiteralString:
    """The same of the first of their days."""
    return of_last_day(facts, last="min")


def amounts_of(columns: Sequence[Column]) -> dict[LiteralString, LiteralString]:
    """What a fact adds to figures that add up over facts, as SQL over its columns, by their names."""
    named = {column.name: column for column in columns}
    amounts = {column.name: _amount(column, named) for column in columns}
    return {name: amount for name, amount in amounts.items() if amount is not None}


def _amount(column: Column, columns: Mapping[LiteralString, Column]) -> LiteralString | None:
    """What a fact adds to a figure; None for what does not add up over facts, or of other columns."""
    if isinstance(column, Measure) and column.aggregate is None:
        amount: LiteralString = f"coalesce({column.sum or column.name}, 0)"
        return f"trim_scale({amount} * 0.00001)" if column.unit == "quantity" else amount
    if isinstance(column, Derived) and column.signs and columns.keys() >= {*column.inputs}:
        parts = [_amount(columns[name], columns) for name in column.inputs]
        signed: LiteralString = " ".join(
            f"{sign} ({part})" for sign, part in zip(column.signs, parts, strict=True) if part is not None
        )
        return None if None in parts else f"({signed})"
    return None


def explained(facts: LiteralString) -> LiteralString:
    """One page of these facts with the events that they come from, and beside it their number and sum."""
    return f"""
    WITH facts AS ({facts}
    ), page AS (
        SELECT position, line, amount FROM facts
         ORDER BY position, line
         LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint
    )
    SELECT whole.number, whole.total, page.position, page.line, page.amount,
           e.stream_id, e.type, e.recorded_at, e.actor_id, called.number AS document
      FROM (SELECT count(*) AS number, coalesce(sum(amount), 0) AS total FROM facts) AS whole
      LEFT JOIN page ON true
      LEFT JOIN LATERAL (
            SELECT stream_id, type, recorded_at,
                   substring(metadata FROM '"actor":"([0-9a-f-]{{36}})"')::uuid AS actor_id
              FROM events
             WHERE company_id = %(company_id)s AND position = page.position
             LIMIT 1
           ) AS e ON true
      LEFT JOIN LATERAL (
            SELECT number FROM orders
             WHERE company_id = %(company_id)s AND id = e.stream_id
             LIMIT 1
           ) AS called ON true
     ORDER BY page.position, page.line
"""


@dataclass(frozen=True, kw_only=True)
class Explained:
    """One page of the facts of a figure, how many there are, and what they come to."""

    rows: list[Row]
    count: int
    total: int | Decimal


def ask_explained(
    db: Database, section: Section, criteria: Criteria, column: str, row: Mapping[str, Any] | None
) -> Pending[Explained]:
    """Ask for one page of the facts of a figure: in the row of this key, or without one in the whole."""
    statements: dict[str, LiteralString] = {**section.origins, **section.explanations}
    bounds = {"limit": criteria.limit, "offset": criteria.offset, "is_row": row is not None}
    keys = {f"key_{name}": None if row is None else row[name] for name in section.identity}
    params = {**params_of(db, criteria), **section.params(db, criteria), **bounds, **keys}
    answer = db.ask(statements[column], params)

    def explained_page() -> Explained:
        rows = answer.rows()
        return Explained(
            rows=[row for row in rows if row["position"] is not None],
            count=rows[0]["number"],
            total=rows[0]["total"],
        )

    return Pending(explained_page)
