"""The whole catalog as an import sees it: asked about by the thousand."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, LiteralString
from uuid import UUID

from domain.aggregate import Aggregate
from domain.catalog.gtin import barcode_key
from domain.catalog.products import Product
from domain.catalog.reference_book import KINDS, SettingNames
from domain.catalog.units import UnitChange
from domain.catalog.variant_types import Choices
from projections.base import Database, Row
from projections.guards.catalog.products import hold_stocked
from projections.guards.references import HOLD_REFERENCES
from projections.guards.stock_precision import ask_units_in_use
from projections.log import EVENT

Rebuild = Callable[[Iterable[Mapping[str, Any]]], Aggregate | None]

_CURRENCY: LiteralString = "SELECT currency FROM companies WHERE company_id = %(company_id)s"

_REFERENCES: LiteralString = """
    SELECT kind, id, name, CASE WHEN kind = 'categories' THEN parent_id END AS parent_id,
           CASE WHEN kind = 'units' THEN fields ->> 'symbol' END AS symbol, is_archived
      FROM settings
     WHERE company_id = %(company_id)s AND kind = ANY(%(kinds)b::text[])
     ORDER BY created_at, id
"""

_CHOICES: LiteralString = """
    SELECT name, fields -> 'values' AS values FROM settings
     WHERE company_id = %(company_id)s AND kind = 'variant-types' AND NOT is_archived
"""

_PRECISIONS: LiteralString = """
    SELECT id, (fields ->> 'precision')::int AS precision FROM settings
     WHERE company_id = %(company_id)s AND kind = 'units'
"""

_TAX_RATES: LiteralString = """
    SELECT name, (fields ->> 'inclusive')::boolean AS inclusive FROM settings
     WHERE company_id = %(company_id)s AND kind = 'tax-rates' AND NOT is_archived
     ORDER BY created_at, id
"""

_MOVED: LiteralString = """
    SELECT variant_id FROM stock_balances
     WHERE company_id = %(company_id)s AND storage_id = %(storage_id)s
       AND variant_id = ANY(%(variant_ids)b::uuid[]) AND has_moved
"""

_VARIANTS: LiteralString = """
    SELECT id, product_id, sku_key, is_free FROM variants
     WHERE company_id = %(company_id)s AND sku_key = ANY(%(sku_keys)b::text[]) AND NOT is_free
     UNION
    SELECT id, product_id, sku_key, is_free FROM variants
     WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[])
"""

_OWNERS: LiteralString = """
    SELECT b.barcode, b.variant_id, v.product_id
      FROM barcodes AS b
      JOIN variants AS v ON v.company_id = b.company_id AND v.id = b.variant_id
     WHERE b.company_id = %(company_id)s AND b.barcode = ANY(%(barcodes)b::text[]) AND NOT b.is_free
"""

_CALLED: LiteralString = """
    SELECT id, name, status FROM products
     WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[])
"""

_STREAMS: LiteralString = f"""
    SELECT {EVENT} FROM events AS e
     WHERE e.company_id = %(company_id)s AND e.stream_id = ANY(%(ids)b::uuid[])
     ORDER BY e.stream_id, e.stream_version
"""


def ask_references(db: Database) -> list[SettingNames]:
    """Every setting that products can refer to, the oldest first."""
    rows = db.ask(_REFERENCES, {"company_id": db.company_id, "kinds": list(KINDS)}).rows()
    return [SettingNames(**row) for row in rows]


def ask_currency(db: Database) -> str:
    """The company's currency."""
    row = db.ask(_CURRENCY, {"company_id": db.company_id}).row()
    return row["currency"] if row else ""


class Assortment:
    """What an import asks of the catalog."""

    writes = False

    def __init__(self, db: Database, rebuild: Rebuild) -> None:
        self._db = db
        self._rebuild = rebuild

    def currency(self) -> str:
        """The company's."""
        return ask_currency(self._db)

    def references(self) -> Iterable[SettingNames]:
        """Every setting that products can refer to, archived ones too."""
        return ask_references(self._db)

    def choices(self) -> Choices:
        """The values of the company's variant types."""
        return {row["name"]: frozenset(row["values"]) for row in self._ask(_CHOICES)}

    def precisions(self) -> Mapping[UUID, int]:
        """How many decimal places a quantity in each unit may have."""
        return {row["id"]: row["precision"] for row in self._ask(_PRECISIONS)}

    def tax_rates(self) -> Mapping[str, bool]:
        """The names of the tax rates that are not archived, and whether prices include them."""
        return {row["name"]: row["inclusive"] for row in self._ask(_TAX_RATES)}

    def moved(self, storage_id: UUID, variant_ids: Collection[UUID]) -> Collection[UUID]:
        """Those of these variants of which that storage has ever had any."""
        rows = self._ask(_MOVED, storage_id=storage_id, variant_ids=list(variant_ids))
        return {row["variant_id"] for row in rows}

    def variants(self, ids: Collection[UUID], sku_keys: Collection[str]) -> list[Row]:
        """Id, product, SKU key and whether that is free: of those with these ids, and who has these SKUs."""
        return self._ask(_VARIANTS, ids=list(ids), sku_keys=list(sku_keys))

    def owners(self, barcodes: Collection[str]) -> Mapping[str, tuple[UUID, UUID]]:
        """By the key of each of these barcodes that somebody has: the variant, and its product."""
        rows = self._ask(_OWNERS, barcodes=[*{*map(barcode_key, barcodes)}]) if barcodes else []
        return {row["barcode"]: (row["variant_id"], row["product_id"]) for row in rows}

    def called(self, product_ids: Collection[UUID]) -> Mapping[UUID, tuple[str, str]]:
        """The name and the status of each of these products."""
        rows = self._ask(_CALLED, ids=list(product_ids)) if product_ids else []
        return {row["id"]: (row["name"], row["status"]) for row in rows}

    def products(self, ids: Collection[UUID]) -> Mapping[UUID, Product | None]:
        """What has each of these ids: a product, or None for something else; nothing is left out."""
        streams: dict[UUID, list[Row]] = {}
        for row in self._ask(_STREAMS, ids=list(ids)) if ids else ():
            streams.setdefault(row["stream_id"], []).append(row)
        aggregates = {stream_id: self._rebuild(rows) for stream_id, rows in streams.items()}
        return {one: product if isinstance(product, Product) else None for one, product in aggregates.items()}

    def stocked(self, variant_ids: Collection[UUID]) -> Collection[UUID]:
        """Those of these variants that have stock somewhere; nothing of it moves until the end."""
        return hold_stocked(self._db, variant_ids)

    def units_in_use(self, changes: Mapping[UUID, UnitChange], *, alone: bool) -> Collection[UUID]:
        """Those of the products whose stock keeps them from such a change of their unit."""
        rows = ask_units_in_use(self._db, changes, alone=alone).rows() if changes else ()
        return {row["product_id"] for row in rows}

    def passed(self, rows: int, total: int) -> None:
        """Nothing is written before the decision ends."""

    def held(self, references: Collection[UUID]) -> bool:
        """Hold these settings until the end; whether none of them was archived meanwhile."""
        return len(self._ask(HOLD_REFERENCES, ids=list(references))) == len(references)

    def _ask(self, query: LiteralString, **params: Any) -> list[Row]:
        return self._db.ask(query, {"company_id": self._db.company_id, **params}).rows()
