"""Rows of goods, added up and sorted by the database, which answers a page and what all of them come to."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any, LiteralString

from domain.pending import Pending
from projections.base import Database, Row
from projections.catalog.variant_names import variant_name
from projections.pages import PAGE
from projections.reports.columns import Column, Derived, Measure
from projections.reports.grouped import params_of
from projections.reports.ranked import in_keys
from projections.reports.section import Criteria, Result
from projections.reports.sections.inventory.goods import (
    FILTERS,
    GOODS,
    GROUP_OF_ROW,
    NAME,
    NAMED,
    NAMED_BY_KEYS,
    NOTHING,
    OWN_NAMES,
)

SQL = Mapping[LiteralString, LiteralString]
# What is added up of a hundred thousand variants is held in memory; from the disk it takes twice as long.
_ROOM: LiteralString = "SELECT set_config('work_mem', '64MB', true)"
#: Dates are sorted as numbers, from this day on.
_EPOCH: LiteralString = "date '2000-01-01'"


def ranked(
    changes: LiteralString,
    figures: SQL,
    columns: Sequence[Column],
    *,
    having: LiteralString,
    derived: SQL = MappingProxyType({}),
    sought: SQL = MappingProxyType({}),
    compared: SQL = MappingProxyType({}),
    windows: LiteralString = "",
    before: LiteralString = "",
) -> LiteralString:
    """The statement of a section: `figures` are added up of the rows `changes`; rows have what is asked.

    `derived` are the columns that follow from figures, as SQL, for the sake of the order; those `sought` are
    looked up for the rows `section` that are answered; those `compared` follow from all rows, over these
    `windows`. `before` are queries that `changes` read. The first row that is answered is the sum of all.
    """
    own = [column for column in columns if column.name in figures]
    sums: LiteralString = ", ".join(map(_sum, own))
    names: LiteralString = ", ".join(column.name for column in own)
    looked_up: LiteralString = "".join(f", {sql} AS {name}" for name, sql in sought.items())
    placed: LiteralString = "".join(f", {sql} AS {name}" for name, sql in compared.items())
    # What is asked by its keys is compared with the rows that are not asked for as well.
    compared_with_all: LiteralString = (
        f"placed AS (SELECT section.*{placed} FROM section {windows}), " if compared else ""
    )
    rows: LiteralString = "placed AS section" if compared else "section"
    nothing: LiteralString = "".join(f", NULL AS {name}" for name in compared)
    more: LiteralString = "".join(f", {name}" for name in compared)
    answered: LiteralString = "".join(f", section.{name}" for name in compared)
    return f"""
    WITH {_section(changes, figures, having, before)}, {compared_with_all}page AS (
        SELECT section.*, row_number() OVER (ORDER BY {_order(own, {**derived, **sought})}) AS number
          FROM {rows}{NAMED}
         WHERE {in_keys("section.id")}
         ORDER BY number
         {PAGE}
    )
    SELECT section.id, {OWN_NAMES}, section.row_count, {", ".join(map(shown, own))}{answered}{looked_up}
      FROM (SELECT 0 AS number, count(*) AS row_count, NULL::uuid AS id, {sums}{nothing} FROM section
         UNION ALL
            SELECT number, NULL, id, {names}{more} FROM page) AS section{NAMED_BY_KEYS}
     ORDER BY section.number
"""


def of_section(
    changes: LiteralString, figures: SQL, *, having: LiteralString, before: LiteralString = ""
) -> LiteralString:
    """The rest of the condition that a fact `change` belongs to any of the rows of such a section."""
    return f"""
           AND coalesce({GROUP_OF_ROW}, {NOTHING}) IN (
                WITH {_section(changes, figures, having, before)}
                SELECT coalesce(id, {NOTHING}) FROM section)"""


def _section(
    changes: LiteralString, figures: SQL, having: LiteralString, before: LiteralString
) -> LiteralString:
    """The query `section`: its rows, by what they are told apart by."""
    added: LiteralString = ",\n               ".join(f"{sql} AS {name}" for name, sql in figures.items())
    return f"""{before}change AS ({changes}
    ), section AS MATERIALIZED (
        SELECT {GROUP_OF_ROW} AS id,
               {added}
          FROM change{GOODS}
         GROUP BY 1
        HAVING {having}
    )"""


def _sum(column: Column) -> LiteralString:
    """What a column is in the sum of all rows; in a union, null takes the type of the other rows."""
    added: LiteralString = f"coalesce(sum({column.name}), 0)" if isinstance(column, Measure) else "NULL"
    return f"{added} AS {column.name}"


def shown(column: Column) -> LiteralString:
    """A column of a row `section` as it is answered; till then quantities are hundred-thousandths."""
    if column.unit == "quantity":
        return f"trim_scale(section.{column.name} * 0.00001) AS {column.name}"
    return f"section.{column.name}"


def _order(own: Sequence[Column], derived: SQL) -> LiteralString:
    numbers = {column.name: _number(column) for column in own if column.unit != "text"} | {**derived}
    cases: LiteralString = " ".join(f"WHEN '{name}' THEN ({sql})::numeric" for name, sql in numbers.items())
    texts: SQL = {column.name: f"section.{column.name}" for column in own if column.unit == "text"}
    return order_of(texts, f"CASE %(sort)s::text {cases} END")


def order_of(texts: SQL, number: LiteralString) -> LiteralString:
    """By a number or a text, turned by its sign; what has no value comes last, equal ones by their ids."""
    more: LiteralString = "".join(f" WHEN '{name}' THEN {sql}" for name, sql in texts.items())
    text: LiteralString = f"""CASE %(sort)s::text WHEN 'name' THEN lower({NAME}) WHEN 'sku' THEN own.sku_key
                              WHEN 'variant_name' THEN lower({variant_name("own")})
                              WHEN 'id' THEN section.id::text
                              WHEN 'product_id' THEN own.product_id::text{more} END"""
    return f"""{number} * %(sign)s::int NULLS LAST,
                 CASE WHEN %(sign)s::int > 0 THEN {text} END,
                 CASE WHEN %(sign)s::int < 0 THEN {text} END DESC NULLS LAST, section.id"""


def _number(column: Column) -> LiteralString:
    return f"section.{column.name} - {_EPOCH}" if column.unit == "date" else f"section.{column.name}"


def goods_params(db: Database, criteria: Criteria, order: str) -> dict[str, Any]:
    """The parameters of such a statement."""
    sort = criteria.sort or order
    return {
        **dict.fromkeys(FILTERS),
        **params_of(db, criteria),
        "sort": sort.removeprefix("-"),
        "sign": -1 if sort.startswith("-") else 1,
        "limit": criteria.limit,
        "offset": criteria.offset,
    }


def ask_ranked(
    db: Database, statement: LiteralString, columns: Sequence[Column], params: Mapping[str, Any]
) -> Pending[Result]:
    """Ask for the page of such a statement, and what all rows come to."""
    db.execute(_ROOM, {})
    answer = db.ask(statement, params)
    figures = [column for column in columns if not isinstance(column, Derived)]

    def found() -> Result:
        first, *rows = (_whole(row, figures) for row in answer.rows())
        overall: Row = {column.name: first[column.name] for column in figures}
        return Result(rows=rows, overall=overall, count=first["row_count"])

    return Pending(found)


def _whole(row: Row, figures: Sequence[Column]) -> Row:
    """The row with whole numbers where there are no fractions: the database adds in decimals."""
    for column in figures:
        value = row[column.name]
        if isinstance(value, Decimal) and column.unit in {"money", "count"}:
            row[column.name] = int(value)
    return row
