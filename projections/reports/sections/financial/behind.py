"""The facts behind figures of the financial report, as SQL that tells of each how much it adds."""

from collections.abc import Mapping, Sequence
from typing import LiteralString

from projections.reports.columns import Column, Derived, Measure
from projections.reports.explaining import Explanations, explained

#: The period and the stores of facts that name their stores by ids.
BY_STORE_ID: LiteralString = """
           AND position <= %(position)s::bigint
           AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
           AND (%(stores)b::uuid[] IS NULL OR store_id = ANY(%(stores)b::uuid[]))"""


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


def amounts_of(columns: Sequence[Column]) -> dict[LiteralString, LiteralString]:
    """What a fact adds to measures that its columns are called after, and to what adds up of these."""
    amounts: dict[LiteralString, LiteralString] = {}
    for column in columns:
        if isinstance(column, Measure):
            added: LiteralString = f"coalesce({column.sum or column.name}, 0)"
            amounts[column.name] = f"trim_scale({added} * 0.00001)" if column.unit == "quantity" else added
        elif isinstance(column, Derived) and column.signs and amounts.keys() >= {*column.inputs}:
            parts = zip(column.signs, column.inputs, strict=True)
            signed: LiteralString = " ".join(f"{sign} ({amounts[name]})" for sign, name in parts)
            amounts[column.name] = f"({signed})"
    return amounts


def in_group(conditions: Mapping[LiteralString, LiteralString]) -> LiteralString:
    """The condition of the facts in a row of the group that is asked for, the first one without."""
    first: LiteralString = next(iter(conditions))
    cases: LiteralString = "".join(
        f"\n                WHEN '{group}' THEN {one}" for group, one in conditions.items()
    )
    return f"CASE coalesce(%(group)s::text, '{first}'){cases} END"
