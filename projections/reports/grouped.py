"""Questions that add up facts by what tells the rows of a section apart, from daily sums where there are any.

    BY_STORE = Grouping(source=STORE_DAYS, keys={"store_no": "store_no"}, measures=…, columns=…)

A daily sum whose last fact is within the position that is asked for is the answer; where only a part of its
facts is, these are added up themselves. So what was known at a moment costs what is known now costs. Sums of
whole months stand for their days in the same way, where a source has them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any, LiteralString

from domain.pending import Pending
from domain.weeks import SHIFTS
from projections.base import Database, Row
from projections.reports.columns import Column, Measure
from projections.reports.first_reported import WITH_CUTS
from projections.reports.section import Basis, Criteria, Question, Result
from projections.reports.spans import span_params, spans_of
from projections.search.within import joined_words

#: The stores that are asked about, by their numbers.
STORES: LiteralString = """
           AND (%(stores)b::uuid[] IS NULL OR store_no = ANY(ARRAY(
                SELECT no FROM report_places
                 WHERE company_id = %(company_id)s AND kind = 'store' AND id = ANY(%(stores)b::uuid[]))))"""


#: No condition, for sums of all stores together.
ALL_STORES: LiteralString = ""

#: The same of facts that have the ids of their stores.
STORE_IDS: LiteralString = """
           AND (%(stores)b::uuid[] IS NULL OR store_id = ANY(%(stores)b::uuid[]))"""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A table of facts with the table of their daily sums, or (`daily` is None) without.

    `monthly` is the table of sums of whole months, whose facts have the first day of the month for a business
    date: for rows that tell no days apart. `by` are the columns that tell the sums apart beside the business
    date; a fact has them too.
    `company` are the sums of all stores together, for whoever asks about all of them and tells none apart.
    `filters` are the conditions that can be asked for, by the names of their parameters: on columns that both
    tables have. `stores` is the condition on the stores that are asked about.
    """

    facts: LiteralString
    daily: LiteralString | None = None
    monthly: LiteralString | None = None
    company: "Source | None" = None
    by: tuple[LiteralString, ...] = ("store_no",)
    filters: Mapping[str, LiteralString] = field(default_factory=lambda: MappingProxyType({}))
    stores: LiteralString = STORES

    def rows(self, columns: Sequence[LiteralString]) -> LiteralString:
        """These columns of what is known within the period, the stores and the filters."""
        selected: LiteralString = ", ".join(columns)
        asked = self.where()
        if self.daily is None:
            return f"""
        SELECT {selected}
          FROM {self.facts}
         WHERE company_id = %(company_id)s AND position <= %(position)s::bigint{asked}"""
        if self.monthly is None:
            return self._of_days(self.daily, selected, asked)
        by_month: LiteralString = ", ".join(
            "month AS business_date" if one == "business_date" else one for one in columns
        )
        return f"""
        SELECT {by_month}
          FROM {self.monthly}
         WHERE company_id = %(company_id)s AND last_position <= %(position)s::bigint
           AND month BETWEEN %(sums_months_from)s::date AND %(sums_months_to)s::date{self._conditions()}
     UNION ALL{self._of_days(self.daily, selected, self._beside_months(self.monthly))}"""

    def _of_days(self, daily: LiteralString, selected: LiteralString, asked: LiteralString) -> LiteralString:
        """The daily sums that are known whole, and the facts of those that are known in part."""
        same: LiteralString = ", ".join(("business_date", *self.by))
        return f"""
        SELECT {selected}
          FROM {daily}
         WHERE company_id = %(company_id)s AND last_position <= %(position)s::bigint{asked}
     UNION ALL
        SELECT {selected}
          FROM {self.facts}
         WHERE company_id = %(company_id)s AND position <= %(position)s::bigint
           AND ({same}) IN (SELECT {same} FROM {daily}
                             WHERE company_id = %(company_id)s AND last_position > %(position)s::bigint
                               AND first_position <= %(position)s::bigint{asked})"""

    def _beside_months(self, monthly: LiteralString) -> LiteralString:
        """The days for which sums of months do not stand: around them, and of those known in part."""
        in_part: LiteralString = f"""{monthly}
                         WHERE company_id = %(company_id)s
                           AND month BETWEEN %(sums_months_from)s::date AND %(sums_months_to)s::date
                           AND last_position > %(position)s::bigint
                           AND first_position <= %(position)s::bigint"""
        same: LiteralString = ", ".join(("month", *self.by))
        month: LiteralString = ", ".join(("date_trunc('month', business_date::timestamp)::date", *self.by))
        return f"""
           AND (business_date BETWEEN %(sums_days_from)s::date AND %(sums_days_to)s::date
                OR business_date BETWEEN %(sums_last_days_from)s::date AND %(sums_last_days_to)s::date
                OR business_date BETWEEN (SELECT min(month) FROM {in_part})
                        AND (%(sums_months_to)s::date + interval '1 month' - interval '1 day')::date
                   AND ({month}) IN (
                        SELECT {same} FROM {in_part})){self._conditions()}"""

    def first_reported(self, columns: Sequence[LiteralString]) -> LiteralString:
        """The same of what days of stores were first reported as: up to the `cuts` of a statement."""
        selected: LiteralString = ", ".join(columns)
        asked = self.where()
        facts: LiteralString = f"""
        SELECT {selected}
          FROM {self.facts} JOIN cuts USING (business_date, store_no)
         WHERE company_id = %(company_id)s AND position <= cut{asked}"""
        if self.daily is None:
            return facts
        same: LiteralString = ", ".join(("business_date", *self.by))
        return f"""
        SELECT {selected}
          FROM {self.daily} JOIN cuts USING (business_date, store_no)
         WHERE company_id = %(company_id)s AND last_position <= cut{asked}
     UNION ALL{facts}
           AND ({same}) IN (SELECT {same} FROM {self.daily} JOIN cuts USING (business_date, store_no)
                             WHERE company_id = %(company_id)s AND last_position > cut
                               AND first_position <= cut{asked})"""

    def where(self) -> LiteralString:
        """The period, the stores and the filters that are asked for, as a condition on either table."""
        return f"""
           AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date{self._conditions()}"""

    def _conditions(self) -> LiteralString:
        """The stores and the filters that are asked for."""
        conditions: LiteralString = "".join(f"\n           AND {one}" for one in self.filters.values())
        return f"{self.stores}{conditions}"


def total(measure: Measure) -> LiteralString:
    """The sum of a measure over facts; tables count quantities in hundred-thousandths."""
    if measure.aggregate:
        return f"{measure.aggregate} AS {measure.name}"
    added: LiteralString = f"coalesce(sum({measure.sum or measure.name}), 0)"
    if measure.unit == "quantity":
        return f"trim_scale({added} * 0.00001) AS {measure.name}"
    return f"{added} AS {measure.name}"


@dataclass(frozen=True, kw_only=True)
class Grouping:
    """The statement that adds up one source: the keys, by their names in SQL, and the sums of measures.

    `columns` are those of the source that keys and measures are made of. `labels` say more about the keys, by
    the names of the columns that they become: SQL on a row `summed`, and on what `joins` adds to it.
    """

    source: Source
    keys: Mapping[LiteralString, LiteralString]
    measures: tuple[Measure, ...]
    columns: tuple[LiteralString, ...]
    labels: Mapping[LiteralString, LiteralString] = field(default_factory=lambda: MappingProxyType({}))
    joins: LiteralString = ""

    def can_answer(self, criteria: Criteria) -> bool:
        """Whether its source has every filter that is asked for, and the stores."""
        filters = {name for name, value in criteria.filters.items() if value is not None}
        is_of_all = criteria.stores is None and criteria.basis == "current"
        return filters <= self.source.filters.keys() and (is_of_all or self.source.stores != ALL_STORES)

    def of_company(self) -> "Grouping | None":
        """The same of all stores together, if there are such sums and it tells no stores apart."""
        source = self.source.company
        if source is None or "store_no" in self.columns:
            return None
        return replace(self, source=source)

    def statement(self) -> LiteralString:
        """As it is sent; composed when its module is imported."""
        return f"WITH {self._summed(self.source.rows(self.columns))}"

    def first_reported(self) -> LiteralString:
        """The same of what days of stores were first reported as."""
        summed = self._summed(self.source.first_reported(self.columns))
        return f"WITH {WITH_CUTS}{summed}"

    def _summed(self, rows: LiteralString) -> LiteralString:
        keys: LiteralString = "".join(f"{sql} AS {name}, " for name, sql in self.keys.items())
        sums: LiteralString = ",\n               ".join(map(total, self.measures))
        labels: LiteralString = "".join(f", {sql} AS {name}" for name, sql in self.labels.items())
        names: LiteralString = ", ".join(self.keys)
        grouped: LiteralString = f"\n         GROUP BY {names}" if names else ""
        order: LiteralString = f"\n     ORDER BY {names}" if names else ""
        return f"""known AS ({rows}
    ), summed AS (
        SELECT {keys}{sums}
          FROM known{grouped}
    )
    SELECT summed.*{labels}
      FROM summed{self.joins}{order}
"""


#: Filters of which a source may have more than a section that asks it.
_FILTERS = ("channel", "register", "cashier", "customer", "category", "brand", "supplier", "search")


def params_of(db: Database, criteria: Criteria) -> dict[str, Any]:
    """The parameters that every question of a section takes."""
    return {
        "company_id": db.company_id,
        "from_date": criteria.period.from_date,
        "to_date": criteria.period.to_date,
        "stores": None if criteria.stores is None else list(criteria.stores),
        "position": criteria.position,
        "group": criteria.group,
        **span_params(spans_of(criteria.period, by_year=False), prefix="sums_"),
        "basis": criteria.basis,
        "keys": None if criteria.keys is None else list(criteria.keys),
        "week_shift": SHIFTS[criteria.week_start],
        **dict.fromkeys(_FILTERS),
        **criteria.filters,
        # None if it has no letters and digits, which then are nowhere.
        "looked_for": joined_words(criteria.filters.get("search")) or None,
    }


def whole(row: Row, measures: Sequence[Measure]) -> Row:
    """A row whose amounts and counts are whole numbers, however large: the database adds in decimals."""
    for measure in measures:
        value = row[measure.name]
        if isinstance(value, Decimal) and measure.unit != "quantity":
            row[measure.name] = int(value)
    return row


@dataclass(frozen=True, kw_only=True)
class Grouped:
    """A question that the first of some groupings answers which can, with its statement of the basis."""

    groupings: Sequence[tuple[Grouping, Mapping[Basis, LiteralString]]]

    def __call__(self, db: Database, criteria: Criteria) -> Pending[Result]:
        """Ask it."""
        grouping, statements = next(one for one in self.groupings if one[0].can_answer(criteria))
        return ask_rows(db, criteria, statements[criteria.basis], grouping.measures)


def grouped(*groupings: Grouping) -> Grouped:
    """The question of these groupings, the cheapest first; what all stores come to goes before each."""
    every = [one for grouping in groupings for one in (grouping.of_company(), grouping) if one]
    return Grouped(groupings=[(one, _statements(one)) for one in every])


def _statements(grouping: Grouping) -> Mapping[Basis, LiteralString]:
    """By the basis. What days were first reported as is known by store, from facts with their numbers."""
    current: Mapping[Basis, LiteralString] = {"current": grouping.statement()}
    if grouping.source.stores != STORES:
        return current
    return {**current, "first_reported": grouping.first_reported()}


def ask_rows(
    db: Database, criteria: Criteria, statement: LiteralString, measures: Sequence[Measure]
) -> Pending[Result]:
    """Ask for the rows of a statement of these measures."""
    answer = db.ask(statement, params_of(db, criteria))
    return Pending(lambda: Result(rows=[whole(row, measures) for row in answer.rows()]))


@dataclass(frozen=True, kw_only=True)
class Joined:
    """Questions about the same things, each of which knows other figures of them.

    A row of the first stays as it is; what only others have is a row too, with nothing of the figures that it
    lacks. `keys` are the names that tell rows apart.
    """

    keys: tuple[LiteralString, ...]
    questions: tuple[Question, ...]
    measures: tuple[Column, ...]

    def __call__(self, db: Database, criteria: Criteria) -> Pending[Result]:
        """Ask all of them with the same round trip."""
        answers = [question(db, criteria) for question in self.questions]
        return Pending(lambda: Result(rows=self._rows([answer.read() for answer in answers])))

    def _rows(self, found: Sequence[Result]) -> list[Row]:
        nothing: Row = {column.name: nothing_of(column) for column in self.measures}
        rows: dict[tuple[Any, ...], Row] = {}
        for row in (row for one in found for row in one.rows):
            key = tuple(row[name] for name in self.keys)
            rows[key] = {**rows.get(key, nothing), **row}
        return list(rows.values())


def nothing_of(column: Column) -> Any:
    """What a figure is of which there is no fact."""
    if not isinstance(column, Measure):
        return None
    return Decimal(0) if column.unit == "quantity" else 0
