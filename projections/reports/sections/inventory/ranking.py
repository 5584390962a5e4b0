"""Rows of goods, added up and sorted by the database, which answers a page and what all of them come to."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any, LiteralString

from domain.pending import Pending
from projections.base import Database, Row
from projections.pages import PAGE
from projections.reports.columns import Column, Derived, Measure
from projections.reports.grouped import params_of
from projections.reports.section import Asked, Found
from projections.reports.sections.inventory.goods import FILTERS, GOODS, GROUP_OF_ROW, NAME, NAMED
from projections.stock.levels.filters import goods_of_text

SQL = Mapping[LiteralString, LiteralString]
#: Dates are sorted as numbers, from this day on.
_EPOCH: LiteralString = "date '2000-01-01'"


def ranked(
    changes: LiteralString,
    figures: SQL,
    columns: Sequence[Column],
    *,
    shown: LiteralString,
    derived: SQL = MappingProxyType({}),
    sought: SQL = MappingProxyType({}),
    before: LiteralString = "",
) -> LiteralString:
    """The statement of a section: `figures` are added up of the rows `changes`, those `shown` are sorted.

    `derived` are the columns that follow from figures, as SQL, for the sake of the order; those `sought` are
    looked up for the rows `section` that are answered. `before` are queries that `changes` read. The first
    row that is answered is the sum of all.
    """
    asked = [column for column in columns if column.name in figures]
    added: LiteralString = ",\n               ".join(f"{sql} AS {name}" for name, sql in figures.items())
    sums: LiteralString = ", ".join(map(_sum, asked))
    names: LiteralString = ", ".join(column.name for column in asked)
    shown_as: LiteralString = ", ".join(
        (*map(_shown, asked), *(f"{sql} AS {name}" for name, sql in sought.items()))
    )
    return f"""
    WITH {before}change AS ({changes}
    ), section AS MATERIALIZED (
        SELECT {GROUP_OF_ROW} AS id,
               {added}
          FROM change{GOODS}
         GROUP BY 1
        HAVING {shown}
    ), page AS (
        SELECT section.*, row_number() OVER (ORDER BY {_order(asked, {**derived, **sought})}) AS number
          FROM section{NAMED}
         ORDER BY number
         {PAGE}
    )
    SELECT section.id, {NAME} AS name, own.sku, own.name AS variant_name, own.product_id,
           section.row_count, {shown_as}
      FROM (SELECT 0 AS number, count(*) AS row_count, NULL::uuid AS id, {sums} FROM section
         UNION ALL
            SELECT number, NULL, id, {names} FROM page) AS section
      LEFT JOIN LATERAL (
            SELECT sku, name, product_id FROM variants
             WHERE company_id = %(company_id)s AND id = section.id LIMIT 1) AS own ON true
      LEFT JOIN LATERAL (
            SELECT name FROM products
             WHERE company_id = %(company_id)s AND id = coalesce(own.product_id, section.id) LIMIT 1
           ) AS good ON true
     ORDER BY section.number
"""


def _sum(column: Column) -> LiteralString:
    """What a column is in the sum of all rows; in a union, null takes the type of the other rows."""
    added: LiteralString = f"coalesce(sum({column.name}), 0)" if isinstance(column, Measure) else "NULL"
    return f"{added} AS {column.name}"


def _shown(column: Column) -> LiteralString:
    """Quantities are counted in hundred-thousandths until then."""
    if column.unit == "quantity":
        return f"trim_scale(section.{column.name} * 0.00001) AS {column.name}"
    return f"section.{column.name}"


def _order(asked: Sequence[Column], derived: SQL) -> LiteralString:
    """By what is asked for, turned by its sign; what has no value comes last, equal ones by their ids."""
    figures = {column.name: _number(column) for column in asked if column.unit != "text"}
    cases: LiteralString = " ".join(
        f"WHEN '{name}' THEN ({sql})::numeric" for name, sql in {**figures, **derived}.items()
    )
    texts: LiteralString = " ".join(
        f"WHEN '{column.name}' THEN section.{column.name}" for column in asked if column.unit == "text"
    )
    text: LiteralString = f"""CASE %(sort)s::text WHEN 'name' THEN lower({NAME}) WHEN 'sku' THEN own.sku_key
                              WHEN 'variant_name' THEN lower(own.name) WHEN 'id' THEN section.id::text
                              WHEN 'product_id' THEN own.product_id::text {texts} END"""
    return f"""CASE %(sort)s::text {cases} END * %(sign)s::int NULLS LAST,
                 CASE WHEN %(sign)s::int > 0 THEN {text} END,
                 CASE WHEN %(sign)s::int < 0 THEN {text} END DESC NULLS LAST, section.id"""


def _number(column: Column) -> LiteralString:
    return f"section.{column.name} - {_EPOCH}" if column.unit == "date" else f"section.{column.name}"


def goods_params(db: Database, asked: Asked, order: str) -> dict[str, Any]:
    """The parameters of such a statement. A text to look for is looked up at once."""
    sort = asked.sort or order
    search = asked.filters.get("search")
    return {
        **dict.fromkeys(FILTERS),
        **params_of(db, asked),
        **goods_of_text(db, search),
        "group": asked.group,
        "days": asked.period.days,
        "sort": sort.removeprefix("-"),
        "sign": -1 if sort.startswith("-") else 1,
        "limit": asked.limit,
        "offset": asked.offset,
    }


def ask_ranked(
    db: Database, statement: LiteralString, columns: Sequence[Column], params: Mapping[str, Any]
) -> Pending[Found]:
    """Ask for the page of such a statement, and what all rows come to."""
    answer = db.ask(statement, params)
    figures = [column for column in columns if not isinstance(column, Derived)]

    def found() -> Found:
        first, *rows = (_whole(row, figures) for row in answer.rows())
        overall: Row = {column.name: first[column.name] for column in figures}
        return Found(rows=rows, overall=overall, count=first["row_count"])

    return Pending(found)


def _whole(row: Row, figures: Sequence[Column]) -> Row:
    """The row with whole numbers where there are no fractions: the database adds in decimals."""
    for column in figures:
        value = row[column.name]
        if isinstance(value, Decimal) and column.unit in {"money", "count"}:
            row[column.name] = int(value)
    return row
