"""Questions that depend on what rows are told apart by."""

from collections.abc import Mapping, Sequence
from typing import LiteralString

from domain.pending import Pending
from projections.base import Database
from projections.reports.columns import Measure
from projections.reports.grouped import ask_rows
from projections.reports.section import Criteria, Question, Result


def by_group(questions: Mapping[str, Question]) -> Question:
    """The question of the group that is asked for, without one of the first."""
    first = next(iter(questions))

    def question(db: Database, criteria: Criteria) -> Pending[Result]:
        return questions[criteria.group or first](db, criteria)

    return question


def rows_of(statement: LiteralString, measures: Sequence[Measure]) -> Question:
    """The question that a statement answers, with the sums of these measures."""

    def question(db: Database, criteria: Criteria) -> Pending[Result]:
        return ask_rows(db, criteria, statement, measures)

    return question
