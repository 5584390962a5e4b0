"""Pages of the catalog in the order of its names or of its making, of whatever the filters leave."""

from collections.abc import Mapping, Sequence
from typing import LiteralString, NamedTuple

from projections.base import Database, Row, plan_for_values
from projections.catalog.filters import CLASSIFICATION, STOCK_AND_PRICES, Filters
from projections.pages import PAGE, total_of

#: Up to how many products are rather sorted than met on the way through all.
FEW = 2_000

#: What is shown of each product of a page, by its key, whatever the planner knows of the table.
PRODUCT_OF_PAGE: LiteralString = """(
            SELECT * FROM products WHERE company_id = %(company_id)s AND id = page.id LIMIT 1
           ) AS product"""

_FILTER: LiteralString = f"""
       listed.company_id = %(company_id)s AND listed.place_id = %(place_id)s
       AND listed.status = ANY(%(statuses)b::text[])
       AND {CLASSIFICATION}
       AND {STOCK_AND_PRICES}
       AND (%(patterns)b::text[] IS NULL OR listed.text LIKE ALL (%(patterns)b::text[]))
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM product_listing AS listed WHERE {_FILTER}"

# NOTE: each order has a statement of its own, so that each can walk its own index; what few match is found
# sooner by another index, which the changed expression after ORDER BY leaves as the only way.
_BY_NAME: LiteralString = f"""
    SELECT product.*
      FROM (SELECT listed.text, listed.id FROM product_listing AS listed
             WHERE {_FILTER}
             ORDER BY CASE WHEN %(are_few)s::bool THEN listed.text || '' ELSE listed.text END, listed.id
             {PAGE}) AS page
     CROSS JOIN LATERAL {PRODUCT_OF_PAGE}
     ORDER BY page.text, page.id
"""

_BY_TIME: LiteralString = f"""
    SELECT product.*
      FROM (SELECT listed.created_at, listed.id FROM product_listing AS listed
             WHERE {_FILTER}
             ORDER BY CASE WHEN %(are_few)s::bool THEN listed.created_at + interval '0' ELSE listed.created_at
                      END DESC, listed.id DESC
             {PAGE}) AS page
     CROSS JOIN LATERAL {PRODUCT_OF_PAGE}
     ORDER BY page.created_at DESC, page.id DESC
"""

# The planner thinks that next to nothing is like a pattern, and would rather read and sort all than meet a
# page on the way. It still sorts where there is no other way.
_SORTING: LiteralString = "SELECT set_config('enable_sort', %(sorting)s, true)"

_PAGES: Mapping[str, LiteralString] = {"name": _BY_NAME, "-created_at": _BY_TIME}
SORT_KEYS = tuple(_PAGES)


class Page(NamedTuple):
    """Which part of what is listed, and in which order."""

    sort: str
    limit: int
    offset: int


def list_page(
    db: Database, filters: Filters, page: Page, *, patterns: Sequence[str] = (), total: int | None = None
) -> tuple[list[Row], int]:
    """One page of products, and how many there are in all, unless that is known.

    The words of each name are like all the patterns.
    """
    plan_for_values(db)
    params = {**filters.params(db), "patterns": list(patterns) or None}
    if total is None:
        total = total_of(db.ask(_COUNT, params))
    if total <= page.offset:
        return [], total
    are_few = total < FEW
    db.execute(_SORTING, {"sorting": "on" if are_few else "off"})
    part = {"limit": page.limit, "offset": page.offset, "are_few": are_few}
    answer = db.ask(_PAGES[page.sort], {**params, **part})
    db.execute(_SORTING, {"sorting": "on"})
    return answer.rows(), total
