"""Profit and loss: what is left of sales after the cost of goods, of stock and of drawers."""

from collections.abc import Mapping
from typing import LiteralString

from projections.reports.drawers import ReportDrawers
from projections.reports.explaining import Explanations, amounts_of
from projections.reports.grouped import Grouping, Joined, grouped
from projections.reports.groups import by_group, rows_of
from projections.reports.names import ReportNames, name_of
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Question, Section
from projections.reports.sections.figures import GROSS_PROFIT, NET_SALES
from projections.reports.sections.financial.behind import facts_behind, in_group
from projections.reports.sections.financial.profit_figures import (
    FIGURES,
    KEYS,
    OF_DRAWERS,
    OF_SALES,
    OF_STOCK,
    PAID_OUT,
)
from projections.reports.sections.financial.steps import IN_STEP, OF_MONTHS, STEPS, filled
from projections.reports.sections.sales_summary.sources import STORE_DAYS, STORE_MONTHS
from projections.reports.stock import StockReports

_STORE: LiteralString = "store"
#: Opening stock is no gain: it was there before there were books.
_ADJUSTED: LiteralString = """'damaged', 'lost', 'expired', 'theft', 'internal_use', 'promotion', 'found',
                        'correction', 'counted'"""
_COLUMNS: tuple[LiteralString, ...] = ("business_date", "store_no", *(one.name for one in OF_SALES))

# Goods that were lost on the way belong to the store that they were for.
_STOCK: LiteralString = f"""
      FROM (SELECT fact.position, fact.number AS line, fact.business_date, fact.kind, fact.value,
                   place.parent_id AS store_id
              FROM stock_facts AS fact
              LEFT JOIN settings AS place ON place.company_id = %(company_id)s AND place.kind = 'storages'
               AND place.id = coalesce(fact.for_storage_id, fact.storage_id)
             WHERE fact.company_id = %(company_id)s AND fact.position <= %(position)s::bigint
               AND fact.business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
               AND fact.kind IN ({_ADJUSTED}, 'settlement')) AS moved
     WHERE (%(stores)b::uuid[] IS NULL OR store_id = ANY(%(stores)b::uuid[]))"""
_DRAWERS: LiteralString = """
      FROM drawer_facts
     WHERE company_id = %(company_id)s AND position <= %(position)s::bigint
       AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
       AND (%(stores)b::uuid[] IS NULL OR store_id = ANY(%(stores)b::uuid[]))"""
_OF_REASONS: LiteralString = ", ".join(
    f"coalesce(sum(coalesce(paid_out, tips_out)) FILTER (WHERE reason = '{reason}'), 0) AS {one.name}"
    for reason, one in PAID_OUT.items()
)


def _of_stock(key: LiteralString, kept: LiteralString) -> LiteralString:
    return f"""
    SELECT {key}, coalesce(sum(value) FILTER (WHERE kind <> 'settlement'), 0) AS inventory_adjustments,
           coalesce(sum(value) FILTER (WHERE kind = 'settlement'), 0) AS cost_settlements{_STOCK}
     GROUP BY {kept}
     ORDER BY {kept}
"""


def _of_drawers(key: LiteralString, kept: LiteralString) -> LiteralString:
    return f"""
    SELECT {key}, sum(coalesce(counted, 0) - coalesce(expected, 0)) AS cash_over_short,
           {_OF_REASONS}{_DRAWERS}
     GROUP BY {kept}
     ORDER BY {kept}
"""


#: By the group: the key in SQL, and what is grouped by.
_KEYS: Mapping[str, tuple[LiteralString, LiteralString]] = {
    "total": ("NULL::date AS period", "1"),
    **{step: (f"{first} AS period", "1") for step, first in STEPS.items()},
    "store": (f"store_id, {name_of('store_id')} AS store", "store_id"),
}
_STOCK_OF: Mapping[str, LiteralString] = {group: _of_stock(*key) for group, key in _KEYS.items()}
_DRAWERS_OF: Mapping[str, LiteralString] = {group: _of_drawers(*key) for group, key in _KEYS.items()}


def _sales(group: str) -> Question:
    if group == _STORE:
        return grouped(
            Grouping(
                source=STORE_MONTHS,
                keys={"store_no": "store_no"},
                measures=OF_SALES,
                columns=_COLUMNS,
                labels={"store_id": "place.id", "store": name_of("place.id")},
                joins="""
      JOIN report_places AS place ON place.company_id = %(company_id)s AND place.kind = 'store'
                                 AND place.no = summed.store_no""",
            )
        )
    key: LiteralString = STEPS.get(group, "NULL::date")
    source = STORE_MONTHS if group in OF_MONTHS or group not in STEPS else STORE_DAYS
    return grouped(Grouping(source=source, keys={"period": key}, measures=OF_SALES, columns=_COLUMNS))


def _question(group: str) -> Question:
    joined = Joined(
        keys=("store_id",) if group == _STORE else ("period",),
        questions=(
            _sales(group),
            rows_of(_STOCK_OF[group], OF_STOCK),
            rows_of(_DRAWERS_OF[group], OF_DRAWERS),
        ),
        measures=(*KEYS, *FIGURES),
    )
    return joined if group == _STORE else filled(joined, group, (*KEYS, *FIGURES))


_IN_ROW: LiteralString = in_group(
    {"total": "true", **IN_STEP, "store": "store_id IS NOT DISTINCT FROM %(key_store_id)s::uuid"}
)
_SALES_FACTS: LiteralString = f"""
        SELECT sold.*, 0 AS line, place.id AS store_id
          FROM (SELECT * FROM sales_facts
                 WHERE company_id = %(company_id)s AND position <= %(position)s::bigint{STORE_DAYS.where()}
               ) AS sold
          JOIN report_places AS place ON place.company_id = %(company_id)s AND place.kind = 'store'
                                     AND place.no = sold.store_no"""
_STOCK_FACTS: LiteralString = f"SELECT *{_STOCK}"
_DRAWER_FACTS: LiteralString = f"SELECT *, 0 AS line{_DRAWERS}"
_EXPLANATIONS: Explanations = {
    **facts_behind(
        _SALES_FACTS,
        amounts_of((*OF_SALES, NET_SALES, GROSS_PROFIT)),
        _IN_ROW,
    ),
    **facts_behind(
        _STOCK_FACTS,
        {
            "inventory_adjustments": "CASE WHEN kind <> 'settlement' THEN value ELSE 0 END",
            "cost_settlements": "CASE WHEN kind = 'settlement' THEN value ELSE 0 END",
        },
        _IN_ROW,
    ),
    **facts_behind(
        _DRAWER_FACTS,
        {
            "cash_over_short": "coalesce(counted, 0) - coalesce(expected, 0)",
            **{
                one.name: f"CASE WHEN reason = '{reason}' THEN coalesce(paid_out, tips_out, 0) ELSE 0 END"
                for reason, one in PAID_OUT.items()
            },
        },
        _IN_ROW,
    ),
}

PROFIT_AND_LOSS = Section(
    area="financial-report",
    path="profit-and-loss",
    title="Profit and loss",
    meaning=(
        "From gross sales down to what is left before expenses, which are not known here. The columns are "
        "the lines, a row is the whole period, one of its days, weeks, months, quarters or years, or a "
        "store. Opening stock is no gain. What is paid out of drawers is a memo beside it. A drawer counts "
        "on the date of its shift."
    ),
    keys=KEYS,
    identity=("period", "store_id"),
    parts={"total": (), **dict.fromkeys(STEPS, ("period",)), _STORE: ("store_id",)},
    optional=("store_id",),
    columns=FIGURES,
    question=by_group({group: _question(group) for group in _KEYS}),
    sources=(SalesReports, StockReports, ReportDrawers, ReportNames),
    explanations=_EXPLANATIONS,
    order="period",
    groups=tuple(_KEYS),
    sequences=tuple(STEPS),
)
