"""Questions of which the rows are many: sorted and cut to a page where they lie, with the whole beside it."""

from collections.abc import Mapping
from typing import Any, LiteralString

from domain.pending import Pending
from projections.base import Database, Row
from projections.reports.columns import Measure
from projections.reports.grouped import whole
from projections.reports.section import Criteria, Result

#: Before the name of a figure of the whole, beside those of a row.
_OVERALL = "overall_"


def order_by(orders: Mapping[LiteralString, LiteralString], key: LiteralString) -> LiteralString:
    """The order that is asked for, of these figures, as SQL over a row; of equal ones by their key."""
    cases: LiteralString = "".join(
        f"\n              WHEN '{name}' THEN ({sql})::numeric" for name, sql in orders.items()
    )
    return f"""CASE %(ascending)s::text{cases}
              END ASC NULLS LAST,
              CASE %(descending)s::text{cases}
              END DESC NULLS LAST,
              {key}"""


def in_keys(*identity: LiteralString) -> LiteralString:
    """Whether a row is one of the `keys` that are asked for, if any are; as `Section.key_of` writes them."""
    key: LiteralString = " || ',' || ".join(f"coalesce(({one})::text, '')" for one in identity)
    return f"(%(keys)b::text[] IS NULL OR {key} = ANY(%(keys)b::text[]))"


def order_params(criteria: Criteria, order: str) -> dict[str, str | None]:
    """What `order_by` takes: the figure to sort by, up or down."""
    sort = criteria.sort or order
    descends = sort.startswith("-")
    name = sort.removeprefix("-")
    return {"ascending": None if descends else name, "descending": name if descends else None}


def overall_of(measures: tuple[Measure, ...]) -> LiteralString:
    """The figures of the whole, as columns of a statement over its rows."""
    return ", ".join(map(_overall, (one for one in measures if one.footer == "sum")))


def _overall(measure: Measure) -> LiteralString:
    added: LiteralString = f"coalesce(sum({measure.name}), 0)"
    # A sum has the places of its longest part, which it may do without: 1.5 and 0.5 are 2.
    whole: LiteralString = f"trim_scale({added})" if measure.unit == "quantity" else added
    return f"{whole} AS overall_{measure.name}"


def ask_page(
    db: Database, statement: LiteralString, params: Mapping[str, Any], measures: tuple[Measure, ...], key: str
) -> Pending[Result]:
    """Ask for a page, whose first row also has `number`, how many rows there are, and the whole.

    A page beyond the last has one row all the same, of which `key` is null.
    """
    answer = db.ask(statement, params)
    return Pending(lambda: _found(answer.rows(), measures, key))


def _found(rows: list[Row], measures: tuple[Measure, ...], key: str) -> Result:
    overall: Row = {one.name: rows[0][_OVERALL + one.name] for one in measures if one.footer == "sum"}
    distinct: Row = {one.name: None for one in measures if one.footer != "sum"}
    return Result(
        rows=[whole(_own(row), measures) for row in rows if row[key] is not None],
        overall={**whole(overall, [one for one in measures if one.footer == "sum"]), **distinct},
        count=rows[0]["number"],
    )


def _own(row: Row) -> Row:
    return {name: value for name, value in row.items() if not name.startswith(_OVERALL) and name != "number"}
