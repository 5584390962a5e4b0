"""What was sold of items, added up from the fewest rows: whole years, whole months, and single days.

An item is a variant as it was filed when it was sold: under a category, a brand and a supplier.
"""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

from projections.base import Database
from projections.reports.columns import Column, Measure
from projections.reports.explaining import Explanations, explanations
from projections.reports.grouped import STORES, Source, params_of
from projections.reports.open_months import OF_OPEN_MONTH, WITHOUT_OPEN_MONTH, open_month
from projections.reports.sales.rollups import APART
from projections.reports.section import EVERYTHING, Criteria
from projections.reports.sections.sales_summary.sources import SALE_FACTS, SALE_FILTERS
from projections.reports.spans import span_params, spans_by_day, spans_of

_CALLED_SO: LiteralString = """
                  FROM sales_variant_names AS called
                 WHERE called.company_id = %(company_id)s
                   AND position(%(looked_for)s::text IN called.searched) > 0"""
#: The items that are asked about; the tree of categories is that of now. A product is found with all of its
#: variants.
ITEM_FILTERS: Mapping[str, LiteralString] = {
    "category": """(%(category)s::uuid IS NULL OR item.category_id IN (
                WITH RECURSIVE below AS (
                    SELECT %(category)s::uuid AS id
                 UNION
                    SELECT s.id FROM settings AS s JOIN below ON s.parent_id = below.id
                     WHERE s.company_id = %(company_id)s AND s.kind = 'categories'
                )
                SELECT id FROM below))""",
    "brand": "(%(brand)s::uuid IS NULL OR item.brand_id = %(brand)s::uuid)",
    "supplier": "(%(supplier)s::uuid IS NULL OR item.supplier_id = %(supplier)s::uuid)",
    "search": f"""(%(search)s::text IS NULL OR CASE WHEN %(group)s::text = 'product'
                THEN item.product_id IN (SELECT product_id{_CALLED_SO})
                ELSE item.variant_id IN (SELECT variant_id{_CALLED_SO}) END)""",
}


def item_rows(columns: tuple[LiteralString, ...]) -> LiteralString:
    """These columns of all that is known of items in the period and the stores."""
    selected: LiteralString = ", ".join(("item_no", *columns))
    return f"""{sum_rows(selected)}
     UNION ALL{fact_rows(selected)}"""


def sum_rows(selected: LiteralString, condition: LiteralString = "true") -> LiteralString:
    """What is selected of the sums of whole years and months, and of an open one, if all facts are known."""
    spans: tuple[tuple[LiteralString, LiteralString], ...] = (
        ("sales_item_year", "year BETWEEN %(years_from)s::date AND %(years_to)s::date"),
        ("sales_item_month", "month BETWEEN %(months_from)s::date AND %(months_to)s::date"),
        ("sales_item_month", "month BETWEEN %(last_months_from)s::date AND %(last_months_to)s::date"),
        ("sales_item_month", OF_OPEN_MONTH),
    )
    return "\n     UNION ALL".join(
        f"""
        SELECT {selected}
          FROM {table}
         WHERE company_id = %(company_id)s AND last_position <= %(position)s::bigint
           AND {span} AND {condition}"""
        for table, span in spans
    )


def fact_rows(selected: LiteralString) -> LiteralString:
    """What is selected of facts without sums: those of single days, and of months that are known in part."""
    spans: tuple[LiteralString, ...] = (
        "business_date BETWEEN %(days_from)s::date AND %(days_to)s::date",
        f"""business_date BETWEEN %(last_days_from)s::date AND %(last_days_to)s::date
           AND {WITHOUT_OPEN_MONTH}""",
    )
    days: LiteralString = "\n     UNION ALL".join(
        f"""
        SELECT {selected}
          FROM sales_line_facts
         WHERE company_id = %(company_id)s AND position <= %(position)s::bigint
           AND {span}{STORES}"""
        for span in spans
    )
    return f"""{days}
     UNION ALL
        SELECT {selected}
          FROM sales_line_facts
         WHERE %(is_past)s::bool AND company_id = %(company_id)s AND position <= %(position)s::bigint
           AND business_date BETWEEN (SELECT min(month) FROM sales_item_month WHERE {_IN_PART})
                                 AND (%(months_to)s::date + interval '1 month' - interval '1 day')::date
           AND (date_trunc('month', business_date::timestamp)::date, item_no, {APART}) IN (
                SELECT month, item_no, apart FROM sales_item_month WHERE {_IN_PART})"""


#: Sums of months of which a part of the facts is known.
_IN_PART: LiteralString = """company_id = %(company_id)s
                   AND month BETWEEN %(months_from)s::date AND %(months_to)s::date
                   AND last_position > %(position)s::bigint AND first_position <= %(position)s::bigint"""


def item_rows_of_channel(columns: tuple[LiteralString, ...], condition: LiteralString = "") -> LiteralString:
    """The same where the channel is asked for, which only the sales say, or something else of these."""
    selected: LiteralString = ", ".join(f"line.{one}" for one in ("item_no", *columns))
    return f"""
        SELECT {selected}
          FROM (SELECT * FROM sales_facts
                 WHERE company_id = %(company_id)s
                   AND position <= %(position)s::bigint{SALE_FACTS.where()}{condition}
               ) AS sale
          JOIN sales_line_facts AS line ON line.company_id = %(company_id)s
           AND line.business_date = sale.business_date AND line.store_no = sale.store_no
           AND line.position = sale.position"""


def item_params(db: Database, criteria: Criteria) -> dict[str, Any]:
    """The parameters of a question about items."""
    is_past = criteria.position < EVERYTHING
    spans = (
        spans_of(criteria.period, by_year=not is_past)
        if criteria.stores is None
        else spans_by_day(criteria.period)
    )
    return {
        **params_of(db, criteria),
        **span_params(spans),
        "open_month": open_month(criteria, spans),
        "is_past": is_past,
        "limit": criteria.limit,
        "offset": criteria.offset,
    }


def item_explanations(
    columns: Sequence[Column], conditions: Mapping[LiteralString, LiteralString]
) -> Explanations:
    """The facts of figures of lines, of items that these conditions tell of."""
    return explanations(LINE_FACTS, columns, conditions, line="line")


# With the company under one name, as all conditions have it.
_LINES: LiteralString = """(
                SELECT fact.*, item.variant_id, item.product_id, item.category_id, item.brand_id,
                       item.supplier_id, sale.channel, sale.order_id, sale.kind
                  FROM sales_line_facts AS fact
                  JOIN sales_facts AS sale USING (company_id, business_date, store_no, position)
                  JOIN report_items AS item USING (company_id, item_no)
                 WHERE fact.company_id = %(company_id)s) AS item"""

#: Facts of lines, with what they are filed under and the sales that they are of.
LINE_FACTS = Source(facts=_LINES, filters={**ITEM_FILTERS, "channel": SALE_FILTERS["channel"]})


def columns_of(measures: Sequence[Measure]) -> tuple[LiteralString, ...]:
    """The columns of facts and sums that these measures add up."""
    return tuple(measure.sum or measure.name for measure in measures)
