"""Lists by the page: so many rows of what a filter leaves, and how many it leaves in all."""

from typing import Any, LiteralString

from projections.base import Answer, Database, Row

#: The part of a list that is asked for, after its order.
PAGE: LiteralString = "LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint"

#: The order of a list that is short enough to be sorted, by one of four sort keys; an id follows.
BY_NAME_OR_TIME: LiteralString = """
              CASE %(sort)s::text WHEN 'name' THEN name_key END,
              CASE %(sort)s::text WHEN '-name' THEN name_key END DESC,
              CASE %(sort)s::text WHEN 'created_at' THEN created_at END,
              CASE %(sort)s::text WHEN '-created_at' THEN created_at END DESC"""


def list_and_count(
    db: Database,
    rows: LiteralString,
    count: LiteralString,
    *,
    page: int,
    limit: int,
    **filters: Any,
) -> tuple[list[Row], int]:
    """The rows of one page and how many there are in all, asked for together."""
    params = {"company_id": db.company_id, **filters, "limit": limit, "offset": (page - 1) * limit}
    answer, counted = db.ask(rows, params), db.ask(count, params)
    return answer.rows(), total_of(counted)


def total_of(count: Answer) -> int:
    """What a statement that counts has counted, in its column `total`."""
    row = count.row()
    return row["total"] if row else 0
