"""Revenue: what was sold and collected, by steps of time, store, category or channel."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import LiteralString

from domain.pending import Pending
from projections.base import Database
from projections.reports.closings import ReportClosings
from projections.reports.columns import Key
from projections.reports.explaining import amounts_of
from projections.reports.first_reported import IN_CUTS, IS_IN_BASIS, JOIN_CUTS, WITH_CUTS
from projections.reports.grouped import Grouping, Joined, Source, grouped, total, whole
from projections.reports.groups import by_group
from projections.reports.intervals import IS_PARTIAL
from projections.reports.names import ReportNames, name_of
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Chart, Criteria, Question, Result, Section
from projections.reports.sections.figures import (
    DISCOUNTS,
    GROSS_SALES,
    NET_SALES,
    RETURNS,
    ROUNDING,
    TAX,
    TIPS,
    TOTAL_COLLECTED,
    measures_of,
)
from projections.reports.sections.financial.behind import facts_behind, in_group
from projections.reports.sections.financial.steps import IN_STEP, OF_MONTHS, STEPS, filled
from projections.reports.sections.sales_summary.items import (
    item_params,
    item_rows,
    item_rows_of_channel,
)
from projections.reports.sections.sales_summary.sources import SALE_FACTS, STORE_DAYS, STORE_MONTHS, of_basis

KEYS = (
    Key(
        name="period", label="Period", unit="date", meaning="Its first day; null where rows are of all days."
    ),
    IS_PARTIAL,
    Key(name="store_id", label="Store id", unit="id", meaning="The store; null where rows are of all."),
    Key(name="store", label="Store", unit="text", meaning="What the store was called.", example="Harbour"),
    Key(
        name="category_id",
        label="Category id",
        unit="id",
        meaning="The category that goods were filed under; null for none, and where rows are of all.",
    ),
    Key(name="category", label="Category", unit="text", meaning="What it was called.", example="Coffee"),
    Key(
        name="channel",
        label="Channel",
        unit="text",
        meaning="Where it was sold; null where rows are of all.",
        example="pos",
    ),
)
FIGURES = (GROSS_SALES, DISCOUNTS, RETURNS, NET_SALES, TAX, TIPS, ROUNDING, TOTAL_COLLECTED)
MEASURES = measures_of(FIGURES)
_OF_LINES = (GROSS_SALES, DISCOUNTS, RETURNS, TAX)
_OF_SALES = (TIPS, ROUNDING)
_COLUMNS: tuple[LiteralString, ...] = tuple(one.name for one in MEASURES)
_LINE_COLUMNS: tuple[LiteralString, ...] = tuple(one.name for one in _OF_LINES)


_STORE: LiteralString = """
      JOIN report_places AS place ON place.company_id = %(company_id)s AND place.kind = 'store'
                                 AND place.no = summed.store_no"""


def _grouped(
    key: Mapping[LiteralString, LiteralString],
    column: LiteralString,
    labels: Mapping[LiteralString, LiteralString] = MappingProxyType({}),
    joins: LiteralString = "",
    sums: Source = STORE_MONTHS,
) -> Question:
    """Of these sums, or with a channel of the facts themselves."""
    sources = (sums, SALE_FACTS) if column != "channel" else (SALE_FACTS,)
    return grouped(
        *(
            Grouping(
                source=source,
                keys=key,
                measures=MEASURES,
                columns=(column, *_COLUMNS),
                labels=labels,
                joins=joins,
            )
            for source in sources
        )
    )


def _by_category(known: LiteralString, cuts: LiteralString = "") -> LiteralString:
    return f"""
    WITH {cuts}known AS ({known}
    ), summed AS (
        SELECT item.category_id, {", ".join(map(total, _OF_LINES))}
          FROM known
          JOIN report_items AS item ON item.company_id = %(company_id)s AND item.item_no = known.item_no
         GROUP BY item.category_id
    )
    SELECT summed.*, {name_of("summed.category_id")} AS category
      FROM summed
     ORDER BY category_id
"""


_CATEGORIES: LiteralString = _by_category(item_rows(_LINE_COLUMNS))
_CATEGORIES_OF_CHANNEL: LiteralString = _by_category(item_rows_of_channel(_LINE_COLUMNS))
_CATEGORIES_FIRST_REPORTED: LiteralString = _by_category(
    item_rows_of_channel(_LINE_COLUMNS, IN_CUTS), WITH_CUTS
)
# Tips and rounding are of no goods, and so of no category.
_BESIDE_LINES = grouped(
    *(
        Grouping(
            source=source,
            keys={"category_id": "NULL::uuid"},
            measures=_OF_SALES,
            columns=("tips", "rounding"),
        )
        for source in (STORE_MONTHS, SALE_FACTS)
    )
)


def _ask_lines(db: Database, criteria: Criteria) -> Pending[Result]:
    statement = of_basis(criteria, _CATEGORIES, _CATEGORIES_OF_CHANNEL, _CATEGORIES_FIRST_REPORTED)
    answer = db.ask(statement, item_params(db, criteria))
    return Pending(lambda: Result(rows=[whole(row, _OF_LINES) for row in answer.rows()]))


def _with_all_keys(key: LiteralString, *questions: Question) -> Question:
    return Joined(keys=(key,), questions=questions, measures=(*KEYS, *FIGURES))


def _steps(step: LiteralString) -> Question:
    sums = STORE_MONTHS if step in OF_MONTHS else STORE_DAYS
    question = _grouped({"period": STEPS[step]}, "business_date", sums=sums)
    return filled(_with_all_keys("period", question), step, (*KEYS, *FIGURES))


_STEP_GROUPS: tuple[LiteralString, ...] = ("month", "day", "week", "quarter", "year")
_QUESTIONS: Mapping[str, Question] = {
    **{step: _steps(step) for step in _STEP_GROUPS},
    "store": _with_all_keys(
        "store_id",
        _grouped(
            {"store_no": "store_no"},
            "store_no",
            {"store_id": "place.id", "store": name_of("place.id")},
            _STORE,
        ),
    ),
    "category": _with_all_keys("category_id", _ask_lines, _BESIDE_LINES),
    "channel": _with_all_keys("channel", _grouped({"channel": "channel"}, "channel")),
}

# Goods have their facts by the line; what is of no goods is told beside them.
_FACTS: LiteralString = f"""
        SELECT sold.position, line.line::int AS line, sold.business_date, place.id AS store_id,
               item.category_id, sold.channel, line.gross_sales, line.discounts, line.returns, line.tax,
               NULL::bigint AS tips, NULL::bigint AS rounding
          FROM (SELECT * FROM sales_facts{JOIN_CUTS}
                 WHERE company_id = %(company_id)s AND position <= %(position)s::bigint{SALE_FACTS.where()}
                   AND {IS_IN_BASIS}
               ) AS sold
          JOIN sales_line_facts AS line ON line.company_id = %(company_id)s
           AND line.business_date = sold.business_date AND line.store_no = sold.store_no
           AND line.position = sold.position
          JOIN report_items AS item ON item.company_id = %(company_id)s AND item.item_no = line.item_no
          JOIN report_places AS place ON place.company_id = %(company_id)s AND place.kind = 'store'
                                     AND place.no = sold.store_no
     UNION ALL
        SELECT sold.position, -1, sold.business_date, place.id, NULL, sold.channel, NULL, NULL, NULL, NULL,
               sold.tips, sold.rounding
          FROM (SELECT * FROM sales_facts{JOIN_CUTS}
                 WHERE company_id = %(company_id)s AND position <= %(position)s::bigint{SALE_FACTS.where()}
                   AND {IS_IN_BASIS}
               ) AS sold
          JOIN report_places AS place ON place.company_id = %(company_id)s AND place.kind = 'store'
                                     AND place.no = sold.store_no"""
_IN_ROW: LiteralString = in_group(
    {
        **{step: IN_STEP[step] for step in _STEP_GROUPS},
        "store": "store_id = %(key_store_id)s::uuid",
        "category": "category_id IS NOT DISTINCT FROM %(key_category_id)s::uuid",
        "channel": "channel = %(key_channel)s::text",
    }
)

REVENUE = Section(
    area="financial-report",
    path="revenue",
    title="Revenue",
    meaning=(
        "What was sold and collected in each step of time, the empty ones included, or by each store, "
        "category or channel. Tips and rounding are of no goods: by category they are in the row without one."
    ),
    keys=KEYS,
    identity=("period", "store_id", "category_id", "channel"),
    parts={
        **dict.fromkeys(_STEP_GROUPS, ("period",)),
        "store": ("store_id",),
        "category": ("category_id",),
        "channel": ("channel",),
    },
    optional=("category_id",),
    columns=FIGURES,
    question=by_group(_QUESTIONS),
    sources=(SalesReports, ReportNames, ReportClosings),
    explanations=facts_behind(_FACTS, amounts_of(FIGURES), _IN_ROW),
    has_first_reported=True,
    order="period",
    filters=("channel",),
    groups=tuple(_QUESTIONS),
    sequences=tuple(STEPS),
    chart=Chart(
        kind="line", of=("net_sales",), label="period", other_labels=("store", "category", "channel")
    ),
)
