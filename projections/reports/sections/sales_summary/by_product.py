"""What was sold of each variant, or of each product."""

from collections.abc import Mapping
from dataclasses import replace
from typing import LiteralString

from domain.pending import Pending
from projections.base import Database
from projections.reports.closings import ReportClosings
from projections.reports.columns import Column, Distinct, Key
from projections.reports.first_reported import IN_CUTS, WITH_CUTS
from projections.reports.grouped import total
from projections.reports.range_cache import cached
from projections.reports.ranked import ask_page, in_keys, order_by, order_params, overall_of
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Chart, Criteria, Result, Section
from projections.reports.sections.figures import LINES, measures_of
from projections.reports.sections.sales_summary.best_products import ask_best, best_products
from projections.reports.sections.sales_summary.distinct_orders import (
    NUMBERS,
    Group,
    counted_again,
    counted_columns,
    counting,
    explained_orders,
)
from projections.reports.sections.sales_summary.items import (
    ITEM_FILTERS,
    LINE_FACTS,
    columns_of,
    item_explanations,
    item_params,
    item_rows,
    item_rows_of_channel,
)
from projections.reports.sections.sales_summary.sources import SALE_FILTERS, of_basis

ITEM_ORDERS = Distinct(
    name="orders",
    label="Orders",
    unit="count",
    meaning="How many different orders contain it, voided ones left out; one that is handed over in parts "
    "counts once in the period.",
    example=80,
)
COLUMNS: tuple[Column, ...] = (*LINES, ITEM_ORDERS)
_MEASURES = measures_of(COLUMNS)
_NET_SALES: LiteralString = "gross_sales - discounts - returns"
_PROFIT: LiteralString = f"{_NET_SALES} - cost_of_goods"
#: What can be sorted by, as SQL over the sums of a row.
ORDERS: Mapping[LiteralString, LiteralString] = {
    **{measure.name: measure.name for measure in _MEASURES},
    "net_sales": _NET_SALES,
    "share": _NET_SALES,
    "gross_profit": _PROFIT,
    "margin": f"({_PROFIT}) / nullif({_NET_SALES}, 0)::numeric",
}
_ORDER = "-net_sales"
#: The classes by the share of net sales that they and all that sold more come to.
_ABC: LiteralString = f"""CASE WHEN sum({_NET_SALES}) OVER () <= 0 THEN NULL
                    WHEN 100 * sum({_NET_SALES}) OVER best <= 80 * sum({_NET_SALES}) OVER () THEN 'A'
                    WHEN 100 * sum({_NET_SALES}) OVER best <= 95 * sum({_NET_SALES}) OVER () THEN 'B'
                    ELSE 'C' END"""


def called_by(key: LiteralString) -> LiteralString:
    """What the rows of a page were called at their latest sale by then or, without one, at a later one."""
    shown: LiteralString = "product_id, name"
    if key == "variant_id":
        shown += ", variant_id, sku, variant_name"
    return f"""
      LEFT JOIN LATERAL (
            SELECT {shown} FROM sales_variant_names
             WHERE company_id = %(company_id)s AND {key} = page.key
             ORDER BY (position <= %(position)s::bigint) DESC, position DESC, line DESC
             LIMIT 1
           ) AS called ON true"""


def _columns(group: Group) -> tuple[LiteralString, ...]:
    return counted_columns(columns_of(_MEASURES), group)


def _statement(
    group: Group, rows: LiteralString, sales: LiteralString = "", cuts: LiteralString = ""
) -> LiteralString:
    own, key = NUMBERS[group]
    sums: LiteralString = ",\n               ".join(map(total, counting(_MEASURES, group)))
    asked: LiteralString = "\n           AND ".join(ITEM_FILTERS.values())
    return f"""
    WITH {cuts}known AS ({rows}
     UNION ALL{counted_again(_columns(group), group, asked, sales)}
    ), sold AS MATERIALIZED (
        SELECT item.{key} AS key, min(item.{own}) AS no,
               {sums}
          FROM known
          JOIN report_items AS item ON item.company_id = %(company_id)s AND item.item_no = known.item_no
         WHERE {asked}
         GROUP BY item.{key}
    ), page AS (
        SELECT sold.*, {_ABC} AS abc
          FROM sold
         WHERE {in_keys("key")}
        WINDOW best AS (ORDER BY {_NET_SALES} DESC, no ROWS UNBOUNDED PRECEDING)
         ORDER BY {order_by(ORDERS, "no")}
         LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint
    )
    SELECT whole.*, page.*, called.*
      FROM (SELECT count(*) AS number, {overall_of(_MEASURES)} FROM sold) AS whole
      LEFT JOIN page ON true{called_by(key)}
     ORDER BY {order_by(ORDERS, "page.no")}
"""


_NAMES: Mapping[LiteralString, LiteralString] = {group: called_by(key) for group, (_, key) in NUMBERS.items()}
_STATEMENTS: Mapping[str, LiteralString] = {
    group: _statement(group, item_rows(_columns(group))) for group in NUMBERS
}
_OF_CHANNEL: LiteralString = f"""
                           AND {SALE_FILTERS["channel"]}"""
_STATEMENTS_OF_CHANNEL: Mapping[str, LiteralString] = {
    group: _statement(group, item_rows_of_channel(_columns(group)), _OF_CHANNEL) for group in NUMBERS
}
_FIRST_REPORTED: Mapping[str, LiteralString] = {
    group: _statement(
        group, item_rows_of_channel(_columns(group), IN_CUTS), f"{_OF_CHANNEL}{IN_CUTS}", WITH_CUTS
    )
    for group in NUMBERS
}
_BEST: Mapping[str, Mapping[bool, LiteralString]] = {
    group: {by_net: best_products(group, _MEASURES, _NAMES[group], by_net=by_net) for by_net in (True, False)}
    for group in NUMBERS
}


def _ask_anew(db: Database, criteria: Criteria) -> Pending[Result]:
    group = criteria.group or "variant"
    if criteria.keys is not None:
        # A row is of a variant or of a product, whichever it is asked by.
        place = 0 if group == "variant" else 1
        criteria = replace(criteria, keys=tuple(key.split(",")[place] for key in criteria.keys))
    if criteria.basis == "current" and all(value is None for value in criteria.filters.values()):
        return ask_best(db, _BEST[group], criteria, _ORDER, _MEASURES)
    params = {**item_params(db, criteria), **order_params(criteria, _ORDER)}
    statements = of_basis(criteria, _STATEMENTS, _STATEMENTS_OF_CHANNEL, _FIRST_REPORTED)
    return ask_page(db, statements[group], params, _MEASURES, "key")


_ask = cached(
    _ask_anew,
    key="key",
    names=_NAMES,
    named=("variant_id", "product_id", "sku", "name", "variant_name"),
    filters=("category", "brand", "supplier", "channel"),
    made_by=(
        *_STATEMENTS.values(),
        *_STATEMENTS_OF_CHANNEL.values(),
        *(text for best in _BEST.values() for text in best.values()),
    ),
)


def ask_products(db: Database, criteria: Criteria) -> Pending[Result]:
    """Ask for one page of what was sold of variants or products, named as at their latest sale."""
    found = _ask(db, criteria)
    return Pending(lambda: _with_keys(found.read()))


def _with_keys(found: Result) -> Result:
    nothing = {"variant_id": None, "sku": None, "variant_name": None}
    rows = [{name: value for name, value in {**nothing, **row}.items() if name != "no"} for row in found.rows]
    return Result(rows=rows, overall=found.overall, count=found.count)


_CONDITIONS: Mapping[LiteralString, LiteralString] = {
    "variant_id": "(%(key_variant_id)s::uuid IS NULL OR item.variant_id = %(key_variant_id)s::uuid)",
    "product_id": "(%(key_product_id)s::uuid IS NULL OR item.product_id = %(key_product_id)s::uuid)",
}

BY_PRODUCT = Section(
    area="sales-summary",
    path="by-product",
    title="Sales by product",
    meaning="What was sold of each variant, or of each product, the highest net sales first.",
    keys=(
        Key(
            name="variant_id",
            label="Variant id",
            unit="id",
            meaning="Which variant, by its `id`; SKU and name may change, this does not.",
        ),
        Key(name="product_id", label="Product id", unit="id", meaning="The product that the variant is of."),
        Key(name="sku", label="SKU", unit="text", meaning="The stock-keeping unit.", example="BEANS-250"),
        Key(
            name="name", label="Product", unit="text", meaning="What it is called.", example="Espresso beans"
        ),
        Key(
            name="variant_name",
            label="Variant",
            unit="text",
            meaning="What the variant is called.",
            example="250 g",
        ),
        Key(
            name="abc",
            label="Class",
            unit="text",
            meaning="`A`, `B` or `C`: whether it and all that sold more make up to 80, 95 or 100 percent of "
            "net sales; null where there are none.",
            example="A",
        ),
    ),
    identity=("variant_id", "product_id"),
    parts={"product": ("product_id",)},
    columns=COLUMNS,
    question=ask_products,
    sources=(SalesReports, ReportClosings),
    explanations={
        **item_explanations(COLUMNS, _CONDITIONS),
        "orders": explained_orders(LINE_FACTS, _CONDITIONS),
    },
    has_first_reported=True,
    order=_ORDER,
    filters=(*ITEM_FILTERS, "channel"),
    groups=("variant", "product"),
    sorts=(*ORDERS,),
    chart=Chart(kind="bar", of=("net_sales",), label="name"),
    is_ranked=True,
)
