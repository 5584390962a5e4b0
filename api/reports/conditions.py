"""Conditions of schedules: of which columns there can be one."""

from collections.abc import Iterable

from api.reports.asking import UnknownColumn
from api.reports.files.cells import NUMBERS
from domain.report_schedules import Condition, ConditionNotValid
from projections.reports.columns import Column


def load_condition(text: str, columns: Iterable[Column]) -> tuple[Condition, Column]:
    """What a text says of one of these columns, which has figures or dates, and that column.

    Raises ConditionNotValid, also for what no row could ever fulfil; UnknownColumn.
    """
    condition = Condition.of(text)
    column = next((one for one in columns if one.name == condition.column), None)
    if column is None:
        raise UnknownColumn.in_fields("condition")
    if column.unit != "date" and (column.unit not in NUMBERS or condition.says_days):
        raise ConditionNotValid.in_fields("condition")
    return condition, column
