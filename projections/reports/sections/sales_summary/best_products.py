"""A page of what was sold of products, found by the one sum that it is sorted by; then its other figures.

Adding up nine figures of each item of a year, only to show twenty, takes six times as long as adding up one.
So the page is found first, and then its figures. What sums tell nothing of (single days, a few stores, what
is known of a month in part) is added up once for both.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import LiteralString

from domain.pending import Pending
from projections.base import Database, Row
from projections.reports.columns import Measure
from projections.reports.grouped import Grouping, grouped, total, whole
from projections.reports.sales.rollups import APART
from projections.reports.section import Criteria, Result
from projections.reports.sections.figures import RETURNED_ITEMS, SALES, measures_of
from projections.reports.sections.sales_summary.distinct_orders import (
    NUMBERS,
    Group,
    counted_again,
    counted_columns,
    counting,
    orders_of,
)
from projections.reports.sections.sales_summary.items import (
    columns_of,
    fact_rows,
    item_params,
    sum_rows,
)
from projections.reports.sections.sales_summary.sources import STORE_DAYS

_NET_SALES: LiteralString = "coalesce(gross_sales, 0) - coalesce(discounts, 0) - coalesce(returns, 0)"
_PROFIT: LiteralString = f"{_NET_SALES} - coalesce(cost_of_goods, 0)"
#: What else than a measure a page is sorted by, as SQL over a fact or a sum.
_OTHERS: Mapping[LiteralString, LiteralString] = {
    "net_sales": _NET_SALES,
    "share": _NET_SALES,
    "gross_profit": _PROFIT,
    "margin": _PROFIT,
}
#: Where a row of `ranked` stands, and what it and all that sold more come to; sorted by net sales that needs
#: no look at all of them.
_PLACES: Mapping[bool, tuple[LiteralString, LiteralString]] = {
    True: ("net", "NULL::numeric"),
    False: (
        "CASE WHEN %(figure)s::text = 'margin' THEN figure / nullif(net, 0) ELSE figure END",
        "sum(net) OVER (ORDER BY net DESC, no ROWS UNBOUNDED PRECEDING)",
    ),
}


def best_products(
    group: Group, measures: tuple[Measure, ...], names: LiteralString, *, by_net: bool
) -> LiteralString:
    """The statement of a page of variants or products, by net sales or another figure.

    They are told apart by numbers, which are those of nearly all items; `names` joins what they are called.
    """
    own, key = NUMBERS[group]
    columns = counted_columns(columns_of(measures), group)
    added: LiteralString = ", ".join(f"sum({one})::bigint AS {one}" for one in columns)
    selected: LiteralString = ", ".join(("item_no", *columns))
    sums: LiteralString = ",\n               ".join(map(total, counting(measures, group)))
    rank: LiteralString = f"item_no, {_NET_SALES} AS net"
    if not by_net:
        rank += f", {_figure(columns, group)} AS figure"
    figure: LiteralString = "" if by_net else ", sum(known.figure) AS figure"
    place, upto = _PLACES[by_net]
    wanted: LiteralString = "item_no = ANY(ARRAY(SELECT item_no FROM wanted))"
    return f"""
    WITH parts AS MATERIALIZED (
        SELECT item_no, {added}
          FROM ({fact_rows(f"{selected}, {APART} AS apart")}
             UNION ALL
                SELECT again.*, 0 FROM ({counted_again(columns, group)}) AS again) AS fact
         GROUP BY item_no, apart
    ), other AS MATERIALIZED (
        SELECT item_no, {own} AS no FROM report_items
         WHERE company_id = %(company_id)s AND item_no <> {own}
    ), ranked AS MATERIALIZED (
        SELECT coalesce(other.no, known.item_no) AS no, sum(known.net) AS net{figure}
          FROM ({sum_rows(rank)}
             UNION ALL
                SELECT {rank} FROM parts) AS known
          LEFT JOIN other ON other.item_no = known.item_no
         GROUP BY 1
    ), page AS MATERIALIZED (
        SELECT placed.*, item.{key} AS key
          FROM (SELECT no, net, {place} AS place, {upto} AS upto
                  FROM ranked
                 WHERE %(keys)b::text[] IS NULL OR no = ANY(ARRAY(
                        SELECT {own} FROM report_items
                         WHERE company_id = %(company_id)s AND {key} = ANY(%(keys)b::text[]::uuid[])))
                 ORDER BY CASE WHEN %(descends)s::bool THEN NULL ELSE {place} END ASC NULLS LAST,
                          CASE WHEN %(descends)s::bool THEN {place} END DESC NULLS LAST, no
                 LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint) AS placed
          JOIN report_items AS item ON item.company_id = %(company_id)s AND item.item_no = placed.no
    ), wanted AS MATERIALIZED (
        SELECT no AS item_no, no FROM page
     UNION ALL
        SELECT other.item_no, other.no FROM other JOIN page ON page.no = other.no
    ), figures AS (
        SELECT wanted.no,
               {sums}
          FROM ({sum_rows(selected, wanted)}
             UNION ALL
                SELECT {selected} FROM parts WHERE {wanted}) AS known
          JOIN wanted ON wanted.item_no = known.item_no
         GROUP BY wanted.no
    )
    SELECT whole.*, page.*, figures.*, called.*
      FROM (SELECT count(*) AS number, sum(net) AS whole_net,
                   (SELECT coalesce(sum(net), 0)
                      FROM (SELECT net FROM ranked WHERE %(by_net)s::bool
                             ORDER BY net DESC, no LIMIT %(offset)s::bigint) AS before) AS before
              FROM ranked) AS whole
      LEFT JOIN page ON true
      LEFT JOIN figures ON figures.no = page.no{names}
     ORDER BY CASE WHEN %(descends)s::bool THEN NULL ELSE page.place END ASC NULLS LAST,
              CASE WHEN %(descends)s::bool THEN page.place END DESC NULLS LAST, page.no
"""


def _figure(columns: Sequence[LiteralString], group: Group) -> LiteralString:
    """What a page is sorted by, of a fact or a sum with these columns."""
    figures: Mapping[LiteralString, LiteralString] = {
        **{name: f"coalesce({name}, 0)" for name in columns},
        **_OTHERS,
        "orders": orders_of(group),
    }
    cases: LiteralString = "".join(
        f"\n                    WHEN '{name}' THEN {sql}" for name, sql in figures.items()
    )
    return f"CASE %(figure)s::text{cases}\n               END"


_OF_SALES = (*measures_of(SALES), RETURNED_ITEMS)
#: All sales, which all items come to.
_ALL_SALES = grouped(
    Grouping(source=STORE_DAYS, keys={}, measures=_OF_SALES, columns=tuple(one.name for one in _OF_SALES))
)
#: What figures of sales are called that figures of items have other names for.
_WHOLE: Mapping[str, str] = {"quantity": "items", "returned_quantity": "returned_items"}


def ask_best(
    db: Database,
    statements: Mapping[bool, LiteralString],
    criteria: Criteria,
    order: str,
    measures: tuple[Measure, ...],
) -> Pending[Result]:
    """Ask for a page, in this order where none is asked for, and for the whole.

    `statements` are those by net sales (True) and by other figures.
    """
    sort = criteria.sort or order
    by_net = sort in {"-net_sales", "-share"}
    params = {"figure": sort.removeprefix("-"), "descends": sort.startswith("-"), "by_net": by_net}
    answer = db.ask(statements[by_net], {**item_params(db, criteria), **params})
    whole_sales = _ALL_SALES(db, criteria)

    def found() -> Result:
        rows, (sales,) = answer.rows(), whole_sales.read().rows
        overall: Row = {
            one.name: sales[_WHOLE.get(one.name, one.name)] if one.footer == "sum" else None
            for one in measures
        }
        page = [whole(row, measures) for row in rows if row["key"] is not None]
        return Result(rows=_classed(page, rows[0]), overall=overall, count=rows[0]["number"])

    return Pending(found)


def _classed(page: list[Row], first: Row) -> list[Row]:
    """The rows with their class: what it and all that sold more come to, as a part of net sales."""
    upto, net_sales = first["before"], first["whole_net"]
    for row in page:
        upto = row["upto"] if row["upto"] is not None else upto + row["net"]
        row["abc"] = _class(upto, net_sales)
    return [{name: value for name, value in row.items() if name not in _OF_PLACE} for row in page]


#: What a row says of its place, which is no figure of the section.
_OF_PLACE = frozenset({"no", "number", "whole_net", "before", "place", "net", "upto"})


def _class(upto: Decimal, net_sales: Decimal | None) -> str | None:
    if not net_sales or net_sales <= 0:
        return None
    return "A" if 100 * upto <= 80 * net_sales else "B" if 100 * upto <= 95 * net_sales else "C"
