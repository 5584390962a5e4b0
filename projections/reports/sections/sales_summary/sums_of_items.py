"""Questions about what was sold of items, by one of the things that these are filed under."""

from collections.abc import Mapping
from typing import LiteralString

from domain.pending import Pending
from projections.base import Database
from projections.reports.first_reported import IN_CUTS, WITH_CUTS
from projections.reports.grouped import total, whole
from projections.reports.range_cache import cached
from projections.reports.section import Criteria, Question, Result
from projections.reports.sections.figures import LINES, measures_of
from projections.reports.sections.sales_summary.items import (
    columns_of,
    item_params,
    item_rows,
    item_rows_of_channel,
)
from projections.reports.sections.sales_summary.sources import of_basis

_MEASURES = measures_of(LINES)
_NAMES = columns_of(_MEASURES)
_SUMS: LiteralString = ",\n               ".join(map(total, _MEASURES))


def sums_of_items(key: LiteralString, labels: Mapping[LiteralString, LiteralString]) -> Question:
    """The figures of lines by a column of the items; `labels` say more about a row `summed`."""
    statement = _statement(key, labels, item_rows(_NAMES))
    of_channel = _statement(key, labels, item_rows_of_channel(_NAMES))
    first_reported = _statement(key, labels, item_rows_of_channel(_NAMES, IN_CUTS), WITH_CUTS)

    def question(db: Database, criteria: Criteria) -> Pending[Result]:
        text = of_basis(criteria, statement, of_channel, first_reported)
        answer = db.ask(text, item_params(db, criteria))
        return Pending(lambda: Result(rows=[whole(row, _MEASURES) for row in answer.rows()]))

    return cached(
        question,
        key=key,
        names={"": _names(key, labels)},
        named=labels,
        filters=("channel", "depth"),
        made_by=(statement, of_channel),
    )


def _names(key: LiteralString, labels: Mapping[LiteralString, LiteralString]) -> LiteralString:
    """The labels of a row `page`, as a row `called`."""
    if not labels:
        return ""
    shown: LiteralString = ", ".join(f"{sql} AS {name}" for name, sql in labels.items())
    return f"""
      LEFT JOIN LATERAL (SELECT {shown} FROM (SELECT page.{key}) AS summed) AS called ON true"""


def _statement(
    key: LiteralString,
    labels: Mapping[LiteralString, LiteralString],
    rows: LiteralString,
    cuts: LiteralString = "",
) -> LiteralString:
    shown: LiteralString = "".join(f", {sql} AS {name}" for name, sql in labels.items())
    return f"""
    WITH {cuts}known AS ({rows}
    ), summed AS (
        SELECT item.{key},
               {_SUMS}
          FROM known
          JOIN report_items AS item ON item.company_id = %(company_id)s AND item.item_no = known.item_no
         GROUP BY item.{key}
    )
    SELECT summed.*{shown}
      FROM summed
     ORDER BY {key}
"""
