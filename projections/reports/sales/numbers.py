"""Numbers for ids and names that stand in many rows, given in the order in which the log first has them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from domain.pending import Pending
from projections.base import Database

#: Stands for what a fact does not name: no register, no cashier, no tax.
NOTHING = 0


@dataclass(frozen=True, kw_only=True)
class Numbering:
    """A table of numbers.

    `known` answers with the number (`no`) of each key that has one, by its place among those asked for
    (`at`, from 1), and at 0 with the last number given; `add` takes new ones. Both take keys as one array
    for each of the names in `key`. Several of one table differ by their `kind`.
    """

    key: str
    kind: str = ""
    known: LiteralString
    add: LiteralString
    parts: Callable[[Any], tuple[Any, ...]] = lambda key: (key,)


def ask_numbers(
    db: Database, numbering: Numbering, ids: Sequence[Any], positions: Sequence[int]
) -> Pending[dict[Any, int]]:
    """The number of each key among `ids`, with the next round trip; those without one get the next ones.

    Keys stand in the order of the log, each with the position at which it is met; None is no key. As only
    one process folds a company's facts, nobody else gives the same number.
    """
    keys = [key for key in dict.fromkeys(ids) if key is not None]
    if not keys:
        return Pending(lambda: {None: NOTHING})
    answer = db.ask(numbering.known, _params(db, numbering, keys))

    def numbers() -> dict[Any, int]:
        found = {row["at"]: row["no"] for row in answer.rows()}
        last = found.pop(0)
        known = {keys[at - 1]: no for at, no in found.items()}
        new = [key for key in keys if key not in known]
        if new:
            given = list(range(last + 1, last + 1 + len(new)))
            first = dict(zip(reversed(ids), reversed(positions), strict=True))
            places = [first[key] for key in new]
            db.execute(numbering.add, {**_params(db, numbering, new), "no": given, "position": places})
            known.update(zip(new, given, strict=True))
        return {None: NOTHING, **known}

    return Pending(numbers)


def _params(db: Database, numbering: Numbering, keys: list[Any]) -> dict[str, Any]:
    columns = map(list, zip(*map(numbering.parts, keys), strict=True))
    arrays = dict(zip(numbering.key.split(), columns, strict=True))
    return {"company_id": db.company_id, "kind": numbering.kind, **arrays}


# NOTE: each key is looked up by itself (`LATERAL … OFFSET 0`). Joined as a table, and with nothing known of
# this one, all rows of the company were read for each batch.

#: The places where sales happen and who makes them, each `kind` numbered by itself.
PLACES: LiteralString = """
    CREATE TABLE report_places (
        company_id uuid NOT NULL,
        id         uuid NOT NULL,
        position   bigint NOT NULL,
        no         int NOT NULL,
        kind       text NOT NULL,
        PRIMARY KEY (company_id, kind, id)
    );
    CREATE UNIQUE INDEX report_places_by_no ON report_places (company_id, kind, no);
"""


_KNOWN_PLACES: LiteralString = """
    SELECT 0::bigint AS at, coalesce(max(no), 0) AS no FROM report_places
     WHERE company_id = %(company_id)s AND kind = %(kind)s
 UNION ALL
    SELECT asked.at, place.no
      FROM unnest(%(id)b::uuid[]) WITH ORDINALITY AS asked(id, at)
     CROSS JOIN LATERAL (
            SELECT no FROM report_places
             WHERE company_id = %(company_id)s AND kind = %(kind)s AND id = asked.id
            OFFSET 0
           ) AS place
"""

_ADD_PLACES: LiteralString = """
    INSERT INTO report_places (company_id, kind, id, no, position)
    SELECT %(company_id)s, %(kind)s, unnest(%(id)b::uuid[]), unnest(%(no)b::int[]),
           unnest(%(position)b::bigint[])
    RETURNING company_id
"""

STORE, REGISTER, CASHIER = (
    Numbering(key="id", kind=kind, known=_KNOWN_PLACES, add=_ADD_PLACES)
    for kind in ("store", "register", "cashier")
)

#: What was sold: a variant, its product, and the category, brand and supplier that it had then. The first
#: item of a variant (`variant_no`) and of a product stand for it where rows are told apart by numbers.
ITEMS: LiteralString = """
    CREATE TABLE report_items (
        company_id  uuid NOT NULL,
        variant_id  uuid NOT NULL,
        product_id  uuid NOT NULL,
        category_id uuid,
        brand_id    uuid,
        supplier_id uuid,
        position    bigint NOT NULL,
        item_no     int NOT NULL,
        variant_no  int NOT NULL,
        product_no  int NOT NULL,
        PRIMARY KEY (company_id, item_no)
    );
    CREATE INDEX report_items_by_variant ON report_items (company_id, variant_id);
    CREATE INDEX report_items_by_product ON report_items (company_id, product_id);
    -- What is not the first of its variant or product, which is added up with that.
    CREATE INDEX report_items_of_variants ON report_items (company_id, variant_no, item_no)
     WHERE item_no <> variant_no;
    CREATE INDEX report_items_of_products ON report_items (company_id, product_no, item_no)
     WHERE item_no <> product_no;
"""

_KNOWN_ITEMS: LiteralString = """
    SELECT 0::bigint AS at, coalesce(max(item_no), 0) AS no FROM report_items
     WHERE company_id = %(company_id)s
 UNION ALL
    SELECT asked.at, item.item_no
      FROM (SELECT unnest(%(variant_id)b::uuid[]) AS variant_id,
                   unnest(%(product_id)b::uuid[]) AS product_id,
                   unnest(%(category_id)b::uuid[]) AS category_id, unnest(%(brand_id)b::uuid[]) AS brand_id,
                   unnest(%(supplier_id)b::uuid[]) AS supplier_id,
                   generate_subscripts(%(variant_id)b::uuid[], 1) AS at) AS asked
     CROSS JOIN LATERAL (
            SELECT item_no FROM report_items
             WHERE company_id = %(company_id)s AND variant_id = asked.variant_id
               AND (product_id, category_id, brand_id, supplier_id)
                   IS NOT DISTINCT FROM
                   (asked.product_id, asked.category_id, asked.brand_id, asked.supplier_id)
            OFFSET 0
           ) AS item
"""

_ADD_ITEMS: LiteralString = """
    INSERT INTO report_items (company_id, variant_id, product_id, category_id, brand_id, supplier_id,
                              item_no, position, variant_no, product_no)
    SELECT %(company_id)s, added.*,
           coalesce(same_variant.variant_no, min(item_no) OVER (PARTITION BY variant_id)),
           coalesce(same_product.product_no, min(item_no) OVER (PARTITION BY product_id))
      FROM (SELECT unnest(%(variant_id)b::uuid[]) AS variant_id,
                   unnest(%(product_id)b::uuid[]) AS product_id,
                   unnest(%(category_id)b::uuid[]) AS category_id, unnest(%(brand_id)b::uuid[]) AS brand_id,
                   unnest(%(supplier_id)b::uuid[]) AS supplier_id, unnest(%(no)b::int[]) AS item_no,
                   unnest(%(position)b::bigint[]) AS position) AS added
      LEFT JOIN LATERAL (
            SELECT variant_no FROM report_items
             WHERE company_id = %(company_id)s AND variant_id = added.variant_id LIMIT 1
           ) AS same_variant ON true
      LEFT JOIN LATERAL (
            SELECT product_no FROM report_items
             WHERE company_id = %(company_id)s AND product_id = added.product_id LIMIT 1
           ) AS same_product ON true
    RETURNING company_id
"""

ITEM = Numbering(
    key="variant_id product_id category_id brand_id supplier_id",
    known=_KNOWN_ITEMS,
    add=_ADD_ITEMS,
    parts=lambda key: key,
)

#: Taxes as they were charged; number 0, which has no row, is what bears none.
TAXES: LiteralString = """
    CREATE TABLE report_taxes (
        company_id   uuid NOT NULL,
        position     bigint NOT NULL,
        tax_no       int NOT NULL,
        rate         numeric NOT NULL,
        is_inclusive boolean NOT NULL,
        name         text NOT NULL,
        jurisdiction text,
        PRIMARY KEY (company_id, tax_no)
    );
    CREATE INDEX report_taxes_by_name ON report_taxes (company_id, name);
"""

_KNOWN_TAXES: LiteralString = """
    SELECT 0::bigint AS at, coalesce(max(tax_no), 0) AS no FROM report_taxes
     WHERE company_id = %(company_id)s
 UNION ALL
    SELECT asked.at, tax.tax_no
      FROM (SELECT unnest(%(name)b::text[]) AS name, unnest(%(rate)b::numeric[]) AS rate,
                   unnest(%(is_inclusive)b::boolean[]) AS is_inclusive,
                   unnest(%(jurisdiction)b::text[]) AS jurisdiction,
                   generate_subscripts(%(name)b::text[], 1) AS at) AS asked
     CROSS JOIN LATERAL (
            SELECT tax_no FROM report_taxes
             WHERE company_id = %(company_id)s AND name = asked.name AND rate = asked.rate
               AND is_inclusive = asked.is_inclusive AND jurisdiction IS NOT DISTINCT FROM asked.jurisdiction
            OFFSET 0
           ) AS tax
"""

_ADD_TAXES: LiteralString = """
    INSERT INTO report_taxes (company_id, name, rate, is_inclusive, jurisdiction, tax_no, position)
    SELECT %(company_id)s, unnest(%(name)b::text[]), unnest(%(rate)b::numeric[]),
           unnest(%(is_inclusive)b::boolean[]), unnest(%(jurisdiction)b::text[]), unnest(%(no)b::int[]),
           unnest(%(position)b::bigint[])
    RETURNING company_id
"""

TAX = Numbering(
    key="name rate is_inclusive jurisdiction", known=_KNOWN_TAXES, add=_ADD_TAXES, parts=lambda key: key
)

#: The codes of payment methods.
METHODS: LiteralString = """
    CREATE TABLE report_methods (
        company_id uuid NOT NULL,
        position   bigint NOT NULL,
        method_no  int NOT NULL,
        method     text NOT NULL,
        PRIMARY KEY (company_id, method_no)
    );
    CREATE UNIQUE INDEX report_methods_by_method ON report_methods (company_id, method);
"""

_KNOWN_METHODS: LiteralString = """
    SELECT 0::bigint AS at, coalesce(max(method_no), 0) AS no FROM report_methods
     WHERE company_id = %(company_id)s
 UNION ALL
    SELECT asked.at, method.method_no
      FROM unnest(%(method)b::text[]) WITH ORDINALITY AS asked(method, at)
     CROSS JOIN LATERAL (
            SELECT method_no FROM report_methods
             WHERE company_id = %(company_id)s AND method = asked.method
            OFFSET 0
           ) AS method
"""

_ADD_METHODS: LiteralString = """
    INSERT INTO report_methods (company_id, method, method_no, position)
    SELECT %(company_id)s, unnest(%(method)b::text[]), unnest(%(no)b::int[]), unnest(%(position)b::bigint[])
    RETURNING company_id
"""

METHOD = Numbering(key="method", known=_KNOWN_METHODS, add=_ADD_METHODS)
