"""The catalog in memory, and its pictures."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from domain.catalog.gtin import barcode_key
from domain.catalog.images import Picture
from domain.catalog.products import DuplicateBarcode, DuplicateSku, Product, Variant, sku_key
from domain.catalog.variant_types import Choices, VariantType, unlisted
from domain.errors import Detail, Invalid
from domain.pending import Pending
from domain.settings import name_key
from domain.stores import Store
from infra.runtime.models import EVENT_TYPES
from projections.guards.catalog.products import DuplicateVariant
from tests.commands.memory.settings import Target, missing_references
from tests.commands.memory.stock import stocked
from tests.commands.memory.world import World

_KINDS = {"brand_id": "brands", "category_id": "categories", "unit_id": "units", "supplier_id": "suppliers"}


class MemoryProductContext:
    """What a decision about a product must know of the rest of the catalog."""

    def __init__(
        self,
        world: World,
        company_id: UUID,
        product_id: UUID,
        values: Mapping[str, Any],
        variants: Mapping[str, Variant],
    ) -> None:
        self._world = world
        self._company_id = company_id
        self._product_id = product_id
        self._targets = _targets(values)
        self._variants = variants

    def check(self, before: Mapping[str, Any] | None = None) -> None:
        former = {target for _, _, target in _targets(before or {})}
        missing = missing_references(self._world, self._company_id, self._targets, former)
        if details := [*missing, *self._unlisted()]:
            raise Invalid(details=details)
        others = [
            (product, variant)
            for product in self._world.all(self._company_id, Product)
            for variant in product.variants.values()
        ]
        own = {variant.id for variant in self._variants.values()}
        ids = {variant.id for product, variant in others if product.id != self._product_id}
        taken = [one for product, one in others if one.id not in own and not product.is_archived]
        skus = {sku_key(variant.sku) for variant in taken}
        barcodes = {barcode_key(code) for variant in taken for code in variant.barcodes}
        for refusal, field, has_same in (
            (DuplicateVariant, "id", lambda one: one.id in ids),
            (DuplicateSku, "sku", lambda one: sku_key(one.sku) in skus),
            (DuplicateBarcode, "barcodes", lambda one: barcodes & {*map(barcode_key, one.barcodes)}),
        ):
            if named := [path for path, one in self._variants.items() if has_same(one)]:
                raise refusal(details=[Detail(f"{path}{field}", refusal.code, "Taken.") for path in named])

    def choices(self) -> Choices:
        types = [one for one in self._world.all(self._company_id, VariantType) if not one.is_archived]
        return {one.values["name"]: one.values["values"] for one in types}

    def _unlisted(self) -> Iterable[Detail]:
        choices = self.choices()
        for path, variant in self._variants.items():
            for name, message in unlisted(variant.options, choices):
                yield Detail(f"{path}options.{name}", "not_listed", message)


def _targets(values: Mapping[str, Any]) -> list[Target]:
    rates = enumerate(values.get("tax_rate_ids", ()))
    return [
        *((field, kind, values[field]) for field, kind in _KINDS.items() if values.get(field)),
        *((f"tax_rate_ids.{index}", "tax-rates", rate) for index, rate in rates),
    ]


class MemoryCatalog:
    """The catalog of a company."""

    def __init__(self, world: World, company_id: UUID) -> None:
        self._world = world
        self._company_id = company_id

    def context(
        self, values: Mapping[str, Any], variants: Iterable[Variant], *, product_id: UUID, alone: bool = False
    ) -> MemoryProductContext:
        places = {"" if alone else f"variants.{index}.": one for index, one in enumerate(variants)}
        return MemoryProductContext(self._world, self._company_id, product_id, values, places)

    def has_stock(self, variant_ids: Iterable[UUID]) -> bool:
        return bool(stocked(self._world, self._company_id, set(variant_ids)))

    def stores(self) -> Pending[Mapping[UUID, str]]:
        stores = [one for one in self._world.all(self._company_id, Store) if not one.is_archived]
        stores.sort(key=lambda one: (name_key(one.values["name"]), one.id))
        return Pending(lambda: {one.id: one.values["name"] for one in stores})


class MemoryPictures:
    """The bytes of a company's pictures."""

    def __init__(self, world: World, company_id: UUID) -> None:
        self._world = world
        self._company_id = company_id

    def has_id(self, image_id: UUID) -> Pending[bool]:
        added = EVENT_TYPES.by_event[Product.ImageAdded].name
        rows = [row for log in self._world.logs.values() for stream in log.values() for row in stream]
        return Pending(lambda: any(row["type"] == added and str(image_id) in row["state"] for row in rows))

    def hold(self, image_id: UUID) -> bool:
        return any(image_id in product.images for product in self._world.all(self._company_id, Product))

    def is_logo(self, image_id: UUID) -> bool:
        company = self._world.company(self._company_id)
        return company is not None and company.values["logo_image_id"] == image_id

    def keep(self, picture: Picture) -> None:
        self._world.pictures.add(picture.content_hash)
