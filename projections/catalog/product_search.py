"""Pages of the products that a text finds: by the words of their names, or by a SKU or barcode."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from domain.catalog.products import Product
from projections.base import Database, Row
from projections.catalog.codes import ask_codes
from projections.catalog.filters import CLASSIFICATION, STOCK_AND_PRICES, Filters
from projections.catalog.listing_pages import PRODUCT_OF_PAGE, Page, list_page
from projections.pages import PAGE, total_of
from projections.search.conditions import (
    CONDITIONS,
    MEETS_CONDITION,
    Condition,
    having,
    needed_words,
    params_of,
    pattern_of,
)
from projections.search.corrections import corrected
from projections.search.find import COMMON, numbers_of
from projections.search.readings import Readings

#: From how many on the products that have a word are met soon among all.
MANY = 5_000

# The index alone has the names, each product once, so that only those of the page are looked up, one after
# another by their keys: as long as the planner knows nothing of the table, it may join in worse ways.
_FILTER: LiteralString = """
       one.company_id = %(company_id)s AND one.kind = 'products'
       AND one.status = ANY(%(statuses)b::text[]) AND one.place = ANY(ARRAY[0, 1, 2])
       AND one.word >= %(word)s AND one.word < %(upto)s
       AND one.shared < length(%(word)s::text) AND one.text LIKE ALL (%(rest)b::text[])
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM search_words AS one WHERE {_FILTER}"
_PAGE: LiteralString = f"""
    SELECT product.*, page.total
      FROM (SELECT text, id, count(*) OVER () AS total FROM search_words AS one
             WHERE {_FILTER}
             ORDER BY text, id
             {PAGE}) AS page
     CROSS JOIN LATERAL {PRODUCT_OF_PAGE}
     ORDER BY page.text, page.id
"""

_NAMED: LiteralString = f"""
               match.id
          FROM condition
         CROSS JOIN LATERAL (
                SELECT id FROM search_words AS one
                 WHERE one.company_id = %(company_id)s AND one.kind = 'products'
                   AND one.status = ANY(%(statuses)b::text[]) AND one.place = ANY(ARRAY[0, 1, 2])
                   AND {MEETS_CONDITION}
                OFFSET 0
               ) AS match
         UNION
        SELECT unnest(%(coded)b::uuid[])
"""
_ALL: LiteralString = f"WITH {CONDITIONS} SELECT {_NAMED}"

# Filters, another order, codes and several corrections need every product that is found.
_LOOKED_UP: LiteralString = f"""
    WITH {CONDITIONS}, named AS MATERIALIZED (SELECT {_NAMED}), found AS MATERIALIZED (
        SELECT listed.id, listed.text, listed.created_at
          FROM named
         CROSS JOIN LATERAL (
                SELECT * FROM product_listing
                 WHERE company_id = %(company_id)s AND id = named.id AND place_id = %(place_id)s
                 LIMIT 1
               ) AS listed
         WHERE listed.status = ANY(%(statuses)b::text[])
           AND {CLASSIFICATION}
           AND {STOCK_AND_PRICES}
    )
    SELECT product.*, (SELECT count(*) FROM named) AS named, (SELECT count(*) FROM found) AS total
      FROM (SELECT 1) AS always
      LEFT JOIN (
            SELECT id, CASE %(sort)s::text WHEN 'name' THEN text END AS text, created_at FROM found
             ORDER BY 2, CASE %(sort)s::text WHEN 'name' THEN id END, created_at DESC, id DESC
             {PAGE}
           ) AS page ON true
      LEFT JOIN LATERAL {PRODUCT_OF_PAGE} ON true
     ORDER BY page.text, CASE %(sort)s::text WHEN 'name' THEN page.id END, page.created_at DESC, page.id DESC
"""


def search_products(db: Database, text: str, filters: Filters, page: Page) -> tuple[list[Row], int]:
    """One page of what the text finds, and how many that are in all, exactly.

    Misspelt words are corrected only if no name has them as they were typed and no variant has the text as
    its code.
    """
    codes = ask_codes(db, text)
    words = needed_words(text)
    most = COMMON if words[1:] else MANY
    readings = Readings(db, (Product.kind,), text, statuses=filters.statuses)
    numbers = numbers_of(db, Product.kind, words, statuses=filters.statuses, most=most) if words else {}
    rarest = next(iter(numbers), None)
    conditions = [having(Product.kind, rarest, words)] if rarest else []
    conditions += readings.conditions()
    request = _Request(filters, page, [row["product_id"] for row in codes.rows()])
    # Of several words, each makes the others rarer: what has them all is not met soon on a walk.
    is_common = not (conditions[1:] or words[1:] or request.coded) and MANY in numbers.values()
    rows, total, is_match = _walk(db, conditions[0], request) if is_common else _page(db, conditions, request)
    if not is_match:
        rows, total, _ = _page(db, corrected(db, (Product.kind,), words), request)
    return rows, total


@dataclass(frozen=True, slots=True)
class _Request:
    """The page that is asked for, and what the text finds as a code."""

    filters: Filters
    page: Page
    coded: list[UUID]

    @property
    def is_plain(self) -> bool:
        """Whether the words alone say what is on the page."""
        return self.page.sort == "name" and self.filters.are_none and not self.coded

    def params(self, db: Database) -> dict[str, Any]:
        """What the statements take."""
        return {**self.filters.params(db), **self.page._asdict(), "coded": self.coded}


def _walk(db: Database, condition: Condition, request: _Request) -> tuple[list[Row], int, bool]:
    """As `_page`, of what many have: met soon on the way through all names in their order."""
    patterns, by_words_alone = [*condition.patterns, pattern_of(condition.word)], request.filters.are_none
    params = {**request.params(db), **_range_of(condition)}
    counted = total_of(db.ask(_COUNT, params)) if by_words_alone else None
    rows, total = list_page(db, request.filters, request.page, patterns=patterns, total=counted)
    is_match = total > 0 or (not by_words_alone and total_of(db.ask(_COUNT, params)) > 0)
    return rows, total, is_match


def _page(db: Database, conditions: Sequence[Condition], request: _Request) -> tuple[list[Row], int, bool]:
    """The page, how many there are in all, and whether anything is found, whatever the filters."""
    params = request.params(db)
    if len(conditions) == 1 and request.is_plain:
        params.update(_range_of(conditions[0]))
        rows = db.ask(_PAGE, params).rows()
        total = rows[0]["total"] if rows else total_of(db.ask(_COUNT, params))
        return rows, total, total > 0
    rows = db.ask(_LOOKED_UP, {**params, **params_of(conditions)}).rows()
    return [row for row in rows if row["id"]], rows[0]["total"], rows[0]["named"] > 0


def _range_of(condition: Condition) -> dict[str, Any]:
    return {"word": condition.word, "upto": condition.upto, "rest": condition.patterns}


def find_all_products(db: Database, text: str, status: str) -> list[UUID]:
    """All that the text finds among the products of a status, and whatever product has it as its code."""
    codes = ask_codes(db, text)
    words = needed_words(text)
    coded = [row["product_id"] for row in codes.rows()]
    params = {"company_id": db.company_id, "statuses": [status], "coded": coded}
    readings = Readings(db, (Product.kind,), text, statuses=[status])
    rarest = next(iter(numbers_of(db, Product.kind, words, statuses=[status]))) if words else None
    conditions = [having(Product.kind, rarest, words)] if rarest else []
    conditions += readings.conditions()
    rows = db.ask(_ALL, {**params, **params_of(conditions)}).rows()
    if not rows:
        rows = db.ask(_ALL, {**params, **params_of(corrected(db, (Product.kind,), words))}).rows()
    return [row["id"] for row in rows]
