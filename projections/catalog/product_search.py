"""Pages of the products that a text finds: by the words of their names, or by a SKU or barcode."""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString
from uuid import UUID

from domain.catalog.products import Product
from domain.settings import name_key
from projections.base import Database, Row, total_of
from projections.search.corrections import corrected
from projections.search.find import COMMON, numbers_of
from projections.search.wanted import Wanted, needed_words, params_of, without

#: What is listed unless a status is asked for: all but the archived.
LISTED = ("draft", "coming_soon", "active", "discontinued")
#: From how many on the products that have a word are met soon among all.
MANY = 10_000
_FILTERS = ("brand_id", "category_ids", "supplier_id")

_CODED: LiteralString = """
    SELECT product_id AS id FROM variants
     WHERE company_id = %(company_id)s AND sku_key = %(sku)s
     UNION
    SELECT v.product_id FROM barcodes AS b
      JOIN variants AS v ON v.company_id = b.company_id AND v.id = b.variant_id
     WHERE b.company_id = %(company_id)s AND b.barcode = %(barcode)s
"""

# The index alone has the names, each product once, so that only those of the page are looked up, one after
# another by their keys: as long as the planner knows nothing of the table, it may join in worse ways.
_PAGE: LiteralString = """
    SELECT product.*, page.total
      FROM (SELECT text, id, count(*) OVER () AS total FROM search_words AS one
             WHERE one.company_id = %(company_id)s AND one.kind = 'products'
               AND one.status = ANY(%(statuses)b::text[]) AND one.leads = ANY(ARRAY[true, false])
               AND one.word >= %(word)s AND one.word < %(upto)s
               AND one.shared < length(%(word)s::text) AND one.text LIKE ALL (%(rest)b::text[])
             ORDER BY text, id
             LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint) AS page
     CROSS JOIN LATERAL (
            SELECT * FROM products WHERE company_id = %(company_id)s AND id = page.id LIMIT 1
           ) AS product
     ORDER BY page.text, page.id
"""

# What a good part of all have is met soon on the way through all names in their order.
_WALK: LiteralString = """
    SELECT product.*
      FROM (SELECT named.text, named.id
              FROM unnest(%(statuses)b::text[]) AS standing(status)
             CROSS JOIN LATERAL (
                    SELECT text, id FROM search_words AS one
                     WHERE one.company_id = %(company_id)s AND one.kind = 'products'
                       AND one.status = standing.status AND one.leads
                       AND one.text LIKE '%% ' || %(word)s::text || '%%'
                     ORDER BY one.word, one.text, one.id
                     LIMIT %(limit)s::bigint + %(offset)s::bigint
                   ) AS named
             ORDER BY named.text, named.id
             LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint) AS page
     CROSS JOIN LATERAL (
            SELECT * FROM products WHERE company_id = %(company_id)s AND id = page.id LIMIT 1
           ) AS product
     ORDER BY page.text, page.id
"""

_COUNT: LiteralString = """
    SELECT count(*) AS total FROM search_words AS one
     WHERE one.company_id = %(company_id)s AND one.kind = 'products'
       AND one.status = ANY(%(statuses)b::text[]) AND one.leads = ANY(ARRAY[true, false])
       AND one.word >= %(word)s AND one.word < %(upto)s
       AND one.shared < length(%(word)s::text) AND one.text LIKE ALL (%(rest)b::text[])
"""

# Filters, another order, codes and several corrections need every product that is found.
_LOOKED_UP: LiteralString = """
    WITH wanted AS MATERIALIZED (
        SELECT word, upto, rest::text[] AS rest
          FROM unnest(%(words)b::text[], %(uptos)b::text[], %(rests)b::text[]) AS told(word, upto, rest)
    ), named AS MATERIALIZED (
        SELECT found.id
          FROM wanted
         CROSS JOIN LATERAL (
                SELECT id FROM search_words AS one
                 WHERE one.company_id = %(company_id)s AND one.kind = 'products'
                   AND one.status = ANY(%(statuses)b::text[]) AND one.leads = ANY(ARRAY[true, false])
                   AND one.word >= wanted.word AND one.word < wanted.upto
                   AND one.shared < length(wanted.word) AND one.text LIKE ALL (wanted.rest)
                OFFSET 0
               ) AS found
         UNION
        SELECT unnest(%(coded)b::uuid[])
    ), listed AS MATERIALIZED (
        SELECT product.id, product.name_key, product.created_at
          FROM named
         CROSS JOIN LATERAL (
                SELECT * FROM products WHERE company_id = %(company_id)s AND id = named.id LIMIT 1
               ) AS product
         WHERE product.status = ANY(%(statuses)b::text[])
           AND (%(brand_id)s::uuid IS NULL OR product.brand_id = %(brand_id)s::uuid)
           AND (%(category_ids)b::uuid[] IS NULL OR product.category_id = ANY(%(category_ids)b::uuid[]))
           AND (%(supplier_id)s::uuid IS NULL OR product.supplier_id = %(supplier_id)s::uuid)
    )
    SELECT product.*, (SELECT count(*) FROM named) AS named, (SELECT count(*) FROM listed) AS total
      FROM (SELECT 1) AS always
      LEFT JOIN (
            SELECT id, CASE %(sort)s::text WHEN 'name' THEN name_key END AS name_key, created_at FROM listed
             ORDER BY 2, CASE %(sort)s::text WHEN 'name' THEN id END, created_at DESC, id DESC
             LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint
           ) AS page ON true
      LEFT JOIN LATERAL (
            SELECT * FROM products WHERE company_id = %(company_id)s AND id = page.id LIMIT 1
           ) AS product ON true
     ORDER BY page.name_key, CASE %(sort)s::text WHEN 'name' THEN page.id END, page.created_at DESC,
              page.id DESC
"""


def search_products(db: Database, text: str, asked: Mapping[str, Any], *, sort: str) -> tuple[list[Row], int]:
    """One page of what the text finds, and how many that are in all, exactly.

    `asked` has status, brand_id, category_ids and supplier_id, any of them None, with limit and offset.
    Misspelt words are corrected only if no name has them as they were typed and no variant has the text as
    its code.
    """
    statuses = [asked["status"]] if asked["status"] else list(LISTED)
    params = {**asked, "company_id": db.company_id, "statuses": statuses, "sort": sort}
    coded = db.ask(_CODED, {"company_id": db.company_id, "sku": name_key(text), "barcode": text})
    words = needed_words(text)
    most = MANY if words and not words[1:] else COMMON
    numbers = numbers_of(db, Product.kind, words, statuses=statuses, most=most) if words else {}
    params["coded"] = [row["id"] for row in coded.rows()]
    params["is_common"] = MANY in numbers.values()
    wanted = [Wanted(Product.kind, rarest, without(words, rarest)) for rarest in [*numbers][:1]]
    rows, total, is_found = _page(db, params, wanted)
    if not is_found:
        rows, total, _ = _page(db, params, corrected(db, (Product.kind,), words))
    return rows, total


_ALL: LiteralString = """
    WITH wanted AS MATERIALIZED (
        SELECT word, upto, rest::text[] AS rest
          FROM unnest(%(words)b::text[], %(uptos)b::text[], %(rests)b::text[]) AS told(word, upto, rest)
    )
    SELECT found.id
      FROM wanted
     CROSS JOIN LATERAL (
            SELECT id FROM search_words AS one
             WHERE one.company_id = %(company_id)s AND one.kind = 'products'
               AND one.status = %(status)s AND one.leads = ANY(ARRAY[true, false])
               AND one.word >= wanted.word AND one.word < wanted.upto
               AND one.shared < length(wanted.word) AND one.text LIKE ALL (wanted.rest)
            OFFSET 0
           ) AS found
     UNION
    SELECT unnest(%(coded)b::uuid[])
"""


def find_all_products(db: Database, text: str, status: str) -> list[UUID]:
    """All that the text finds among the products of a status, and whatever product has it as its code."""
    coded = db.ask(_CODED, {"company_id": db.company_id, "sku": name_key(text), "barcode": text})
    words = needed_words(text)
    params = {"company_id": db.company_id, "status": status, "coded": [row["id"] for row in coded.rows()]}
    rarest = next(iter(numbers_of(db, Product.kind, words, statuses=[status]))) if words else None
    wanted = [Wanted(Product.kind, rarest, without(words, rarest))] if rarest else []
    rows = db.ask(_ALL, {**params, **params_of(wanted)}).rows()
    if not rows:
        rows = db.ask(_ALL, {**params, **params_of(corrected(db, (Product.kind,), words))}).rows()
    return [row["id"] for row in rows]


def _page(db: Database, params: Mapping[str, Any], wanted: Sequence[Wanted]) -> tuple[list[Row], int, bool]:
    """The page, how many there are in all, and whether anything is found, whatever the filters."""
    is_filtered = any(params[name] for name in ("coded", *_FILTERS))
    if len(wanted) == 1 and params["sort"] == "name" and not is_filtered:
        one = wanted[0]
        told = {**params, "word": one.word, "upto": one.upto, "rest": one.patterns}
        if params["is_common"]:
            page, count = db.ask(_WALK, told), db.ask(_COUNT, told)
            return page.rows(), total_of(count), True
        rows = db.ask(_PAGE, told).rows()
        total = rows[0]["total"] if rows else total_of(db.ask(_COUNT, told))
        return rows, total, total > 0
    rows = db.ask(_LOOKED_UP, {**params, **params_of(wanted)}).rows()
    return [row for row in rows if row["id"]], rows[0]["total"], rows[0]["named"] > 0
