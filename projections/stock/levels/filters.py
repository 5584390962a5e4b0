"""What stock levels are filtered by: where, of what, and how much there is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from domain.catalog.products import STATUS_AFTER
from projections.base import Database
from projections.catalog.categories import subtree_of
from projections.catalog.codes import ask_codes
from projections.search.entries import VARIANTS
from projections.search.find import find_as_meant, find_as_typed

#: How many products and variants a search finds, the best of them.
MOST_HITS = 500
SORT_KEYS = ("name", "sku", "storage_name", "on_hand", "available", "value")
#: How much there is, by what the sign of it is, where that says all.
STATUSES: Mapping[str, int | None] = {"in_stock": 1, "out": 0, "low": None, "negative": -1, "oversold": None}
#: What is asked about what is promised, of which nobody knows what it was.
WITHOUT_PAST = frozenset({"low", "oversold", "available", "-available"})
#: Words stay known of what is archived, too.
_ANY_STATUS = sorted({"draft", *STATUS_AFTER.values()})

#: Of a row `listed`: where it lies and of what it is. What nobody asks for is dropped when a statement is
#: planned for its values.
KIND: LiteralString = """
       listed.company_id = %(company_id)s
       AND (%(storage_id)s::uuid IS NULL OR listed.storage_id = %(storage_id)s::uuid)
       AND (%(storage_ids)b::uuid[] IS NULL OR listed.storage_id = ANY(%(storage_ids)b::uuid[]))
       AND (%(variant_id)s::uuid IS NULL OR listed.variant_id = %(variant_id)s::uuid)
       AND (%(product_id)s::uuid IS NULL OR listed.product_id = %(product_id)s::uuid)
       AND (%(brand_id)s::uuid IS NULL OR listed.brand_id = %(brand_id)s::uuid)
       AND (%(category_ids)b::uuid[] IS NULL OR listed.category_id = ANY(%(category_ids)b::uuid[]))
       AND (%(supplier_id)s::uuid IS NULL OR listed.supplier_id = %(supplier_id)s::uuid)
       AND (%(products)b::uuid[] IS NULL OR listed.product_id = ANY(%(products)b::uuid[])
            OR listed.variant_id = ANY(%(variants)b::uuid[]))
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """What is left of the levels; `storage_ids` are those that may be seen, None for all.

    A category leaves what is filed below it as well. `status` is one of `STATUSES`.
    """

    storage_ids: Sequence[UUID] | None = None
    variant_id: UUID | None = None
    product_id: UUID | None = None
    category_id: UUID | None = None
    brand_id: UUID | None = None
    supplier_id: UUID | None = None
    search: str | None = None
    status: str | None = None
    below_reorder: bool = False

    @property
    def is_about_promises(self) -> bool:
        """Whether it takes what is promised to tell what is left."""
        return self.below_reorder or self.status in WITHOUT_PAST

    @property
    def is_about_goods(self) -> bool:
        """Whether it takes the catalog to tell what is left."""
        goods = (self.variant_id, self.product_id, self.category_id, self.brand_id, self.supplier_id)
        return self.search is not None or any(one is not None for one in goods)

    def params(self, db: Database) -> dict[str, Any]:
        """What the statements take."""
        storages = None if self.storage_ids is None else list(self.storage_ids)
        # One storage is asked for as such: an index has its rows in their order.
        is_one = storages is not None and len(storages) == 1
        return {
            "company_id": db.company_id,
            "storage_id": storages[0] if storages and is_one else None,
            "storage_ids": None if is_one else storages,
            "variant_id": self.variant_id,
            "product_id": self.product_id,
            "brand_id": self.brand_id,
            "category_ids": subtree_of(db, self.category_id),
            "supplier_id": self.supplier_id,
            "sign": STATUSES[self.status] if self.status else None,
            "is_low": self.below_reorder or self.status == "low",
            "is_oversold": self.status == "oversold",
            **_found(db, self.search),
        }


def _found(db: Database, search: str | None) -> dict[str, list[UUID] | None]:
    """What a text finds: the variants whose SKU or barcode it is, alone; else what has it in its name."""
    if search is None:
        return {"products": None, "variants": None}
    if coded := ask_codes(db, search).rows():
        return {"products": [], "variants": [row["variant_id"] for row in coded]}
    hits = find_as_typed(db, VARIANTS, search, statuses=_ANY_STATUS, limit=MOST_HITS)
    if not hits:
        hits = find_as_meant(db, VARIANTS, search, statuses=_ANY_STATUS, limit=MOST_HITS)
    return {
        "products": [one for kind, one in hits if kind != VARIANTS],
        "variants": [one for kind, one in hits if kind == VARIANTS],
    }
