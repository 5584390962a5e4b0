"""Taxes by jurisdiction, name and rate: what they were due on, what was collected and what was given back."""

from collections.abc import Mapping
from typing import LiteralString

from domain.pending import Pending
from projections.base import Database, Row
from projections.reports.closings import ReportClosings
from projections.reports.columns import Derived, Distinct, Key, Measure, sums_of
from projections.reports.explaining import amounts_of
from projections.reports.first_reported import IS_IN_BASIS, JOIN_CUTS
from projections.reports.grouped import ALL_STORES, Grouping, Source, grouped
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Criteria, Result, Section
from projections.reports.sections.financial.behind import facts_behind
from projections.reports.sections.sales_summary.sources import (
    SALE_FACTS,
    SALE_FILTERS,
    STORE_MONTHS,
    with_channel,
)

KEYS = (
    Key(name="tax_no", label="Tax number", unit="count", meaning="Its number; 0 is what bears no tax."),
    Key(
        name="jurisdiction", label="Jurisdiction", unit="text", meaning="Whom it is due to.", example="Berlin"
    ),
    Key(
        name="tax",
        label="Tax",
        unit="text",
        meaning="What it was called when it was charged; null for what bears no tax.",
        example="VAT",
    ),
    Key(name="rate", label="Rate", unit="quantity", meaning="In percent.", example="19"),
    Key(
        name="inclusive", label="In prices", unit="text", meaning="Whether prices contain it.", example="yes"
    ),
)
NET_TAXABLE = Derived(
    name="net_taxable",
    label="Net taxable",
    unit="money",
    meaning="What it is due on, after returns.",
    of=lambda row, _: row["taxable_sales"] - row["taxable_returned"],
    inputs=("taxable_sales", "taxable_returned"),
    signs=("+", "-"),
    text="taxable_sales - taxable_returned",
    example=48_000,
)
NET_TAX = Derived(
    name="net_tax",
    label="Net tax",
    unit="money",
    meaning="What of it is due, after returns.",
    of=lambda row, _: row["tax_collected"] - row["tax_refunded"],
    inputs=("tax_collected", "tax_refunded"),
    signs=("+", "-"),
    text="tax_collected - tax_refunded",
    example=9_120,
)
MEASURES = (
    Measure(
        name="taxable_sales",
        label="Taxable sales",
        unit="money",
        meaning="What was sold with it, without tax.",
        sum="taxable",
        example=50_000,
    ),
    Measure(
        name="tax_collected",
        label="Tax collected",
        unit="money",
        meaning="The tax of what was sold.",
        sum="tax",
        example=9_500,
    ),
    Measure(
        name="taxable_returned",
        label="Taxable returned",
        unit="money",
        meaning="What came back of it, without tax.",
        sum="returned_taxable",
        example=2_000,
    ),
    Measure(
        name="tax_refunded",
        label="Tax refunded",
        unit="money",
        meaning="The tax of what came back.",
        sum="returned_tax",
        example=380,
    ),
)
_ORDERS = Measure(name="orders", label="Orders", unit="count", meaning="")
BASE = Distinct(
    name="base",
    label="Base",
    unit="money",
    meaning=(
        "What the tax is due on, after returns. In the whole, where each line counts once however many taxes "
        "it bears, and with what bears none: net_sales."
    ),
    example=48_000,
)
ORDERS = Distinct(
    name="orders", label="Orders", unit="count", meaning="Orders with it, voided ones left out.", example=118
)
FIGURES = (*MEASURES, NET_TAXABLE, NET_TAX, BASE, ORDERS)

_TAX_DAYS = Source(
    facts="sales_tax_facts",
    daily="sales_tax_day",
    by=("store_no", "tax_no"),
    company=Source(facts="sales_tax_facts", daily="sales_company_tax_day", by=("tax_no",), stores=ALL_STORES),
)
#: Taxes with the channel of their sales, which no sums tell apart.
_TAX_FACTS = Source(
    facts=with_channel("sales_tax_facts"),
    filters={"channel": SALE_FILTERS["channel"]},
)
_LABELS: Mapping[LiteralString, LiteralString] = {
    "jurisdiction": "tax.jurisdiction",
    "tax": "tax.name",
    "rate": "trim_scale(tax.rate)",
    "inclusive": "CASE tax.is_inclusive WHEN true THEN 'yes' WHEN false THEN 'no' END",
}
_BY_TAX = grouped(
    *(
        Grouping(
            source=source,
            keys={"tax_no": "tax_no"},
            measures=(*MEASURES, _ORDERS),
            columns=("tax_no", "taxable", "tax", "returned_taxable", "returned_tax", "orders"),
            labels=_LABELS,
            joins="""
      LEFT JOIN report_taxes AS tax ON tax.company_id = %(company_id)s AND tax.tax_no = summed.tax_no""",
        )
        for source in (_TAX_DAYS, _TAX_FACTS)
    )
)
_WHOLE = grouped(
    *(
        Grouping(
            source=source,
            keys={},
            measures=(
                _ORDERS,
                Measure(
                    name="base",
                    label="Base",
                    unit="money",
                    meaning="",
                    sum="coalesce(gross_sales, 0) - coalesce(discounts, 0) - coalesce(returns, 0)",
                ),
            ),
            columns=("orders", "gross_sales", "discounts", "returns"),
        )
        for source in (STORE_MONTHS, SALE_FACTS)
    )
)


def _ask(db: Database, criteria: Criteria) -> Pending[Result]:
    taxes, whole = _BY_TAX(db, criteria), _WHOLE(db, criteria)

    def found() -> Result:
        rows = [_with_base(row) for row in taxes.read().rows]
        [once] = whole.read().rows
        return Result(rows=rows, overall={**sums_of(rows, FIGURES), **once})

    return Pending(found)


def _with_base(row: Row) -> Row:
    row["base"] = row["taxable_sales"] - row["taxable_returned"]
    return row


# Of an order with two taxes, and of its base, the whole has one fact: the sale itself.
_EXPLAINED: LiteralString = f"""
        SELECT position, tax_no AS line, tax_no, taxable, tax, returned_taxable, returned_tax,
               CASE WHEN %(is_row)s::bool THEN coalesce(taxable, 0) - coalesce(returned_taxable, 0) END
                   AS base,
               CASE WHEN %(is_row)s::bool THEN orders END AS orders
          FROM {_TAX_FACTS.facts}{JOIN_CUTS}
         WHERE company_id = %(company_id)s AND position <= %(position)s::bigint{_TAX_FACTS.where()}
           AND {IS_IN_BASIS}
     UNION ALL
        SELECT position, -1, NULL, NULL, NULL, NULL, NULL,
               coalesce(gross_sales, 0) - coalesce(discounts, 0) - coalesce(returns, 0), orders
          FROM sales_facts{JOIN_CUTS}
         WHERE NOT %(is_row)s::bool AND {IS_IN_BASIS}
           AND company_id = %(company_id)s AND position <= %(position)s::bigint{SALE_FACTS.where()}"""

TAX = Section(
    area="financial-report",
    path="tax",
    title="Tax",
    meaning=(
        "Taxes as they were charged, and what bears none: each row a jurisdiction, a name and a rate. A line "
        "with two taxes is in both rows; the base of the whole counts it once."
    ),
    keys=KEYS,
    identity=("tax_no",),
    columns=FIGURES,
    question=_ask,
    sources=(SalesReports, ReportClosings),
    explanations=facts_behind(_EXPLAINED, amounts_of(FIGURES), "tax_no = %(key_tax_no)s::int"),
    has_first_reported=True,
    order="-net_tax",
    filters=("channel",),
)
