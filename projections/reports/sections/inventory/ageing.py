"""How old the stock is: what of it was received how long ago, in quantity and in value."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, LiteralString

from domain.errors import Invalid
from domain.pending import Pending
from projections.base import Database, Row
from projections.reports.columns import COSTS, Column, Derived, Measure, ratio
from projections.reports.explaining import explained, of_first_day
from projections.reports.names import ReportNames
from projections.reports.section import Criteria, Result, Section
from projections.reports.sections.inventory.explaining import OF_ROW, quantities
from projections.reports.sections.inventory.goods import FILTERS, GOODS, GROUPS, KEYS
from projections.reports.sections.inventory.layers import LYING
from projections.reports.sections.inventory.ranking import ask_ranked, goods_params, ranked
from projections.reports.sections.inventory.receipts import RECEIPTS
from projections.reports.sections.inventory.valuation import EXPLANATIONS, ON_HAND, VALUE
from projections.reports.stock import StockReports

#: Where the age buckets end, in days, unless others are asked for.
ENDS = (30, 60, 90, 180, 365)
_NAMES: tuple[LiteralString, ...] = ("age_1", "age_2", "age_3", "age_4", "age_5", "age_6")


_DAYS = re.compile("[0-9]{1,5}")


class BucketsNotValid(Invalid):
    """Age buckets end at one to five whole numbers of days, each larger than the one before."""

    code = "buckets_not_valid"
    field = "buckets"
    remedy = "Send one to five rising whole numbers, such as `30,60,90`."


def _labels(ends: tuple[int, ...]) -> Iterator[tuple[int, str, str]]:
    """Of each bucket where it begins, where it ends, and what it is called."""
    starts = (0, *(end + 1 for end in ends))
    for start, end in zip(starts, (*map(str, ends), "more"), strict=True):
        yield start, end, f"{start}-{end} days"


def _buckets() -> Iterator[Measure]:
    for name, (start, end, label) in zip(_NAMES, _labels(ENDS), strict=True):
        meaning = f"What was received so long ago: {start} to {end} days, unless `buckets` says otherwise."
        yield Measure(name=f"{name}_quantity", label=label, unit="quantity", meaning=meaning, example="12")
        yield Measure(
            name=f"{name}_value",
            label=f"{label}: value",
            unit="money",
            meaning=meaning,
            needs=COSTS,
            example=4_800,
        )


def _average_age(row: Row, _: Row) -> object:
    """So many days, weighted by what of it lies there."""
    return ratio(row["unit_days"], row["aged_quantity"])


COLUMNS: tuple[Column, ...] = (
    ON_HAND,
    VALUE,
    *_buckets(),
    Column(
        name="oldest",
        label="Oldest",
        unit="date",
        meaning="When the oldest of it was received.",
        example="2026-01-12",
    ),
    Measure(
        name="aged_quantity",
        label="Aged quantity",
        unit="quantity",
        meaning="How much has an age: what lies there, save where less than nothing does.",
        example="42",
    ),
    Measure(
        name="unit_days",
        label="Unit days",
        unit="quantity",
        meaning="The days since each unit was received, added up.",
        example="1260",
    ),
    Derived(
        name="average_age",
        label="Average age",
        unit="ratio",
        meaning="For how many days a unit has lain there on average; null of nothing.",
        of=_average_age,
        inputs=("unit_days", "aged_quantity"),
        text="unit_days / aged_quantity",
        example="30.0000",
    ),
)

# What lies below zero has no age; its value is in the first bucket, so that all buckets come to the value.
_BEFORE: LiteralString = f"""{LYING}aged AS (
        SELECT storage_id, variant_id,
               width_bucket(%(to_date)s::date - received_on, %(starts)b::int[]) AS age,
               sum(quantity) AS quantity, min(received_on) AS oldest,
               sum(quantity * (%(to_date)s::date - received_on)) AS unit_days
          FROM lying
         GROUP BY 1, 2, 3
    ), split AS (
        SELECT aged.*, level.value, whole.share,
               level.value * aged.quantity - whole.share * level.quantity AS remainder
          FROM aged
          JOIN level ON level.storage_id = aged.storage_id AND level.variant_id = aged.variant_id
         CROSS JOIN LATERAL (
                -- The largest whole number that is not above it, also of a value below zero.
                SELECT div(level.value * aged.quantity, level.quantity)
                       - (mod(level.value * aged.quantity, level.quantity) < 0)::int AS share
               ) AS whole
    ), valued AS (
        SELECT storage_id, variant_id, age, quantity, oldest, unit_days,
               share + CASE WHEN row_number() OVER (PARTITION BY storage_id, variant_id
                                                        ORDER BY remainder DESC, age)
                                 <= value - sum(share) OVER (PARTITION BY storage_id, variant_id)
                            THEN 1 ELSE 0 END AS value
          FROM split
    ), """
_OF_BUCKETS: dict[LiteralString, LiteralString] = {
    f"{name}_{figure}": f"coalesce(sum(change.{figure}) FILTER (WHERE change.age = {number}), 0)"
    for name, number in zip(_NAMES, ("1", "2", "3", "4", "5", "6"), strict=True)
    for figure in ("quantity", "value")
}
_STATEMENT: LiteralString = ranked(
    """
        SELECT storage_id, variant_id, age, quantity, value, oldest, unit_days, quantity AS aged_quantity
          FROM valued
     UNION ALL
        SELECT storage_id, variant_id, 1, quantity, value, NULL, 0, 0
          FROM level
         WHERE quantity <= 0""",
    {
        "on_hand": "sum(change.quantity)",
        "value": "sum(change.value)",
        **_OF_BUCKETS,
        "oldest": "min(change.oldest)",
        "aged_quantity": "sum(change.aged_quantity)",
        "unit_days": "sum(change.unit_days)",
    },
    COLUMNS,
    having="bool_or(change.quantity <> 0 OR change.value <> 0)",
    derived={"average_age": "section.unit_days / nullif(section.aged_quantity, 0)"},
    before=_BEFORE,
)

# The value of a bucket is that of its facts in the same proportion, to the last of what they come to.
_UPTO: LiteralString = """sum(receipt.quantity) OVER (
                   PARTITION BY receipt.storage_id, receipt.variant_id, valued.age
                       ORDER BY receipt.position, receipt.line, receipt.received_on)"""
_AGED: LiteralString = f"""
        WITH {_BEFORE}{RECEIPTS}
        SELECT receipt.storage_id, receipt.variant_id, receipt.position, receipt.line, receipt.received_on,
               receipt.quantity, receipt.quantity AS aged_quantity, valued.age,
               receipt.quantity * (%(to_date)s::date - receipt.received_on) AS unit_days,
               div(valued.value * {_UPTO}, valued.quantity)
               - div(valued.value * ({_UPTO} - receipt.quantity), valued.quantity) AS value
          FROM receipt
          JOIN valued ON valued.storage_id = receipt.storage_id AND valued.variant_id = receipt.variant_id
           AND valued.age = width_bucket(%(to_date)s::date - receipt.received_on, %(starts)b::int[])
     UNION ALL
        SELECT level.storage_id, level.variant_id, fact.position, fact.number, NULL, fact.quantity, 0, 1, 0,
               fact.value
          FROM level
          JOIN stock_facts AS fact
            ON fact.company_id = %(company_id)s AND fact.storage_id = level.storage_id
           AND fact.variant_id = level.variant_id
         WHERE level.quantity <= 0 AND fact.position <= %(position)s::bigint
           AND fact.business_date <= %(to_date)s::date"""


def _aged(amount: LiteralString, condition: LiteralString = "true") -> LiteralString:
    """The facts that brought what lies there, so much of them as does, and all of what lies below zero."""
    return f"""
        SELECT change.position, change.line, sum({amount}) AS amount
          FROM ({_AGED}) AS change{GOODS}
           AND {condition}{OF_ROW}
         GROUP BY change.position, change.line
        HAVING sum({amount}) <> 0"""


def _explanations() -> Iterator[tuple[LiteralString, LiteralString]]:
    for name, number in zip(_NAMES, ("1", "2", "3", "4", "5", "6"), strict=True):
        is_of_age: LiteralString = f"change.age = {number}"
        yield f"{name}_quantity", explained(_aged(quantities("change.quantity"), is_of_age))
        yield f"{name}_value", explained(_aged("change.value", is_of_age))
    for name in ("aged_quantity", "unit_days"):
        yield name, explained(_aged(quantities(f"change.{name}")))


_OLDEST: LiteralString = f"""
        SELECT change.position, change.line, {quantities("sum(change.quantity)")} AS amount,
               change.received_on AS business_date
          FROM ({_AGED}) AS change{GOODS}{OF_ROW}
         GROUP BY change.position, change.line, change.received_on"""
_ORDER = "-average_age"


def ask_ageing(db: Database, criteria: Criteria) -> Pending[Result]:
    """Ask how old the stock was at the end of the period. Raises BucketsNotValid."""
    params = {**goods_params(db, criteria, _ORDER), **params_of_buckets(db, criteria)}
    return ask_ranked(db, _STATEMENT, COLUMNS, params)


def params_of_buckets(_: Database, criteria: Criteria) -> dict[str, Any]:
    """From which age on each bucket is. Raises BucketsNotValid."""
    ends = ends_of(criteria.filters.get("buckets"))
    return {"starts": [-(10**6), *(end + 1 for end in ends)]}


def ends_of(text: str | None) -> tuple[int, ...]:
    """Where the buckets end. Raises BucketsNotValid."""
    if text is None:
        return ENDS
    parts = [part.strip() for part in text.split(",")]
    if not all(map(_DAYS.fullmatch, parts)):
        raise BucketsNotValid
    ends = tuple(map(int, parts))
    if len(ends) > len(ENDS) or list(ends) != sorted({*ends}):
        raise BucketsNotValid
    return ends


def told_by_buckets(column: Column, filters: Mapping[str, Any]) -> Column:
    """A bucket by the days that are asked for. Raises BucketsNotValid."""
    name, _, figure = column.name.rpartition("_")
    if name not in _NAMES or filters.get("buckets") is None:
        return column
    labels = [*_labels(ends_of(filters["buckets"]))]
    place = _NAMES.index(name)
    if place >= len(labels):
        label, meaning = "No bucket", "No bucket: `buckets` names fewer."
    else:
        start, end, label = labels[place]
        meaning = f"What was received so long ago: {start} to {end} days."
    return replace(column, label=f"{label}: value" if figure == "value" else label, meaning=meaning)


AGEING = Section(
    area="inventory-report",
    path="ageing",
    title="Age of stock",
    meaning=(
        "How old the stock was at the end of the period: the first received is the first to leave, wherever "
        "it was moved to since. Its values come to those of the valuation."
    ),
    keys=KEYS,
    identity=("id",),
    optional=("id",),
    columns=COLUMNS,
    question=ask_ageing,
    sources=(StockReports, ReportNames),
    explanations={**EXPLANATIONS, **dict(_explanations())},
    params=params_of_buckets,
    told_by=told_by_buckets,
    origins={"oldest": explained(of_first_day(_OLDEST))},
    order=_ORDER,
    filters=(*FILTERS, "buckets"),
    groups=GROUPS,
    is_ranked=True,
)
