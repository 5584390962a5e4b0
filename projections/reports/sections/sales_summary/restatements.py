"""Days of stores whose figures are no longer those that were first reported, and by what they differ."""

from typing import LiteralString

from domain.pending import Pending
from projections.base import Database, Row
from projections.reports.closings import ReportClosings
from projections.reports.columns import Column, Derived, Key, Measure
from projections.reports.explaining import Explanations, explained
from projections.reports.first_reported import DAY_CUTS, WITH_CUTS
from projections.reports.grouped import ask_rows
from projections.reports.names import ReportNames, name_of
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Criteria, Result, Section
from projections.reports.sections.sales_summary.places import is_place
from projections.reports.sections.sales_summary.sources import STORE_DAYS

_NET: LiteralString = "coalesce(gross_sales, 0) - coalesce(discounts, 0) - coalesce(returns, 0)"
#: What is told of, each with what a fact adds to it.
_FIGURES: dict[LiteralString, tuple[str, LiteralString]] = {
    "net_sales": ("Net sales", _NET),
    "tax": ("Tax", "coalesce(tax, 0)"),
    "total_collected": (
        "Total collected",
        f"{_NET} + coalesce(tax, 0) + coalesce(tips, 0) + coalesce(rounding, 0)",
    ),
}


def _current(name: LiteralString, label: str) -> Measure:
    return Measure(
        name=f"current_{name}", label=f"{label} now", unit="money", meaning="What it is now.", example=121_400
    )


def _difference(name: LiteralString, label: str) -> Measure:
    return Measure(
        name=f"difference_{name}",
        label=f"{label} since",
        unit="money",
        meaning="By how much it changed since.",
        example=-1_100,
    )


def _first(name: LiteralString, label: str) -> Derived:
    current, difference = f"current_{name}", f"difference_{name}"
    return Derived(
        name=f"first_reported_{name}",
        label=f"{label} first reported",
        unit="money",
        meaning="What it was when the day was closed.",
        of=lambda row, _: row[current] - row[difference],
        inputs=(current, difference),
        signs=("+", "-"),
        text=f"{current} - {difference}",
        example=122_500,
    )


LATE_FACTS = Measure(
    name="late_facts",
    label="Late facts",
    unit="count",
    meaning="How many sales, refunds and the like became known since.",
    example=2,
)
COLUMNS: tuple[Column, ...] = (
    *(
        column
        for name, (label, _) in _FIGURES.items()
        for column in (_first(name, label), _current(name, label), _difference(name, label))
    ),
    LATE_FACTS,
)
_MEASURES = tuple(one for one in COLUMNS if isinstance(one, Measure))

_LATE: LiteralString = f"""{WITH_CUTS}late AS (
        SELECT business_date, store_no, count(*) AS late_facts,
               {", ".join(f"sum({sql}) AS difference_{name}" for name, (_, sql) in _FIGURES.items())}
          FROM sales_facts JOIN cuts USING (business_date, store_no)
         WHERE company_id = %(company_id)s AND position > cut AND position <= %(position)s::bigint
           AND (business_date, store_no) IN (
                SELECT business_date, store_no FROM sales_store_day JOIN cuts USING (business_date, store_no)
                 WHERE company_id = %(company_id)s AND last_position > cut)
         GROUP BY business_date, store_no
    )"""
_CURRENT: LiteralString = ", ".join(f"sum({sql}) AS current_{name}" for name, (_, sql) in _FIGURES.items())
_STATEMENT: LiteralString = f"""
    WITH {_LATE}, known AS (
        SELECT business_date, store_no, {_CURRENT}
          FROM ({
    STORE_DAYS.rows(
        ("business_date", "store_no", "gross_sales", "discounts", "returns", "tax", "tips", "rounding")
    )
}) AS kept
         WHERE (business_date, store_no) IN (SELECT business_date, store_no FROM late)
         GROUP BY business_date, store_no
    )
    SELECT late.*, {", ".join(f"known.current_{name}" for name in _FIGURES)}, place.id AS store_id,
           {name_of("place.id")} AS store,
           coalesce((SELECT recorded_at FROM events
                      WHERE company_id = %(company_id)s AND position = cuts.closed_position
                      LIMIT 1), cuts.ends_at) AS closed_at
      FROM late
      JOIN known USING (business_date, store_no)
      JOIN cuts USING (business_date, store_no)
      JOIN report_places AS place ON place.company_id = %(company_id)s AND place.kind = 'store'
                                 AND place.no = late.store_no
     ORDER BY business_date, store_no
"""
_RESTATED: LiteralString = f"""
    WITH {_LATE}
    SELECT coalesce(sum(late_facts), 0)::bigint AS late_facts,
           coalesce(sum(difference_net_sales), 0) AS net_sales
      FROM late
"""


def ask_restatements(db: Database, criteria: Criteria) -> Pending[Result]:
    """Ask for the days of stores of which something became known after they were closed."""
    return ask_rows(db, criteria, _STATEMENT, _MEASURES)


def ask_restated(db: Database, criteria: Criteria) -> Pending[Row]:
    """Ask for how many facts these are in all, and by what they change net sales."""
    measures = (LATE_FACTS, Measure(name="net_sales", label="", unit="money", meaning=""))
    found = ask_rows(db, criteria, _RESTATED, measures)
    return Pending(lambda: found.read().rows[0])


_IS_LATE: LiteralString = "fact.position > cut"
#: Whether something became known of the day of a fact after it was closed.
_IS_RESTATED: LiteralString = """EXISTS (
               SELECT FROM sales_facts AS late
                WHERE late.company_id = %(company_id)s AND late.business_date = fact.business_date
                  AND late.store_no = fact.store_no AND late.position > cut
                  AND late.position <= %(position)s::bigint)"""


def _explain(amount: LiteralString, condition: LiteralString) -> LiteralString:
    return explained(f"""
        SELECT position, 0 AS line, {amount} AS amount
          FROM sales_facts AS fact
          JOIN ({DAY_CUTS}
               ) AS cuts USING (business_date, store_no)
         WHERE company_id = %(company_id)s AND position <= %(position)s::bigint{STORE_DAYS.where()}
           AND (NOT %(is_row)s::bool OR business_date = %(key_business_date)s::date AND {is_place("store")})
           AND {condition} AND ({amount}) <> 0""")


_EXPLANATIONS: Explanations = {
    **{f"difference_{name}": _explain(sql, _IS_LATE) for name, (_, sql) in _FIGURES.items()},
    **{f"current_{name}": _explain(sql, _IS_RESTATED) for name, (_, sql) in _FIGURES.items()},
    **{
        f"first_reported_{name}": _explain(sql, f"fact.position <= cut AND {_IS_RESTATED}")
        for name, (_, sql) in _FIGURES.items()
    },
    "late_facts": _explain("1", _IS_LATE),
}

RESTATEMENTS = Section(
    area="sales-summary",
    path="restatements",
    title="Restatements",
    meaning="Days of stores of which something became known after they were closed: sales of tills that had "
    "no connection, and the like. A day is closed with its last shift or, without any, a day after it ended. "
    "What was first reported stands beside what is known now.",
    keys=(
        Key(
            name="business_date",
            label="Date",
            unit="date",
            meaning="The day that was changed after it was closed.",
        ),
        Key(name="store_id", label="Store id", unit="id", meaning="Where it happened or belongs."),
        Key(name="store", label="Store", unit="text", meaning="What it was called.", example="Harbour"),
        Key(name="closed_at", label="Closed", unit="time", meaning="When the day was closed."),
    ),
    identity=("business_date", "store_id"),
    columns=COLUMNS,
    question=ask_restatements,
    sources=(SalesReports, ReportClosings, ReportNames),
    explanations=_EXPLANATIONS,
    order="business_date",
)
