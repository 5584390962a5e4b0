"""Sections of reports, each declared once: what its rows are told apart by, its columns, and its question."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, LiteralString
from uuid import UUID

from domain.pending import Pending
from domain.weeks import WEEK_START, WeekStart
from projections.base import Database, Params, Projection, Row
from projections.reports.columns import Column, Key, visible
from projections.reports.period import Align, CompareTo, Period

Area = Literal["sales-summary", "inventory-report", "financial-report"]
#: `first_reported` is what a day's figures were when it was closed, whatever became known since.
Basis = Literal["current", "first_reported"]
#: Beyond every position of a log: all that is known counts.
EVERYTHING = 2**63 - 1
#: Takes a statement that is run, with all others, in a transaction of its own once the question is answered.
Keep = Callable[[LiteralString, Params], None]


@dataclass(frozen=True, kw_only=True)
class Criteria:
    """What is asked of a section.

    No fact beyond `position` counts. `stores` are those that it is about, None for all of them. `filters` has
    every filter of the section, None where it is not asked for. `sort` is a column, after a "-" from the
    largest to the smallest. Without a limit all rows are meant. Of a ranked section `keys` are those of the
    rows that are wanted (see `Section.key_of`), whose place among all others then says nothing.
    """

    period: Period
    position: int
    permissions: frozenset[str]
    stores: tuple[UUID, ...] | None = None
    filters: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    group: str | None = None
    sort: str | None = None
    basis: Basis = "current"
    #: On which day weeks begin.
    week_start: WeekStart = WEEK_START
    compare_to: CompareTo = "none"
    align: Align | None = None
    #: Whether rows that only the other period has are wanted as well.
    with_gone: bool = False
    page: int = 1
    limit: int | None = 20
    keys: tuple[str, ...] | None = None
    #: Takes what may be kept of the answer; without it nothing is kept, nor answered from what was.
    keep: Keep | None = None
    #: Where answers are that were kept, if not where the question is asked.
    kept: Database | None = None

    @property
    def offset(self) -> int:
        """How many rows come before the page."""
        return (self.page - 1) * (self.limit or 0)

    def compared(self) -> "Criteria | None":
        """The same of the period that it is compared with, all rows of it. Raises PeriodNotValid."""
        period = self.period.compared(self.compare_to, self.align)
        return None if period is None else replace(self, period=period, compare_to="none", page=1, limit=None)


@dataclass(frozen=True, kw_only=True)
class Result:
    """The rows that a question finds: their keys and figures, without what follows from these.

    `overall` are the figures of the whole section where they are not the sums of the rows; `count` is how
    many rows there are in all, if `rows` is a page of them, sorted already.
    """

    rows: list[Row]
    overall: Row | None = None
    count: int | None = None


#: It is asked with the next round trip, so that many are one; reading the first of them sends it.
Question = Callable[[Database, Criteria], Pending[Result]]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """The picture of a section: the figures `of` its rows, each by its `label`.

    Rows that are told apart by something else, and so have no such label, have the first that they do have of
    the `other_labels`.
    """

    kind: Literal["bar", "line", "waterfall"]
    of: tuple[str, ...]
    label: str
    other_labels: tuple[str, ...] = ()

    def label_of(self, row: Row) -> str | None:
        """What a row is called; None for what is nobody's and nothing's."""
        labels = (row[name] for name in (self.label, *self.other_labels))
        return next((str(label) for label in labels if label is not None), None)


@dataclass(frozen=True, kw_only=True)
class Section:
    """One section of a report: which facts, told apart by what, with which columns, in which order.

    `identity` are the names of the keys that tell its rows apart; the other keys only say more about them.
    `filters` are names of parameters beside those that every section has; `groups` what its rows can be told
    apart by instead, the usual one first. The rows of a section that `is_ranked` come from its question by
    the page, sorted; those of the others are few, and sorted by `projections/reports/table.py`.
    """

    area: Area
    path: LiteralString
    title: str
    meaning: str
    keys: tuple[Key, ...]
    identity: tuple[LiteralString, ...]
    columns: tuple[Column, ...]
    question: Question
    sources: tuple[type[Projection], ...]
    order: str
    filters: tuple[str, ...] = ()
    #: Whether it can say what days were first reported as.
    has_first_reported: bool = False
    groups: tuple[str, ...] = ()
    #: By the group or the interval, the parts of the identity that its rows have; the others are empty.
    #: The rows of what is not named here have all of them.
    parts: Mapping[str, tuple[LiteralString, ...]] = field(default_factory=lambda: MappingProxyType({}))
    #: The parts that are empty of some row all the same: of what was done by nobody, or filed nowhere.
    optional: tuple[LiteralString, ...] = ()
    #: Of the figures that add up over facts, the statements of these (`projections/reports/explaining.py`).
    explanations: Mapping[LiteralString, LiteralString] = field(default_factory=lambda: MappingProxyType({}))
    #: Of those that are no sums, or not always, the statements of the facts that gave them: of a date those
    #: of that day.
    origins: Mapping[LiteralString, LiteralString] = field(default_factory=lambda: MappingProxyType({}))
    #: What its statements take beside what those of every section do.
    params: Callable[[Database, Criteria], Params] = lambda _db, _asked: {}
    #: Whether a row is added up in footers; of a tree only the roots are, which include all others.
    in_footer: Callable[[Row], bool] = lambda _: True
    #: The columns that it can be sorted by, where not all of them.
    sorts: tuple[str, ...] = ()
    #: What a column says of itself, where that follows from the filters that are asked for.
    told_by: Callable[[Column, Mapping[str, Any]], Column] = lambda column, _: column
    chart: Chart | None = None
    is_ranked: bool = False
    #: Whether the rows follow each other in time; then they are compared with those at the same places.
    is_sequence: bool = False
    #: The groups whose rows follow each other in time, where not those of all do.
    sequences: tuple[str, ...] = ()

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """Keys and figures, in the order in which they are shown."""
        return (*self.keys, *self.columns)

    def key_of(self, row: Row) -> str:
        """What tells a row apart, as a text by which it can be asked for: its identity, between commas."""
        return ",".join("" if row[name] is None else str(row[name]) for name in self.identity)

    def parts_of(self, group: str | None, interval: str | None) -> tuple[LiteralString, ...]:
        """The parts of the identity that rows of this group have, without one of the first, or interval."""
        told = group or next(iter(self.groups), interval)
        return self.identity if told is None else self.parts.get(told, self.identity)

    def follows_in_time(self, group: str | None) -> bool:
        """Whether the rows of this group follow each other in time."""
        return self.is_sequence or group in self.sequences

    def chart_of(self, group: str | None) -> Chart | None:
        """The picture of the rows of this group: a line goes only through what follows in time."""
        if self.chart is None or self.chart.kind != "line" or self.follows_in_time(group):
            return self.chart
        return replace(self.chart, kind="bar")

    def columns_for(self, permissions: frozenset[str]) -> tuple[Column, ...]:
        """The columns that are shown to somebody with these permissions."""
        return visible(self.all_columns, permissions)
