"""A page of what was sold of products, found by the one sum that it is sorted by; then its other figures.

Adding up nine figures of each item of a year, only to show twenty, takes six times as long as adding up one.
So the page is found first, and then its figures. What sums tell nothing of (single days, a few stores, what
is known of a month in part) is added up once for both.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import LiteralString

from domain.pending import Pending
from projections.base import Database, Row
from projections.reports.columns import Measure
from projections.reports.grouped import Grouping, grouped, total, whole
from projections.reports.section import Asked, Found
from projections.reports.sections.figures import RETURNED_ITEMS, SALES, measures_of
from projections.reports.sections.sales_summary.items import (
    columns_of,
    fact_rows,
    item_params,
    sum_rows,
)
from projections.reports.sections.sales_summary.sources import STORE_DAYS

_NET_SALES: LiteralString = "coalesce(gross_sales, 0) - coalesce(discounts, 0) - coalesce(returns, 0)"
_PROFIT: LiteralString = f"{_NET_SALES} - coalesce(cost_of_goods, 0)"
#: What else than net sales a page is sorted by, as SQL over a fact or a sum.
_OTHERS: Mapping[LiteralString, LiteralString] = {
    **{
        name: f"coalesce({name}, 0)"
        for name in (
            "quantity",
            "returned_quantity",
            "gross_sales",
            "discounts",
            "returns",
            "tax",
            "cost_of_goods",
            "orders",
        )
    },
    "gross_profit": _PROFIT,
    "margin": _PROFIT,
}


def best_products(key: LiteralString, measures: tuple[Measure, ...], names: LiteralString) -> LiteralString:
    """The statement of a page of what has this `key` in `report_items`; `names` joins what it is called."""
    columns = columns_of(measures)
    added: LiteralString = ", ".join(f"sum({one}) AS {one}" for one in columns)
    selected: LiteralString = ", ".join(("item_no", *columns))
    sums: LiteralString = ",\n               ".join(map(total, measures))
    cases: LiteralString = "".join(
        f"\n                    WHEN '{name}' THEN {sql}" for name, sql in _OTHERS.items()
    )
    rank: LiteralString = (
        f"item_no, {_NET_SALES} AS net, CASE %(figure)s::text{cases}\n               END AS figure"
    )
    wanted: LiteralString = "item_no = ANY(ARRAY(SELECT item_no FROM wanted))"
    return f"""
    WITH parts AS MATERIALIZED (
        SELECT item_no, {added}
          FROM ({fact_rows(selected)}) AS fact
         GROUP BY item_no
    ), ranked AS MATERIALIZED (
        SELECT item.{key} AS key, sum(known.net) AS net, sum(known.figure) AS figure
          FROM ({sum_rows(rank)}
             UNION ALL
                SELECT {rank} FROM parts) AS known
          JOIN report_items AS item ON item.company_id = %(company_id)s AND item.item_no = known.item_no
         GROUP BY item.{key}
    ), page AS MATERIALIZED (
        SELECT key, net, place,
               CASE WHEN %(by_net)s::bool THEN NULL
                    ELSE sum(net) OVER (ORDER BY net DESC, key ROWS UNBOUNDED PRECEDING) END AS upto
          FROM (SELECT key, net, CASE WHEN %(figure)s::text IN ('net_sales', 'share') THEN net
                                      WHEN %(figure)s::text = 'margin' THEN figure / nullif(net, 0)
                                      ELSE figure END AS place
                  FROM ranked) AS placed
         ORDER BY CASE WHEN %(descends)s::bool THEN NULL ELSE place END ASC NULLS LAST,
                  CASE WHEN %(descends)s::bool THEN place END DESC NULLS LAST, key
         LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint
    ), wanted AS MATERIALIZED (
        SELECT item.item_no, item.{key} AS key
          FROM page
          JOIN report_items AS item ON item.company_id = %(company_id)s AND item.{key} = page.key
    ), figures AS (
        SELECT wanted.key,
               {sums}
          FROM ({sum_rows(selected, wanted)}
             UNION ALL
                SELECT {selected} FROM parts WHERE {wanted}) AS known
          JOIN wanted ON wanted.item_no = known.item_no
         GROUP BY wanted.key
    )
    SELECT whole.*, page.place, page.net, page.upto, figures.*, called.*
      FROM (SELECT count(*) AS number, sum(net) AS whole_net,
                   (SELECT coalesce(sum(net), 0)
                      FROM (SELECT net FROM ranked WHERE %(by_net)s::bool
                             ORDER BY net DESC, key LIMIT %(offset)s::bigint) AS before) AS before
              FROM ranked) AS whole
      LEFT JOIN page ON true
      LEFT JOIN figures ON figures.key = page.key{names}
     ORDER BY CASE WHEN %(descends)s::bool THEN NULL ELSE page.place END ASC NULLS LAST,
              CASE WHEN %(descends)s::bool THEN page.place END DESC NULLS LAST, page.key
"""


_OF_SALES = (*measures_of(SALES), RETURNED_ITEMS)
#: All sales, which all items come to.
_ALL_SALES = grouped(
    Grouping(source=STORE_DAYS, keys={}, measures=_OF_SALES, columns=tuple(one.name for one in _OF_SALES))
)
#: What figures of sales are called that figures of items have other names for.
_WHOLE: Mapping[str, str] = {"quantity": "items", "returned_quantity": "returned_items"}


def ask_best(
    db: Database, statement: LiteralString, asked: Asked, order: str, measures: tuple[Measure, ...]
) -> Pending[Found]:
    """Ask for a page by such a statement, in this order where none is asked for, and for the whole."""
    sort = asked.sort or order
    figure = sort.removeprefix("-")
    by_net = sort in {"-net_sales", "-share"}
    params = {"figure": figure, "descends": sort.startswith("-"), "by_net": by_net}
    answer = db.ask(statement, {**item_params(db, asked), **params})
    whole_sales = _ALL_SALES(db, asked)

    def found() -> Found:
        rows, (sales,) = answer.rows(), whole_sales.read().rows
        overall: Row = {
            one.name: sales[_WHOLE.get(one.name, one.name)] if one.footer == "sum" else None
            for one in measures
        }
        page = [whole(row, measures) for row in rows if row["key"] is not None]
        return Found(rows=_classed(page, rows[0]), overall=overall, count=rows[0]["number"])

    return Pending(found)


def _classed(page: list[Row], first: Row) -> list[Row]:
    """The rows with their class: what it and all that sold more come to, as a part of net sales."""
    upto, net_sales = first["before"], first["whole_net"]
    for row in page:
        upto = row["upto"] if row["upto"] is not None else upto + row["net"]
        row["abc"] = _class(upto, net_sales)
    return [{name: value for name, value in row.items() if name not in _OF_PLACE} for row in page]


#: What a row says of its place, which is no figure of the section.
_OF_PLACE = frozenset({"key", "number", "whole_net", "before", "place", "net", "upto"})


def _class(upto: Decimal, net_sales: Decimal | None) -> str | None:
    if not net_sales or net_sales <= 0:
        return None
    return "A" if 100 * upto <= 80 * net_sales else "B" if 100 * upto <= 95 * net_sales else "C"
