"""Commands of the catalog's products and their variants."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from commands.plan import PlanWork
from commands.ports import UnitOfWork, check_version
from commands.stock.ports import StockWork
from domain.catalog.gtin import barcode_key
from domain.catalog.products import Product, Status, StillInStock, Variant, sku_key
from domain.catalog.units import UnitChange
from domain.catalog.variant_types import Choices, combination_of, respelt
from domain.errors import Detail, Invalid
from domain.pending import Pending
from domain.settings import InUse


@dataclass(frozen=True, kw_only=True)
class RegisterProduct:
    """Draft a product with its variants."""

    id: UUID
    values: Mapping[str, Any]
    variants: tuple[Variant, ...]


@dataclass(frozen=True, kw_only=True)
class ReviseProduct:
    """Edit what the variants of a product share."""

    id: UUID
    changes: Mapping[str, Any]
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeProductStatus:
    """Move a product along its life."""

    id: UUID
    status: Status
    launch_at: datetime | None = None
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class AddVariant:
    """Offer the product in one more variant."""

    product_id: UUID
    variant: Variant


@dataclass(frozen=True, kw_only=True)
class ReviseVariant:
    """Edit one variant: its label, its price, its cost, its reordering."""

    product_id: UUID
    variant_id: UUID
    changes: Mapping[str, Any]
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class RemoveVariant:
    """Stop offering a variant."""

    product_id: UUID
    variant_id: UUID
    expected_versions: frozenset[int] | None = None


class ProductContext(Protocol):
    """What a decision about a product must know of the rest of the catalog."""

    def check(self, before: Mapping[str, Any] = ...) -> None:
        """Raise DuplicateVariant, DuplicateSku, DuplicateBarcode, or Invalid for a reference to nothing.

        What the product referred to `before` may stay, even if it is archived by now.
        """

    def choices(self) -> Choices:
        """The values of the variant types that options of these variants are named like."""


class CatalogPort(Protocol):
    """The catalog of the company."""

    def context(
        self, values: Mapping[str, Any], variants: Iterable[Variant], *, product_id: UUID, alone: bool = False
    ) -> ProductContext:
        """Ask which ids, SKUs and barcodes are taken and which references exist, with the next round trip.

        The variants are or will be those of the product; `alone`, one is asked about by itself.
        """

    def has_stock(self, variant_ids: Iterable[UUID]) -> bool:
        """Whether any of these variants has stock somewhere; nothing of it moves until the end."""

    def stores(self) -> Pending[Mapping[UUID, str]]:
        """Ask for the company's stores: their names by id."""


class CatalogWork(UnitOfWork, Protocol):
    """What is decided on the catalog alone."""

    @property
    def catalog(self) -> CatalogPort:
        """Products and variants."""


class ProductsWork(CatalogWork, PlanWork, StockWork, Protocol):
    """What products are decided with."""


def register_product(command: RegisterProduct, work: ProductsWork) -> Product:
    """Draft it, once: the same request again answers with what it made.

    Raises DuplicateId, DuplicateVariant, DuplicateSku, DuplicateBarcode, PlanLimitReached, Invalid.
    """
    catalog = work.catalog.context(command.values, command.variants, product_id=command.id)
    if existing := work.find_earlier(Product, Product.Registered, command.id).read():
        return existing
    _check_distinct(command.variants)
    catalog.check()
    variants = _respelt(command.variants, catalog.choices())
    product = Product.begin(Product.Registered, command.id, **command.values, variants=variants)
    work.plan.check_room("products")
    work.save(product)
    return product


def revise_product(command: ReviseProduct, work: ProductsWork) -> Product:
    """Record what changed. What it refers to may stay, even if that is archived by now.

    Raises Missing, StaleVersion, AlreadyArchived, InUse, Invalid.
    """
    in_use = _units_in_use(command, work)
    catalog = work.catalog.context(command.changes, (), product_id=command.id)
    product = work.load(Product, command.id)
    check_version(product.version, command.expected_versions)
    before = dict(product.values)
    product.revise(command.changes)
    catalog.check(before)
    if product.values["unit_id"] != before["unit_id"] and in_use.read():
        message = "This product has stock that is measured in its unit, or is finer than the new one."
        raise InUse(details=[Detail("unit_id", InUse.code, message)])
    work.save(product)
    return product


def _units_in_use(command: ReviseProduct, work: ProductsWork) -> Pending[Collection[UUID]]:
    """Ask whether there is stock that keeps the product from the unit it is to have."""
    if "unit_id" not in command.changes:
        return Pending(tuple)
    return work.stock.units_in_use({command.id: UnitChange(command.changes["unit_id"])})


def change_product_status(command: ChangeProductStatus, work: ProductsWork) -> Product:
    """Move it along its life.

    What comes back from the archive takes its SKUs and barcodes again, if nothing else has them by now.
    Raises Missing, StaleVersion, InvalidTransition, LaunchMissing, Invalid, StillInStock, PlanLimitReached,
    DuplicateSku, DuplicateBarcode.
    """
    product = work.load(Product, command.id)
    check_version(product.version, command.expected_versions)
    if command.launch_at is not None and command.launch_at <= work.now:
        raise Invalid(details=[Detail("launch_at", "in_the_past", "A launch lies in the future.")])
    was_archived = product.is_archived
    product.change_status(command.status, command.launch_at)
    if was_archived and not product.is_archived:
        # What options its variants have may stay, whatever variant types list by now.
        variants = [replace(variant, options={}) for variant in product.variants.values()]
        work.catalog.context({}, variants, product_id=product.id).check()
        work.plan.check_room("products")
    if command.status == "archived" and work.catalog.has_stock(product.variants):
        message = "This product still has stock."
        raise StillInStock(message)
    work.save(product)
    return product


def add_variant(command: AddVariant, work: CatalogWork) -> Product:
    """Offer one more variant, once: the same request again answers with the product as it left it.

    Raises Missing, AlreadyArchived, TooManyVariants, DuplicateVariant, DuplicateSku, DuplicateBarcode,
    DuplicateId, Invalid.
    """
    added, product_id = command.variant, command.product_id
    catalog = work.catalog.context({}, (added,), product_id=product_id, alone=True)
    earlier = work.find_earlier(Product, Product.VariantAdded, added.id, within=product_id)
    product = work.load(Product, product_id)
    if existing := earlier.read():
        return existing
    siblings = tuple(product.variants.values())
    product.add_variant(_respelt((added,), catalog.choices(), siblings)[0])
    catalog.check()
    _check_options(product, added)
    work.save(product)
    return product


def revise_variant(command: ReviseVariant, work: CatalogWork) -> Product:
    """Record what changed. What options it has may stay, whatever variant types list by now.

    Raises Missing, UnknownVariant, StaleVersion, DuplicateSku, DuplicateBarcode, Invalid.
    """
    product = work.load(Product, command.product_id)
    check_version(product.version, command.expected_versions)
    before, changes = product.variants.get(command.variant_id), command.changes
    keeps_options = before is None or changes.get("options", before.options) == before.options
    if before and ({"sku", "barcodes"} & changes.keys() or not keeps_options):
        compared = replace(before, **{**changes, **({"options": {}} if keeps_options else {})})
        catalog = work.catalog.context({}, (compared,), product_id=product.id, alone=True)
        if not keeps_options:
            siblings = (one for one in product.variants.values() if one.id != before.id)
            changes = {**changes, "options": _respelt((compared,), catalog.choices(), siblings)[0].options}
        product.revise_variant(command.variant_id, changes)
        catalog.check()
    else:
        product.revise_variant(command.variant_id, changes)
    _check_options(product, product.variants[command.variant_id])
    work.save(product)
    return product


def remove_variant(command: RemoveVariant, work: CatalogWork) -> Product:
    """Stop offering it. Raises Missing, UnknownVariant, StaleVersion, LastVariant, StillInStock."""
    product = work.load(Product, command.product_id)
    check_version(product.version, command.expected_versions)
    product.remove_variant(command.variant_id)
    if work.catalog.has_stock((command.variant_id,)):
        message = "This variant still has stock."
        raise StillInStock(message)
    work.save(product)
    return product


def _respelt(
    variants: Iterable[Variant], choices: Choices, siblings: Iterable[Variant] = ()
) -> tuple[Variant, ...]:
    """The variants with their options as variant types write them, and those who come before them."""
    known, spelt = [one.options for one in siblings], []
    for variant in variants:
        options = respelt(variant.options, choices, known)
        known.append(options)
        spelt.append(replace(variant, options=options))
    return tuple(spelt)


def _check_options(product: Product, variant: Variant) -> None:
    """No two variants of a product may have the same combination of options."""
    others = (other for other in product.variants.values() if other.id != variant.id)
    own = combination_of(variant.options)
    if own and any(combination_of(other.options) == own for other in others):
        raise Invalid(details=[Detail("options", "duplicate", "Another variant has these options.")])


def _check_distinct(variants: tuple[Variant, ...]) -> None:
    """Within one product no SKU, barcode, id or combination of options may occur twice."""
    others: set[tuple[str, object]] = set()
    details = []
    for index, variant in enumerate(variants):
        marks: list[tuple[str, object]] = [("id", variant.id), ("sku", sku_key(variant.sku))]
        marks += [("barcodes", barcode_key(barcode)) for barcode in variant.barcodes]
        marks.append(("options", combination_of(variant.options)) if variant.options else ("", index))
        for field, value in marks:
            if (field, value) in others:
                details.append(Detail(f"variants.{index}.{field}", "duplicate", "It occurs twice."))
            others.add((field, value))
    if details:
        raise Invalid(details=details)
