"""What products are filtered by: status, classification, stock, prices, the store that carries them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, LiteralString
from uuid import UUID

from projections.base import Database, plan_for_values
from projections.settings import NOWHERE

#: What is listed unless a status is asked for: all but the archived.
LISTED = ("draft", "coming_soon", "active", "discontinued")

#: Of brand, category and supplier, whatever the table.
CLASSIFICATION: LiteralString = """
       (%(brand_id)s::uuid IS NULL OR brand_id = %(brand_id)s::uuid)
       AND (%(category_ids)b::uuid[] IS NULL OR category_id = ANY(%(category_ids)b::uuid[]))
       AND (%(supplier_id)s::uuid IS NULL OR supplier_id = %(supplier_id)s::uuid)
"""

#: Of stock and prices of a row `listed`. A product of several prices may have one below the range, another
#: above it, and none in it.
STOCK_AND_PRICES: LiteralString = """
       (%(in_stock)s::bool IS NULL OR listed.in_stock = %(in_stock)s::bool)
       AND (%(min_price)s::bigint IS NULL OR listed.highest_price >= %(min_price)s::bigint)
       AND (%(max_price)s::bigint IS NULL OR listed.lowest_price <= %(max_price)s::bigint)
       AND (%(min_price)s::bigint IS NULL OR %(max_price)s::bigint IS NULL
            OR listed.lowest_price >= %(min_price)s::bigint OR listed.highest_price <= %(max_price)s::bigint
            OR EXISTS (SELECT FROM variants AS v
                         LEFT JOIN store_prices AS own ON own.company_id = v.company_id
                               AND own.store_id = %(place_id)s AND own.variant_id = v.id
                        WHERE v.company_id = %(company_id)s AND v.product_id = listed.id
                          AND coalesce(own.price, v.price)
                              BETWEEN %(min_price)s::bigint AND %(max_price)s::bigint))
"""

_IDS: LiteralString = f"""
    SELECT listed.id FROM product_listing AS listed
     WHERE listed.company_id = %(company_id)s AND listed.place_id = %(place_id)s
       AND listed.status = ANY(%(statuses)b::text[])
       AND {STOCK_AND_PRICES}
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """What is left of the catalog. Prices are minor currency units; a store's own count when one is named.

    A store leaves what it carries. `category_ids` are those of a category and all below it.
    """

    status: str | None = None
    brand_id: UUID | None = None
    category_ids: Sequence[UUID] | None = None
    supplier_id: UUID | None = None
    store_id: UUID | None = None
    min_price: int | None = None
    max_price: int | None = None
    in_stock: bool | None = None

    @property
    def statuses(self) -> list[str]:
        """The statuses that are listed."""
        return [self.status] if self.status else list(LISTED)

    @property
    def are_none(self) -> bool:
        """Whether nothing is filtered by, save the status."""
        return all(getattr(self, field.name) is None for field in fields(self) if field.name != "status")

    def params(self, db: Database) -> dict[str, Any]:
        """What the statements take."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        place_id = values.pop("store_id") or NOWHERE
        return {**values, "company_id": db.company_id, "place_id": place_id, "statuses": self.statuses}


def list_ids(db: Database, filters: Filters) -> list[UUID] | None:
    """What store, prices and stock leave of the statuses; None if none of them is filtered by."""
    if all(one is None for one in (filters.store_id, filters.min_price, filters.max_price, filters.in_stock)):
        return None
    plan_for_values(db)
    return [row["id"] for row in db.ask(_IDS, filters.params(db)).rows()]
