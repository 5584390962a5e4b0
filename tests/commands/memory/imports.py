"""The whole catalog in memory, as an import sees it, and files that wait for one."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from commands.catalog.assortment import TooManyImports
from commands.catalog.import_terms import ImportTerms
from commands.ports import DuplicateId
from commands.reports.exports import RequestExport, TooManyExports, TryRun
from domain.catalog.gtin import barcode_key
from domain.catalog.products import Product, Variant, sku_key
from domain.catalog.reference_book import KINDS, SettingNames
from domain.catalog.units import Unit, UnitChange
from domain.catalog.variant_types import Choices, VariantType
from domain.tax_rates import TaxRate
from tests.commands.memory.stock import balances_of, stocked, units_in_use
from tests.commands.memory.world import World
from tests.commands.samples import NOW


class MemoryAssortment:
    """The catalog, asked about by the thousand."""

    writes = False

    def __init__(self, world: World, company_id: UUID) -> None:
        self._world = world
        self._company_id = company_id

    def currency(self) -> str:
        company = self._world.company(self._company_id)
        return company.values["currency"] if company else ""

    def references(self) -> Iterable[SettingNames]:
        return [
            SettingNames(
                kind=one.kind,
                id=one.id,
                name=one.values["name"],
                parent_id=one.values.get("parent_id"),
                symbol=one.values.get("symbol"),
                is_archived=one.is_archived,
            )
            for one in self._world.settings(self._company_id)
            if one.kind in KINDS
        ]

    def choices(self) -> Choices:
        types = (one for one in self._world.all(self._company_id, VariantType) if not one.is_archived)
        return {one.values["name"]: frozenset(one.values["values"]) for one in types}

    def precisions(self) -> Mapping[UUID, int]:
        units = self._world.all(self._company_id, Unit)
        return {one.id: int(one.values["precision"]) for one in units}

    def tax_rates(self) -> Mapping[str, bool]:
        rates = (one for one in self._world.all(self._company_id, TaxRate) if not one.is_archived)
        return {one.values["name"]: one.values["inclusive"] for one in rates}

    def moved(self, storage_id: UUID, variant_ids: Collection[UUID]) -> Collection[UUID]:
        balances = balances_of(self._world, self._company_id)
        return {one for one in variant_ids if (storage_id, one) in balances}

    def variants(self, ids: Collection[UUID], sku_keys: Collection[str]) -> Iterable[Mapping[str, Any]]:
        return [
            {
                "id": variant.id,
                "product_id": product.id,
                "sku_key": sku_key(variant.sku),
                "is_free": product.is_archived,
            }
            for product, variant in self._all()
            if variant.id in ids or (sku_key(variant.sku) in sku_keys and not product.is_archived)
        ]

    def owners(self, barcodes: Collection[str]) -> Mapping[str, tuple[UUID, UUID]]:
        asked = {*map(barcode_key, barcodes)}
        taken = [pair for pair in self._all() if not pair[0].is_archived]
        owners = {
            barcode_key(code): (variant.id, product.id)
            for product, variant in taken
            for code in variant.barcodes
        }
        return {key: owner for key, owner in owners.items() if key in asked}

    def called(self, product_ids: Collection[UUID]) -> Mapping[UUID, tuple[str, str]]:
        products = {product.id: product for product, _ in self._all() if product.id in product_ids}
        return {one: (product.values["name"], product.status) for one, product in products.items()}

    def products(self, ids: Collection[UUID]) -> Mapping[UUID, Product | None]:
        aggregates = {one: self._world.find(self._company_id, one) for one in ids}
        return {
            one: it if isinstance(it, Product) else None for one, it in aggregates.items() if it is not None
        }

    def stocked(self, variant_ids: Collection[UUID]) -> Collection[UUID]:
        return stocked(self._world, self._company_id, variant_ids)

    def units_in_use(self, changes: Mapping[UUID, UnitChange], *, alone: bool) -> Collection[UUID]:
        del alone  # nobody else decides meanwhile
        return units_in_use(self._world, self._company_id, changes)

    def passed(self, rows: int, total: int) -> None:
        """Nothing is written before the decision ends."""

    def held(self, references: Collection[UUID]) -> bool:
        open_ones = {one.id for one in self._world.settings(self._company_id) if not one.is_archived}
        return open_ones >= set(references)

    def _all(self) -> list[tuple[Product, Variant]]:
        products = self._world.all(self._company_id, Product)
        return [(product, variant) for product in products for variant in product.variants.values()]


class MemoryImports:
    """Files that wait."""

    def __init__(self, world: World) -> None:
        self._world = world

    def open(self, import_id: UUID, content: bytes, terms: ImportTerms) -> None:
        del content, terms
        if len(self._world.imports) >= 5:
            raise TooManyImports
        self._world.imports.append(import_id)


class MemoryExports:
    """Files of reports that wait."""

    def __init__(self, world: World) -> None:
        self._world = world

    def find_earlier(self, export: RequestExport) -> datetime | None:
        earlier = self._world.exports.get(export.id)
        if earlier is not None and earlier != export:
            raise DuplicateId
        return NOW if earlier else None

    def open(self, export: RequestExport) -> None:
        if len(self._world.exports) >= 20:
            raise TooManyExports
        self._world.exports[export.id] = export

    def drop(self, export_id: UUID) -> bool:
        return self._world.exports.pop(export_id, None) is not None

    def try_run(self, run: TryRun) -> None:
        if len(self._world.tries) >= 20:
            raise TooManyExports
        self._world.tries.append(run)
