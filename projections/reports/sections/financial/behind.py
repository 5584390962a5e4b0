"""The facts behind figures of the financial report, as SQL that tells of each how much it adds."""

from collections.abc import Mapping
from typing import LiteralString

from projections.reports.explaining import Explanations, explained


def facts_behind(
    rows: LiteralString, amounts: Mapping[LiteralString, LiteralString], is_in_row: LiteralString
) -> Explanations:
    """The facts of figures: what each of the `rows` adds to them, by their names.

    The rows have a `position`, a `line` and no others than those that are asked about; `is_in_row` is the
    condition of those in one row of the section, by its `%(key_…)s`.
    """
    return {name: explained(_facts(rows, amount, is_in_row)) for name, amount in amounts.items()}


def _facts(rows: LiteralString, amount: LiteralString, is_in_row: LiteralString) -> LiteralString:
    return f"""
        SELECT position, line, {amount} AS amount
          FROM ({rows}
               ) AS fact
         WHERE (NOT %(is_row)s::bool OR {is_in_row}) AND ({amount}) <> 0"""


def in_group(conditions: Mapping[LiteralString, LiteralString]) -> LiteralString:
    """The condition of the facts in a row of the group that is asked for, the first one without."""
    first: LiteralString = next(iter(conditions))
    cases: LiteralString = "".join(
        f"\n                WHEN '{group}' THEN {one}" for group, one in conditions.items()
    )
    return f"CASE coalesce(%(group)s::text, '{first}'){cases} END"
