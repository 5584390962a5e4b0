"""Margins: what is left of net sales after cost, by variant, product, category, brand or store."""

from collections.abc import Mapping
from typing import LiteralString

from domain.pending import Pending
from projections.base import Database
from projections.reports.closings import ReportClosings
from projections.reports.columns import COSTS, Column, Derived, Key, Measure, ratio
from projections.reports.explaining import explanations
from projections.reports.first_reported import IN_CUTS, WITH_CUTS
from projections.reports.grouped import STORES, Source, total
from projections.reports.names import ReportNames, name_of
from projections.reports.range_cache import cached
from projections.reports.ranked import ask_page, in_keys, order_by, order_params, overall_of
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Chart, Criteria, Result, Section
from projections.reports.sections.figures import (
    COST_OF_GOODS,
    DISCOUNTS,
    GROSS_PROFIT,
    GROSS_SALES,
    MARGIN,
    NET_SALES,
    RETURNS,
    measures_of,
)
from projections.reports.sections.sales_summary.items import (
    ITEM_FILTERS,
    columns_of,
    item_params,
    item_rows,
    item_rows_of_channel,
)
from projections.reports.sections.sales_summary.sources import SALE_FILTERS, of_basis

MARKUP = Derived(
    name="markup",
    label="Markup",
    unit="ratio",
    meaning="Gross profit in proportion to cost; null without cost.",
    needs=COSTS,
    of=lambda row, _: ratio(row["gross_profit"], row["cost_of_goods"]),
    inputs=("gross_profit", "cost_of_goods"),
    text="gross_profit / cost_of_goods",
    example="0.9580",
    is_percent=True,
)
BELOW_COST = Measure(
    name="below_cost",
    label="Lines below cost",
    unit="count",
    meaning="Lines that were sold for less than they cost, voided ones left out.",
    needs=COSTS,
    example=2,
)
UNCOSTED = Measure(
    name="uncosted",
    label="Lines without cost",
    unit="count",
    meaning="Lines that were sold without a cost, voided ones left out.",
    needs=COSTS,
    example=1,
)
KEYS = (
    Key(
        name="id",
        label="Id",
        unit="id",
        meaning="The variant, product, category, brand or store; null for none.",
    ),
    Key(name="name", label="Name", unit="text", meaning="What it was called.", example="Espresso beans"),
    Key(
        name="sku", label="SKU", unit="text", meaning="The stock-keeping unit of a variant.", example="B-250"
    ),
)
FIGURES: tuple[Column, ...] = (
    GROSS_SALES,
    DISCOUNTS,
    RETURNS,
    NET_SALES,
    COST_OF_GOODS,
    GROSS_PROFIT,
    MARGIN,
    MARKUP,
    BELOW_COST,
    UNCOSTED,
)
MEASURES = measures_of(FIGURES)
_NET: LiteralString = "gross_sales - discounts - returns"
_PROFIT: LiteralString = f"{_NET} - cost_of_goods"
_ORDERS: Mapping[LiteralString, LiteralString] = {
    **{one.name: one.name for one in MEASURES},
    "net_sales": _NET,
    "gross_profit": _PROFIT,
    "margin": f"({_PROFIT}) / nullif({_NET}, 0)::numeric",
    "markup": f"({_PROFIT}) / nullif(cost_of_goods, 0)::numeric",
}
_ORDER = "-net_sales"
_SUMS: LiteralString = ",\n               ".join(map(total, MEASURES))
_ASKED: LiteralString = "\n           AND ".join(ITEM_FILTERS.values())


_COLUMNS = columns_of(MEASURES)
_OF_STORES: tuple[LiteralString, ...] = ("store_no", *_COLUMNS)
_STORE_ROWS: LiteralString = f"""
        SELECT {", ".join(("item_no", *_OF_STORES))}
          FROM sales_line_facts
         WHERE company_id = %(company_id)s AND position <= %(position)s::bigint
           AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date{STORES}"""
_PLACE: LiteralString = """
          JOIN report_places AS place ON place.company_id = %(company_id)s AND place.kind = 'store'
                                     AND place.no = known.store_no"""
#: What goods were called at their last sale, by the position that is asked for.
_CALLED: Mapping[LiteralString, LiteralString] = {
    key: f"""
      LEFT JOIN LATERAL (
            SELECT {names} FROM sales_variant_names
             WHERE company_id = %(company_id)s AND {key} = page.id
             ORDER BY (position <= %(position)s::bigint) DESC, position DESC, line DESC
             LIMIT 1
           ) AS called ON true"""
    for key, names in {
        "variant_id": "concat_ws(' ', name, nullif(variant_name, '')) AS name, sku",
        "product_id": "name, NULL::text AS sku",
    }.items()
}
_NAMED: LiteralString = f"""
      LEFT JOIN LATERAL (SELECT {name_of("page.id")} AS name, NULL::text AS sku) AS called ON true"""


#: By the group, the id of a row, what it takes besides the items, and what says what it is called.
_IDS: Mapping[LiteralString, tuple[LiteralString, LiteralString, LiteralString]] = {
    "variant": ("item.variant_id", "", _CALLED["variant_id"]),
    "product": ("item.product_id", "", _CALLED["product_id"]),
    "category": ("item.category_id", "", _NAMED),
    "brand": ("item.brand_id", "", _NAMED),
    "store": ("place.id", _PLACE, _NAMED),
}


def _statement(group: LiteralString, rows: LiteralString, cuts: LiteralString = "") -> LiteralString:
    key, joins, called = _IDS[group]
    return f"""WITH {cuts}known AS ({rows}
    ), sold AS MATERIALIZED (
        SELECT {key} AS id,
               {_SUMS}
          FROM known
          JOIN report_items AS item
            ON item.company_id = %(company_id)s AND item.item_no = known.item_no{joins}
         WHERE {_ASKED}
         GROUP BY {key}
    ), page AS (
        SELECT * FROM sold
         WHERE {in_keys("id")}
         ORDER BY {order_by(_ORDERS, "id")}
         LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint
    )
    SELECT whole.*, page.*, called.name, called.sku
      FROM (SELECT count(*) AS number, {overall_of(MEASURES)} FROM sold) AS whole
      LEFT JOIN page ON true{called}
     ORDER BY {order_by(_ORDERS, "page.id")}
"""


_STATEMENTS: Mapping[str, LiteralString] = {
    group: _statement(group, _STORE_ROWS if group == "store" else item_rows(_COLUMNS)) for group in _IDS
}
_STATEMENTS_OF_CHANNEL: Mapping[str, LiteralString] = {
    group: _statement(group, item_rows_of_channel(_OF_STORES)) for group in _IDS
}
_FIRST_REPORTED: Mapping[str, LiteralString] = {
    group: _statement(group, item_rows_of_channel(_OF_STORES, IN_CUTS), WITH_CUTS) for group in _IDS
}


def _ask_anew(db: Database, criteria: Criteria) -> Pending[Result]:
    params = {**item_params(db, criteria), **order_params(criteria, _ORDER)}
    statements = of_basis(criteria, _STATEMENTS, _STATEMENTS_OF_CHANNEL, _FIRST_REPORTED)
    return ask_page(db, statements[criteria.group or "variant"], params, MEASURES, "gross_sales")


_ask = cached(
    _ask_anew,
    key="id",
    names={group: called for group, (_, _, called) in _IDS.items()},
    named=("name", "sku"),
    filters=("category", "brand", "supplier", "channel"),
    made_by=(*_STATEMENTS.values(), *_STATEMENTS_OF_CHANNEL.values()),
)


# With the company under one name, as all conditions have it.
_FACTS: LiteralString = """(
                SELECT fact.*, item.variant_id, item.product_id, item.category_id, item.brand_id,
                       item.supplier_id, place.id AS store_id, sale.channel
                  FROM sales_line_facts AS fact
                  JOIN sales_facts AS sale USING (company_id, business_date, store_no, position)
                  JOIN report_items AS item USING (company_id, item_no)
                  JOIN report_places AS place ON place.company_id = %(company_id)s AND place.kind = 'store'
                                             AND place.no = fact.store_no
                 WHERE fact.company_id = %(company_id)s) AS item"""
_IS_ROW: LiteralString = """CASE %(group)s::text WHEN 'product' THEN item.product_id
                WHEN 'category' THEN item.category_id WHEN 'brand' THEN item.brand_id
                WHEN 'store' THEN item.store_id ELSE item.variant_id END
                IS NOT DISTINCT FROM %(key_id)s::uuid"""

MARGINS = Section(
    area="financial-report",
    path="margins",
    title="Margins",
    meaning=(
        "What is left of net sales after the cost that goods had when they were sold, by what they were "
        "filed under then, or by the store that sold them. Goods that came back lower both."
    ),
    keys=KEYS,
    identity=("id",),
    optional=("id",),
    columns=FIGURES,
    question=_ask,
    sources=(SalesReports, ReportNames, ReportClosings),
    explanations=explanations(
        Source(facts=_FACTS, filters={**ITEM_FILTERS, "channel": SALE_FILTERS["channel"]}),
        FIGURES,
        {"id": _IS_ROW},
        line="line",
    ),
    has_first_reported=True,
    order=_ORDER,
    filters=(*ITEM_FILTERS, "channel"),
    groups=tuple(_IDS),
    sorts=(*_ORDERS,),
    chart=Chart(kind="bar", of=("net_sales",), label="name"),
    is_ranked=True,
)
