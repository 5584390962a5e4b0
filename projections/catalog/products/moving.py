"""What becomes of products, and of who has their SKUs and barcodes: all of a run in one statement."""

from collections.abc import Sequence
from typing import LiteralString

from domain.catalog.products import STATUS_AFTER, Product
from projections.base import Database, Event, Fact

MOVES: tuple[Event, ...] = tuple(getattr(Product, name) for name in STATUS_AFTER)


def move_products(facts: Sequence[Fact], db: Database) -> None:
    """Set the status each product has after the last of these facts, and who has its SKUs and barcodes."""
    last = list({fact.stream_id: fact for fact in facts}.values())
    own = {"company_id": db.company_id}
    if archived := [fact.stream_id for fact in last if fact.event is Product.Archived]:
        for statement in _FREE:
            db.execute(statement, {**own, "ids": archived})
    restored = dict.fromkeys(fact.stream_id for fact in facts if fact.event is Product.Restored)
    for fact in (fact for fact in last if fact.stream_id in restored and fact.event is not Product.Archived):
        for statement in _TAKE:
            db.execute(statement, {**own, "stream_id": fact.stream_id, "position": fact.position})
    db.execute(
        _MOVE_PRODUCTS,
        {
            "company_id": db.company_id,
            "ids": [fact.stream_id for fact in last],
            "statuses": [STATUS_AFTER[fact.event.__name__] for fact in last],
            "launches": [getattr(fact.data, "launch_at", None) for fact in last],
            "versions": [fact.version for fact in last],
            "ats": [fact.at for fact in last],
        },
    )


_MOVE_PRODUCTS: LiteralString = """
    UPDATE products AS product
       SET status = moved.status, launch_at = moved.launch_at, version = moved.version, updated_at = moved.at
      FROM (SELECT unnest(%(ids)b::uuid[]) AS id, unnest(%(statuses)b::text[]) AS status,
                   unnest(%(launches)b::timestamptz[]) AS launch_at,
                   unnest(%(versions)b::bigint[]) AS version, unnest(%(ats)b::timestamptz[]) AS at) AS moved
     WHERE product.company_id = %(company_id)s AND product.id = moved.id
"""

# What is archived gives up its SKUs and barcodes before anything else takes them.
_FREE: tuple[LiteralString, ...] = (
    """
    UPDATE barcodes SET is_free = true
     WHERE company_id = %(company_id)s AND NOT is_free
       AND variant_id IN (SELECT id FROM variants
                           WHERE company_id = %(company_id)s AND product_id = ANY(%(ids)b::uuid[]))
    """,
    """
    UPDATE variants SET is_free = true, clash = 0
     WHERE company_id = %(company_id)s AND product_id = ANY(%(ids)b::uuid[]) AND NOT is_free
    """,
)

# What comes back takes them again; in a damaged log, as far as nothing else has them.
_TAKE: tuple[LiteralString, ...] = (
    """
    UPDATE variants AS own
       SET is_free = false,
           clash = CASE WHEN %(position)s > 0
                         AND EXISTS (SELECT FROM variants AS other
                                      WHERE other.company_id = %(company_id)s AND other.sku_key = own.sku_key
                                        AND other.clash = 0 AND NOT other.is_free)
                        THEN %(position)s ELSE 0 END
     WHERE own.company_id = %(company_id)s AND own.product_id = %(stream_id)s AND own.is_free
    """,
    """
    DELETE FROM barcodes AS own
     USING variants AS variant, barcodes AS other
     WHERE %(position)s > 0 AND own.company_id = %(company_id)s AND own.is_free
       AND variant.company_id = %(company_id)s AND variant.id = own.variant_id
       AND variant.product_id = %(stream_id)s
       AND other.company_id = %(company_id)s AND other.barcode = own.barcode AND NOT other.is_free
    """,
    """
    UPDATE barcodes SET is_free = false
     WHERE company_id = %(company_id)s AND is_free
       AND variant_id IN (SELECT id FROM variants
                           WHERE company_id = %(company_id)s AND product_id = %(stream_id)s)
    """,
)
