"""What a decision must know of the rest of the catalog: taken ids, SKUs and barcodes, references, options."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, LiteralString
from uuid import UUID

from domain.catalog.gtin import barcode_key
from domain.catalog.products import DuplicateBarcode, DuplicateSku, Variant, sku_key
from domain.catalog.variant_types import Choices, unlisted
from domain.errors import Conflict, Detail, Invalid
from domain.pending import Pending
from domain.settings import name_key
from projections.base import Answer, Database, Row
from projections.catalog.store_prices import ask_stores
from projections.guards.references import References
from projections.settings import NOWHERE


class DuplicateVariant(Conflict):
    """A variant of another product already has this id."""

    code = "duplicate_id"
    remedy = "Make a new id for the variant."


_SAME_IDS: LiteralString = """
    SELECT id FROM variants
     WHERE company_id = %(company_id)s AND id = ANY(%(own)b::uuid[]) AND product_id <> %(product_id)s
"""

_HOLDER: LiteralString = "product.id AS product_id, product.name, product.status"

_SAME_SKUS: LiteralString = f"""
    SELECT own.sku_key AS key, {_HOLDER}
      FROM variants AS own
      JOIN products AS product ON product.company_id = own.company_id AND product.id = own.product_id
     WHERE own.company_id = %(company_id)s AND own.sku_key = ANY(%(skus)b::text[])
       AND NOT own.is_free AND own.id <> ALL(%(own)b::uuid[])
"""

_SAME_BARCODES: LiteralString = f"""
    SELECT owned.barcode AS key, {_HOLDER}
      FROM barcodes AS owned
      JOIN variants AS own ON own.company_id = owned.company_id AND own.id = owned.variant_id
      JOIN products AS product ON product.company_id = own.company_id AND product.id = own.product_id
     WHERE owned.company_id = %(company_id)s AND owned.barcode = ANY(%(barcodes)b::text[])
       AND NOT owned.is_free AND owned.variant_id <> ALL(%(own)b::uuid[])
"""

# A balance that does not exist yet cannot be locked, so a receipt of stock holds the variants as well.
_HOLD_VARIANTS: LiteralString = """
    SELECT id FROM variants
     WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[])
     ORDER BY id
       FOR UPDATE
"""

_HOLD_STOCK: LiteralString = """
    SELECT variant_id, on_hand <> 0 OR incoming_transit <> 0 AS is_stocked FROM stock_balances
     WHERE company_id = %(company_id)s AND variant_id = ANY(%(ids)b::uuid[])
     ORDER BY storage_id, variant_id
       FOR UPDATE
"""

# No value of a type is given up while a variant is about to have it.
_CHOICES: LiteralString = """
    SELECT name, fields -> 'values' AS values FROM settings
     WHERE company_id = %(company_id)s AND kind = 'variant-types' AND scope_id = %(nowhere)s
       AND name_key = ANY(%(name_keys)b::text[]) AND NOT is_archived
     ORDER BY id
       FOR SHARE
"""

_REFERENCE_KINDS = (
    ("brand_id", "brands"),
    ("category_id", "categories"),
    ("unit_id", "units"),
    ("supplier_id", "suppliers"),
)

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def _referred(values: Mapping[str, Any]) -> list[tuple[str, str, UUID]]:
    """To what these values of a product refer, each by field, kind and id."""
    rates = enumerate(values.get("tax_rate_ids", ()))
    return [
        *((field, kind, values[field]) for field, kind in _REFERENCE_KINDS if values.get(field)),
        *((f"tax_rate_ids.{index}", "tax-rates", rate) for index, rate in rates),
    ]


def hold_stocked(db: Database, variant_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these variants that have stock somewhere, or on the way; none moves until the end."""
    params = {"company_id": db.company_id, "ids": list(variant_ids)}
    db.execute(_HOLD_VARIANTS, params)
    return {row["variant_id"] for row in db.ask(_HOLD_STOCK, params).rows() if row["is_stocked"]}


class ProductContext:
    """What a decision about a product must know of the rest of the catalog.

    The variants are known by the place they have in the request.
    """

    def __init__(
        self,
        variants: Mapping[str, Variant],
        ids: Answer,
        skus: Answer,
        barcodes: Answer,
        *,
        references: References,
        choices: Answer | None,
    ) -> None:
        self._variants = variants
        self._ids = ids
        self._skus = skus
        self._barcodes = barcodes
        self._references = references
        self._choices = choices

    def check(self, before: Mapping[str, Any] = _NOTHING) -> None:
        """Raise DuplicateVariant, DuplicateSku, DuplicateBarcode or Invalid.

        What the product referred to `before` may stay, even if it is archived by now.
        """
        former = {(kind, target) for _, kind, target in _referred(before)}
        if details := [*self._references.missing(former), *self._unlisted()]:
            raise Invalid(details=details)
        ids = {row["id"] for row in self._ids.rows()}
        if ids:
            raise DuplicateVariant(
                details=[
                    Detail(f"{path}id", "duplicate_id", "A variant of another product has this id.")
                    for path, variant in self._variants.items()
                    if variant.id in ids
                ]
            )
        skus = {row["key"]: row for row in self._skus.rows()}
        barcodes = {row["key"]: row for row in self._barcodes.rows()}
        if skus:
            raise DuplicateSku(
                details=[
                    _held(f"{path}sku", DuplicateSku.code, variant.sku, skus[sku_key(variant.sku)])
                    for path, variant in self._variants.items()
                    if sku_key(variant.sku) in skus
                ]
            )
        if barcodes:
            raise DuplicateBarcode(
                details=[
                    _held(f"{path}barcodes", DuplicateBarcode.code, barcode, barcodes[barcode_key(barcode)])
                    for path, variant in self._variants.items()
                    for barcode in variant.barcodes
                    if barcode_key(barcode) in barcodes
                ]
            )

    def choices(self) -> Choices:
        """The values of the variant types that options of these variants are named like."""
        return {row["name"]: row["values"] for row in self._choices.rows()} if self._choices else {}

    def _unlisted(self) -> Iterator[Detail]:
        choices = self.choices()
        for path, variant in self._variants.items():
            for name, message in unlisted(variant.options, choices):
                yield Detail(f"{path}options.{name}", "not_listed", message)


def _held(field: str, code: str, what: str, holder: Row) -> Detail:
    detail = Detail(field, code, f"{holder['name']} has {what}.")
    return detail.held_by(holder["product_id"], holder["name"], holder["status"])


class CatalogGuard:
    """What commands ask of the catalog before they decide."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def context(
        self, values: Mapping[str, Any], variants: Iterable[Variant], *, product_id: UUID, alone: bool = False
    ) -> ProductContext:
        """Ask which ids, SKUs, barcodes are taken, which references and options there are, at once."""
        variants = tuple(variants)
        places = {"" if alone else f"variants.{index}.": one for index, one in enumerate(variants)}
        params = {
            "company_id": self._db.company_id,
            "product_id": product_id,
            "own": [variant.id for variant in variants],
            "skus": [sku_key(variant.sku) for variant in variants],
            "barcodes": [barcode_key(barcode) for variant in variants for barcode in variant.barcodes],
        }
        return ProductContext(
            places,
            self._db.ask(_SAME_IDS, params),
            self._db.ask(_SAME_SKUS, params),
            self._db.ask(_SAME_BARCODES, params),
            references=References(self._db, _referred(values)),
            choices=self._choices(variants),
        )

    def _choices(self, variants: Iterable[Variant]) -> Answer | None:
        names = {name_key(name) for variant in variants for name in variant.options}
        if not names:
            return None
        params = {"company_id": self._db.company_id, "nowhere": NOWHERE, "name_keys": sorted(names)}
        return self._db.ask(_CHOICES, params)

    def has_stock(self, variant_ids: Iterable[UUID]) -> bool:
        """Whether any of these variants has stock somewhere; nothing of it moves until the end."""
        return bool(hold_stocked(self._db, variant_ids))

    def stores(self) -> Pending[Mapping[UUID, str]]:
        """Ask for the company's stores: their names by id."""
        return ask_stores(self._db)
